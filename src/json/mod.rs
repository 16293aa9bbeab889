//! Reads JSON text into [`crate::tree`], by the grammar of `grammar/json.ebnf` (RFC 8259).
//!
//! This is a reader of our own because places, duplicates and order matter here. Every node has its
//! span, and duplicate members are kept and reported. After an error reading goes on at the next
//! comma or bracket, so that one run reports all mistakes.

mod decode;
mod embedded;
mod parse;
mod print;
mod string;
mod token;

pub use decode::{DecodeError, decode_bytes};
pub use embedded::{derive, derive_percent};
pub use parse::{MAX_DEPTH, MAX_PROBLEMS, Parsed, parse};
pub use print::{compact, print};
