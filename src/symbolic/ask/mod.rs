//! The questions, and the search that answers them.

pub(super) mod can;
pub(super) mod candidates;
pub(super) mod cases;
pub(super) mod compare;
pub(super) mod decide;
pub(super) mod difference;
pub(super) mod differences;
pub(super) mod external_access;
pub(super) mod grant_search;
pub(super) mod question;
pub(super) mod refused;
pub(super) mod region;
pub(super) mod representatives;
