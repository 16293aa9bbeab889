//! The answer of `simulate --format json` if nothing was decided: the errors, in the form that
//! `check` uses.

use super::json;
use crate::input::Unreadable;
use crate::source::Sources;
use serde::Serialize;

/// An answer without a decision, as in `schemas/simulate-answer-v1.json`.
#[derive(Serialize)]
struct Answer<E> {
    id: Option<&'static str>,
    errors: E,
}

/// The answer if a setting is wrong.
pub fn usage(message: &str) -> String {
    written(json::setting_error(message))
}

/// The answer if inputs could not be read.
pub fn unreadable(sources: &Sources, unreadable: &[Unreadable]) -> String {
    written(json::unreadable(sources, unreadable))
}

fn written(report: json::Report<'_>) -> String {
    // Serialising plain strings and numbers cannot fail.
    serde_json::to_string(&Answer { id: None, errors: report.into_errors() }).unwrap_or_default()
}
