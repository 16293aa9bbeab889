//! `ica_policy` reads AWS IAM and S3 bucket policies as text and decides what they allow.
//!
//! The modules follow the data, and each may use only those before it (`tests/architecture.rs`
//! checks this): text → [`json`] → [`tree`] → [`syntax`] → [`input`] → [`model`] → [`authz`] →
//! [`eval`] → [`symbolic`] → [`s3`] → [`ica`] → [`generate`] → [`fix`] → [`finding`] → [`report`] →
//! cli. `ARCHITECTURE.md` says what each of them does.

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
