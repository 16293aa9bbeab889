//! Classes of the values of a dimension, with one value of each.

use super::bits::Bits;
use std::fmt::Debug;

/// The classes of one value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    /// A value of each class.
    pub witnesses: Vec<String>,
    /// For each atom the classes that it holds for.
    pub columns: Vec<Bits>,
    /// Whether these are all.
    pub is_complete: bool,
}

impl Values {
    /// Gives each value its column by asking every atom.
    pub(crate) fn by_asking<V, A>(
        values: &[V],
        atoms: &[A],
        show: impl Fn(&V) -> String,
        holds: impl Fn(&A, &V) -> bool,
    ) -> Values {
        let column = |atom: &A| {
            let mut column = Bits::none(values.len());
            (0..values.len())
                .filter(|number| holds(atom, &values[*number]))
                .for_each(|number| column.insert(number));
            column
        };
        Values {
            witnesses: values.iter().map(show).collect(),
            columns: atoms.iter().map(column).collect(),
            is_complete: true,
        }
    }
}
