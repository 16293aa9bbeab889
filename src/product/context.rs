//! The statements of policies, and the condition keys that they use.

use super::catalogue::Step;
use crate::eval::concerns;
use crate::model::{Policy, Statement};
use std::collections::BTreeSet;

/// The keys that statements use, in lower case: in conditions and as variables.
pub(super) fn keys_used(statements: &[&Statement]) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for statement in statements {
        keys.extend(statement.conditions.iter().map(|condition| condition.key.node.to_string()));
        keys.extend(statement.variables().map(|variable| variable.key.to_string()));
    }
    keys
}

/// Whether a statement is about an action of the step.
pub(super) fn about(statement: &Statement, step: &Step) -> bool {
    step.actions().any(|action| concerns(statement, &action.to_ascii_lowercase()))
}

/// The statements of all policies.
pub(super) fn statements<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> Vec<&'a Statement> {
    policies.into_iter().flat_map(|policy| &policy.statements).collect()
}
