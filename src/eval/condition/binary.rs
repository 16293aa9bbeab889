//! The `BinaryEquals` operator.

use crate::model::condition::binary;

pub(super) fn fits(bytes: &[u8], value: &str) -> bool {
    binary::value(value).is_ok_and(|value| value == bytes)
}
