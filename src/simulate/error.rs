//! Why a line has no answer.

use crate::finding::{Finding, Severity};
use crate::source::Sources;

/// Why a line cannot be evaluated.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{path}: {message}")]
pub struct LineError {
    /// The member, as in `scps[0][1]`; empty for the line as a whole.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl LineError {
    pub(super) fn new(path: &str, message: impl Into<String>) -> LineError {
        LineError { path: path.to_owned(), message: message.into() }
    }

    /// The first mistake of a text that is no JSON.
    pub(super) fn in_text(problems: &[Finding], sources: &Sources) -> LineError {
        let Some(first) = problems.iter().find(|problem| problem.severity == Severity::Error)
        else {
            return LineError::new("", "this is no JSON");
        };
        let column = sources.trace(first.span).map_or(0, |place| place.range().start) + 1;
        LineError::new("", format!("{} (byte {column} of the line)", first.message))
    }
}
