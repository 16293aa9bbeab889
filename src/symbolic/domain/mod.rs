//! The requests that AWS has, by its reference data and by the table of request keys.

pub(super) mod actions;
pub(super) mod cells;
pub(super) mod kinds;
pub(super) mod possible;
pub(super) mod resources;
pub(super) mod shared;
pub(super) mod wanted;
