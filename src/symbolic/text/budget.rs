//! What a search may cost, and what it says when it costs more.

/// Words of cubes and places of patterns that one question may look at: a fraction of a second. Real questions look at some thousands.
const MOST_WORK: usize = 50_000_000;

/// States that a walk over patterns may have, beside some for each symbol; from experiment (`../shared/symbolic.md`).
const STATES: usize = 1_000;

/// The same where the question cannot be asked in parts.
pub(crate) const STATES_AT_LAST: usize = 8_000;

/// Places of patterns that the states of one walk may hold together: some tens of megabytes. A long list of patterns has thousands of
/// places in every state.
const PLACES: usize = 4_000_000;

/// The budget ran out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Exhausted;

/// There are more classes or states than the budget allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TooMany;

/// What a search may still cost.
#[derive(Debug)]
pub(crate) struct Budget {
    work: usize,
    /// States of one walk.
    pub states: usize,
    /// Places that they hold together.
    pub places: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { work: MOST_WORK, states: STATES, places: PLACES }
    }
}

impl Budget {
    /// Takes this much off; once it does not suffice there is nothing left for anybody.
    pub(crate) fn spend(&mut self, work: usize) -> Result<(), Exhausted> {
        let rest = self.work.checked_sub(work);
        self.work = rest.unwrap_or(0);
        rest.map(|_| ()).ok_or(Exhausted)
    }

    /// What is left.
    pub(crate) fn left(&self) -> usize {
        self.work
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        self.work == 0
    }
}
