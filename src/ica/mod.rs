//! What Illumina Connected Analytics does with a bucket, as data, and the check of a connection against it.

mod assume;
mod assumption;
pub mod build;
pub mod catalogue;
mod cause;
mod check;
mod claims;
mod compare;
mod context;
mod depends;
pub mod environment;
mod expected;
mod gaps;
pub mod graph;
pub mod guide;
mod key_name;
mod kms;
mod lacks;
mod layers;
mod nearest;
mod reasons;
pub mod refusal;
pub mod regions;
mod scene;
pub mod setup;
mod space;
mod step;
mod target;
mod token;
mod unknowns;
mod values;
mod verdict;
mod visit;
mod words;

pub use catalogue::Level;
pub use check::check;
pub use compare::{
    AccessChange, LayerChange, OperationChange, access_changes, layer_changes, operation_changes,
};
pub use depends::{better_if_connected, needed};
pub use expected::{ExpectedCors, expected_cors};
pub use gaps::{Gap, GapCause, Near, Standing, StepGaps, gaps, required_step};
pub use kms::SENT_WITH_A_KEY;
pub use setup::{Customer, KmsKey};
pub use values::UNLISTED;
pub use verdict::{
    Advice, AssumptionReport, CallerReport, Check, EnvironmentReport, OperationReport, Reason,
    ReasonKind, Skipped, StepReport, Verdict, Witness,
};
