//! How an answer is shown: the words behind a difference, and a request that a person recognises.

pub(super) mod causes;
pub(super) mod plausible;

pub(super) use causes::{Cause, causes, nearest};
pub(super) use plausible::{Hints, actual, plausible, read_alone};
