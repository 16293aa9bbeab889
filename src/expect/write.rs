//! Prints expectations as a file that a person reviews.

use super::drafting::{Draft, LeftOut};
use super::file::{About, Expectation};
use crate::authz::{ContextValue, LayerRow};
use crate::source::one_line;
use std::fmt::Write;

const HEAD: &str = "\
# What must stay true of these policies. `ica-policy test` decides each entry for all requests.
#   allow   all such requests are allowed
#   deny    none is allowed
#   never   none is allowed, whatever other policies allow: a Deny or a limit stops them
# Written from what holds today: read each entry, take out what may change, and say in `reason` why the others may not.
";

/// The text of a file.
pub fn write(about: &About, draft: &Draft) -> String {
    let mut text = HEAD.to_owned();
    text.push_str(&subject(about));
    draft.expectations.iter().for_each(|own| text.push_str(&entry(own)));
    if !draft.left_out.is_empty() {
        text.push_str("\n# Not written:\n");
        for LeftOut { what, reason } in &draft.left_out {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "# - {}: {}", one_line(what), one_line(reason));
        }
    }
    text
}

fn subject(about: &About) -> String {
    let mut text = String::new();
    let single =
        [("connection", &about.connection), ("name", &about.name), ("account", &about.account)];
    for (name, value) in single {
        if let Some(value) = value {
            let _ = writeln!(text, "{name} = {}", quoted(value));
        }
    }
    for (kind, levels) in &about.layers {
        let name = LayerRow::of(*kind).setting;
        let levels = levels.levels();
        let each = levels.iter().map(|level| list(level)).collect::<Vec<_>>();
        let value = match each.as_slice() {
            [one] => one.clone(),
            all => format!("[{}]", all.join(", ")),
        };
        let _ = writeln!(text, "{name} = {value}");
    }
    text
}

fn entry(own: &Expectation) -> String {
    let mut text = String::from("\n[[test]]\n");
    let mut line = |name: &str, value: String| text.push_str(&format!("{name} = {value}\n"));
    if let Some(name) = &own.name {
        line("name", quoted(name));
    }
    if let Some(reason) = &own.reason {
        line("reason", quoted(reason));
    }
    line(own.expected.word(), list(&own.actions));
    line("on", list(&own.resources));
    if !own.callers.is_empty() {
        line("caller", list(&own.callers));
    }
    let known = own
        .keys
        .iter()
        .filter_map(|(key, value)| Some(format!("{} = {}", quoted(key), values(value.as_ref()?))));
    let known = known.collect::<Vec<_>>();
    if !known.is_empty() {
        line("with", format!("{{ {} }}", known.join(", ")));
    }
    let absent = own.keys.iter().filter(|(_, value)| value.is_none());
    let absent = absent.map(|(key, _)| key.clone()).collect::<Vec<_>>();
    if !absent.is_empty() {
        line("without", list(&absent));
    }
    text
}

fn values(value: &ContextValue) -> String {
    match value {
        ContextValue::One(text) => quoted(text),
        ContextValue::Many(texts) => {
            format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "))
        }
    }
}

/// The most columns of a list in one line.
const WIDTH: usize = 100;

fn list(texts: &[String]) -> String {
    let each = texts.iter().map(|text| quoted(text)).collect::<Vec<_>>();
    match each.as_slice() {
        [one] => one.clone(),
        all if all.iter().map(|text| text.len() + 2).sum::<usize>() <= WIDTH => {
            format!("[{}]", all.join(", "))
        }
        all => format!("[\n    {},\n]", all.join(",\n    ")),
    }
}

/// A text of TOML, whose escapes are those of JSON.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default().replace('\u{7f}', "\\u007f")
}
