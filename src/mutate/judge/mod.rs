//! What a mutant does, proved for all requests.

mod connection;
mod document;
mod ground;
mod many;

pub use connection::{About, Connected};
pub(super) use document::Documents;
pub(super) use ground::Ground;
pub(super) use many::each_within;
