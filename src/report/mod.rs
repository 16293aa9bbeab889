//! One file for each format. Spans become lines and columns in this room only.

#[cfg(feature = "cli")]
pub mod can_human;
pub mod can_json;
#[cfg_attr(not(feature = "cli"), expect(dead_code, reason = "sentences of the human report"))]
mod causes;
mod causes_json;
#[cfg(feature = "cli")]
pub mod compare_human;
pub mod compare_json;
mod comparison;
pub mod errors;
mod example;
#[cfg(feature = "cli")]
mod excerpt;
mod fix_diff;
#[cfg(feature = "cli")]
pub mod fix_human;
pub mod fix_json;
pub mod generated;
mod granted;
mod graph;
pub mod graph_dot;
pub mod graph_mermaid;
#[cfg(feature = "cli")]
pub mod human;
pub mod json;
#[cfg(feature = "cli")]
pub mod look;
#[cfg(feature = "cli")]
mod matrix;
#[cfg(feature = "cli")]
pub mod overview;
#[cfg(feature = "cli")]
pub mod page_human;
pub mod page_json;
pub mod page_markdown;
mod place;
#[cfg(feature = "cli")]
pub mod simulation;
#[cfg(feature = "cli")]
mod statement;
mod views;

pub use comparison::{Change, Comparison, Connections, Side, Version};
pub use example::Example;
pub use granted::{IsPublic, Public, Report as GrantedReport};
pub use place::{Position, position};
