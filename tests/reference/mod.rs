//! The third reader: IAM evaluation once more, in plain lines over `serde_json::Value`.
//!
//! Both engines of the product share lowering, request shapes and the formula of the layers, so it
//! proves little that they agree. This reader shares nothing with them. It was written from AWS's
//! guides (docs/sources.md) by someone who had not read `src/`. Keep it so: do not write `use
//! ica_policy` here, and do not look into `src/` to change it.
//!
//! It is slow and has no spans, no reference data and no explanations. It answers with the *set* of
//! decisions that AWS's texts admit: if they leave a point open, every reading is tried.

mod access_point;
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
    /// One decision, or several if AWS's texts, or an issuer that is not given, leave it open.
    Decisions(BTreeSet<Decision>),
}

impl Answer {
    /// The word that the corpus and the product's answers use.
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

/// Decides a line from its text, so that members that occur twice are seen.
pub fn decide_text(line: &str) -> Answer {
    match duplicates::parse(line) {
        Ok(line) => decide(&line),
        Err(why) => Answer::Error(why),
    }
}

/// Decides a line of `simulate --batch`.
pub fn decide(line: &Value) -> Answer {
    let request = match request::read(line) {
        Ok(request) => request,
        Err(why) => return Answer::Error(why),
    };
    let possible = issuer::candidates(&request);
    let decisions = possible
        .iter()
        .flat_map(|request| readings::each(|reading| layers::decide(request, reading)));
    let mut decisions: BTreeSet<Decision> = decisions.collect();
    // Both must permit it (S3:access-points-policies), and nobody knows what the bucket says.
    if decisions.contains(&Decision::Allowed) && access_point::hides_bucket(&request) {
        decisions.insert(Decision::ImplicitlyDenied);
    }
    Answer::Decisions(decisions)
}
