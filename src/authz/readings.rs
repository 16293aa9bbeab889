//! Which reading of AWS's unclear points an evaluation follows, and which points it came upon.

use super::{Ambiguity, Choice};
use crate::model::ResourcePattern;
use std::cell::Cell;
use std::collections::BTreeSet;

/// One choice for every ambiguity.
#[derive(Debug, Default)]
pub struct Readings {
    second: u64,
    consulted: Cell<u64>,
}

impl Readings {
    /// The second reading of the ambiguities whose bits are set.
    pub fn with_second(second: u64) -> Self {
        Readings { second, consulted: Cell::new(0) }
    }

    /// The reading to follow. Call it only where the answer hangs on it: it is noted.
    pub fn choose(&self, ambiguity: Ambiguity) -> Choice {
        let bit = bit(ambiguity);
        self.consulted.set(self.consulted.get() | bit);
        if self.second & bit == 0 { Choice::First } else { Choice::Second }
    }

    /// Whether the second reading is followed.
    pub fn second(&self, ambiguity: Ambiguity) -> bool {
        self.choose(ambiguity) == Choice::Second
    }

    /// Whether the words of a resource may match, as far as AWS's pages leave that open.
    pub fn let_match(&self, pattern: &ResourcePattern) -> bool {
        pattern.unsettled.iter().all(|unsettled| self.second(Ambiguity::of_resource(*unsettled)))
    }

    /// The bits of the ambiguities that were come upon.
    pub fn consulted(&self) -> u64 {
        self.consulted.get()
    }
}

/// The answers without the points on which none of them depends.
pub fn decisive<T: Copy + PartialEq>(
    answers: &[(Vec<(Ambiguity, Choice)>, T)],
) -> Vec<(Vec<(Ambiguity, Choice)>, T)> {
    let without = |choices: &[(Ambiguity, Choice)], point: Ambiguity| {
        choices.iter().copied().filter(|(own, _)| *own != point).collect::<Vec<_>>()
    };
    let mut answers = answers.to_vec();
    let points = answers.iter().flat_map(|(choices, _)| choices).map(|(point, _)| *point);
    for point in points.collect::<BTreeSet<_>>() {
        let mut fewer: Vec<(Vec<_>, T)> = Vec::new();
        let depends = answers.iter().any(|(choices, answer)| {
            let choices = without(choices, point);
            match fewer.iter().find(|(known, _)| *known == choices) {
                Some((_, known)) => known != answer,
                None => {
                    fewer.push((choices, *answer));
                    false
                }
            }
        });
        if !depends {
            answers = fewer;
        }
    }
    answers
}

/// How many unclear points of AWS are tried in all combinations.
const MAX_AMBIGUITIES: u32 = 8;

/// The answers under every combination of the unclear points that were come upon.
#[derive(Debug)]
pub struct Tried<T> {
    /// The points, as a set of bits.
    pub points: u64,
    /// For each set of second readings the answer; the first is that under the first readings.
    pub answers: Vec<(u64, T)>,
    /// Whether all combinations were tried.
    pub is_complete: bool,
}

/// Answers a question under every combination of the readings that it comes upon.
pub fn under_all_readings<T>(mut answer: impl FnMut(&Readings) -> T) -> Tried<T> {
    let readings = Readings::default();
    let first = answer(&readings);
    let mut tried =
        Tried { points: readings.consulted(), answers: vec![(0, first)], is_complete: true };
    // A reading may lead to points that the others did not meet, so the set grows until it is closed.
    loop {
        if tried.points.count_ones() > MAX_AMBIGUITIES {
            return Tried { is_complete: false, ..tried };
        }
        let missing = subsets(tried.points)
            .find(|subset| tried.answers.iter().all(|(done, _)| done != subset));
        let Some(subset) = missing else { return tried };
        let readings = Readings::with_second(subset);
        let answer = answer(&readings);
        tried.answers.push((subset, answer));
        tried.points |= readings.consulted();
    }
}

fn subsets(set: u64) -> impl Iterator<Item = u64> {
    // The usual walk over the subsets of a bit set, from none to all.
    std::iter::successors(Some(0), move |&subset: &u64| {
        (subset != set).then(|| subset.wrapping_sub(set) & set)
    })
}

/// The bit of an ambiguity in a set.
pub fn bit(ambiguity: Ambiguity) -> u64 {
    1 << ambiguity as u8
}
