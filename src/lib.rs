//! `ica_policy` reads AWS IAM and S3 bucket policies as text and decides what they allow.
//!
//! The modules follow the data, and `tests/architecture.rs` lists which others each of them may
//! use. [`source`], [`finding`] and [`tree`] are common ground. A text becomes a tree ([`json`]), a
//! policy as written ([`syntax`], [`input`]) and a policy as meant ([`model`]). [`aws`] holds
//! reference data. [`authz`] says how layers combine, [`eval`] decides one request and [`symbolic`]
//! all of them. [`s3`] reads settings of a bucket. [`ica`] and [`simulate`] ask the questions,
//! [`generate`] and [`fix`] make documents and edits, and [`report`] writes the answers.
//! `ARCHITECTURE.md` says what each of them does.

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
pub mod rules;
pub mod s3;
pub mod simulate;
pub mod source;
pub mod symbolic;
pub mod syntax;
pub mod tree;
