//! Who may do what: a question as a person asks it, with callers by name, for the prover.
//!
//! The ARN of a role means all of its sessions, and the policies of a caller that were not given leave an answer open.

mod basis;
mod principal;
mod query;
mod reader;

pub use basis::Basis;
pub(crate) use principal::Principal;
pub use query::Query;
pub(crate) use reader::{FilesByLayer, Reader};
