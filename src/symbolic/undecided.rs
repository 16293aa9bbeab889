//! Why a question has no answer.

use crate::source::Span;

/// Why a question cannot be decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undecided {
    /// Why, for a person.
    pub reason: String,
    /// The words that are too hard.
    pub span: Option<Span>,
}

/// The reason where the readings of the policies give different answers.
pub(crate) const OPEN_READING: &str =
    "the answer depends on words whose meaning AWS's pages leave open";

/// The reason where the readings are too many to try.
pub(crate) const TOO_MANY_READINGS: &str =
    "AWS's pages leave too many points open to try all of their combinations";

/// The reason where the other engine does not bear out what was found.
pub(crate) const DEFECT: &str = "a request that seemed to show a difference does not: please report this as a defect of ica-policy";

impl Undecided {
    /// The reason is in no word alone.
    pub(crate) fn anywhere(reason: impl Into<String>) -> Undecided {
        Undecided { reason: reason.into(), span: None }
    }

    /// Whether nothing is too hard, but this program is wrong.
    pub fn is_defect(&self) -> bool {
        self.reason == DEFECT
    }
}
