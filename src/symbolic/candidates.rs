//! Values to try for variables whose value is not known.

use super::variables::Variables;
use crate::model::condition::Test;
use crate::model::{Part, Pattern, Policy, ResourceKind, Statement};
use std::collections::{BTreeMap, BTreeSet};

/// Assignments that are tried before the answer is that nobody knows.
const MOST_ASSIGNMENTS: usize = 64;

/// Assignments of values to all variables of the policies; empty if there are none.
pub(super) fn assignments(policies: &[&Policy]) -> Vec<Variables> {
    let patterns = policies.iter().flat_map(|policy| &policy.statements).flat_map(patterns).collect::<Vec<_>>();
    let keys = patterns.iter().flat_map(|pattern| pattern.variables()).map(|variable| &*variable.key).collect::<BTreeSet<_>>();
    if keys.is_empty() {
        return Vec::new();
    }
    // A value that no pattern spells out is what most callers have.
    let fresh = |number: usize| Some(format!("value{number}"));
    let usual = keys.iter().enumerate().map(|(number, key)| (*key, fresh(number))).collect::<BTreeMap<_, _>>();
    let mut all = vec![usual.clone()];
    for key in &keys {
        let spelt = words_at(key, &patterns).into_iter().map(Some);
        all.extend(std::iter::once(None).chain(spelt).map(|value| {
            let mut changed = usual.clone();
            changed.insert(key, value);
            changed
        }));
    }
    all.push(keys.iter().map(|key| (*key, None)).collect());
    all.truncate(MOST_ASSIGNMENTS);
    all.into_iter().map(variables).collect()
}

fn variables(values: BTreeMap<&str, Option<String>>) -> Variables {
    let mut variables = Variables::default();
    values.into_iter().for_each(|(key, value)| variables.set(key, value));
    variables
}

/// What other patterns have in the place of the variable: after the same beginning, up to where the pattern goes on.
fn words_at(key: &str, patterns: &[&Pattern]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for pattern in patterns {
        for (at, _) in
            pattern.parts.iter().enumerate().filter(|(_, part)| matches!(part, Part::Variable(variable) if &*variable.key == key))
        {
            let start = match at.checked_sub(1).map(|before| &pattern.parts[before]) {
                Some(Part::Literal(text)) => &**text,
                Some(_) => continue,
                None => "",
            };
            let end = match pattern.parts.get(at + 1) {
                Some(Part::Literal(text)) => text.chars().next(),
                _ => None,
            };
            words.extend(patterns.iter().flat_map(|other| literals(other)).filter_map(|text| word(text, start, end)));
        }
    }
    words
}

fn word(text: &str, start: &str, end: Option<char>) -> Option<String> {
    let rest = text.strip_prefix(start)?;
    let word = end.map_or(rest, |end| rest.split(end).next().unwrap_or_default());
    (!word.is_empty()).then(|| word.to_owned())
}

fn literals(pattern: &Pattern) -> impl Iterator<Item = &str> {
    pattern.parts.iter().filter_map(|part| match part {
        Part::Literal(text) => Some(&**text),
        _ => None,
    })
}

fn patterns(statement: &Statement) -> impl Iterator<Item = &Pattern> {
    let resources = statement.resource.iter().flat_map(|element| &element.patterns).filter_map(|pattern| match &pattern.kind {
        ResourceKind::Arn(pattern) => Some(pattern),
        ResourceKind::Everything => None,
    });
    let conditions = statement.conditions.iter().flat_map(|condition| match &condition.test {
        Test::String { values, .. } | Test::Arn { values, .. } => values.list.as_slice(),
        _ => &[],
    });
    resources.chain(conditions.map(|value| &value.node))
}
