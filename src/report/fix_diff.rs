//! Shows the edits of a file as a unified diff.

use crate::fix::Text;
use similar::TextDiff;

/// Lines of context around a change.
const CONTEXT: usize = 3;

/// The diff from the file as it was read to the file as edited; `None` if they are the same.
pub(super) fn diff(text: &Text) -> Option<String> {
    let lines = TextDiff::from_lines(&text.original, &text.now);
    let [old, new] =
        ["a/", "b/"].map(|side| format!("{side}{}", text.shown.trim_start_matches('/')));
    text.is_changed()
        .then(|| lines.unified_diff().context_radius(CONTEXT).header(&old, &new).to_string())
}
