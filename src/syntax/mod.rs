//! The policy as it was written: an AST with a span on every node.
//!
//! Nothing is corrected or dropped here: duplicates, unknown elements, wrong case, `"x"` beside `["x"]` stay as they are, and
//! [`print()`] gives the document back. What the words mean is the business of `model`.

mod ast;
mod parse;
mod print;

pub use ast::{
    Body, Element, KeyEntry, OneOrMany, OperatorEntry, Policy, Principal, PrincipalEntry,
    Statement, StatementItem, Statements,
};
pub use parse::{Parsed, parse};
pub use print::print;
