//! A view for each command, and a file for each way in which it is written. Spans become lines and
//! columns where a view is made.

#[cfg(feature = "cli")]
mod calls;
pub mod can;
#[cfg(feature = "cli")]
pub mod can_human;
mod causes;
pub mod check;
#[cfg(feature = "cli")]
pub mod check_human;
#[cfg(feature = "cli")]
mod check_markdown;
#[cfg(feature = "cli")]
mod check_words;
pub mod compare;
#[cfg(feature = "cli")]
mod compare_human;
#[cfg(feature = "cli")]
pub mod draw;
mod example;
#[cfg(feature = "cli")]
mod excerpt;
pub mod failure;
mod finding;
pub mod fix;
pub(crate) mod fix_diff;
#[cfg(feature = "cli")]
mod fix_human;
mod fnv;
pub mod fuzz;
#[cfg(feature = "cli")]
pub mod fuzz_edge;
#[cfg(feature = "cli")]
mod fuzz_groups;
#[cfg(feature = "cli")]
mod fuzz_human;
pub mod generated;
mod graph;
pub mod graph_dot;
pub mod graph_mermaid;
#[cfg(feature = "cli")]
pub mod html;
pub mod indented;
#[cfg(feature = "cli")]
pub mod issues;
pub mod lint;
#[cfg(feature = "cli")]
mod lint_human;
#[cfg(feature = "cli")]
pub mod look;
#[cfg(feature = "cli")]
mod matrix;
pub mod minify;
#[cfg(feature = "cli")]
mod minify_human;
#[cfg(feature = "cli")]
pub mod overview;
pub mod page;
#[cfg(feature = "cli")]
mod page_human;
pub mod page_markdown;
mod place;
mod replay;
mod request;
pub mod simulate;
#[cfg(feature = "cli")]
mod simulate_human;
mod statement;
mod stopped;
pub mod tested;
#[cfg(feature = "cli")]
mod tested_human;
#[cfg(feature = "cli")]
mod tested_markdown;
#[cfg(feature = "cli")]
mod tested_words;
#[cfg(feature = "cli")]
mod to_do;
mod view;
mod views;
pub mod visible;

pub use causes::{Cause, Place, Stop};
pub use example::Example;
pub use failure::Failure;
pub use finding::Finding;
pub use place::Position;
pub use view::{Data, View};
pub use views::Choice;
