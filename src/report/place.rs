//! Spans as people and other programs need them.

use crate::source::{FileName, Source, Sources, Span};
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use serde::Serialize;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The place of words in the file that the user gave.
#[derive(Clone, Debug, Serialize)]
pub struct Position {
    /// The file's name.
    #[serde(skip)]
    pub file: FileName,
    /// First byte, from 0.
    pub start: usize,
    /// Byte after the last one.
    pub end: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The same in bytes, from 1.
    #[serde(skip)]
    pub byte_column: usize,
    /// The text at that place.
    #[serde(skip)]
    pub text: String,
    /// The text as people read it.
    #[serde(skip)]
    pub(super) shown: Shown,
}

impl Position {
    /// The beginning of another file, where the whole file is meant.
    #[cfg(feature = "cli")]
    pub(super) fn beginning(&self, file: FileName) -> Position {
        let text = String::new();
        Position {
            file,
            start: 0,
            end: 0,
            line: 1,
            column: 1,
            byte_column: 1,
            text,
            ..self.clone()
        }
    }
}

#[cfg(feature = "cli")]
impl Position {
    /// Whether it has more lines than that.
    pub(super) fn has_more_lines(&self, most: usize) -> bool {
        let text = self.shown.source.text.get(self.shown.range.clone()).unwrap_or_default();
        text.match_indices('\n').nth(most).is_some()
    }

    /// The same up to the end of its first line.
    pub(super) fn first_line(&self) -> Position {
        let text = self.text.lines().next().unwrap_or_default().trim_end().to_owned();
        let start = self.shown.range.start;
        let line =
            self.shown.source.text.get(self.shown.range.clone()).and_then(|all| all.lines().next());
        let length = line.map_or(0, |line| line.trim_end().len());
        let shown = Shown { range: start..start + length, ..self.shown.clone() };
        Position { end: self.start + text.len(), text, shown, ..self.clone() }
    }
}

impl Position {
    /// Whether the words are part of a text inside of a string of the file.
    pub(super) fn is_decoded(&self) -> bool {
        self.shown.name != *self.file
    }
}

impl PartialEq for Position {
    fn eq(&self, other: &Position) -> bool {
        (&self.file, self.start, self.end) == (&other.file, other.start, other.end)
    }
}

impl Eq for Position {}

/// `file:line:column`, as editors read it.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Columns of a line in which people find words without being told the column.
#[cfg(feature = "cli")]
const MOST_COLUMNS: usize = 200;

/// `file:line: `, to begin a line with; nothing without a place.
#[cfg(feature = "cli")]
pub(super) fn at_line(place: Option<&Position>) -> String {
    // In a line that no screen holds only the column says where.
    let column = |place: &Position| match place.column > MOST_COLUMNS {
        true => format!(":{}", place.column),
        false => String::new(),
    };
    place
        .map(|place| format!("{}:{}{}: ", place.file, place.line, column(place)))
        .unwrap_or_default()
}

/// Words in the text that is drawn: a policy inside of a string is drawn decoded.
#[derive(Clone)]
pub(super) struct Shown {
    /// The name of the text in pictures.
    name: String,
    pub source: Arc<Source>,
    pub range: Range<usize>,
}

#[cfg(feature = "cli")]
impl Shown {
    pub(super) fn new(name: String, source: Arc<Source>, range: Range<usize>) -> Shown {
        Shown { name, source, range }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.name, self.range)
    }
}

/// The text with its name, for pictures.
impl SourceCode for Shown {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Miette reads from the beginning and counts those lines as well: many places of a long text would take a time that grows with its
        // square, and all lines between two places would be drawn.
        let (above, base) = lines_above(&self.source, span.offset(), before);
        let near = (span.offset() - base, span.len()).into();
        let found = self.source.text.get(base..).ok_or(MietteError::OutOfBounds)?;
        let found = found.read_span(&near, before, after)?;
        let (line, column) = (found.line() + above, found.column());
        let lines = found.data().iter().filter(|byte| **byte == b'\n').count().max(1);
        let span = (found.span().offset() + base, found.span().len()).into();
        let name = self.name.clone();
        Ok(Box::new(MietteSpanContents::new_named(name, found.data(), span, line, column, lines)))
    }
}

/// How many lines of a text need not be read for a place with so many lines of context before it, and the offset where the others begin.
fn lines_above(source: &Source, offset: usize, context: usize) -> (usize, usize) {
    let lines = source.lines();
    let line = lines.at(&source.text, offset).line.saturating_sub(context + 2);
    match lines.start(line) {
        // To miette such a return ends a line; lines are counted without it.
        Some(start) if !lines.has_lone_returns() && start <= offset => (line, start),
        _ => (0, 0),
    }
}

/// The offset at which the line of another offset begins.
fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1)
}

/// Finds the place of a span in the file that the user can edit.
pub(super) fn position(sources: &Sources, span: Span) -> Option<Position> {
    let place = sources.trace(span)?;
    let range = place.range();
    let at = place.source.lines().at(&place.source.text, range.start);
    let source = sources.source_at(span.lo)?;
    let file = FileName::from(place.source.name());
    // Lines and columns of a picture count in the decoded text; the name says where it is in the
    // file.
    let name = match source.name() {
        "" => format!("{file} at {}:{}, decoded", at.line, at.column),
        _ => file.to_string(),
    };
    let base = source.base;
    let shown = (span.lo - base) as usize..(span.hi - base) as usize;
    Some(Position {
        file,
        start: range.start,
        end: range.end,
        line: at.line,
        column: at.column,
        byte_column: range.start - line_start(&place.source.text, range.start) + 1,
        text: place.text().to_owned(),
        shown: Shown { name, source: source.clone(), range: shown },
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    /// A picture shows the same lines as if the whole text were read.
    #[test]
    fn lines_near_a_place_are_those_of_the_whole_text() {
        let texts = [
            "",
            "a",
            "a\nbc\n\nd\r\ne\n\nfg\nh",
            "a\rb\nc\rd\n\ne\nf\n",
            "\n\n\n\n\n\n",
            "ü\nöä\n\nß\n€\nx",
        ];
        let mut read = 0;
        for text in texts {
            let mut sources = Sources::new();
            let id = sources.add_file("a.json", text.to_owned()).unwrap();
            let source = sources.source_at(sources.get(id).base).unwrap().clone();
            for (start, length) in (0..=text.len()).flat_map(|at| (0..6).map(move |len| (at, len)))
            {
                for (before, after) in [(0, 0), (1, 1), (2, 0), (3, 2)] {
                    let shown = Shown { name: String::new(), source: source.clone(), range: 0..0 };
                    let span = (start, length).into();
                    let (own, whole) = (
                        shown.read_span(&span, before, after),
                        text.read_span(&span, before, after),
                    );
                    let (Ok(own), Ok(whole)) = (&own, &whole) else {
                        assert_eq!(own.is_ok(), whole.is_ok(), "{text:?} {start} {length}");
                        continue;
                    };
                    assert_eq!(
                        own.data(),
                        whole.data(),
                        "{text:?} {start} {length} {before} {after}"
                    );
                    assert_eq!(
                        (own.line(), own.column(), own.span()),
                        (whole.line(), whole.column(), whole.span())
                    );
                    read += 1;
                }
            }
        }
        assert!(read > 500, "{read}");
    }
}
