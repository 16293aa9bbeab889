//! The policy as it was written: an AST with a span on every node.
//!
//! Nothing is corrected or dropped here. Duplicates, unknown elements, wrong case, and the
//! difference between `"x"` and `["x"]` are kept, and [`print()`] gives the document back. What the
//! words mean is decided in `model`.

mod ast;
mod parse;
mod print;

pub use ast::{
    Body, Element, KeyEntry, OneOrMany, OperatorEntry, Policy, Principal, PrincipalEntry,
    Statement, StatementItem, Statements,
};
pub use parse::{Parsed, parse};
pub use print::print;
