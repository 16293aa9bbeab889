//! Files of another form than is wanted. What is wrong with one is said without its words: it may be any file of the machine, and the
//! report may be public.

use crate::finding::{Code, Finding, codes};
use crate::source::{Source, Span};
use crate::tree::{Node, Value};

/// Whether a text in JSON that cannot be read has one of these names.
pub(super) fn has_name(text: &str, names: &[&str]) -> bool {
    names.iter().any(|name| text.contains(&format!("\"{name}\"")))
}

/// Texts that a message may quote from any file: the signs of JSON and quotes are no words.
const SIGNS: [&str; 12] = ["{", "}", "[", "]", ",", ":", "\"", "'", "‘", "’", "“", "”"];

/// Problems whose messages quote a name, which may hold backticks and anything between them.
const WITH_NAME: [Code; 2] = [codes::MISSING_COLON, codes::DUPLICATE_MEMBER];

/// What is wrong with JSON of another form: the first of these problems of the reader of JSON, with its place, which a report would
/// draw. `names` are those that the wanted form has at the top.
pub(super) fn without_words(
    source: &Source,
    problems: &[Finding],
    code: Code,
    names: &[&str],
) -> Finding {
    let file = source.name();
    let names = names.join("`, `");
    let none =
        format!("no line is shown, since the file has none of the names `{names}` at its top");
    let Some(problem) = problems.iter().find(|problem| source.span().contains(problem.span)) else {
        let message = format!("`{file}` is JSON that cannot be read");
        return Finding::new(code, Span::NOWHERE, message).help(none);
    };
    let at = (problem.span.lo - source.base) as usize;
    let place = source.lines().at(&source.text, at);
    let message = format!(
        "`{file}` line {}, column {}: {}",
        place.line,
        place.column,
        message_without_words(problem)
    );
    // The reader's helps are fixed texts.
    let help = problem.help.iter().map(|help| format!("{help}; ")).collect::<String>();
    Finding::new(code, Span::NOWHERE, message).help(help + &none)
}

/// The message if it quotes signs alone, else what all problems of its kind have in common.
fn message_without_words(problem: &Finding) -> &str {
    let mut quoted = problem.message.split('`').skip(1).step_by(2);
    let is_told =
        !WITH_NAME.contains(&problem.code) && quoted.all(|quoted| SIGNS.contains(&quoted));
    if is_told { &problem.message } else { problem.code.row().summary }
}

/// Whether a document has one of these members at the top. A list is what its first item is: CORS rules may be given as the list alone.
pub fn has_member(root: &Node, names: &[&str]) -> bool {
    let first = if let Value::Array(items) = &root.value { items.first() } else { Some(root) };
    let members = first.and_then(Node::as_object).unwrap_or_default();
    members.iter().any(|member| names.contains(&member.name.text.as_str()))
}
