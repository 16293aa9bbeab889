//! What can be told from the words alone: that one statement lies within another, and what is left of it if not.
//!
//! Most statements of two versions of a policy are the same. Those need no space; of the others only the new words do.

use super::key::{Fits, Test};
use super::sketch::{Constraint, Sketch};
use super::space::Gathered;
use super::token::Atom;

/// Pairs of patterns that are looked at to tell whether they have texts in common.
pub(super) const MOST_PAIRS: usize = 4_096;

/// What is left of a statement when the part is cut off that the words of one of the others cover; `None` if nothing is left.
pub(super) fn left_over<'a>(
    sketch: &Sketch,
    others: impl Iterator<Item = &'a Sketch>,
    gathered: &[Gathered],
) -> Option<Sketch> {
    let mut left = sketch.clone();
    for other in others {
        let implied = |(dimension, wanted): &&(usize, Constraint)| {
            let atoms = gathered[*dimension].asked.atoms();
            left.on(*dimension).any(|own| implies(own, wanted, atoms))
        };
        let mut failing = other.0.iter().filter(|entry| !implied(entry));
        let (dimension, wanted) = failing.next()?;
        if failing.next().is_some() {
            continue;
        }
        // All but this dimension is covered, so what the other has in this one is covered too.
        if let Constraint::Patterns { atoms: covered, not: false } = wanted {
            left.cut(*dimension, covered, gathered[*dimension].asked.atoms());
        }
    }
    Some(left)
}

/// Whether all that fits the first fits the second.
fn implies(own: &Constraint, wanted: &Constraint, atoms: &[Atom]) -> bool {
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

/// Whether a pattern lies within one of these; of what is no text only the same does.
pub(super) fn lies_within(atom: u32, whole: &[u32], atoms: &[Atom]) -> bool {
    let Some(own) = atoms.get(atom as usize) else { return false };
    whole.iter().any(|other| atoms[*other as usize].includes(own))
}

/// Whether some request may fit both statements; a quick look, which may say so where none does.
pub(super) fn may_meet(left: &Sketch, right: &Sketch, gathered: &[Gathered]) -> bool {
    left.0.iter().all(|(dimension, own)| {
        let atoms = gathered[*dimension].asked.atoms();
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
