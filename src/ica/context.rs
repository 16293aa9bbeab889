//! Which condition keys the policies look at.

use crate::model::condition::Test;
use crate::model::{Pattern, Policy, ResourceKind, Statement, Variable};
use std::collections::BTreeSet;

/// The keys that statements look at, in lower case: in conditions and as variables.
pub(super) fn keys_used(statements: &[&Statement]) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for statement in statements {
        keys.extend(statement.conditions.iter().map(|condition| condition.key.node.to_string()));
        keys.extend(variables(statement).map(|variable| variable.key.to_string()));
    }
    keys
}

/// All variables in a statement.
pub(super) fn variables(statement: &Statement) -> impl Iterator<Item = &Variable> {
    resource_patterns(statement).chain(condition_patterns(statement)).flat_map(Pattern::variables)
}

/// The ARN patterns of a statement's resources.
pub(super) fn resource_patterns(statement: &Statement) -> impl Iterator<Item = &Pattern> {
    statement.resource.iter().flat_map(|element| &element.patterns).filter_map(|pattern| match &pattern.kind {
        ResourceKind::Arn(pattern) => Some(pattern),
        ResourceKind::Everything => None,
    })
}

fn condition_patterns(statement: &Statement) -> impl Iterator<Item = &Pattern> {
    statement.conditions.iter().flat_map(|condition| match &condition.test {
        Test::String { values, .. } | Test::Arn { values, .. } => values.list.iter().map(|value| &value.node).collect(),
        _ => Vec::new(),
    })
}

/// The statements of all policies.
pub(super) fn statements<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> Vec<&'a Statement> {
    policies.into_iter().flat_map(|policy| &policy.statements).collect()
}
