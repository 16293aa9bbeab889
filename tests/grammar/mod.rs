//! The pages of `grammar/` as programs: a generator of sentences, and a recogniser that shares
//! nothing with the parser of the crate.
//!
//! Keep it so: do not write `use ica_policy` here. `tests/grammar_holds.rs` compares the two.

pub mod alphabets;
pub mod cover;
pub mod ebnf;
pub mod generate;
pub mod mutate;
pub mod plant;
pub mod recognise;
pub mod rng;
pub mod value;
