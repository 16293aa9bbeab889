//! Writes the graph for Graphviz.

use super::graph::{fill, is_broken, lines, words};
use crate::product::graph::{Dependencies, Thing};
use std::fmt::Write;

/// The graph in the language DOT.
pub fn dot(dependencies: &Dependencies, title: &str) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail, so the results are ignored.
    let _ =
        writeln!(text, "digraph ica {{\n  label={};\n  labelloc=t;\n  rankdir=LR;", quoted(title));
    let _ = writeln!(
        text,
        "  node [shape=box, style=filled, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];"
    );
    for (number, node) in dependencies.nodes() {
        let label = quoted(&lines(node).join("\n"));
        let shape = match node.thing {
            Thing::Caller(_) => ", shape=ellipse",
            Thing::Operation { .. } => ", style=\"filled,rounded\"",
            Thing::Step { .. } => "",
        };
        let cause = if node.is_root_cause { ", penwidth=3, color=\"#b00020\"" } else { "" };
        let _ = writeln!(
            text,
            "  n{number} [label={label}, fillcolor=\"{}\"{shape}{cause}];",
            fill(node)
        );
    }
    for (from, to, link) in dependencies.edges() {
        let label = if words(link).is_empty() {
            String::new()
        } else {
            format!("label={}", quoted(words(link)))
        };
        let style = if is_broken(link) { "style=dashed" } else { "" };
        let both = [label.as_str(), style]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(", ");
        let attributes = if both.is_empty() { both } else { format!(" [{both}]") };
        let _ = writeln!(text, "  n{from} -> n{to}{attributes};");
    }
    text.push_str("}\n");
    text
}

/// A text in quotes. Backslashes stay text; line breaks become Graphviz's own.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn labels_keep_quotes_and_backslashes() {
        assert_eq!(quoted("a\"b\\\nc"), "\"a\\\"b\\\\\\nc\"");
    }
}
