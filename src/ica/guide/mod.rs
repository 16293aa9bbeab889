//! The pages of `explain` about operations, settings, assumptions, readings and messages, made from the tables.

mod calls;
mod lists;
mod operation;
mod others;
mod page;
mod recognise;
mod tables;
mod text;
mod topic;

pub use lists::{messages_page, requirements_page, settings_page, topics_page};
pub use page::{Page, PageKind, Part, Section, Table};
pub use recognise::Fit;
pub use tables::{Cover, Guide, Message, Note, Predictor, Requirement, Setting, guide};
pub use topic::{Answer, Candidate, MAX_QUERY_BYTES, Topic, answer};
