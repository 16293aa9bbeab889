//! The formula of the layers in disjunctive normal form.

use crate::authz::{Formula, LayerId, Layers, NamingSet, Readings};

/// Terms that are looked at.
const MOST_TERMS: usize = 4_096;

/// A layer that allows, naming the caller in one of these ways.
pub(crate) type Allowing = (LayerId, NamingSet);

/// The terms of a formula: it holds where for one of them all these layers allow. `None` if there are too many, or a bucket is behind an access point.
pub(crate) fn terms(
    formula: &Formula,
    layers: &Layers<'_>,
    readings: &Readings,
) -> Option<Vec<Vec<Allowing>>> {
    let of = |part: &Formula| terms(part, layers, readings);
    let each = |parts: &[Formula]| parts.iter().map(of).collect::<Option<Vec<_>>>();
    match formula {
        Formula::Allows(layer, _) if layers.is_assumed(*layer) => Some(vec![Vec::new()]),
        Formula::Allows(layer, namings) => Some(vec![vec![(*layer, *namings)]]),
        Formula::Reading(ambiguity, first, second) => {
            let (first, second) = (of(first)?, of(second)?);
            Some(if first == second || !readings.second(*ambiguity) { first } else { second })
        }
        // Callers ask about one resource; `decide` alone knows access points.
        Formula::Behind(..) => None,
        Formula::All(parts) => product(&each(parts)?),
        Formula::Any(parts) => Some(each(parts)?.into_iter().flatten().collect()),
    }
}

/// One term of each part.
fn product(parts: &[Vec<Vec<Allowing>>]) -> Option<Vec<Vec<Allowing>>> {
    parts.iter().try_fold(vec![Vec::new()], |all, part| {
        let is_few = all.len() * part.len() <= MOST_TERMS;
        let both = || {
            all.iter().flat_map(|first| {
                part.iter().map(move |second| [first.as_slice(), second.as_slice()].concat())
            })
        };
        is_few.then(|| both().collect())
    })
}
