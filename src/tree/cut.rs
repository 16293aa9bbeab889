//! Parts that are taken out of a text.

use super::{Member, Node, Value};
use crate::source::Span;

/// The members of the object at a place.
pub fn object_at(node: &Node, place: Span) -> Option<&[Member]> {
    if node.span == place {
        return node.as_object();
    }
    children(node).into_iter().find_map(|(_, child)| {
        child.span.contains(place).then(|| object_at(child, place)).flatten()
    })
}

/// The items of a list or the members of an object, with their places.
fn children(node: &Node) -> Vec<(Span, &Node)> {
    match &node.value {
        Value::Array(items) => items.iter().map(|item| (item.span, item)).collect(),
        Value::Object(members) => {
            members.iter().map(|member| (member.span(), &member.value)).collect()
        }
        _ => Vec::new(),
    }
}

/// What goes out of the text with these items or members: their places with their commas. An object without members goes, too; a list, or the policy, does not become empty.
pub fn removal(root: &Node, gone: &[Span]) -> Option<Vec<Span>> {
    let mut places = Vec::new();
    let is_whole = cut(root, gone, &mut places)?;
    (!is_whole && !places.is_empty()).then_some(places)
}

/// Whether all of a node goes; `None` if a list would become empty.
fn cut(node: &Node, gone: &[Span], places: &mut Vec<Span>) -> Option<bool> {
    let children = children(node);
    let mut goes = Vec::new();
    for (place, child) in &children {
        let is_named = gone.contains(place) || gone.contains(&child.span);
        goes.push(is_named || cut(child, gone, places)?);
    }
    let stays = goes.iter().filter(|goes| !**goes).count();
    if children.is_empty() || stays == children.len() {
        return Some(false);
    }
    if stays == 0 {
        let is_list = matches!(node.value, Value::Array(_));
        return (!is_list).then_some(true);
    }
    let mut last_kept = None;
    for (at, (place, _)) in children.iter().enumerate() {
        if !goes[at] {
            last_kept = Some(place.hi);
            continue;
        }
        let next_kept = (at + 1..children.len()).find(|next| !goes[*next]);
        let span = match (next_kept, last_kept) {
            // Up to the next one, so that its own line stays as it is.
            (Some(_), _) => Span::new(place.lo, children[at + 1].0.lo),
            (None, Some(end)) => {
                last_kept = Some(place.hi);
                Span::new(end, place.hi)
            }
            (None, None) => return None,
        };
        places.push(span);
    }
    Some(false)
}
