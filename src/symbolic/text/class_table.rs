//! Classes of texts and of other values, with one of each.

use super::bits::Bits;

/// The classes of the texts that a dimension's patterns tell apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Classes {
    /// For each class a text of it, among the shortest.
    pub witnesses: Vec<String>,
    /// For each pattern the classes whose texts fit.
    pub columns: Vec<Bits>,
    /// Whether these are all. If not, those that are found exist, and there may be more.
    pub is_complete: bool,
}

/// The patterns that a class fits, and a text of it.
pub(crate) type FoundClasses = Vec<(Vec<usize>, String)>;

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
