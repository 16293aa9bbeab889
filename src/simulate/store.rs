//! Policies that a line names, so that others need not repeat them.

use super::line::LineError;
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
    pub(super) fn policy(&self, name: &str, kind: PolicyKind) -> Option<Rc<Policy>> {
        let key = (name.to_owned(), kind);
        if let Some(policy) = self.lowered.borrow().get(&key) {
            return Some(Rc::clone(policy));
        }
        let policy = Rc::new(lower(self.documents.get(name)?.clone(), kind)?);
        self.lowered.borrow_mut().insert(key, Rc::clone(&policy));
        Some(policy)
    }
}

/// What a document means as `kind`; `None` if it is no object.
pub(super) fn lower(document: Node, kind: PolicyKind) -> Option<Policy> {
    let policy = syntax::parse(document).policy?;
    Some(model::lower(&policy, kind).policy)
}
