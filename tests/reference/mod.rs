//! The third reader: IAM evaluation once more, in plain lines over `serde_json::Value`.
//!
//! Both engines of the product share lowering, request shapes and the formula of the layers, so that they agree proves little.
//! This reader shares nothing with them: it was written from the fact sheets (a letter and a number in a comment names a section)
//! and AWS's guides by someone who had not read `src/`. Keep it so: no `use ica_policy` here, and no look into `src/` to change it.
//!
//! It is slow and has no spans, no reference data and no explanations. It answers with the *set* of decisions that AWS's texts
//! admit: where they leave a point open, every reading is tried (design 7).

mod caller;
mod condition;
mod context;
mod date;
mod documents;
mod duplicates;
mod glob;
mod issuer;
mod keys;
mod layers;
mod number;
mod principal;
mod readings;
mod request;
mod statement;
mod text;

use serde_json::Value;
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    Allowed,
    ExplicitlyDenied,
    ImplicitlyDenied,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// The line, or a document in it, cannot be evaluated.
    Error(String),
    /// One decision, or several where AWS's texts (or an issuer that is not told) leave it open.
    Decisions(BTreeSet<Decision>),
}

impl Answer {
    /// The word of the corpus and of the product's answers.
    pub fn word(&self) -> String {
        match self {
            Answer::Error(_) => "Error".to_owned(),
            Answer::Decisions(decisions) if decisions.len() > 1 => "Undetermined".to_owned(),
            Answer::Decisions(decisions) => {
                decisions.iter().map(|decision| format!("{decision:?}")).collect()
            }
        }
    }
}

/// Decides a line as it was written: members that occur twice are seen (B1).
pub fn decide_text(line: &str) -> Answer {
    match duplicates::parse(line) {
        Ok(line) => decide(&line),
        Err(why) => Answer::Error(why),
    }
}

/// Decides a line of `simulate --batch` (design 4.1).
pub fn decide(line: &Value) -> Answer {
    let request = match request::read(line) {
        Ok(request) => request,
        Err(why) => return Answer::Error(why),
    };
    let possible = issuer::candidates(&request);
    let decisions = possible
        .iter()
        .flat_map(|request| readings::each(|reading| layers::decide(request, reading)));
    Answer::Decisions(decisions.collect())
}
