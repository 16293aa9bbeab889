//! Statements whose own conditions say what a policy variable is.
//!
//! `StringEquals` on a key that a statement also uses as a variable leaves few values for it. Such a statement is the same
//! as one statement for each value in which the value replaces the variable. Then nothing about the variable is open.

use crate::aws;
use crate::model::condition::string::Compare;
use crate::model::condition::{Test, Values};
use crate::model::{Condition, Part, Pattern, Policy, ResourceKind, Shape, Statement};
use crate::source::Spanned;

/// Statements that one is written out as; beyond them its variables stay open.
const MOST_VALUES: usize = 32;

/// The policies with each statement that counts written out for the values of its variables; `None` if no statement has variables.
/// A statement keeps its number.
pub(crate) fn bound(
    policies: &[&Policy],
    counts: impl Fn(&Statement) -> bool,
) -> Option<Vec<Policy>> {
    let mut all = policies.iter().flat_map(|policy| &policy.statements);
    all.find(|statement| statement.variables().next().is_some())?;
    let written_out = |policy: &&Policy| Policy {
        statements: policy
            .statements
            .iter()
            .filter(|statement| counts(statement))
            .flat_map(|statement| statements(statement, MOST_VALUES))
            .collect(),
        ..**policy
    };
    Some(policies.iter().map(written_out).collect())
}

fn statements(statement: &Statement, most: usize) -> Vec<Statement> {
    let used = statement.variables().map(|variable| variable.key.to_string()).collect::<Vec<_>>();
    let binding = statement.conditions.iter().enumerate().find_map(|(at, condition)| {
        let is_used = used.iter().any(|key| **key == *condition.key.node);
        Some((at, values(condition, most).filter(|_| is_used)?))
    });
    let Some((at, values)) = binding else { return vec![statement.clone()] };
    let each = (0..values.list.len()).map(|value| one_value(statement, at, value));
    // Another variable of the statement may be bound too.
    let most = most / values.list.len();
    each.flat_map(|statement| statements(&statement, most)).collect()
}

/// The plain texts that a condition accepts for its key, if it accepts no others.
fn values(condition: &Condition, most: usize) -> Option<&Values<Pattern>> {
    let is_single =
        aws::condition_key_type(&condition.key.node).is_none_or(|key| !key.multi_valued);
    match &condition.test {
        Test::String { compare: Compare::Exact, negated: false, values }
            if is_single
                && condition.quantifier.is_none()
                && !condition.if_exists
                && condition.doubts.is_empty()
                && values.doubts.is_empty()
                && (1..=most).contains(&values.list.len())
                && values.list.iter().all(is_plain) =>
        {
            Some(values)
        }
        _ => None,
    }
}

/// Whether a value can replace the variable. One with a colon cannot: the colon might separate parts of an ARN.
fn is_plain(value: &Spanned<Pattern>) -> bool {
    value.node.as_literal().is_some_and(|text| !text.contains(':'))
}

/// The statement for one of the values of a condition.
fn one_value(statement: &Statement, at: usize, value: usize) -> Statement {
    let mut statement = statement.clone();
    let key = statement.conditions[at].key.node.clone();
    let Test::String { values, .. } = &mut statement.conditions[at].test else { return statement };
    values.list.swap(0, value);
    values.list.truncate(1);
    let text = values.list[0].node.as_literal().unwrap_or_default().to_owned();
    let fill = |pattern: &mut Pattern| *pattern = filled(pattern, &key, &text);
    for pattern in statement.resource.iter_mut().flat_map(|element| &mut element.patterns) {
        if let ResourceKind::Arn(pattern) = &mut pattern.kind {
            fill(pattern);
        }
    }
    for condition in &mut statement.conditions {
        if let Test::String { values, .. } | Test::Arn { values, .. } = &mut condition.test {
            values.list.iter_mut().for_each(|value| fill(&mut value.node));
        }
    }
    statement
}

fn filled(pattern: &Pattern, key: &str, text: &str) -> Pattern {
    let is_own = |part: &Part| matches!(part, Part::Variable(variable) if *variable.key == *key);
    if !pattern.parts.iter().any(is_own) {
        return pattern.clone();
    }
    let mut parts: Vec<Part> = Vec::new();
    for part in pattern.parts.iter() {
        let part = if is_own(part) { Part::Literal(text.into()) } else { part.clone() };
        match (parts.last_mut(), part) {
            (Some(Part::Literal(before)), Part::Literal(text)) => {
                *before = format!("{before}{text}").into();
            }
            (_, part) => parts.push(part),
        }
    }
    let is_plain = matches!(parts.as_slice(), [] | [Part::Literal(_)]);
    let shape = if is_plain { Shape::Exact } else { Shape::General };
    Pattern { parts: parts.into(), shape }
}
