//! `explain --format json`: the schema `ica-policy/explain/v1`, published in
//! `schemas/explain-v1.json`.

use super::json;
use super::views::{Data, line};
use crate::ica::guide::{Answer, Fit, Page};
use crate::input::Unreadable;
use crate::source::Sources;
use serde::Serialize;

/// The name of the schema.
const SCHEMA: &str = "ica-policy/explain/v1";

#[derive(Serialize)]
struct Report<'a, E> {
    schema: &'static str,
    question: Option<&'a str>,
    names: &'a [String],
    candidates: Vec<CandidateView<'a>>,
    nearest: &'a [&'static str],
    errors: E,
    data: Data,
}

#[derive(Serialize)]
struct CandidateView<'a> {
    fit: Option<Fit>,
    page: &'a Page,
}

/// The answer to a question.
pub fn answer(question: &str, answer: &Answer) -> String {
    let candidates = answer
        .candidates
        .iter()
        .map(|candidate| CandidateView { fit: candidate.fit, page: &candidate.page });
    let none: [(); 0] = [];
    line(&Report {
        schema: SCHEMA,
        question: Some(question),
        names: &answer.names,
        candidates: candidates.collect(),
        nearest: &answer.nearest,
        errors: none,
        data: Data::today(),
    })
}

/// A page that was not asked for by name: the list of all pages.
pub fn page(page: &Page) -> String {
    let none: [(); 0] = [];
    let candidates = vec![CandidateView { fit: None, page }];
    line(&Report {
        schema: SCHEMA,
        question: None,
        names: &[],
        candidates,
        nearest: &[],
        errors: none,
        data: Data::today(),
    })
}

/// The report if the command line is wrong.
pub fn usage(message: &str) -> String {
    failed(json::setting_error(message))
}

/// The report if an input could not be read.
pub fn unreadable(sources: &Sources, unreadable: &[Unreadable]) -> String {
    failed(json::unreadable(sources, unreadable))
}

fn failed(report: json::Report<'_>) -> String {
    let errors = report.into_errors();
    line(&Report {
        schema: SCHEMA,
        question: None,
        names: &[],
        candidates: Vec::new(),
        nearest: &[],
        errors,
        data: Data::today(),
    })
}
