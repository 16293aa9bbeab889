//! Names of condition keys for people.

use crate::authz::display_name;
use crate::model::Condition;

/// The key as a person writes it: the model has it in lower case.
pub(super) fn written_key(condition: &Condition) -> String {
    display_name(&condition.key.node)
}
