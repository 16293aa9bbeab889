//! Generated documents for programs: schema `ica-policy/generate/v1`.

use crate::generate::{Body, Generated, Kind, Note, Placeholder};
use crate::input::Unreadable;
use crate::report::json as errors;
use crate::report::views::{Data, line};
use crate::source::Sources;
use serde::Serialize;

const SCHEMA: &str = "ica-policy/generate/v1";

#[derive(Serialize)]
struct Report<'a, E> {
    schema: &'static str,
    documents: Vec<Entry<'a>>,
    notes: &'a [Note],
    placeholders: &'a [Placeholder],
    written: &'a [String],
    errors: E,
    data: Data,
}

#[derive(Serialize)]
struct Entry<'a> {
    kind: Kind,
    name: &'static str,
    setting: &'static str,
    document: &'a Body,
}

/// The documents, and the files that were written.
pub fn json(generated: &Generated, written: &[String]) -> String {
    let entries = generated.documents.iter().map(|document| Entry {
        kind: document.kind,
        name: document.kind.file_name(),
        setting: document.kind.setting(),
        document: &document.body,
    });
    let report = Report {
        schema: SCHEMA,
        documents: entries.collect(),
        notes: &generated.notes,
        placeholders: &generated.placeholders,
        written,
        errors: [(); 0],
        data: Data::today(),
    };
    line(&report)
}

/// The report if the command line is wrong.
pub fn usage(message: &str) -> String {
    line(&failed(errors::setting_error(message).into_errors()))
}

/// The report if something could not be read or written.
pub fn unreadable(sources: &Sources, unreadable: &[Unreadable]) -> String {
    line(&failed(errors::unreadable(sources, unreadable).into_errors()))
}

fn failed<'a, E: Serialize>(errors: E) -> Report<'a, E> {
    Report {
        schema: SCHEMA,
        documents: Vec::new(),
        notes: &[],
        placeholders: &[],
        written: &[],
        errors,
        data: Data::today(),
    }
}
