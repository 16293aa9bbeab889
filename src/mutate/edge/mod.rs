//! Requests at the edges of policies: one step inside and outside of every pattern, range and list, each with its decision.

mod base;
mod rows;
mod values;

pub use rows::{Edge, Edges, Policies, edges};

use serde::Serialize;

/// On which side of the edge of some words a request is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The words fit.
    Inside,
    /// One step beyond.
    Outside,
    /// At the border of a number or a date: the operator decides.
    Border,
    /// The same in other case.
    Case,
    /// The condition key is absent.
    Absent,
}
