//! What the checks and proofs of one run may cost together: all connections of a folder or of a settings file, and the search for edits.
//!
//! Each check and each proof has a limit of its own. A file of many connections, each as hard as one may be, would take as many times as long;
//! so all of a run share one budget. What is left when it runs out is unknown, or not edited, and the report says so.

use crate::symbolic::Together;
use std::cell::Cell;
use std::rc::Rc;

/// Steps of the prover in one run, in millions, if nobody says otherwise: a minute or so. A check of an ordinary connection takes one or two.
pub const MOST_IN_A_RUN: u32 = 10_000;

/// Steps of the prover that take as long as to hold one request against one statement. Measured.
const HELD: usize = 25;

/// The same for what each step of an operation costs at least.
const ASKED: usize = 10_000;

/// The same for each byte of the documents that are read to try an edit.
const READ: usize = 50;

/// What is left for a run. Copies share it.
#[derive(Clone, Debug)]
pub struct Budget {
    left: Rc<Cell<usize>>,
    /// Whether somebody asked for more than was left.
    is_short: Rc<Cell<bool>>,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget::of_millions(MOST_IN_A_RUN)
    }
}

/// A budget says nothing about a connection.
impl PartialEq for Budget {
    fn eq(&self, _: &Budget) -> bool {
        true
    }
}

impl Budget {
    /// A budget of so many million steps.
    pub fn of_millions(millions: u32) -> Budget {
        let millions = usize::try_from(millions).unwrap_or(usize::MAX);
        let left = Rc::new(Cell::new(millions.saturating_mul(1_000_000)));
        Budget { left, is_short: Rc::default() }
    }

    /// Takes off what some requests cost, each held against so many statements; `false`, and nothing is taken, if too little is left.
    pub(crate) fn spend_on_requests(&self, requests: usize, statements: usize) -> bool {
        self.spend(requests.saturating_mul(statements).saturating_mul(HELD).saturating_add(ASKED))
    }

    /// Takes off what it costs to read so many bytes of documents.
    pub(crate) fn spend_on_reading(&self, bytes: usize) -> bool {
        self.spend(bytes.saturating_mul(READ))
    }

    fn spend(&self, steps: usize) -> bool {
        let left = self.left.get().checked_sub(steps);
        match left {
            Some(left) => self.left.set(left),
            None => self.is_short.set(true),
        }
        left.is_some()
    }

    /// What a proof may cost: no more than any other, and no more than is left.
    pub(crate) fn proof(&self) -> Together {
        Together::within(&self.left)
    }

    /// What a question may cost that has so many steps, and no more than is left.
    pub(crate) fn question(&self, steps: usize) -> Together {
        self.proof().for_another(steps)
    }

    /// How many steps are left.
    pub(crate) fn left(&self) -> usize {
        self.left.get()
    }

    /// Whether something was not looked at, or nothing more can be: then no edit is certain.
    pub(crate) fn is_spent(&self) -> bool {
        self.is_short.get() || self.left.get() < ASKED
    }
}

/// What it means for a question that nothing is left.
pub(crate) const SPENT: &str = "the budget of this run is used up";

/// What to do about that.
pub(crate) const SPENT_HELP: &str =
    "give --budget a larger number, or ask about fewer connections at a time";

#[cfg(test)]
mod tests {
    use super::*;

    /// What one check has used up is not there for the next; one that asks for too much takes nothing from those that ask for less.
    #[test]
    fn a_run_has_one_budget() {
        let budget = Budget::of_millions(1);
        let other = budget.clone();
        assert!(budget.spend_on_requests(1_000, 30));
        assert!(!other.is_spent() && !other.spend_on_requests(1_000, 30) && other.is_spent());
        assert!(!other.spend_on_requests(usize::MAX, 2) && other.spend_on_reading(4_000));
        assert_eq!(budget.proof().left(), 40_000);
    }

    /// A proof takes off what it costs, and one that costs too much takes all.
    #[test]
    fn proofs_share_the_budget_of_a_run() {
        let budget = Budget::of_millions(1);
        assert!(budget.proof().search().spend(900_000).is_ok() && !budget.is_spent());
        assert_eq!(budget.proof().left(), 100_000);
        assert!(budget.proof().search().spend(100_001).is_err() && budget.is_spent());
    }
}
