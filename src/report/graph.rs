//! What the formats of the graph have in common: labels, colours, the text of edges.

use crate::product::graph::{Link, Node, Thing};
use crate::product::{Level, Verdict};

/// The text of a node, line by line.
pub(super) fn lines(node: &Node) -> Vec<String> {
    let mut lines = match &node.thing {
        Thing::Caller(caller) => vec![caller.id().to_owned()],
        Thing::Operation { id, caller } => vec![(*id).to_owned(), caller.id().to_owned()],
        Thing::Step { action, resource, .. } => vec![action.clone(), resource.clone()],
    };
    if let Some(verdict) = node.verdict {
        let cause = match &node.thing {
            Thing::Operation { .. } if node.is_root_cause => ", root cause",
            Thing::Operation { .. } if verdict != Verdict::Allowed => ", a consequence",
            _ => "",
        };
        lines.push(format!("{}{cause}", verdict.word()));
    }
    lines
}

/// The fill colour of a node, by its verdict. Callers without a verdict are grey.
pub(super) fn fill(node: &Node) -> &'static str {
    match (node.verdict, &node.thing) {
        (Some(Verdict::Allowed), _) => "#d5f0d5",
        (Some(Verdict::Unknown), _) => "#fff3c4",
        (Some(Verdict::Partial), _) => "#f3d6f5",
        (Some(Verdict::Blocked), _) => "#ffd0cc",
        (None, Thing::Caller(_)) => "#dde6f0",
        (None, _) => "#ffffff",
    }
}

/// The text of an edge; empty if the arrow is enough.
pub(super) fn words(link: Link) -> &'static str {
    match link {
        Link::Asks | Link::Needs(Level::Required) | Link::Before => "",
        Link::Needs(Level::Degrades) => "works without",
        Link::Needs(Level::Advised) => "advised",
        Link::BeforeWhileNew => "while new",
        Link::Makes => "makes",
    }
}

/// Whether an edge is drawn dashed, because its source does not always stop its target.
pub(super) fn is_broken(link: Link) -> bool {
    matches!(link, Link::Needs(Level::Degrades | Level::Advised) | Link::BeforeWhileNew)
}
