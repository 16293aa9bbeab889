//! The check of a connection of a product to a bucket, for any product that can say what it does with a bucket.
//!
//! A product is a value of [`Product`]: tables of its callers, operations, condition keys and assumptions ([`catalogue::Tables`]), its regions,
//! its names in sentences, and checks of the bucket's settings that it asks for. [`build::build`] makes a [`setup::Setup`] from settings and
//! policies; [`check()`] answers which operation is blocked, for whom and why; [`graph`] draws what depends on what. This room knows no product.

mod answer;
pub mod assumption;
pub mod budget;
pub mod build;
pub mod caller;
pub mod catalogue;
mod check;
mod command;
mod compare;
mod context;
mod depends;
mod enumerate;
mod essential;
pub mod exception;
mod expected;
pub mod graph;
pub mod judged;
pub mod kms;
mod nearest;
pub mod not_assumed;
mod question;
pub mod refusal;
pub mod regions;
mod roles;
pub mod setup;
mod shared_values;
mod space;
mod tally;
mod target;
mod values;
pub mod verdict;
mod way;
mod why_not;
pub mod wording;
mod words;

pub use assumption::{Assumption, AssumptionRow};
pub use caller::{CallerId, CallerRow, Credentials};
pub use catalogue::Level;
pub use check::check;
pub use command::{Command, in_quotes, quoted};
pub use compare::{
    AccessChange, LayerChange, OperationChange, access_change, access_changes, access_gain,
    identity_change, layer_changes, operation_changes,
};
pub use depends::better_if_connected;
pub use exception::excepted;
pub use expected::{ExpectedCors, Placeholder, PlaceholderRole};
pub use judged::{Hits, Judged};
pub use kms::SENT_WITH_A_KEY;
pub use regions::{Region, Regions};
pub use setup::{Customer, KmsKey, Product};
pub use values::UNLISTED;
pub use verdict::{
    Advice, CallerReport, Check, EnvironmentReport, OperationReport, Reason, ReasonKind, Skipped,
    StepReport, Verdict, Witness,
};
pub use way::{Aim, KnownKey, Way, account_of, usual_keys, way};
pub use why_not::why_not;
pub use wording::Wording;
