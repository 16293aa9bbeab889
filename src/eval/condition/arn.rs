//! ARN operators compare part by part (IAM:reference_policies_elements_condition_operators).

use crate::authz::Readings;
use crate::authz::{Ambiguity, Context};
use crate::eval::glob::{Stars, fits as fits_glob};
use crate::eval::tri::Tri;
use crate::model::{Part, Pattern};

/// Colons between the six parts of an ARN.
const BORDERS: usize = 5;

pub(super) fn fits(pattern: &Pattern, value: &str, context: &Context, readings: &Readings) -> Tri {
    if matches!(&*pattern.parts, [Part::AnyInSegment]) {
        // `*` alone has one part, not six.
        return Tri::from(readings.second(Ambiguity::LoneStarArn));
    }
    if value.matches(':').count() < BORDERS {
        return Tri::No;
    }
    fits_glob(pattern, value, context, Stars::Bound)
}
