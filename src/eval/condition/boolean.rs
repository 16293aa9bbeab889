//! The `Bool` operator.

use crate::model::condition::boolean;

pub(super) fn fits(wanted: bool, value: &str) -> bool {
    boolean::value(value) == Ok(wanted)
}
