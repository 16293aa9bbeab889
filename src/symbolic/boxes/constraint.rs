//! Constraints of statements on dimensions, and which follow from which.

use super::dimension::{DimensionSpec, Name};
use crate::model::condition::Quantifier;
use crate::symbolic::text::Atom;

/// Pairs of patterns that are looked at to tell whether they have texts in common.
pub(crate) const MOST_PAIRS: usize = 4_096;

/// What a condition asks of a key.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Test {
    /// Whether it is absent or present.
    Null {
        /// It may be absent.
        absent: bool,
        /// It may be the empty text.
        empty: bool,
        /// It may be present.
        present: bool,
    },
    /// Values.
    Fits(Fits),
    /// Whatever the key is, it holds or not.
    Constant(bool),
}

impl Test {
    /// The key is present.
    pub(crate) const PRESENT: Test = Test::Null { absent: false, empty: true, present: true };
    /// The key is absent.
    pub(crate) const ABSENT: Test = Test::Null { absent: true, empty: false, present: false };

    /// Whether it holds where the key is absent.
    fn admits_absence(&self) -> bool {
        match self {
            Test::Null { absent, .. } => *absent,
            Test::Fits(fits) => fits.absent,
            Test::Constant(holds) => *holds,
        }
    }
}

/// A test of values.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Fits {
    /// The atoms; one that holds is enough.
    pub atoms: Vec<u32>,
    /// Whether none may hold.
    pub negated: bool,
    /// One value that could not be read may be anything: all values count as fitting.
    pub all: bool,
    /// Or none does.
    pub none: bool,
    /// Whether the key may be absent.
    pub absent: bool,
    pub quantifier: Option<Quantifier>,
    /// Several values without set operator: one that fits is enough.
    pub any_of_several: bool,
}

impl Fits {
    /// One of these holds, or none; a key that is absent fails.
    pub(crate) fn one_of(atoms: Vec<u32>, negated: bool) -> Fits {
        Fits {
            atoms,
            negated,
            all: false,
            none: false,
            absent: false,
            quantifier: None,
            any_of_several: false,
        }
    }
}

/// A constraint on one dimension. Atoms are sorted.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Constraint {
    /// One of these patterns fits, or none does.
    Patterns { atoms: Vec<u32>, not: bool },
    /// A test of a condition key.
    Key(Test),
}

impl Constraint {
    pub(crate) fn atoms(&self) -> &[u32] {
        match self {
            Constraint::Patterns { atoms, .. } => atoms,
            Constraint::Key(Test::Fits(fits)) => &fits.atoms,
            Constraint::Key(Test::Null { .. } | Test::Constant(_)) => &[],
        }
    }

    /// The same constraint with each atom replaced by its position in `part`, a sorted list that contains all of them.
    pub(crate) fn renumbered(&self, part: &[u32]) -> Constraint {
        let number = |atoms: &[u32]| {
            atoms
                .iter()
                .filter_map(|atom| part.binary_search(atom).ok())
                .map(|place| place as u32)
                .collect()
        };
        match self {
            Constraint::Patterns { atoms, not } => {
                Constraint::Patterns { atoms: number(atoms), not: *not }
            }
            Constraint::Key(Test::Fits(fits)) => {
                Constraint::Key(Test::Fits(Fits { atoms: number(&fits.atoms), ..fits.clone() }))
            }
            Constraint::Key(test) => Constraint::Key(test.clone()),
        }
    }

    pub(crate) fn into_fits(self) -> Option<Fits> {
        match self {
            Constraint::Key(Test::Fits(fits)) => Some(fits),
            _ => None,
        }
    }

    /// The patterns, if the constraint is that one of them fits.
    pub(crate) fn into_positive(self) -> Option<Vec<u32>> {
        match self {
            Constraint::Patterns { atoms, not: false } => Some(atoms),
            _ => None,
        }
    }
}

/// A statement: the numbers of dimensions with what they must be. It applies where all hold.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Constraints(pub Vec<(usize, Constraint)>);

impl Constraints {
    /// The constraints on a dimension.
    pub(crate) fn on(&self, dimension: usize) -> impl Iterator<Item = &Constraint> {
        self.0
            .iter()
            .filter(move |(number, _)| *number == dimension)
            .map(|(_, constraint)| constraint)
    }

