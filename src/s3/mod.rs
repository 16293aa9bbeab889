//! What a bucket is besides its policy. Knows nothing of any product that uses the bucket.

mod publicness;

pub use publicness::{PublicStatement, public_statements};
