//! The public face of the library: load policies, and ask about them.
//!
//! A [`Workspace`] owns all texts and reads policies from them. Answers are plain values: their
//! places are resolved to file, line and column, and they need no workspace. Whatever can go wrong
//! is one [`Error`], which keeps every finding.
//!
//! | question | method | answer |
//! |---|---|---|
//! | What would AWS answer to this request? | [`Workspace::decide`] | [`Decision`] |
//! | What does the new version allow that the old one does not? | [`Workspace::compare`] | [`Comparison`] |
//! | May somebody do this, in all cases or in some? | [`Workspace::can`] | [`Access`] |
//! | Which operations of Illumina Connected Analytics do these policies block? | [`Workspace::check`] | [`Checked`] |

mod access;
mod check;
mod comparison;
mod decision;
mod error;
pub(crate) mod files;
mod finding;
pub(crate) mod folder;
mod policy;
mod workspace;

pub use self::access::{Access, Answer, Basis, Query};
pub use self::check::{Checked, Operation};
pub use self::comparison::{Comparison, Difference};
pub use self::decision::{Decision, Request, Statement};
pub use self::error::Error;
pub use self::files::Folder;
pub use self::finding::Finding;
pub use self::policy::Policy;
pub use self::workspace::Workspace;
pub use crate::authz::{ContextValue, LayerId};
pub use crate::eval::Outcome;
pub use crate::finding::{Code, Row, Section, Severity};
pub use crate::ica::build::settings::{Files, Levels, Settings};
pub use crate::ica::{Assumption, Verdict};
pub use crate::input::{Loader, Unreadable};
pub use crate::model::PolicyKind;
pub use crate::report::{Example, Position};
pub use crate::source::{SourceId, Sources};
pub use crate::symbolic::{Granted, Relation, Requests};
