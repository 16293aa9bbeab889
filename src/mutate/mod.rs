//! What one slip of the pen would do: every mutant of a policy that a person plausibly makes, judged for all requests.
//!
//! `word` lists the words of a policy; a `family` finds the slips at a word, each of a [`Kind`]. A slip is an edit of the text; the text is
//! read again. `judge` proves what it does: documents by themselves ([`Alone`]), or in a connection with all its layers and operations
//! ([`Connected`]). `edge` makes the requests at the edges of a policy.

mod alone;
mod document;
mod edge;
mod family;
mod judge;
mod kind;
mod outcome;
mod refusal;
mod run;
mod sample;
mod slip;
mod word;

pub use alone::Alone;
pub use document::Original;
pub use edge::{Edge, Edges, Policies, Side, edges};
pub use judge::{About, Connected};
pub use kind::{KINDS, Kind, kind};
pub use outcome::{Effect, Judged, Outcome, Reach, Shown};
pub use run::{CASES, Fuzzed, Options, Subject, fuzz};
pub use slip::Slip;
pub use word::{Role, Word, words};
