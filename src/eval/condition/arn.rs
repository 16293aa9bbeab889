//! ARN operators: part by part (D4).

use crate::authz::{Ambiguity, Context};
use crate::eval::glob::{Stars, matches};
use crate::eval::readings::Readings;
use crate::model::{Part, Pattern};

/// Colons between the six parts of an ARN.
const BORDERS: usize = 5;

pub(super) fn fits(pattern: &Pattern, value: &str, context: &Context, readings: &Readings) -> bool {
    if is_short(pattern) {
        return matches(pattern, value, context, Stars::Free) && readings.second(Ambiguity::ShortArnPattern);
    }
    value.matches(':').count() >= BORDERS && matches(pattern, value, context, Stars::Bound)
}

/// Fewer than six parts. A variable may bring colons along, so a pattern that has one is not called short.
fn is_short(pattern: &Pattern) -> bool {
    let colons = pattern.parts.iter().map(|part| match part {
        Part::Literal(text) => text.matches(':').count(),
        _ => 0,
    });
    colons.sum::<usize>() < BORDERS && pattern.variables().next().is_none()
}