    /// Takes what lies within some patterns out of the one positive list on a dimension.
    pub(crate) fn cut(&mut self, dimension: usize, covered: &[u32], all: &[Atom]) {
        let mut own = self.0.iter_mut().filter(|(number, _)| *number == dimension);
        if let (Some((_, Constraint::Patterns { atoms, not: false })), None) =
            (own.next(), own.next())
        {
            let looks_close = atoms.len() * covered.len() <= MOST_PAIRS;
            atoms.retain(|atom| {
                covered.binary_search(atom).is_err()
                    && !(looks_close && lies_within(*atom, covered, all))
            });
        }
    }

    /// The statement as two, each with half of its longest positive list; `None` if no list is longer than one. A list of plain texts
    /// is not what makes a dimension hard.
    pub(crate) fn halves(&self, specs: &[DimensionSpec]) -> Option<(Constraints, Constraints)> {
        let is_walked = |dimension: usize, atom: &u32| {
            specs[dimension].tests.atoms()[*atom as usize].is_walked()
        };
        let length = |(dimension, constraint): &(usize, Constraint)| match constraint {
            Constraint::Patterns { atoms, not: false }
                if atoms.iter().any(|atom| is_walked(*dimension, atom)) =>
            {
                atoms.len()
            }
            _ => 0,
        };
        let (longest, entry) = self.0.iter().enumerate().max_by_key(|(_, entry)| length(entry))?;
        let (first, second) = entry.1.atoms().split_at(length(entry) / 2);
        let with = |atoms: &[u32]| {
            let mut half = self.clone();
            half.0[longest].1 = Constraint::Patterns { atoms: atoms.to_vec(), not: false };
            half
        };
        (!first.is_empty()).then(|| (with(first), with(second)))
    }

    /// How many patterns that a walk must find its positive lists have at most.
    pub(crate) fn walked(&self, specs: &[DimensionSpec]) -> usize {
        let walked = |(dimension, constraint): &(usize, Constraint)| match constraint {
            Constraint::Patterns { atoms, not: false } => {
                let all = specs[*dimension].tests.atoms();
                atoms.iter().filter(|atom| all[**atom as usize].is_walked()).count()
            }
            _ => 0,
        };
        self.0.iter().map(walked).max().unwrap_or(0)
    }

    /// Whether it applies to no request, as keys that it asks for are absent.
    pub(crate) fn lacks(&self, specs: &[DimensionSpec], is_absent: impl Fn(&str) -> bool) -> bool {
        self.0.iter().any(|(dimension, own)| match (own, &specs[*dimension].name) {
            (Constraint::Key(test), Name::Key(key)) => !test.admits_absence() && is_absent(key),
            _ => false,
        })
    }

    /// Both statements at once.
    pub(crate) fn and(&self, other: &Constraints) -> Constraints {
        Constraints(self.0.iter().chain(&other.0).cloned().collect())
    }
}

/// Whether all that fits the first fits the second.
pub(crate) fn implies(own: &Constraint, wanted: &Constraint, atoms: &[Atom]) -> bool {
    match (own, wanted) {
        (_, Constraint::Key(Test::Constant(true))) => true,
        (
            Constraint::Patterns { atoms: own, not: false },
            Constraint::Patterns { atoms: wanted, not: false },
        ) => is_part(own, wanted, atoms),
        (
            Constraint::Patterns { atoms: own, not: true },
            Constraint::Patterns { atoms: wanted, not: true },
        ) => is_part(wanted, own, atoms),
        (Constraint::Key(Test::Fits(own)), Constraint::Key(Test::Fits(wanted))) => {
            implies_fits(own, wanted, atoms)
        }
        (Constraint::Key(own), Constraint::Key(wanted)) => own == wanted,
        _ => false,
    }
}

fn implies_fits(own: &Fits, wanted: &Fits, atoms: &[Atom]) -> bool {
    let (fewer, more) = if own.negated { (wanted, own) } else { (own, wanted) };
    Fits { atoms: Vec::new(), ..own.clone() } == Fits { atoms: Vec::new(), ..wanted.clone() }
        && is_part(&fewer.atoms, &more.atoms, atoms)
}

/// Whether each of `part` lies within one of `whole`; both are sorted.
fn is_part(part: &[u32], whole: &[u32], atoms: &[Atom]) -> bool {
    let looks_close = part.len() * whole.len() <= MOST_PAIRS;
    part.iter().all(|atom| {
        whole.binary_search(atom).is_ok() || looks_close && lies_within(*atom, whole, atoms)
    })
}

/// Whether one of these patterns includes the pattern. An atom that is not a pattern of texts is included only by itself.
pub(crate) fn lies_within(atom: u32, whole: &[u32], atoms: &[Atom]) -> bool {
    let Some(own) = atoms.get(atom as usize) else { return false };
    whole.iter().any(|other| atoms[*other as usize].includes(own))
}
