//! The questions, and the search that answers them.

pub(super) mod among;
pub(super) mod asked_services;
pub(super) mod can;
pub(super) mod candidates;
pub(super) mod compare;
pub(super) mod decide;
pub(super) mod difference;
pub(super) mod differences;
pub(super) mod external_access;
pub(super) mod listing;
pub(super) mod narrowed;
pub(super) mod pair;
pub(super) mod refused;
pub(super) mod representatives;
pub(super) mod touched;
pub(super) mod values;
