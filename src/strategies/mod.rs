//! Strategies of [proptest](https://docs.rs/proptest) for IAM policies and requests (feature `proptest`).
//!
//! They are biased to where evaluators go wrong: wildcards that nearly overlap, names that contain each other, letter case, empty
//! lists, keys that occur twice, characters beyond ASCII, negated operators, absent keys, the borders of networks, moments and
//! numbers, variables beside plain text under one key. All of them speak of one small world (a bucket `b`, a user `ana`, two accounts),
//! so that policies and requests often meet. They shrink to short policies: to one statement, one action, plain text.
//!
//! A policy is a JSON value, since a policy is text; print it and give it to any evaluator.
//!
//! ```
//! use ica_policy::api::{PolicyKind, Workspace};
//! use ica_policy::strategies;
//! use proptest::prelude::*;
//!
//! proptest!(ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() }, |(policy in strategies::policy(PolicyKind::Identity))| {
//!     // Whatever it says, it is read, or the findings say why not.
//!     let read = Workspace::new().parse("policy.json", &policy.to_string(), PolicyKind::Identity);
//!     prop_assert!(read.is_ok() || !read.unwrap_err().findings().is_empty());
//! });
//! ```
//!
//! | strategy | value |
//! |---|---|
//! | [`action`], [`resource`], [`arn`], [`principal`] | texts of a policy, and an ARN of one resource |
//! | [`condition`], [`conditions`] | an operator with its keys; a whole block |
//! | [`statement`], [`policy`] | for a kind of policy: with the elements that this kind has |
//! | [`document`] | the text of a policy in which members may occur twice |
//! | [`caller`], [`context`], [`request`] | who asks, keys of the request, both with action and resource |
//! | [`line()`] | a request with all layers, as a line of `ica-policy simulate --batch` |
//! | [`connection`] | a bucket and a user of Illumina Connected Analytics with their policies, for `check` |

mod callers;
mod conditions;
mod connection;
mod lines;
mod policies;
mod texts;

pub use callers::{Caller, caller, context, request};
pub use conditions::{condition, conditions};
pub use connection::{Connection, connection};
pub use lines::line;
pub use policies::{document, policy, statement};
pub use texts::{action, arn, principal, resource};
