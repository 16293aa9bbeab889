//! `ica_policy` reads AWS IAM and S3 bucket policies as text and decides what they allow.
//!
//! The way of the data is the order of the modules; each may use only those before it (`tests/architecture.rs` holds that):
//! text → [`json`] → [`tree`] → [`syntax`] → [`input`] → [`model`] → [`authz`] → [`eval`] → [`symbolic`] → [`s3`] → [`ica`] → [`generate`] → [`fix`] → [`finding`] → [`report`] → cli.

pub mod authz;
pub mod aws;
#[cfg(feature = "cli")]
pub mod cli;
pub mod eval;
pub mod finding;
pub mod fix;
pub mod generate;
pub mod ica;
pub mod input;
pub mod json;
pub mod model;
pub mod report;
pub mod s3;
pub mod simulate;
pub mod source;
pub mod symbolic;
pub mod syntax;
pub mod tree;
