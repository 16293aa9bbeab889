//! Words that cannot be taken as they stand.

use crate::source::Span;

/// Words that may or may not count, because AWS would refuse to store them or they are beyond a
/// limit of this program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doubt {
    /// The words.
    pub span: Span,
    /// The reason, as in the finding on the same span.
    pub reason: String,
    /// Whether it is a limit of this program; AWS may well accept the words.
    pub is_limit: bool,
}

impl Doubt {
    /// A doubt about words that AWS would refuse.
    pub(super) fn refused(span: Span, reason: impl Into<String>) -> Doubt {
        Doubt { span, reason: reason.into(), is_limit: false }
    }
}
