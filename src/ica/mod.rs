//! Illumina Connected Analytics: what it does with a bucket, as data, and what it needs from the bucket's settings.

pub mod environment;
mod expected;
pub mod guide;
mod product;
mod tables;

pub use product::{ICA, Ica};
pub use tables::{CROSS_ACCOUNT_ROLE, FEDERATED_SESSION, IAM_USER, OIDC_ROLE, catalogue, regions};
