//! Values to try for variables whose value is not known.

use crate::model::{Part, Pattern, Policy};
use crate::symbolic::text::Variables;
use std::collections::{BTreeMap, BTreeSet};

/// Assignments that are tried before the answer is that nobody knows.
const MOST_ASSIGNMENTS: usize = 64;

/// Assignments of values to all variables of the policies that are not known; empty if there are none.
pub(crate) fn assignments(policies: &[&Policy], known: &Variables) -> Vec<Variables> {
    let patterns = policies
        .iter()
        .flat_map(|policy| &policy.statements)
        .flat_map(|statement| statement.resource_patterns().chain(statement.condition_patterns()))
        .collect::<Vec<_>>();
    let keys =
        patterns.iter().flat_map(|pattern| pattern.variables()).map(|variable| &*variable.key);
    let keys = keys.filter(|key| !known.has(key)).collect::<BTreeSet<_>>();
    if keys.is_empty() {
        return Vec::new();
    }
    // A value that no pattern spells out is what most callers have.
    let fresh = |number: usize| Some(format!("value{number}"));
    let usual = keys
        .iter()
        .enumerate()
        .map(|(number, key)| (*key, fresh(number)))
        .collect::<BTreeMap<_, _>>();
    let mut all = vec![usual.clone()];
    let literals = patterns.iter().flat_map(|pattern| literals(pattern)).collect::<BTreeSet<_>>();
    for key in &keys {
        let compared = policies.iter().flat_map(|policy| compared_with(key, policy));
        let spelt = words_at(key, &patterns, &literals).into_iter().chain(compared);
        let spelt = spelt.collect::<BTreeSet<_>>().into_iter().map(Some);
        all.extend(std::iter::once(None).chain(spelt).map(|value| {
            let mut changed = usual.clone();
            changed.insert(key, value);
            changed
        }));
    }
    all.push(keys.iter().map(|key| (*key, None)).collect());
    all.truncate(MOST_ASSIGNMENTS);
    all.into_iter().map(|values| variables(values, known)).collect()
}

fn variables(values: BTreeMap<&str, Option<String>>, known: &Variables) -> Variables {
    let mut variables = known.clone();
    values.into_iter().for_each(|(key, value)| variables.set(key, value));
    variables
}

/// Texts that conditions compare the key with; of one with wildcards the text without them.
fn compared_with(key: &str, policy: &Policy) -> Vec<String> {
    let conditions = policy.statements.iter().flat_map(|statement| &statement.conditions);
    let on_key = conditions.filter(|condition| *condition.key.node == *key);
    let patterns = on_key.flat_map(|condition| condition.test.patterns());
    let closed = patterns.filter(|pattern| pattern.variables().next().is_none());
    closed.map(|pattern| literals(pattern).collect()).collect()
}

/// What other patterns have in the place of the variable: after the same beginning, up to where the pattern goes on.
fn words_at(key: &str, patterns: &[&Pattern], literals: &BTreeSet<&str>) -> BTreeSet<String> {
    // Many patterns have the variable in the same place.
    let places = patterns.iter().flat_map(|pattern| places(key, pattern)).collect::<BTreeSet<_>>();
    let words = places
        .iter()
        .flat_map(|(start, end)| literals.iter().filter_map(|text| word(text, start, *end)));
    words.collect()
}

/// Where a pattern has the variable: the literal before it, and the character behind it.
fn places<'a>(key: &str, pattern: &'a Pattern) -> Vec<(&'a str, Option<char>)> {
    let parts = &pattern.parts;
    let holds = |part: &Part| matches!(part, Part::Variable(variable) if &*variable.key == key);
    let start = |at: usize| match at.checked_sub(1).map(|before| &parts[before]) {
        Some(Part::Literal(text)) => Some(&**text),
        Some(_) => None,
        None => Some(""),
    };
    let end = |at: usize| match parts.get(at + 1) {
        Some(Part::Literal(text)) => text.chars().next(),
        _ => None,
    };
    let places = (0..parts.len()).filter(|at| holds(&parts[*at]));
    places.filter_map(|at| Some((start(at)?, end(at)))).collect()
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
