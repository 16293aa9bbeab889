//! Shows the edits of a file as a unified diff.

use super::indented::indented;
use crate::fix::Text;
use crate::input::bare_policy;
use similar::TextDiff;

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// The diff from the file as it was read to the file as edited; `None` if they are the same.
pub(super) fn diff(text: &Text) -> Option<String> {
    text.is_changed().then(|| of_texts(&text.original, &text.now, &text.shown))
}

/// The same for people: of the policy inside of an answer of the AWS CLI, and in lines where a document is one line.
pub(super) fn diff_of_policy(text: &Text) -> Option<String> {
    let bare = |text: &str| bare_policy(text).map(|(_, policy)| policy);
    let (old, new, what) = match (bare(&text.original), bare(&text.now)) {
        (Some(old), Some(new)) if old != new => (old, new, " (the policy in it)"),
        _ => (text.original.clone(), text.now.clone(), ""),
    };
    let name = format!("{}{what}", text.shown);
    text.is_changed().then(|| of_texts(&indented(&old), &indented(&new), &name))
}

/// The unified diff of two texts of a file.
pub(crate) fn of_texts(old: &str, new: &str, name: &str) -> String {
    let headers = ["a/", "b/"].map(|side| format!("{side}{}", name.trim_start_matches('/')));
    let lines = TextDiff::from_lines(old, new);
    let mut diff = lines.unified_diff();
    diff.context_radius(CONTEXT).header(&headers[0], &headers[1]).to_string()
}
