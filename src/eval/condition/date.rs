//! Date operators.

use super::numeric::holds;
use crate::model::condition::{Relation, date};

pub(super) fn fits(relation: Relation, limit: i128, value: &str) -> bool {
    date::value(value).is_ok_and(|value| holds(relation, value.cmp(&limit)))
}
