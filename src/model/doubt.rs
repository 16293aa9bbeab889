//! Text that may or may not count.

use crate::source::Span;

/// Text that may or may not count, because AWS would refuse to store it or it is beyond a
/// limit of this program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doubt {
    /// The place of the text.
    pub span: Span,
    /// The reason, as in the finding on the same span.
    pub reason: String,
    /// Whether it is a limit of this program; AWS may well accept the text.
    pub is_limit: bool,
}

impl Doubt {
    /// A doubt about text that AWS would refuse.
    pub(super) fn refused(span: Span, reason: impl Into<String>) -> Doubt {
        Doubt { span, reason: reason.into(), is_limit: false }
    }
}
