//! A change of a policy in the text of its file.

use crate::finding::Edit;
use crate::source::{Sources, Span};
use crate::tree::{Node, object_at, removal};

/// The text of a file with edits, which must touch different words. `root` is the tree of the policy in it; `None`: something would become empty that
/// may not, or the file holds the policy in a form that cannot be edited.
pub fn edited<'a>(
    sources: &Sources,
    root: &Node,
    text: &str,
    edits: impl IntoIterator<Item = &'a Edit>,
) -> Option<String> {
    let (mut gone, mut splices) = (Vec::new(), Vec::<(Span, String)>::new());
    for edit in edits {
        match edit {
            Edit::Remove(places) => gone.extend_from_slice(places),
            Edit::RemoveMember(object, name) => {
                let members = object_at(root, *object)?;
                let member = members.iter().find(|member| member.name.text == *name)?;
                gone.push(member.span());
            }
            Edit::Replace(texts) => {
                splices.extend(texts.iter().map(|(span, text)| (*span, quoted(text))));
            }
            Edit::AddFirst(object, name, value) => {
                let first = object_at(root, *object)?.first()?.span();
                let before = sources.text(Span::new(object.lo + 1, first.lo));
                let gap = if before.is_empty() { " " } else { before };
                let added = format!("{}: {},{gap}", quoted(name), quoted(value));
                splices.push((Span::new(first.lo, first.lo), added));
            }
        }
    }
    // What goes is taken out together: neighbours share a comma.
    if !gone.is_empty() {
        splices.extend(removal(root, &gone)?.into_iter().map(|place| (place, String::new())));
    }
    splices.sort_by_key(|(place, _)| (place.lo, place.hi));
    let mut pairs = splices.iter().zip(splices.iter().skip(1));
    let meets = |((one, _), (next, _)): (&(Span, String), &(Span, String))| {
        next.lo < one.hi || next.lo == one.lo
    };
    if splices.is_empty() || pairs.any(meets) {
        return None;
    }
    sources.spliced(text, splices)
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}
