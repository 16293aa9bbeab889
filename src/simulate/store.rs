//! Policies that a line names, so that others need not repeat them.

use super::error::LineError;
use crate::finding::{Finding, Severity, codes};
use crate::input;
use crate::model::{Policy, PolicyKind};
use crate::tree::{Member, Node, Value};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// How many policies can be defined; the store must not grow with the input.
pub const MAX_DEFINED: usize = 1000;

/// How many bytes the texts of all defined policies can have.
pub const MAX_DEFINED_BYTES: usize = 16 * 1024 * 1024;

/// Named policies, and what they mean in each use.
#[derive(Debug, Default)]
pub struct Store {
    documents: HashMap<String, Node>,
    bytes: usize,
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
            return Err(LineError::new(
                &other.name.text,
                "a line that defines policies holds nothing else",
            ));
        }
        for member in members {
            let policies = member.value.as_object().ok_or_else(|| {
                LineError::new(
                    "define",
                    format!(
                        "an object of names and policies is wanted, this is {}",
                        member.value.kind()
                    ),
                )
            })?;
            policies.iter().try_for_each(|policy| self.define_one(policy))?;
        }
        Ok(())
    }

    fn define_one(&mut self, member: &Member) -> Result<(), LineError> {
        let name = member.name.text.clone();
        let wrong = |message: String| Err(LineError::new(&format!("define.{name}"), message));
        if !matches!(member.value.value, Value::Object(_)) {
            return wrong("a policy is an object".to_owned());
        }
        let before = self.documents.get(&name);
        if self.documents.len() >= MAX_DEFINED && before.is_none() {
            return wrong(format!("more than {MAX_DEFINED} policies cannot be defined"));
        }
        let bytes = self.bytes - before.map_or(0, length) + length(&member.value);
        if bytes > MAX_DEFINED_BYTES {
            return wrong(format!(
                "the defined policies have more than {} MiB, the most that is kept",
                MAX_DEFINED_BYTES >> 20
            ));
        }
        self.bytes = bytes;
        self.lowered.get_mut().retain(|(known, _), _| *known != name);
        self.documents.insert(name, member.value.clone());
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
        let document = self
            .documents
            .get(name)
            .ok_or_else(|| format!("no line above defines the policy `@{name}`"))?;
        let policy = Rc::new(lower(document.clone(), kind)?);
        self.lowered.borrow_mut().insert(key, Rc::clone(&policy));
        Ok(policy)
    }
}

/// How many bytes of text a document has.
fn length(document: &Node) -> usize {
    (document.span.hi - document.span.lo) as usize
}

/// What a document means as `kind`.
///
/// # Errors
/// The first words that AWS would refuse to store: such a policy is in force nowhere.
pub(super) fn lower(document: Node, kind: PolicyKind) -> Result<Policy, String> {
    let no_policy = |findings: Vec<Finding>| {
        refusal(&findings).unwrap_or_else(|| "this is no policy".to_owned())
    };
    let lowered = input::read_tree(document).map_err(no_policy)?.lower(kind);
    refusal(&lowered.findings).map_or(Ok(lowered.policy), Err)
}

fn refusal(findings: &[Finding]) -> Option<String> {
    let finding = findings.iter().find(|finding| finding.severity == Severity::Error)?;
    Some(if finding.code == codes::LIMIT {
        format!("this policy cannot be matched: {}", finding.message)
    } else {
        format!("AWS would refuse this policy: {}", finding.message)
    })
}
