//! Numeric operators.

use crate::model::condition::{Relation, numeric};
use std::cmp::Ordering;

pub(super) fn fits(relation: Relation, limit: f64, value: &str) -> bool {
    numeric::value(value)
        .is_ok_and(|value| value.partial_cmp(&limit).is_some_and(|order| holds(relation, order)))
}

/// Whether a value in this `order` to the limit satisfies the relation. `NotEquals` tests for
/// equality here, because the negation follows after all values were tried.
pub(super) fn holds(relation: Relation, order: Ordering) -> bool {
    match relation {
        Relation::Equals | Relation::NotEquals => order == Ordering::Equal,
        Relation::LessThan => order == Ordering::Less,
        Relation::LessThanEquals => order != Ordering::Greater,
        Relation::GreaterThan => order == Ordering::Greater,
        Relation::GreaterThanEquals => order != Ordering::Less,
    }
}
