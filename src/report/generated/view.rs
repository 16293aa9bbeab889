//! Generated documents as a view: the schema `ica-policy/generate/v1`, published in
//! `schemas/generate-v1.json`.

use crate::generate::{Body, Generated, Kind, Note, Placeholder};
use crate::product::Command;
use crate::report::view::View;
use serde::Serialize;

/// The documents that a connection needs.
#[derive(Debug, Serialize)]
pub struct Made<'a> {
    documents: Vec<Entry<'a>>,
    notes: &'a [Note],
    placeholders: &'a [Placeholder],
    /// The files that were written.
    pub(super) written: &'a [String],
    /// The calls that put the files into AWS; none without files.
    pub(super) commands: Vec<Command>,
    /// The same for people.
    #[serde(skip)]
    pub generated: &'a Generated,
    /// The folder of the files.
    #[serde(skip)]
    pub folder: &'a str,
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    kind: Kind,
    name: &'static str,
    setting: &'static str,
    document: &'a Body,
}

impl<'a> Made<'a> {
    /// The documents, and the files that were written into a folder, with the calls that put them into AWS.
    pub fn new(
        generated: &'a Generated,
        written: &'a [String],
        folder: &'a str,
        commands: Vec<Command>,
    ) -> Made<'a> {
        let entries = generated.documents.iter().map(|document| Entry {
            kind: document.kind,
            name: document.kind.file_name(),
            setting: document.kind.setting(),
            document: &document.body,
        });
        let documents = entries.collect();
        let Generated { notes, placeholders, .. } = generated;
        Made { documents, notes, placeholders, written, commands, generated, folder }
    }
}

impl View for Made<'_> {
    const SCHEMA: &'static str = "ica-policy/generate/v1";
    const NOTHING: &'static str =
        r#""documents":[],"notes":[],"placeholders":[],"written":[],"commands":[]"#;
}
