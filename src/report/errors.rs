//! `simulate --format json` where nothing was decided: what is wrong, in the form that `check` has for it.

use super::json;
use crate::input::Unreadable;
use crate::source::Sources;
use serde::Serialize;

/// One answer without a decision; in `schemas/simulate-answer-v1.json`.
#[derive(Serialize)]
struct Answer<E> {
    id: Option<&'static str>,
    errors: E,
}

/// The answer where a setting is wrong.
pub fn usage(message: &str) -> String {
    written(json::setting_error(message))
}

/// The answer where inputs could not be read.
pub fn unreadable(sources: &Sources, unreadable: &[Unreadable]) -> String {
    written(json::unreadable(sources, unreadable))
}

fn written(report: json::Report<'_>) -> String {
    // Serialising plain strings and numbers cannot fail.
    serde_json::to_string(&Answer { id: None, errors: report.into_errors() }).unwrap_or_default()
}
