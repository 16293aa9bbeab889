//! Values of a condition key that represent all others: one of each class that the policies distinguish.

use super::catalogue::{KeyFact, KeyKind};
use super::shared_values::SharedValues;
use crate::authz::{CallerKind, ContextValue, shape};
use crate::aws::{self, ValueType};
use crate::model::condition::{Test, date};
use crate::model::{Pattern, ResourceKind, Statement};
use crate::symbolic::{AnyOf, Grain, Rest, TextComparison, Undecided, Variables, Way, rests};
use std::collections::BTreeSet;

/// Characters of an object key, at most; S3 counts bytes, and the texts here are short.
pub(super) const MOST_KEY: usize = 1_024;

/// A text that is unlikely to occur in a policy.
pub const UNLISTED: &str = "ica-policy-unlisted";

/// Whose requests are asked about, and the statements that tell them apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statements<'q> {
    pub kind: CallerKind,
    pub statements: &'q [&'q Statement],
    /// Whether the key that is asked about fills variables of these.
    pub is_filled: bool,
    /// Values that were found before.
    pub shared: &'q SharedValues,
}

/// The values to try: if the classes are all there are, every one of them. `known`: what variables may be filled with.
pub(super) fn candidates(
    key: &str,
    fact: &KeyFact,
    Statements { kind, statements, is_filled, shared }: Statements<'_>,
    prefix: &str,
    known: &[Variables],
    grain: Grain,
) -> Result<Vec<ContextValue>, Undecided> {
    if !fact.values.is_empty() {
        return Ok(fact
            .values
            .iter()
            .map(|value| value_for(key, value.replace("{prefix}", prefix)))
            .collect());
    }
    if fact.below {
        let lists = conditions_on(key, statements, prefix);
        let texts = rests(
            &if is_filled { apart(lists) } else { lists },
            known,
            &Rest { at_least: 0, at_most: MOST_KEY, ending: "", alphabet: |_| true },
            grain,
        )?;
        return Ok(texts
            .into_iter()
            .map(|rest| value_for(key, format!("{prefix}{rest}")))
            .collect());
    }
    let usual = usual(key, kind);
    // A value that is taken out below stands for itself alone, and so does one that fills a variable.
    let is_apart = is_filled || fact.kind == KeyKind::Foreign || is_time(key);
    let grain = if is_apart { Grain::Each } else { grain };
    let mut values = shared.of(key, kind, statements, known, (&usual[0], grain))?;
    if is_time(key) {
        let is_past =
            |text: &String| date::value(text).is_ok_and(|at| Ok(at) < date::value(&today()));
        values.retain(|value| !value.as_slice().iter().any(is_past));
    }
    if fact.kind == KeyKind::Foreign {
        // A value of Illumina's never equals a complete literal of the customer's, but it may match a pattern.
        let compared = compared_with(key, statements);
        let literals = compared
            .iter()
            .filter_map(|(pattern, _)| pattern.as_literal())
            .collect::<BTreeSet<_>>();
        values
            .retain(|value| value.as_slice().iter().all(|text| !literals.contains(text.as_str())));
    }
    if values.is_empty() {
        values.extend(usual.into_iter().map(|text| value_for(key, text)));
    }
    Ok(values)
}

/// The time of the request as a date.
const CURRENT_TIME: &str = "aws:currenttime";
/// The same in seconds since 1970.
const EPOCH_TIME: &str = "aws:epochtime";

/// Whether the key is the time of the request, which is not before the data about AWS.
fn is_time(key: &str) -> bool {
    [CURRENT_TIME, EPOCH_TIME].contains(&key)
}

/// A time that requests are not before: the date of the data about AWS.
fn today() -> String {
    format!("{}T00:00:00Z", aws::data_date())
}

/// Multivalued keys get one value.
pub(super) fn value_for(key: &str, text: String) -> ContextValue {
    match aws::condition_key_type(key) {
        Some(known) if known.multi_valued => ContextValue::Many(vec![text]),
        _ => ContextValue::One(text),
    }
}

