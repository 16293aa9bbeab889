//! Parts that the JSON of several commands has in common.

use super::place::{Position, position};
use crate::authz::{Ambiguity, Choice, ContextValue};
use crate::finding::{Finding, Severity};
use crate::source::Sources;
use serde::Serialize;

/// The reference data that a report uses.
#[derive(Serialize)]
pub(super) struct Data {
    services: &'static str,
}

impl Data {
    pub(super) fn today() -> Data {
        Data { services: crate::aws::data_date() }
    }
}

/// A finding, with its place.
#[derive(Serialize)]
pub(super) struct FindingView {
    id: &'static str,
    severity: Severity,
    file: Option<String>,
    span: Option<Position>,
    message: String,
    help: Option<String>,
}

pub(super) fn finding_view(sources: &Sources, finding: &Finding) -> FindingView {
    let span = position(sources, finding.span);
    FindingView {
        id: finding.code.id(),
        severity: finding.severity,
        file: span.as_ref().map(|span| span.file.clone()),
        span,
        message: finding.message.clone(),
        help: finding.help.clone(),
    }
}

/// The same for people, as the last line of a report.
#[cfg(feature = "cli")]
pub(super) fn data_line() -> String {
    format!("by the AWS data of {}\n", crate::aws::data_date())
}

/// The reading of a point that AWS leaves open.
#[derive(Serialize)]
pub(super) struct ChoiceView {
    id: &'static str,
    text: &'static str,
}

pub(super) fn choice_views(choices: &[(Ambiguity, Choice)]) -> Vec<ChoiceView> {
    choices
        .iter()
        .map(|(ambiguity, choice)| ChoiceView { id: ambiguity.id(), text: ambiguity.text(*choice) })
        .collect()
}

/// The value of a condition key: a text, or a list if the key has several values.
pub(super) fn value_view(value: &ContextValue) -> serde_json::Value {
    match value {
        ContextValue::One(value) => serde_json::Value::from(value.as_str()),
        ContextValue::Many(values) => serde_json::Value::from(values.as_slice()),
    }
}

/// A report as one line.
pub(super) fn line(report: &impl Serialize) -> String {
    // Serialising plain strings and numbers cannot fail.
    serde_json::to_string(report).unwrap_or_default() + "\n"
}

/// A condition key as AWS spells it.
pub(super) fn key_name(lower: &str) -> String {
    let known = crate::aws::condition_key(lower).filter(|key| key.name.eq_ignore_ascii_case(lower));
    known.map_or_else(|| lower.to_owned(), |key| key.name.to_owned())
}
