//! Classes of values: which texts, numbers, dates and addresses the patterns of policies distinguish.

pub(super) mod bits;
pub(super) mod budget;
pub(super) mod class_table;
pub(super) mod classes;
pub(super) mod forms;
pub(super) mod glob;
pub(super) mod scale;
pub(super) mod symbol;
pub(super) mod tree;
pub(super) mod value_classes;
pub(super) mod values;
pub(super) mod variables;
pub(super) mod walk;
