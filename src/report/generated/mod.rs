//! The documents that `generate` makes, in the formats in which people keep them.

mod cloudformation;
#[cfg(feature = "cli")]
mod human;
mod settings;
mod terraform;
mod view;

pub use cloudformation::cloudformation;
pub use settings::settings;
pub use terraform::{File, terraform};
pub use view::Made;

use crate::generate::Document;

/// The text of a document as a file of its own.
pub fn text(document: &Document) -> String {
    pretty(&document.body) + "\n"
}

/// Pretty-prints a value. Strings and lists can always be serialised.
fn pretty(value: &impl serde::Serialize) -> String {
    indented(value, b"    ")
}

fn indented(value: &impl serde::Serialize, indent: &[u8]) -> String {
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(indent);
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    let done = value.serialize(&mut serializer);
    done.ok().and_then(|()| String::from_utf8(bytes).ok()).unwrap_or_default()
}

/// The remarks that follow the documents, one for each line.
fn remarks(generated: &crate::generate::Generated) -> impl Iterator<Item = String> {
    let placeholders = generated.placeholders.iter().map(|placeholder| {
        format!(
            "placeholder {}: {}; give it with --set {}=VALUE",
            placeholder.name, placeholder.text, placeholder.name
        )
    });
    placeholders.chain(generated.notes.iter().map(|note| format!("note: {}", note.text)))
}
