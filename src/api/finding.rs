//! A finding by itself: its places are resolved, and it brings the text that they point into.

use crate::finding::{self, Code, Severity};
use crate::report::{Position, position};
use crate::source::{Sources, Span};
use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
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
    pub(super) text: Option<Arc<NamedSource<String>>>,
}

impl Finding {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Finding {
        Finding::of(&Sources::new(), finding::Finding::new(code, Span::NOWHERE, message))
    }

    /// The same finding with its places.
    pub(super) fn of(sources: &Sources, found: finding::Finding) -> Finding {
        let place = position(sources, found.span);
        let related = found.related.into_iter();
        let text = sources.trace(found.span).map(|place| {
            let source = place.source;
            Arc::new(NamedSource::new(source.name(), source.text.clone()))
        });
        Finding {
            code: found.code,
            severity: found.severity,
            message: found.message,
            help: found.help,
            place,
            related: related
                .filter_map(|label| Some((position(sources, label.span)?, label.text)))
                .collect(),
            text,
        }
    }

    /// Several at once.
    pub(super) fn all(
        sources: &Sources,
        found: impl IntoIterator<Item = finding::Finding>,
    ) -> Vec<Finding> {
        found.into_iter().map(|finding| Finding::of(sources, finding)).collect()
    }
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
        self.text.as_deref().map(|text| text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.place.as_ref()?;
        let related = self.related.iter().filter(|(other, _)| other.file == place.file);
        let others = related.map(|(place, text)| (place, text.as_str()));
        Some(Box::new(std::iter::once((place, "here")).chain(others).map(|(place, text)| {
            LabeledSpan::new(Some(text.to_owned()), place.start, place.end - place.start)
        })))
    }
}
