//! Values of condition keys that several questions of one check ask for: found once.

use super::budget::Budget;
use crate::authz::{CallerKind, ContextValue};
use crate::aws::{self, ValueType};
use crate::model::Statement;
use crate::symbolic::{Grain, Undecided, Variables, key_values};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// What the requests of all questions of one check may cost together: each costs as many as there are statements about its step. A second or two.
const MOST_WORK: usize = 12_000_000;

/// What the values of a key follow from.
#[derive(Clone, PartialEq, Debug)]
struct Asked {
    caller: CallerKind,
    /// The statements with conditions on the key, by their addresses: the set-up keeps them in place during a check.
    statements: Vec<usize>,
    variables: Vec<Variables>,
    usual: String,
    grain: Grain,
}

type Answer = Result<Vec<ContextValue>, Undecided>;

/// What the questions of one check share: the values that were found, by key, for the statements of one set-up, and one budget.
#[derive(Debug)]
pub(super) struct SharedValues {
    found: RefCell<HashMap<String, Vec<(Asked, Answer)>>>,
    left: Cell<usize>,
    run: Budget,
}

/// Which budget has too little left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Spent {
    /// That of the check.
    Check,
    /// That of the run.
    Run,
}

impl SharedValues {
    /// For a check that belongs to a run.
    pub(super) fn new(run: &Budget) -> SharedValues {
        SharedValues { found: RefCell::default(), left: Cell::new(MOST_WORK), run: run.clone() }
    }

    /// Takes off what some requests cost, each held against so many statements.
    ///
    /// # Errors
    /// [`Spent`] if too little is left.
    pub(super) fn spend(&self, requests: usize, statements: usize) -> Result<(), Spent> {
        let left = self.left.get().checked_sub(requests.saturating_mul(statements));
        let left = left.ok_or(Spent::Check)?;
        if !self.run.spend_on_requests(requests, statements) {
            return Err(Spent::Run);
        }
        self.left.set(left);
        Ok(())
    }

    /// As [`key_values`].
    ///
    /// # Errors
    /// As [`key_values`].
    pub(super) fn of(
        &self,
        key: &str,
        caller: CallerKind,
        statements: &[&Statement],
        variables: &[Variables],
        (usual, grain): (&str, Grain),
    ) -> Answer {
        let statements = with_conditions_on(key, statements);
        let asked = Asked {
            caller,
            statements: statements
                .iter()
                .map(|statement| std::ptr::from_ref(*statement).addr())
                .collect(),
            variables: variables.to_vec(),
            usual: usual.to_owned(),
            grain,
        };
        let known = self.found.borrow().get(key).and_then(|found| {
            found.iter().find(|(before, _)| *before == asked).map(|(_, answer)| answer.clone())
        });
        known.unwrap_or_else(|| {
            let answer = key_values(key, Some(caller), &statements, variables, (usual, grain));
            let answer = answer.map(|found| found.values);
            let mut found = self.found.borrow_mut();
            found.entry(key.to_owned()).or_default().push((asked, answer.clone()));
            answer
        })
    }
}

/// Two keys show the time, and conditions on one tell values of the other apart.
fn with_conditions_on<'a>(key: &str, statements: &[&'a Statement]) -> Vec<&'a Statement> {
    let is_time = |key: &str| {
        aws::condition_key_type(key).is_some_and(|known| known.value == ValueType::Date)
    };
    let shows_time = is_time(key);
    let is_like = |other: &str| other == key || shows_time && is_time(other);
    let is_on = |statement: &&&Statement| {
        statement.conditions.iter().any(|condition| is_like(&condition.key.node))
    };
    statements.iter().filter(is_on).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What one step has used up is not there for the next; one that asks for too much takes nothing from those that ask for less.
    #[test]
    fn the_steps_of_a_check_have_one_budget() {
        let shared = SharedValues::new(&Budget::default());
        assert_eq!(shared.spend(MOST_WORK / 4, 3), Ok(()));
        assert_eq!(shared.spend(MOST_WORK / 2, 1), Err(Spent::Check));
        assert_eq!(shared.spend(usize::MAX, 2), Err(Spent::Check));
        assert_eq!(shared.spend(MOST_WORK / 4, 1), Ok(()));
        assert_eq!((shared.spend(1, 1), shared.spend(1, 0)), (Err(Spent::Check), Ok(())));
        assert_eq!(SharedValues::new(&Budget::of_millions(0)).spend(1, 0), Err(Spent::Run));
    }
}
