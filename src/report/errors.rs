//! `simulate --format json` where nothing was decided: what is wrong, in the form that `check` has for it.

use super::json::{ErrorView, error_views};
use crate::ica::connection::Unreadable;
use crate::source::Sources;
use serde::Serialize;

/// One answer without a decision; in `schemas/simulate-answer-v1.json`.
#[derive(Serialize)]
struct Answer {
    id: Option<&'static str>,
    errors: Vec<ErrorView>,
}

/// The answer where a setting is wrong.
pub fn usage(message: &str) -> String {
    written(vec![ErrorView { file: None, span: None, message: message.to_owned(), help: None }])
}

/// The answer where inputs could not be read.
pub fn unreadable(sources: &Sources, unreadable: &[Unreadable]) -> String {
    written(unreadable.iter().flat_map(|unreadable| error_views(sources, unreadable)).collect())
}

fn written(errors: Vec<ErrorView>) -> String {
    // Serialising plain strings and numbers cannot fail.
    serde_json::to_string(&Answer { id: None, errors }).unwrap_or_default()
}
