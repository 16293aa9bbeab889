//! ARN operators compare six parts one by one; a wildcard stays in its part
//! (IAM:reference_policies_elements_condition_operators).

use crate::model::Version;
use crate::model::pattern::{Pattern, Problem, Reading, Segments};

pub(super) fn value(text: &str, version: Version) -> Result<Pattern, Problem> {
    let (pattern, mut errors) = Pattern::parse(
        text,
        Reading {
            wildcards: true,
            variables: version == Version::V2012,
            segments: Segments::Closed,
        },
    );
    errors.pop().map_or(Ok(pattern), Err)
}
