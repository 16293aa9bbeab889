//! Edits that several rules make.

use crate::finding::Edit;
use crate::model::{Condition, Statement};

/// The edit that writes another operator, where no other condition is under it.
pub(super) fn operator(statement: &Statement, condition: &Condition, name: &str) -> Option<Edit> {
    let edit = Edit::Replace(vec![(condition.operator.span, name.to_owned())]);
    statement.has_operator_of_its_own(condition, name).then_some(edit)
}