/// Values of a key that is only tested for presence.
fn usual(key: &str, kind: CallerKind) -> Vec<String> {
    if key == EPOCH_TIME {
        let seconds = today().parse::<jiff::Timestamp>().map(jiff::Timestamp::as_second);
        return vec![seconds.unwrap_or_default().to_string()];
    }
    let texts: &[&str] = match aws::condition_key_type(key).map(|known| known.value) {
        Some(ValueType::Bool) => &["true", "false"],
        Some(ValueType::Numeric) => &["1"],
        Some(ValueType::Date) if key == CURRENT_TIME => return vec![today()],
        Some(ValueType::Date) => &["2026-06-01T00:00:00Z"],
        Some(ValueType::Ip) => &["192.0.2.77"],
        _ => &[UNLISTED],
    };
    match shape(key, Some(kind)) {
        Some(shape) if !texts.iter().all(|text| shape.fits(text)) => vec![shape.example()],
        _ => texts.iter().map(|text| (*text).to_owned()).collect(),
    }
}

/// The patterns that conditions compare a key with.
pub(super) fn compared_with<'a>(
    key: &str,
    statements: &[&'a Statement],
) -> Vec<(&'a Pattern, Way)> {
    let lists = conditions_on(key, statements, "");
    lists.into_iter().flatten().map(|compared| (compared.pattern, compared.way)).collect()
}

/// The patterns that conditions compare a key with, those of one condition together; the values of the key begin with `stem`.
pub(super) fn conditions_on<'a>(
    key: &str,
    statements: &[&'a Statement],
    stem: &'a str,
) -> Vec<AnyOf<'a>> {
    let conditions = statements
        .iter()
        .flat_map(|statement| &statement.conditions)
        .filter(|condition| &*condition.key.node == key);
    let mut lists = Vec::new();
    for condition in conditions {
        let (values, way) = match &condition.test {
            Test::String { values, .. } => (values, Way::Text),
            Test::Arn { values, .. } => (values, Way::Arn),
            _ => continue,
        };
        let compared = values.list.iter().map(|value| (&value.node, true));
        add_lists(&mut lists, compared, way, stem);
    }
    lists
}

/// Adds the patterns as one list; those that are not plain, or have variables, as lists of their own.
fn add_lists<'a>(
    lists: &mut Vec<AnyOf<'a>>,
    patterns: impl Iterator<Item = (&'a Pattern, bool)>,
    way: Way,
    stem: &'a str,
) {
    let mut together = Vec::new();
    for (pattern, is_plain) in patterns {
        let compared = TextComparison { pattern, way, stem };
        if is_plain && pattern.variables().next().is_none() {
            together.push(compared);
        } else {
            lists.push(vec![compared]);
        }
    }
    lists.push(together);
}

/// The patterns of the resources of statements, those of one statement together. A pattern that may match nothing, for words that AWS
/// would refuse or a point that its pages leave open, or that has variables, is a list of its own.
pub(super) fn resource_lists<'a>(statements: &[&'a Statement], stem: &'a str) -> Vec<AnyOf<'a>> {
    let mut lists = Vec::new();
    for element in statements.iter().filter_map(|statement| statement.resource.as_ref()) {
        let patterns = element.patterns.iter().filter_map(|resource| match &resource.kind {
            ResourceKind::Arn(pattern) => {
                Some((pattern, resource.doubt.is_none() && resource.unsettled.is_empty()))
            }
            ResourceKind::Everything => None,
        });
        add_lists(&mut lists, patterns, Way::Resource, stem);
    }
    lists
}

/// Each comparison for itself.
pub(super) fn apart(lists: Vec<AnyOf<'_>>) -> Vec<AnyOf<'_>> {
    lists.into_iter().flatten().map(|compared| vec![compared]).collect()
}

/// Whether a text can be the name of a federated session: 2 to 32 characters of `[\w+=,.@-]` (B5).
pub(super) fn is_session_name(name: &str) -> bool {
    (2..=32).contains(&name.len()) && name.chars().all(is_session_character)
}

/// Whether a text can be the name of a role's session: 2 to 64 of the same characters (BC sts, RoleSessionName).
pub(super) fn is_role_session_name(name: &str) -> bool {
    (2..=64).contains(&name.len()) && name.chars().all(is_session_character)
}

/// Whether a character may be in the name of a federated session.
pub(super) fn is_session_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
}
