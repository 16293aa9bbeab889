//! What Illumina Connected Analytics does with a bucket, as data, and the check of a connection against it.

pub mod assume;
pub mod catalogue;
mod check;
mod compare;
pub mod connection;
mod context;
mod customer;
mod depends;
pub mod discover;
mod documents;
pub mod environment;
mod expected;
mod gaps;
pub mod graph;
pub mod guide;
mod kms;
mod lacks;
mod layers;
mod nearest;
mod other_bucket;
mod reasons;
pub mod regions;
pub mod settings;
mod space;
mod step;
mod token;
mod unknown_actions;
mod unknowns;
mod values;
mod verdict;
mod visit;
mod words;

pub use check::check;
pub use compare::{
    AccessChange, LayerChange, OperationChange, access_changes, layer_changes, operation_changes,
};
pub use customer::Customer;
pub use depends::{better_if_connected, needed};
pub use expected::{ExpectedCors, expected_cors};
pub use gaps::{Gap, GapCause, Near, Standing, StepGaps, gaps, required_step};
pub use kms::{KmsKey, SENT_WITH_A_KEY};
pub use unknown_actions::{unknown_service, unknown_services};
pub use values::UNLISTED;
pub use verdict::{
    Advice, AssumptionReport, CallerReport, Check, EnvironmentReport, Level, OperationReport,
    Reason, ReasonKind, Skipped, StepReport, Verdict, Witness,
};
