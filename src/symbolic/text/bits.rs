//! Sets of small numbers: of the classes of a dimension, of the patterns that a class matches.

use smallvec::{SmallVec, smallvec};

/// Numbers a word holds.
const WORD: usize = 64;

/// A set of numbers below a size that is fixed when it is made.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Bits(SmallVec<[u64; 2]>);

/// How many words hold `size` numbers.
pub(crate) fn words(size: usize) -> usize {
    size.div_ceil(WORD)
}

impl Bits {
    /// No number below `size`.
    pub(crate) fn none(size: usize) -> Bits {
        Bits(smallvec![0; words(size)])
    }

    /// All numbers below `size`.
    pub(crate) fn all(size: usize) -> Bits {
        let mut bits = Bits(smallvec![u64::MAX; words(size)]);
        if let (Some(last), rest @ 1..) = (bits.0.last_mut(), size % WORD) {
            *last = (1 << rest) - 1;
        }
        bits
    }

    pub(crate) fn insert(&mut self, number: usize) {
        self.0[number / WORD] |= 1 << (number % WORD);
    }

    pub(crate) fn contains(&self, number: usize) -> bool {
        self.0[number / WORD] & (1 << (number % WORD)) != 0
    }

    pub(crate) fn union(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
    }

    pub(crate) fn intersect(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= other);
    }

    pub(crate) fn subtract(&mut self, other: &Bits) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= !other);
    }

    pub(crate) fn meets(&self, other: &Bits) -> bool {
        self.0.iter().zip(&other.0).any(|(word, other)| word & other != 0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The numbers, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        ones(&self.0)
    }

    pub(crate) fn as_words(&self) -> &[u64] {
        &self.0
    }
}

/// The numbers whose bits are set, ascending.
pub(crate) fn ones(words: &[u64]) -> impl Iterator<Item = usize> + '_ {
    words.iter().enumerate().flat_map(|(at, word)| {
        // Clears the lowest bit at each step.
        let rests = std::iter::successors((*word != 0).then_some(*word), |rest| {
            Some(rest & (rest - 1)).filter(|rest| *rest != 0)
        });
        rests.map(move |rest| at * WORD + rest.trailing_zeros() as usize)
    })
}
