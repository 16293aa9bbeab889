//! Words of Terraform's language.

use crate::generate::{Part, parts};

/// A variable that says whether a resource is made.
pub(super) struct Switch {
    pub(super) name: &'static str,
    pub(super) text: &'static str,
}

pub(super) fn reference(name: &str) -> String {
    format!("var.{name}")
}

/// A text as a string of Terraform's language, with references in the place of the marks.
pub(super) fn quoted(text: &str) -> String {
    template(&serde_json::to_string(text).unwrap_or_default())
}

/// Indented JSON with a space on both sides of the colons after keys, as `terraform fmt` writes them.
pub(super) fn spaced_keys(json: &str) -> String {
    let spaced = |line: &str| {
        let key = line.trim_start().starts_with('"').then(|| line.split_once("\": ")).flatten();
        key.map_or_else(|| line.to_owned(), |(key, value)| format!("{key}\" : {value}"))
    };
    json.lines().map(spaced).collect::<Vec<_>>().join("\n")
}

/// JSON as an expression of Terraform's language: it is one, except for what begins a template in a string, which is doubled.
/// The marks become references: in templates, or by themselves.
pub(super) fn template(json: &str) -> String {
    let split = parts(json);
    let part = |part: &Part<'_>| match part {
        Part::Text(text) => text.replace("${", "$${").replace("%{", "%%{"),
        Part::Parameter(name) => format!("${{{}}}", reference(name)),
    };
    let mut text = split.iter().map(part).collect::<String>();
    for part in &split {
        if let Part::Parameter(name) = part {
            let reference = reference(name);
            text = text.replace(&format!("\"${{{reference}}}\""), &reference);
        }
    }
    text
}
