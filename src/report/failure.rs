//! Why a command has no answer: wrong usage, or inputs that cannot be read.

use super::finding::Finding;
use super::place::Position;
use crate::input::Unreadable;
use crate::source::{FileName, Sources, one_line};
use serde::Serialize;

/// A mistake that prevents an answer.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// The file.
    pub file: Option<FileName>,
    /// The words in it.
    pub span: Option<Position>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The same if it is about words of a text.
    #[serde(skip)]
    pub finding: Option<Finding>,
}

/// The mistake of a command line or of a setting.
pub fn usage(message: &str) -> Vec<Failure> {
    vec![Failure {
        file: None,
        span: None,
        message: one_line(message).into_owned(),
        help: None,
        finding: None,
    }]
}

/// The mistake of one file.
pub fn of_file(file: &str, message: &str) -> Vec<Failure> {
    vec![Failure { file: Some(file.into()), ..usage(message).remove(0) }]
}

/// Inputs that could not be read.
pub fn unreadable(sources: &Sources, unreadable: &[Unreadable]) -> Vec<Failure> {
    let failures = unreadable.iter().flat_map(|unreadable| match unreadable {
        Unreadable::File { name, message, help } => {
            vec![Failure { help: help.clone(), ..of_file(name, message).remove(0) }]
        }
        Unreadable::Text(findings) => {
            Finding::all(sources, findings.clone()).into_iter().map(of_finding).collect()
        }
    });
    failures.collect()
}

/// A mistake that a finding tells.
pub fn of_finding(finding: Finding) -> Failure {
    Failure {
        file: finding.place.as_ref().map(|place| place.file.clone()),
        span: finding.place.clone(),
        message: finding.message.clone(),
        help: finding.help.clone(),
        finding: Some(finding),
    }
}
