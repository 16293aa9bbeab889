//! What Illumina Connected Analytics does with a bucket, as data, and the check of a connection against it.

mod answer;
mod assumption;
pub mod build;
pub mod catalogue;
mod check;
mod compare;
mod context;
mod depends;
mod enumerate;
pub mod environment;
mod expected;
pub mod graph;
pub mod guide;
mod kms;
mod nearest;
mod question;
pub mod refusal;
pub mod regions;
pub mod setup;
mod space;
mod tally;
mod values;
mod verdict;
mod why_not;
mod words;

pub use assumption::Assumption;
pub use catalogue::Level;
pub use check::check;
pub use compare::{
    AccessChange, LayerChange, OperationChange, access_changes, layer_changes, operation_changes,
};
pub use depends::{better_if_connected, needed};
pub use expected::{ExpectedCors, expected_cors};
pub use kms::SENT_WITH_A_KEY;
pub use setup::{Customer, KmsKey};
pub use values::UNLISTED;
pub use verdict::{
    Advice, CallerReport, Check, EnvironmentReport, OperationReport, Reason, ReasonKind, Skipped,
    StepReport, Verdict, Witness,
};
pub use why_not::{required_step, why_not};
