//! The concrete evaluator: decides one request, and names the statements that decided.

mod action;
mod condition;
mod decide;
mod document;
mod entry;
mod glob;
mod issuer;
mod near;
mod principal;
mod resource;
mod statement;
mod tri;
mod words;

pub use decide::{Decision, Outcome, ReadingDecision, applying, decide_under};
pub use document::allows_as_documents;
pub use entry::decide;
pub use issuer::possible_requests;
pub use near::{Lack, NearMiss, near_miss, near_misses};
pub use statement::{concerns, may_concern};
pub use words::{
    condition_holds, matching_action, matching_resource, may_apply, pattern_covers,
    pattern_covers_action,
};
