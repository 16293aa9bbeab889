//! ARN operators compare part by part (IAM:reference_policies_elements_condition_operators).

use crate::authz::Readings;
use crate::authz::{Ambiguity, Context};
use crate::eval::glob::{Stars, matches};
use crate::model::{Part, Pattern};

/// Colons between the six parts of an ARN.
const BORDERS: usize = 5;

pub(super) fn fits(pattern: &Pattern, value: &str, context: &Context, readings: &Readings) -> bool {
    if matches!(&*pattern.parts, [Part::AnyInSegment]) {
        // `*` alone has one part, not six.
        return readings.second(Ambiguity::LoneStarArn);
    }
    value.matches(':').count() >= BORDERS && matches(pattern, value, context, Stars::Bound)
}
