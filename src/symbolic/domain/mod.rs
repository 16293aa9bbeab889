//! The requests that AWS has, by its reference data and by the table of request keys.

pub(super) mod actions;
pub(super) mod cell;
pub(super) mod cells;
pub(super) mod classes;
pub(super) mod feasible;
pub(super) mod kinds;
pub(super) mod possible;
pub(super) mod question;
pub(super) mod resources;
pub(super) mod wanted;

pub(super) use cell::{Cell, of_forms};
pub(super) use cells::cells;
pub(super) use classes::{arn_atom, keys, of_account, text_atom};
pub(super) use feasible::{Feasible, Shared};
pub(super) use possible::{aligned, askers, is_possible};
pub(super) use question::{Question, Who};
