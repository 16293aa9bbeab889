//! The formula of the layers in disjunctive normal form.

use crate::authz::{Formula, LayerId, Layers, NamingSet, Readings};

/// A layer that allows, naming the caller in one of these ways.
pub(crate) type Allowing = (LayerId, NamingSet);

/// The terms of a formula: it holds where for one of them all these layers allow. They are few: each layer stands in a formula once or twice,
/// and few are alternatives. `None` if a bucket is behind an access point.
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
        Formula::All(parts) => Some(product(&each(parts)?)),
        Formula::Any(parts) => Some(each(parts)?.into_iter().flatten().collect()),
    }
}

/// One term of each part.
fn product(parts: &[Vec<Vec<Allowing>>]) -> Vec<Vec<Allowing>> {
    parts.iter().fold(vec![Vec::new()], |all, part| {
        let both = all.iter().flat_map(|first| {
            part.iter().map(move |second| [first.as_slice(), second.as_slice()].concat())
        });
        both.collect()
    })
}
