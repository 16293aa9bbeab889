//! The view of `explain`: the schema `ica-policy/explain/v1`, published in
//! `schemas/explain-v1.json`.

use super::view::View;
use crate::ica::guide::{Answer, Fit, Page};
use serde::Serialize;

/// The answer to a question.
#[derive(Debug, Serialize)]
pub struct Explained<'a> {
    /// `None`: the list of all pages.
    pub(super) question: Option<&'a str>,
    pub(super) names: &'a [String],
    pub(super) candidates: Vec<Candidate<'a>>,
    pub(super) nearest: &'a [&'static str],
}

#[derive(Debug, Serialize)]
pub(super) struct Candidate<'a> {
    pub fit: Option<Fit>,
    pub page: &'a Page,
}

impl<'a> Explained<'a> {
    /// The answer to a question.
    pub fn answer(question: &'a str, answer: &'a Answer) -> Explained<'a> {
        let candidates = answer.candidates.iter();
        let candidates =
            candidates.map(|known| Candidate { fit: known.fit, page: &known.page }).collect();
        let (names, nearest) = (&answer.names, &answer.nearest);
        Explained { question: Some(question), names, candidates, nearest }
    }

    /// A page that was not asked for by name: the list of all pages.
    pub fn page(page: &'a Page) -> Explained<'a> {
        let candidates = vec![Candidate { fit: None, page }];
        Explained { question: None, names: &[], candidates, nearest: &[] }
    }

    /// Whether something is known.
    pub fn is_found(&self) -> bool {
        !self.candidates.is_empty() || !self.names.is_empty()
    }
}

impl View for Explained<'_> {
    const SCHEMA: &'static str = "ica-policy/explain/v1";
    const NOTHING: &'static str = r#""question":null,"names":[],"candidates":[],"nearest":[]"#;
}
