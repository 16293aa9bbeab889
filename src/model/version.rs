//! The version of the policy language.

/// Which rules the text follows; without 2012-10-17 `${..}` is literal text.
/// A missing version means 2008-10-17. Source: `facts/B_grammar.md` B4.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Version {
    /// `2008-10-17`, or none given.
    V2008,
    /// `2012-10-17`.
    V2012,
}
