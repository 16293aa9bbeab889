//! The smallest edits of the user's own files that unblock the operations of a connection. Each edit is proved.
//!
//! Candidates come from near misses. Each is applied to the text and read again. It is kept only if the symbolic engine proves that it allows
//! only what is needed, and the check shows that the step is allowed and nothing became worse. If no edit is right, the report says
//! what a person must decide.

mod caller_keys;
mod candidates;
mod change;
mod decision;
mod freed;
mod needs;
mod proof;
mod put;
mod scene;
mod search;
mod standing;
mod style;
mod texts;
mod tree_edit;
mod verdicts;

pub use change::{Change, ChangeKind};
pub use decision::{Decision, DecisionKind};
pub use put::commands;
pub use search::{Edit, Fixed, Left, Mended, fix, fix_within};
pub use texts::{Reader, Recorder, Text, Texts};
pub use tree_edit::{Key, TreeChange, TreeEdit};
