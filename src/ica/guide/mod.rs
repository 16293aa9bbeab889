//! The pages of `explain` about operations, settings, assumptions, readings, words, findings and messages, made from the tables.

mod calls;
mod denying;
mod lists;
mod operation;
mod others;
mod page;
mod recognise;
mod tables;
mod text;
mod topic;
mod word;

pub use denying::Blamed;
pub use lists::{messages_page, requirements_page, settings_page, topics_page, words_page};
pub use page::{Page, PageKind, Part, Section, Table};
pub use recognise::Fit;
pub use tables::{Cover, Guide, Message, Note, Predictor, Requirement, Setting, Word, guide};
pub use topic::{Answer, Candidate, MAX_QUERY_BYTES, Topic, answer};
