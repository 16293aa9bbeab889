//! String operators.

use crate::authz::Context;
use crate::eval::glob::{Stars, equals_ignore_case, fits as fits_glob, is_open};
use crate::eval::tri::Tri;
use crate::model::Pattern;
use crate::model::condition::string::Compare;

pub(super) fn fits(compare: Compare, pattern: &Pattern, value: &str, context: &Context) -> Tri {
    match compare {
        Compare::Exact | Compare::Like => fits_glob(pattern, value, context, Stars::Free),
        Compare::IgnoreCase if is_open(pattern, context) => Tri::Maybe,
        Compare::IgnoreCase => Tri::from(equals_ignore_case(pattern, value, context)),
    }
}
