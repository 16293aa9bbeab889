//! The report as one page of HTML: no script, nothing from elsewhere, light and dark, to print.

mod check;
mod graph;
mod marked;
mod page;
mod tested;

pub(super) use check::check;
pub use page::write;
pub(super) use page::{sentence, table};
pub(super) use tested::tested;
