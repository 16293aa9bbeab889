//! What an operation needs from the bucket besides its policies: settings, names, regions.
//!
//! A check is a function from a set-up to its result, listed in `judge`. The catalogue (`environment`) lists the operations that it
//! affects, except for what follows from the caller. No file shows whether the user exists and its key is active; a check of
//! that would be one more function here.

mod cors;
mod encryption;
mod notifications;
mod ownership;
mod place;
mod public_access;
mod versioning;

pub use versioning::{CHECK as VERSIONING, needed as needed_for_versions};

use crate::finding::Finding;
use crate::product::judged::Judged;
use crate::product::setup::Setup;

/// What is worth knowing of a set-up and changes no verdict.
pub(super) fn notes(setup: &Setup) -> Vec<Finding> {
    place::note(setup).into_iter().chain(notifications::note(setup)).collect()
}

/// All checks of a set-up.
pub(super) fn judge(setup: &Setup) -> Vec<Judged> {
    let one = [
        place::region(setup),
        place::bucket_name(setup),
        cors::judge(setup),
        notifications::judge(setup),
        ownership::judge(setup),
        encryption::judge(setup),
        versioning::judge(setup),
    ];
    let all = one
        .into_iter()
        .chain(place::prefix(setup))
        .chain(public_access::judge(setup))
        .chain(cors::advice(setup))
        .chain(encryption::advice(setup));
    all.collect()
}
