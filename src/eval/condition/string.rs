//! String operators.

use crate::authz::Context;
use crate::eval::glob::{Stars, equals_ignore_case, matches};
use crate::model::Pattern;
use crate::model::condition::string::Compare;

pub(super) fn fits(compare: Compare, pattern: &Pattern, value: &str, context: &Context) -> bool {
    match compare {
        Compare::Exact | Compare::Like => matches(pattern, value, context, Stars::Free),
        Compare::IgnoreCase => equals_ignore_case(pattern, value, context),
    }
}
