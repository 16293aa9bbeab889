//! What must stay true of policies: expectations as data, each decided for all requests.
//!
//! `file` reads `policy-tests.toml`; `subject` is what the expectations are about, a connection or policies in their layers; `decide` asks
//! the prover; `coverage` finds the words that no expectation needs; `draft` finds what holds today, and `write` prints it as a file.

mod coverage;
mod decide;
mod draft;
mod draft_policies;
mod drafting;
mod file;
mod keys;
mod known_keys;
mod never;
mod of_connection;
mod of_documents;
mod outsiders;
mod subject;
mod write;

pub use coverage::{Coverage, coverage};
pub use decide::{Asked, Given, Status, decide};
pub use draft::draft;
pub use drafting::{Draft, LeftOut};
pub use file::{About, Expectation, Expected, TestFile, Wrong, read};
pub use subject::{ANY_OTHER, Anything, Documents, Subject};
pub use write::write;
