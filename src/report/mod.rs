//! One file per format. Only here spans become lines and columns.

#[cfg(feature = "cli")]
mod causes;
pub mod errors;
#[cfg(feature = "cli")]
mod excerpt;
#[cfg(feature = "cli")]
pub mod human;
pub mod json;
mod place;
#[cfg(feature = "cli")]
pub mod simulation;

pub use place::{Position, position};
