//! Values of condition keys that several questions of one check ask for: found once.

use crate::authz::{CallerKind, ContextValue};
use crate::aws::{self, ValueType};
use crate::model::Statement;
use crate::symbolic::{Grain, Undecided, Variables, key_values};
use std::cell::RefCell;
use std::collections::HashMap;

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

/// The values that were found, by key, for the statements of one set-up.
#[derive(Debug, Default)]
pub(super) struct SharedValues {
    found: RefCell<HashMap<String, Vec<(Asked, Answer)>>>,
}

impl SharedValues {
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
