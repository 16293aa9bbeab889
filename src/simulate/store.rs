//! Policies that a line names, so that others need not repeat them.

use super::line::LineError;
use crate::finding::{Finding, Severity};
use crate::model::{self, Policy, PolicyKind};
use crate::syntax;
use crate::tree::{Node, Value};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// How many policies can be defined; the store must not grow with the input.
pub const MAX_DEFINED: usize = 1000;

/// Named policies, and what they mean in each use.
#[derive(Debug, Default)]
pub struct Store {
    documents: HashMap<String, Node>,
    lowered: RefCell<HashMap<(String, PolicyKind), Rc<Policy>>>,
}

impl Store {
    /// Takes in the policies of `{"define": {"name": {..}}}`.
    ///
    /// # Errors
    /// [`LineError`] when the line has other members, a name is no policy, or there are too many.
    pub fn define(&mut self, root: &Node) -> Result<(), LineError> {
        let members = root.as_object().unwrap_or_default();
        if let Some(other) = members.iter().find(|member| member.name.text != "define") {
            return Err(LineError::new(&other.name.text, "a line that defines policies holds nothing else"));
        }
        for member in members.iter().filter_map(|member| member.value.as_object()).flatten() {
            let name = member.name.text.clone();
            let path = format!("define.{name}");
            if !matches!(member.value.value, Value::Object(_)) {
                return Err(LineError::new(&path, "a policy is an object"));
            }
            if self.documents.len() >= MAX_DEFINED && !self.documents.contains_key(&name) {
                return Err(LineError::new(&path, format!("more than {MAX_DEFINED} policies cannot be defined")));
            }
            self.lowered.get_mut().retain(|(known, _), _| *known != name);
            self.documents.insert(name, member.value.clone());
        }
        Ok(())
    }

    /// What the policy of that name means as `kind`.
    ///
    /// # Errors
    /// That it is not defined, or what AWS would refuse about it.
    pub(super) fn policy(&self, name: &str, kind: PolicyKind) -> Result<Rc<Policy>, String> {
        let key = (name.to_owned(), kind);
        if let Some(policy) = self.lowered.borrow().get(&key) {
            return Ok(Rc::clone(policy));
        }
        let document = self.documents.get(name).ok_or_else(|| format!("no line above defines the policy `@{name}`"))?;
        let policy = Rc::new(lower(document.clone(), kind)?);
        self.lowered.borrow_mut().insert(key, Rc::clone(&policy));
        Ok(policy)
    }
}

/// What a document means as `kind`.
///
/// # Errors
/// The first words that AWS would refuse to store: such a policy is in force nowhere.
pub(super) fn lower(document: Node, kind: PolicyKind) -> Result<Policy, String> {
    let parsed = syntax::parse(document);
    refused(&parsed.findings)?;
    let policy = parsed.policy.ok_or_else(|| "this is no policy".to_owned())?;
    let lowered = model::lower(&policy, kind);
    refused(&lowered.findings)?;
    Ok(lowered.policy)
}

fn refused(findings: &[Finding]) -> Result<(), String> {
    match findings.iter().find(|finding| finding.severity == Severity::Error) {
        Some(finding) => Err(format!("AWS would refuse this policy: {}", finding.message)),
        None => Ok(()),
    }
}
