//! String operators.

use crate::model::Version;
use crate::model::pattern::{Pattern, Problem, Reading, Segments};

/// How a string operator compares.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Compare {
    /// `StringEquals`: character by character; `*` is an ordinary character.
    Exact,
    /// `StringEqualsIgnoreCase`: character by character, without case.
    IgnoreCase,
    /// `StringLike`: with wildcards.
    Like,
}

pub(super) fn value(text: &str, compare: Compare, version: Version) -> Result<Pattern, Problem> {
    let reading = Reading {
        wildcards: compare == Compare::Like,
        variables: version == Version::V2012,
        segments: Segments::None,
    };
    let (pattern, mut errors) = Pattern::parse(text, reading);
    errors.pop().map_or(Ok(pattern), Err)
}
