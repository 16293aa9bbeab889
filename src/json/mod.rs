//! JSON text to [`crate::tree`], by the grammar of `grammar/json.ebnf` (RFC 8259).
//!
//! Own reader, because places, duplicates and order are the product: every node has its span, duplicate members are kept and
//! reported, and after an error reading goes on at the next comma or bracket, so that one run reports all mistakes.

mod decode;
mod embedded;
mod parse;
mod print;
mod string;
mod token;

pub use decode::{DecodeError, decode_bytes};
pub use embedded::{derive, derive_percent};
pub use parse::{MAX_DEPTH, MAX_PROBLEMS, Parsed, parse};
pub use print::print;
