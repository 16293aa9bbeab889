//! The public face of the library: load policies, and ask about them.
//!
//! A [`Workspace`] owns all texts and reads policies from them. Answers are plain values: their
//! places are resolved to file, line and column, and they need no workspace. The program prints the
//! same answers; [`View::json`] is what it prints with `--format json`. Whatever can go wrong is one
//! [`Error`], which keeps every finding.
//!
//! | question | method | answer |
//! |---|---|---|
//! | What would AWS answer to this request? | [`Workspace::decide`] | [`Decision`] |
//! | What does the new version allow that the old one does not? | [`Workspace::compare`] | [`Comparison`] |
//! | May somebody do this, in all cases or in some? | [`Workspace::can`] | [`Access`] |
//! | Does what must stay true of these policies still hold? | [`Workspace::test`] | [`Tested`] |
//! | What is wrong with these policies, or dangerous? | [`Workspace::lint`] | [`Lint`] |
//! | How is this policy said in fewer characters? | [`Workspace::minify`] | [`Minified`] |
//! | What would one slip of the pen do to these policies? | [`Workspace::fuzz`] | [`Fuzzed`] |
//! | Which operations of Illumina Connected Analytics do these policies block? | [`Workspace::check`] | [`Checked`] |

mod access;
mod check;
mod comparison;
mod decision;
pub(crate) mod denies;
mod error;
pub(crate) mod files;
pub(crate) mod folder;
mod fuzz;
mod lint;
#[cfg(feature = "cli")]
pub(crate) mod lint_baseline;
#[cfg(feature = "cli")]
pub(crate) mod lint_config;
pub(crate) mod lint_fix;
pub(crate) mod minify;
mod policy;
mod test;
mod workspace;

pub use self::decision::Request;
pub use self::error::Error;
pub use self::files::Folder;
pub use self::lint::LintOptions;
#[cfg(feature = "cli")]
pub(crate) use self::lint::lint_file;
pub use self::minify::MinifyOptions;
pub use self::policy::Policy;
pub use self::test::TestOptions;
pub use self::workspace::Workspace;
pub use crate::access::{Basis, Query};
pub use crate::authz::{ContextValue, LayerId};
pub use crate::eval::Outcome;
pub use crate::expect::{About, Expected, Status};
pub use crate::finding::{Audience, Code, Confidence, Row, Section, Severity};
pub use crate::input::{Loader, Unreadable};
pub use crate::model::PolicyKind;
pub use crate::mutate::{
    Effect, KINDS as KINDS_OF_SLIPS, Kind as KindOfSlip, Options as FuzzOptions, Reach,
};
pub use crate::product::build::settings::{Files, Levels, Settings};
pub use crate::product::{Assumption, Level, ReasonKind, Verdict};
pub use crate::report::can::Access;
pub use crate::report::check::Checked;
pub use crate::report::compare::Comparison;
pub use crate::report::fuzz::Fuzzed;
pub use crate::report::lint::Lint;
pub use crate::report::minify::Minified;
pub use crate::report::simulate::Decision;
pub use crate::report::tested::Tested;
pub use crate::report::{Cause, Choice, Example, Finding, Place, Position, Stop, View};
pub use crate::rules::lint::Selection;
pub use crate::source::{FileName, SourceId, Sources};
pub use crate::symbolic::{Granted, Relation, Requests};

/// What answers are made of, by question.
pub mod views {
    pub use crate::report::{can, check, compare, fuzz, lint, minify, simulate, tested};
}
