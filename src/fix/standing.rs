//! The texts at one point of the search, with what is known of them.

use super::texts::{Asked, Snapshot, Texts};
use crate::product::setup::Setup;
use crate::product::{Check, check};
use std::rc::Rc;

/// Texts, the connection that is built from them, and the check of all operations once it was made.
#[derive(Clone)]
pub(super) struct Standing {
    pub texts: Texts,
    pub snapshot: Rc<Snapshot>,
    pub checked: Option<Rc<Check>>,
}

impl Standing {
    pub(super) fn of(texts: Texts, asked: &Asked<'_>) -> Option<Standing> {
        let snapshot = Rc::new(texts.connect(asked)?);
        Some(Standing { texts, snapshot, checked: None })
    }

    pub(super) fn checked(&mut self) -> Rc<Check> {
        let check = || Rc::new(check_all(&self.snapshot));
        Rc::clone(self.checked.get_or_insert_with(check))
    }

    /// The check of the operations that the user selected.
    pub(super) fn check_of_selected(&mut self) -> Rc<Check> {
        match is_whole(&self.snapshot.connection) {
            true => self.checked(),
            false => Rc::new(check(&self.snapshot.connection)),
        }
    }
}

/// Whether the user selected no operations, so that the check is of all.
pub(super) fn is_whole(connection: &Setup) -> bool {
    connection.operations.is_empty() && connection.skip.is_empty()
}

/// The check of all operations, including those that the user did not select.
fn check_all(snapshot: &Snapshot) -> Check {
    let mut connection = snapshot.connection.clone();
    connection.operations.clear();
    connection.skip.clear();
    check(&connection)
}
