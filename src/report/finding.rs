//! A finding by itself: its places are resolved, and it brings the text that they point into.

use super::place::{Position, position};
use crate::finding::{self, Code, Edit, Severity};
use crate::source::{Sources, Span, one_line};
use miette::{Diagnostic, LabeledSpan, SourceCode};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::fmt::{self, Display};
use std::sync::Arc;

/// What is wrong, where, and what to do.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which kind of finding; `docs/findings.md` explains each.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The words that are wrong; `None` where no text has them.
    pub place: Option<Position>,
    /// Other places that explain it, each with a few words.
    pub related: Vec<(Position, String)>,
    /// Replacements that mend it: a place in a file, and the JSON text to write there.
    pub suggestions: Vec<(Position, String)>,
    /// The reason of the ignore that hides it.
    pub suppressed: Option<String>,
}

impl Finding {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Finding {
        Finding::of(&Sources::new(), finding::Finding::new(code, Span::NOWHERE, message))
    }

    /// Whether AWS would refuse the document because of it.
    pub fn is_refusal(&self) -> bool {
        finding::is_refusal(self.code, self.severity)
    }

    /// At a place that is resolved.
    #[cfg(feature = "cli")]
    pub(super) fn at(code: Code, place: Option<Position>, message: impl Into<String>) -> Finding {
        Finding { place, ..Finding::new(code, message) }
    }

    /// The same finding with its places.
    pub(crate) fn of(sources: &Sources, found: finding::Finding) -> Finding {
        let suggestions = suggestions(sources, found.edit.as_deref());
        let related = found.related.into_iter();
        Finding {
            suggestions,
            suppressed: None,
            code: found.code,
            severity: found.severity,
            message: one_line(&found.message).into_owned(),
            help: found.help.map(|help| one_line(&help).into_owned()),
            place: position(sources, found.span),
            related: related
                .filter_map(|label| {
                    Some((position(sources, label.span)?, one_line(&label.text).into_owned()))
                })
                .collect(),
        }
    }

    /// Several at once.
    pub(crate) fn all(
        sources: &Sources,
        found: impl IntoIterator<Item = finding::Finding>,
    ) -> Vec<Finding> {
        found.into_iter().map(|finding| Finding::of(sources, finding)).collect()
    }

    /// The places, each with the words that a picture has there.
    pub(super) fn marks(&self) -> impl Iterator<Item = (&Position, &str)> {
        let related = self.related.iter().map(|(place, text)| (place, text.as_str()));
        self.place.iter().map(|place| (place, "here")).chain(related)
    }
}

/// The replacements of an edit. A policy inside a JSON string has no place in the file that could be replaced, so it gets none.
fn suggestions(sources: &Sources, edit: Option<&Edit>) -> Vec<(Position, String)> {
    let Some(Edit::Replace(texts)) = edit else { return Vec::new() };
    let replaced = texts.iter().filter_map(|(span, text)| {
        let place = position(sources, *span).filter(|place| !place.is_decoded())?;
        Some((place, serde_json::to_string(text).ok()?))
    });
    replaced.collect()
}

/// One line: `user.json:3:5: error[trailing-comma]: there is a comma before ..`.
impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}[{}]: {}", self.severity.word(), self.code.id(), self.message)
    }
}

/// As the published schemas have it.
impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut finding = serializer.serialize_struct("Finding", 6)?;
        finding.serialize_field("id", self.code.id())?;
        finding.serialize_field("severity", &self.severity)?;
        finding.serialize_field("file", &self.place.as_ref().map(|place| &place.file))?;
        finding.serialize_field("span", &self.place)?;
        finding.serialize_field("message", &self.message)?;
        finding.serialize_field("help", &self.help)?;
        finding.end()
    }
}

impl std::error::Error for Finding {}

impl Diagnostic for Finding {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        Some(Box::new(self.code.id()))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place.as_ref().map(|place| &place.shown as &dyn SourceCode)
    }

    /// The places in the text of the first one.
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let text = &self.place.as_ref()?.shown.source;
        let marks = self.marks().filter(|(place, _)| Arc::ptr_eq(&place.shown.source, text));
        Some(Box::new(marks.map(|(place, words)| {
            let range = &place.shown.range;
            LabeledSpan::new(Some(words.to_owned()), range.start, range.len())
        })))
    }
}
