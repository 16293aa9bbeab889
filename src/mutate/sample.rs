//! Which mutants are judged: all, or as many as are wanted, drawn by a seed.

use std::collections::BTreeSet;
use std::ops::Range;

/// Numbers that follow from a seed alone (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Clone, Copy, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// A number below `most`, which is not 0.
    pub(super) fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % most.max(1) as u64) as usize
    }

    /// As many different numbers below `of` as are wanted, in order.
    pub(super) fn choose(&mut self, wanted: usize, of: usize) -> Vec<usize> {
        if wanted >= of {
            return (0..of).collect();
        }
        // Of the numbers that stay or those that go, the fewer are drawn.
        let drawn_go = wanted > of / 2;
        let mut drawn = BTreeSet::new();
        while drawn.len() < if drawn_go { of - wanted } else { wanted } {
            drawn.insert(self.below(of));
        }
        if drawn_go {
            (0..of).filter(|number| !drawn.contains(number)).collect()
        } else {
            drawn.into_iter().collect()
        }
    }

    /// The numbers in an order that follows from the seed (Fisher and Yates).
    pub(super) fn shuffled(&mut self, numbers: Range<usize>) -> Vec<usize> {
        let mut all = numbers.collect::<Vec<_>>();
        for last in (1..all.len()).rev() {
            all.swap(last, self.below(last + 1));
        }
        all
    }
}

/// The two slips of a pair, by the number of the pair: 0 is (0, 1), 1 is (0, 2), 2 is (1, 2).
pub(super) fn pair(number: usize) -> (usize, usize) {
    let mut second = (((8 * number + 1) as f64).sqrt() as usize).div_ceil(2).max(1);
    while second * (second - 1) / 2 > number {
        second -= 1;
    }
    while second * (second + 1) / 2 <= number {
        second += 1;
    }
    (number - second * (second - 1) / 2, second)
}

#[cfg(test)]
mod tests {
    use super::{Dice, pair};

    #[test]
    fn every_pair_has_a_number() {
        let mut number = 0;
        for second in 1..80 {
            for first in 0..second {
                assert_eq!(pair(number), (first, second));
                number += 1;
            }
        }
    }

    /// Every number once, and the same order for one seed.
    #[test]
    fn an_order_has_every_number() {
        let order = Dice::new(7).shuffled(3..40);
        assert!(!order.is_sorted() && order == Dice::new(7).shuffled(3..40));
        let mut sorted = order;
        sorted.sort_unstable();
        assert_eq!(sorted, (3..40).collect::<Vec<_>>());
    }

    #[test]
    fn as_many_as_wanted_and_the_same_for_one_seed() {
        for (wanted, of) in [(0, 5), (2, 5), (4, 5), (5, 5), (9, 5), (300, 1000), (999, 1000)] {
            let chosen = Dice::new(7).choose(wanted, of);
            assert_eq!(chosen.len(), wanted.min(of), "{wanted} of {of}");
            assert!(chosen.is_sorted() && chosen.iter().all(|number| *number < of));
            assert_eq!(chosen, Dice::new(7).choose(wanted, of));
        }
        assert_ne!(Dice::new(7).choose(300, 1000), Dice::new(8).choose(300, 1000));
    }
}
