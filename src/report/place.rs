//! Spans as people and other programs need them.

use crate::source::{Sources, Span};
use serde::Serialize;

/// The place of words in the file that the user gave.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Position {
    /// The file's name.
    #[serde(skip)]
    pub file: String,
    /// First byte, from 0.
    pub start: usize,
    /// Byte after the last one.
    pub end: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The text at that place.
    #[serde(skip)]
    pub text: String,
}

/// `file:line:column`, as editors read it.
impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Finds the place of a span in the file that the user can edit.
pub fn position(sources: &Sources, span: Span) -> Option<Position> {
    let place = sources.trace(span)?;
    let range = place.range();
    let at = place.source.lines().at(&place.source.text, range.start);
    Some(Position {
        file: place.source.name().to_owned(),
        start: range.start,
        end: range.end,
        line: at.line,
        column: at.column,
        text: place.text().to_owned(),
    })
}
