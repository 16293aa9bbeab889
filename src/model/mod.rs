//! The meaning of a policy: typed and normalised, with a span on every part.
//!
//! [`lower()`] makes a model and a list of findings from any AST. One error does not stop the
//! rest: text that AWS would refuse becomes a *doubt* on the smallest part that it affects, and
//! both engines answer "may apply" for that part.

mod action;
mod arn;
pub mod condition;
mod doubt;
mod kind;
mod lower;
mod pattern;
mod policy;
mod principal;
mod resource;
mod variable;
mod version;

pub use action::ActionPattern;
pub use arn::{Arn, ArnError};
pub use condition::Condition;
pub use doubt::Doubt;
pub use kind::PolicyKind;
pub use lower::{Lowered, lower};
pub use pattern::{MAX_PATTERN_BYTES, Part, Pattern, Shape, beyond_limits};
pub use policy::{Effect, Element, Policy, Statement};
pub use principal::{Named, PrincipalPattern};
pub use resource::{ResourceKind, ResourcePattern, Unsettled};
pub use variable::Variable;
pub use version::Version;
