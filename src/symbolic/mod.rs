//! All requests of a region at once: what a policy allows that another does not, with a request that shows it.
//!
//! `docs/symbolic.md` describes the method. Matching is this room's own: it shares the model and the readings with
//! [`crate::eval`], which replays every request that is shown.

mod access;
mod actions;
mod bindings;
mod bits;
mod callers;
mod can;
mod candidates;
mod cases;
mod causes;
mod classes;
mod compare;
mod cover;
mod decide;
mod differences;
mod forms;
mod key;
mod kinds;
mod outside;
mod outsiders;
mod partition;
mod plausible;
mod point;
mod possible;
mod principal;
mod refused;
mod region;
mod resources;
mod scale;
mod search;
mod shapes;
mod shared;
mod sides;
mod sketch;
mod space;
mod subject;
mod token;
mod tree;
mod values;
mod variables;
mod walk;
mod wanted;
mod ways;

pub use access::{Access, Within, access_differences, compare_access};
pub use can::{Answered, Granted, Question, Shown, Who, can, together};
pub use causes::Cause;
pub use compare::{Answer, Compared, Gain, Relation, compare};
pub use decide::decide;
pub use differences::{Differences, Direction, Region, differences, differences_beyond};
pub use outsiders::{Asked, Outside, Outsider, outsiders, reached};
pub use partition::{Comparison, KeyValues, Rest, Way, key_values, rests};
pub use point::Sample;
pub use possible::Requests;
pub use sides::Place;
pub use space::Undecided;
pub use variables::Variables;
