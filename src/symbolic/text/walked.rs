//! Walks that were made before. The steps of a check, the callers of a question and the parts of a comparison ask about the same
//! patterns again and again.

use super::class_table::FoundClasses;
use super::{Budget, Symbol};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// What makes two walks the same.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Question {
    /// The symbols of all patterns, each pattern with an end mark.
    pub symbols: Vec<Option<Symbol>>,
    /// The group of each place.
    pub groups: Vec<u32>,
    /// The places where the walk begins.
    pub start: Vec<u32>,
    /// Lists of groups: in each list one group must fit.
    pub wanted: Vec<Vec<usize>>,
    /// How many groups are counted.
    pub counted: usize,
    /// Which alphabet, by its address.
    pub alphabet: usize,
    /// The limits: states, places.
    pub limits: (usize, usize),
}

/// The result of a walk.
#[derive(Clone)]
pub(super) struct Walked {
    pub found: FoundClasses,
    /// Whether it came to its end.
    pub is_complete: bool,
    /// What it took off the budget.
    pub cost: usize,
}

/// Words that are kept: some megabytes. Then all is forgotten.
const MOST_KEPT: usize = 1_000_000;

#[derive(Default)]
struct Known {
    walks: FxHashMap<Question, Walked>,
    kept: usize,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// The result of a walk: that of the same walk before, or that of `walk`. It costs the same, so that no answer depends on what was asked
/// before; if the budget does not suffice for it, the walk is made again as far as it goes.
pub(super) fn walked(
    question: Question,
    budget: &mut Budget,
    walk: impl FnOnce(&Question, &mut Budget) -> Walked,
) -> (FoundClasses, bool) {
    let known = KNOWN.with_borrow(|known| known.walks.get(&question).cloned());
    if let Some(known) = known.filter(|known| known.cost < budget.left()) {
        // It is less than what is left.
        let _ = budget.spend(known.cost);
        return (known.found, known.is_complete);
    }
    let walked = walk(&question, budget);
    // What ended for want of a budget may go further another time.
    if !budget.is_exhausted() {
        KNOWN.with_borrow_mut(|known| known.keep(question, walked.clone()));
    }
    (walked.found, walked.is_complete)
}

impl Known {
    fn keep(&mut self, question: Question, walked: Walked) {
        let found = walked.found.iter().map(|(groups, text)| groups.len() + text.len() / 8 + 6);
        self.kept += 2 * question.symbols.len() + found.sum::<usize>();
        if self.kept > MOST_KEPT {
            *self = Known::default();
        }
        self.walks.insert(question, walked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `MOST_KEPT`: when too much is kept all is forgotten, and what is asked again is found again.
    #[test]
    fn what_is_kept_is_bounded() {
        let question = |number: u32| Question {
            symbols: Vec::new(),
            groups: Vec::new(),
            start: vec![number],
            wanted: Vec::new(),
            counted: 0,
            alphabet: 0,
            limits: (0, 0),
        };
        let text = "x".repeat(8 * MOST_KEPT / 10);
        let found = vec![(Vec::new(), text)];
        let walk = Walked { found, is_complete: true, cost: 1 };
        let mut known = Known::default();
        for number in 0..9 {
            known.keep(question(number), walk.clone());
        }
        assert_eq!(known.walks.len(), 9);
        known.keep(question(9), walk.clone());
        known.keep(question(10), walk);
        assert!(known.walks.len() < 3 && known.kept <= MOST_KEPT, "{}", known.walks.len());
    }
}
