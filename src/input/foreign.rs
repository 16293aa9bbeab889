//! Files of another form than is wanted. What is wrong with one is said without its words: it may be any file of the machine, and the
//! report may be public.

use crate::finding::{Code, Finding};
use crate::source::{Source, Span};
use crate::tree::{Node, Value};

/// Whether a text in JSON that cannot be read has one of these names.
pub(super) fn has_name(text: &str, names: &[&str]) -> bool {
    names.iter().any(|name| text.contains(&format!("\"{name}\"")))
}

/// What is wrong with JSON of another form: the first of these problems, by its line. What a message quotes is in backticks.
pub(super) fn without_words(source: &Source, problems: &[Finding], code: Code) -> Finding {
    let first = problems.iter().find(|problem| source.span().contains(problem.span));
    let line = first.map_or(1, |problem| {
        let at = (problem.span.lo - source.base) as usize;
        source.lines().at(&source.text, at).line
    });
    let message = first.map(|problem| problem.message.as_str());
    let message = message.filter(|message| !message.contains('`'));
    let message =
        message.unwrap_or("it is JSON that cannot be read, with no name that such a file has");
    Finding::new(code, Span::NOWHERE, format!("`{}` line {line}: {message}", source.name()))
}

/// Whether a document has one of these members at the top. A list is what its first item is: CORS rules may be given as the list alone.
pub fn has_member(root: &Node, names: &[&str]) -> bool {
    let first = if let Value::Array(items) = &root.value { items.first() } else { Some(root) };
    let members = first.and_then(Node::as_object).unwrap_or_default();
    members.iter().any(|member| names.contains(&member.name.text.as_str()))
}
