//! Classes of values: which texts, numbers, dates and addresses the patterns of policies distinguish.

pub(super) mod atom;
pub(super) mod bits;
pub(super) mod budget;
pub(super) mod class_table;
pub(super) mod classes;
pub(super) mod fillings;
pub(super) mod forms;
pub(super) mod groups;
pub(super) mod scale;
pub(super) mod symbol;
pub(super) mod tree;
pub(super) mod values;
pub(super) mod variables;
pub(super) mod walk;
pub(super) mod walked;

pub(super) use atom::{Atom, Style, glob};
pub(super) use bits::{Bits, ones, words};
pub(crate) use budget::Together;
pub(super) use budget::{Budget, Exhausted, STATES_AT_LAST, TooMany};
pub(super) use class_table::Values;
pub(super) use fillings::fillings;
pub(super) use groups::Groups;
pub(super) use scale::{SECOND, nanoseconds};
pub(super) use symbol::{Alphabet, Symbol};
pub(super) use values::{Domain, Mixed, Tests};
pub(super) use variables::{Filled, Variables};
pub(super) use walk::{Start, walk, walk_from};
