//! What a search may cost, and what it says when it costs more.

use std::cell::Cell;
use std::rc::Rc;

/// Words of cubes and places of patterns that one question may look at: a fraction of a second. Real questions look at some thousands.
const MOST_WORK: usize = 50_000_000;

/// States that a walk over patterns may have, beside some for each symbol; from experiment (`../shared/symbolic.md`).
const STATES: usize = 1_000;

/// The same where the question cannot be asked in parts.
pub(crate) const STATES_AT_LAST: usize = 8_000;

/// Places of patterns that the states of one walk may hold together: some tens of megabytes. A long list of patterns has thousands of
/// places in every state.
const PLACES: usize = 4_000_000;

/// The same for all searches of one question together: its actions and callers, the readings, the values of variables. A second or two.
const MOST_TOGETHER: usize = 250_000_000;

/// What it costs to turn a box that was found into a request and to ask the other engine, for each condition key.
const ASKING: usize = 500;

/// Keys whose cost a request without any has.
const NO_KEYS: usize = 4;

/// The budget ran out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Exhausted;

/// There are more classes or states than the budget allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TooMany;

/// What the searches of one question may still cost together.
#[derive(Clone, Debug)]
pub(crate) struct Together {
    own: Rc<Cell<usize>>,
    /// What is left for all questions of a run, if they share a budget.
    run: Option<Rc<Cell<usize>>>,
}

impl Default for Together {
    fn default() -> Self {
        Together::of(MOST_TOGETHER)
    }
}

impl Together {
    /// A budget for a search, which takes off this one too.
    pub(crate) fn search(&self) -> Budget {
        Budget { together: self.clone(), ..Budget::default() }
    }

    /// Takes off what it costs to ask about a request with so many condition keys. Once there is nothing left, no search goes on.
    pub(crate) fn spend_on_asking(&self, keys: usize) {
        self.spend(ASKING * (NO_KEYS + keys));
    }

    /// Takes off the run alone what prepares a search: which requests there are, and which values are tried.
    pub(crate) fn spend_on_preparing(&self, work: usize) {
        if let Some(left) = &self.run {
            left.set(left.get().saturating_sub(work));
        }
    }

    /// Begins again: for the list of differences behind the question whether there are any.
    pub(crate) fn refill(&self) {
        self.own.set(MOST_TOGETHER);
    }

    /// A small one.
    pub(crate) fn of(work: usize) -> Together {
        Together { own: Rc::new(Cell::new(work)), run: None }
    }

    /// One of the usual size, which takes off what is left for a run, too.
    pub(crate) fn within(run: &Rc<Cell<usize>>) -> Together {
        Together { run: Some(Rc::clone(run)), ..Together::default() }
    }

    /// One for another question of the same run: a small one.
    pub(crate) fn for_another(&self, work: usize) -> Together {
        Together { own: Rc::new(Cell::new(work)), run: self.run.clone() }
    }

    /// What is left.
    pub(crate) fn left(&self) -> usize {
        let run = self.run.as_ref().map_or(usize::MAX, |run| run.get());
        self.own.get().min(run)
    }

    fn spend(&self, work: usize) -> bool {
        let spend = |left: &Cell<usize>| {
            let rest = left.get().checked_sub(work);
            left.set(rest.unwrap_or(0));
            rest.is_some()
        };
        let is_left = self.run.as_deref().is_none_or(spend);
        spend(&self.own) && is_left
    }
}

/// What a search may still cost.
#[derive(Debug)]
pub(crate) struct Budget {
    work: usize,
    together: Together,
    /// States of one walk, beside some for each symbol; none: no walk is made.
    pub states: usize,
    /// Places that they hold together.
    pub places: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { work: MOST_WORK, together: Together::default(), states: STATES, places: PLACES }
    }
}

impl Budget {
    /// Takes this much off; once it does not suffice there is nothing left for anybody.
    pub(crate) fn spend(&mut self, work: usize) -> Result<(), Exhausted> {
        let rest = self.work.checked_sub(work).filter(|_| self.together.spend(work));
        self.work = rest.unwrap_or(0);
        rest.map(|_| ()).ok_or(Exhausted)
    }

    /// As [`Together::spend_on_preparing`].
    pub(crate) fn spend_on_preparing(&self, work: usize) {
        self.together.spend_on_preparing(work);
    }

    /// What is left.
    pub(crate) fn left(&self) -> usize {
        self.work.min(self.together.left())
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        self.work == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What one search has used up is not there for the next, however little that one has used itself.
    #[test]
    fn searches_share_one_budget() {
        let together = Together::of(10);
        let mut first = together.search();
        assert_eq!((first.spend(8), first.left()), (Ok(()), 2));
        let mut second = together.search();
        assert_eq!(second.spend(3), Err(Exhausted));
        assert!(second.is_exhausted() && first.spend(1).is_err() && together.left() == 0);
        together.refill();
        assert!(together.search().spend(3).is_ok());
    }

    /// A search of its own ends, too.
    #[test]
    fn a_search_ends_by_itself() {
        let mut budget = Budget::default();
        assert_eq!((budget.spend(MOST_WORK), budget.spend(1)), (Ok(()), Err(Exhausted)));
    }
}
