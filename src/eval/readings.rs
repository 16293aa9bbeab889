//! Which reading of AWS's unclear points an evaluation follows, and which points it came upon.

use crate::authz::{Ambiguity, Choice};
use std::cell::Cell;

/// One choice for every ambiguity.
#[derive(Debug, Default)]
pub(super) struct Readings {
    second: u64,
    consulted: Cell<u64>,
}

impl Readings {
    /// The second reading of the ambiguities whose bits are set.
    pub(super) fn with_second(second: u64) -> Self {
        Readings { second, consulted: Cell::new(0) }
    }

    /// The reading to follow. Call it only where the answer hangs on it: it is noted.
    pub(super) fn choose(&self, ambiguity: Ambiguity) -> Choice {
        let bit = bit(ambiguity);
        self.consulted.set(self.consulted.get() | bit);
        if self.second & bit == 0 { Choice::First } else { Choice::Second }
    }

    /// Whether the second reading is followed.
    pub(super) fn second(&self, ambiguity: Ambiguity) -> bool {
        self.choose(ambiguity) == Choice::Second
    }

    /// The bits of the ambiguities that were come upon.
    pub(super) fn consulted(&self) -> u64 {
        self.consulted.get()
    }
}

/// The bit of an ambiguity in a set.
pub(super) fn bit(ambiguity: Ambiguity) -> u64 {
    1 << ambiguity as u8
}
