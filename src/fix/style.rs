//! The layout of a text, so that additions look like the text around them.

use crate::source::{Encoding, Sources};
use crate::tree::{Node, Value};

/// The layout of a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Style {
    /// The text between a name and its value, as in `": "`.
    colon: String,
    /// The text after a comma on one line.
    space: &'static str,
    /// One step of indentation.
    unit: String,
    newline: &'static str,
}

impl Style {
    /// The layout of the document `root`.
    pub(super) fn of(sources: &Sources, root: &Node) -> Style {
        let text = sources.text(root.span);
        let first = root.as_object().and_then(|members| members.first());
        let colon = first.map(|member| gap(sources, member.name.span.hi, member.value.span.lo));
        let colon = colon
            .filter(|colon| colon.trim() == ":" && !colon.contains('\n'))
            .unwrap_or(": ")
            .to_owned();
        Style {
            space: if colon.ends_with(' ') || text.contains('\n') { " " } else { "" },
            colon,
            unit: unit(text).unwrap_or("    ").to_owned(),
            newline: if text.contains("\r\n") { "\r\n" } else { "\n" },
        }
    }

    /// A comma and the blanks after it, if there is no other one to imitate.
    pub(super) fn comma(&self) -> String {
        format!(",{}", self.space)
    }

    /// A value as text: on several lines if it is on a line of its own with that indentation.
    pub(super) fn write(&self, node: &Node, indent: Option<&str>) -> String {
        match &node.value {
            Value::String(text) => quoted(text),
            Value::Number(text) => text.clone(),
            Value::Bool(value) => value.to_string(),
            Value::Null => "null".to_owned(),
            Value::Array(items) => {
                self.block(['[', ']'], items, indent, |item, indent| self.write(item, indent))
            }
            Value::Object(members) => self.block(['{', '}'], members, indent, |member, indent| {
                self.member(&member.name.text, &member.value, indent)
            }),
        }
    }

    /// A member of an object as text.
    pub(super) fn member(&self, name: &str, value: &Node, indent: Option<&str>) -> String {
        format!("{}{}{}", quoted(name), self.colon, self.write(value, indent))
    }

    fn block<T>(
        &self,
        brackets: [char; 2],
        items: &[T],
        indent: Option<&str>,
        write: impl Fn(&T, Option<&str>) -> String,
    ) -> String {
        let [open, close] = brackets;
        let Some(indent) = indent.filter(|_| !items.is_empty()) else {
            let items = items.iter().map(|item| write(item, None)).collect::<Vec<_>>();
            return format!("{open}{}{close}", items.join(&self.comma()));
        };
        let deeper = format!("{indent}{}", self.unit);
        let line = |item| format!("{}{deeper}{}", self.newline, write(item, Some(&deeper)));
        let items = items.iter().map(line).collect::<Vec<_>>();
        format!("{open}{}{}{indent}{close}", items.join(","), self.newline)
    }
}

/// One step of indentation: the least by which two lines of a text differ.
fn unit(text: &str) -> Option<&str> {
    let lines = text.split('\n').skip(1).filter(|line| !line.trim().is_empty());
    let mut blanks = lines
        .map(|line| &line[..line.len() - line.trim_start_matches([' ', '\t']).len()])
        .collect::<Vec<_>>();
    blanks.sort_by_key(|blanks| blanks.len());
    blanks.dedup_by_key(|blanks| blanks.len());
    let steps = blanks
        .windows(2)
        .filter_map(|pair| Some((pair[1].len() - pair[0].len(), pair[1].strip_prefix(pair[0])?)));
    let from_nothing =
        blanks.first().filter(|first| !first.is_empty()).map(|first| (first.len(), *first));
    steps.chain(from_nothing).min_by_key(|(length, _)| *length).map(|(_, unit)| unit)
}

/// The text between two addresses of one source.
pub(super) fn gap(sources: &Sources, from: u32, to: u32) -> &str {
    sources.text(crate::source::Span::new(from, to))
}

/// The blanks of the last line, if the text has a line break.
pub(super) fn indentation(text: &str) -> Option<&str> {
    let line = &text[text.rfind('\n')? + 1..];
    line.chars().all(|c| c == ' ' || c == '\t').then_some(line)
}

/// The blanks at the end of a text.
pub(super) fn trailing_blanks(text: &str) -> &str {
    &text[text.trim_end().len()..]
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", Encoding::JsonString.encode(text))
}
