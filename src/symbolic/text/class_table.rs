//! Classes of texts, with one text of each.

use super::bits::Bits;
use std::fmt::Debug;

/// The classes of the texts that a dimension's patterns tell apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Classes {
    /// For each class a text of it, among the shortest.
    pub witnesses: Vec<String>,
    /// For each pattern the classes whose texts fit.
    pub columns: Vec<Bits>,
    /// Whether these are all. If not, what is found among them is there, but more may be.
    pub is_complete: bool,
}

/// The patterns that a class fits, and a text of it.
pub(crate) type FoundClasses = Vec<(Vec<usize>, String)>;
