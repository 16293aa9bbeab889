//! Syntactic subsumption: decides from the words alone whether one statement lies within another, and what remains of it
//! otherwise.
//!
//! Most statements of two versions of a policy are the same. Those need no space; of the others only the new words do.

use super::constraint::{MOST_PAIRS, implies};
use super::{Constraint, Constraints, DimensionSpec};

/// What is left of a statement when the part is cut off that the words of one of the others cover; `None` if nothing is left.
pub(crate) fn left_over<'a>(
    constraints: &Constraints,
    others: impl Iterator<Item = &'a Constraints>,
    specs: &[DimensionSpec],
) -> Option<Constraints> {
    let mut left = constraints.clone();
    for other in others {
        let implied = |(dimension, wanted): &&(usize, Constraint)| {
            let atoms = specs[*dimension].tests.atoms();
            left.on(*dimension).any(|own| implies(own, wanted, atoms))
        };
        let mut failing = other.0.iter().filter(|entry| !implied(entry));
        let (dimension, wanted) = failing.next()?;
        if failing.next().is_some() {
            continue;
        }
        // All but this dimension is covered, so what the other has in this one is covered too.
        if let Constraint::Patterns { atoms: covered, not: false } = wanted {
            left.cut(*dimension, covered, specs[*dimension].tests.atoms());
        }
    }
    Some(left)
}

/// Whether some request may fit both statements; a quick look, which may say so where none does.
pub(crate) fn may_meet(left: &Constraints, right: &Constraints, specs: &[DimensionSpec]) -> bool {
    left.0.iter().all(|(dimension, own)| {
        let atoms = specs[*dimension].tests.atoms();
        right.on(*dimension).all(|other| match (own, other) {
            (
                Constraint::Patterns { atoms: own, not: false },
                Constraint::Patterns { atoms: other, not: false },
            ) => {
                own.len() * other.len() > MOST_PAIRS
                    || own.iter().any(|own| {
                        other.iter().any(|other| {
                            own == other || atoms[*own as usize].may_meet(&atoms[*other as usize])
                        })
                    })
            }
            _ => true,
        })
    })
}
