//! What Illumina Connected Analytics does with a bucket, as data, and the check of a connection against it.

mod assume;
pub mod catalogue;
mod check;
mod compare;
pub mod connection;
mod context;
mod depends;
mod documents;
mod environment;
mod layers;
mod reasons;
pub mod regions;
pub mod settings;
mod space;
mod step;
mod values;
mod verdict;

pub use check::check;
pub use compare::{AccessChange, OperationChange, access_changes, operation_changes};
pub use environment::bucket_name_fault;
pub use values::UNLISTED;
pub use verdict::{
    Advice, AssumptionReport, CallerReport, Check, Level, OperationReport, Reason, ReasonKind, Skipped, StepReport, Verdict, Witness,
};
