//! Classes of texts and of other values, with one of each.

use super::Groups;
use super::bits::Bits;
use rustc_hash::FxHashSet;
use std::ops::Range;

/// The classes of the texts that a dimension's patterns tell apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Classes {
    /// For each class a text of it, among the shortest.
    pub witnesses: Vec<String>,
    /// For each pattern the classes whose texts fit a pattern of its group.
    pub columns: Vec<Bits>,
    /// Whether these are all. If not, those that are found exist, and there may be more.
    pub is_complete: bool,
}

/// The groups of patterns that a class fits, and a text of it.
pub(crate) type FoundClasses = Vec<(Vec<usize>, String)>;

/// The classes of one value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    /// A value of each class.
    pub witnesses: Vec<String>,
    /// For each atom the classes that an atom of its group holds for.
    pub columns: Vec<Bits>,
    /// Whether these are all.
    pub is_complete: bool,
    /// The atoms that are only asked together.
    pub groups: Groups,
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
            groups: Groups::alone(atoms.len()),
        }
    }

    /// One class for each value, where each atom holds for those of a range.
    pub(crate) fn of_ranges(
        witnesses: Vec<String>,
        ranges: impl Iterator<Item = Range<usize>>,
    ) -> Values {
        let column = |range: Range<usize>| {
            let mut column = Bits::none(witnesses.len());
            range.for_each(|number| column.insert(number));
            column
        };
        let columns = ranges.map(column).collect::<Vec<_>>();
        let groups = Groups::alone(columns.len());
        Values { witnesses, columns, is_complete: true, groups }
    }

    /// The same with one class, the first, of all that differ only in atoms of one group.
    pub(crate) fn grouped(self, groups: Groups) -> Values {
        if groups.len() == self.columns.len() {
            return Values { groups, ..self };
        }
        let mut joined = vec![Bits::none(self.witnesses.len()); groups.len()];
        for (atom, column) in self.columns.iter().enumerate() {
            joined[groups.of(atom)].union(column);
        }
        let mut known = FxHashSet::default();
        let mut is_first = |class: &usize| {
            known.insert(joined.iter().map(|column| column.contains(*class)).collect::<Vec<_>>())
        };
        let kept = (0..self.witnesses.len()).filter(&mut is_first).collect::<Vec<_>>();
        let column = |column: &Bits| {
            let mut own = Bits::none(kept.len());
            let fitting = kept.iter().enumerate().filter(|(_, class)| column.contains(**class));
            fitting.for_each(|(number, _)| own.insert(number));
            own
        };
        let of_groups = joined.iter().map(column).collect::<Vec<_>>();
        let columns = 0..self.columns.len();
        Values {
            witnesses: kept.iter().map(|class| self.witnesses[*class].clone()).collect(),
            columns: columns.map(|atom| of_groups[groups.of(atom)].clone()).collect(),
            is_complete: self.is_complete,
            groups,
        }
    }
}
