//! Writes the graph for Mermaid, which GitHub and GitLab draw in Markdown.

use super::graph::{fill, is_broken, lines, words};
use crate::product::graph::{Dependencies, Thing};
use std::fmt::Write;

/// The graph as a flowchart of Mermaid.
pub fn mermaid(dependencies: &Dependencies, title: &str) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail, so the results are ignored.
    let _ = writeln!(text, "---\ntitle: \"{}\"\n---\nflowchart LR", escaped(title));
    for (number, node) in dependencies.nodes() {
        let label = lines(node).iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br/>");
        let (open, close) = match node.thing {
            Thing::Caller(_) => ("([", "])"),
            Thing::Operation { .. } => ("(", ")"),
            Thing::Step { .. } => ("[", "]"),
        };
        let cause = if node.is_root_cause { ",stroke:#b00020,stroke-width:4px" } else { "" };
        let _ = writeln!(
            text,
            "  n{number}{open}\"{label}\"{close}\n  style n{number} fill:{}{cause},color:#000",
            fill(node)
        );
    }
    for (from, to, link) in dependencies.edges() {
        let arrow = if is_broken(link) { "-.->" } else { "-->" };
        let label =
            if words(link).is_empty() { String::new() } else { format!("|{}|", words(link)) };
        let _ = writeln!(text, "  n{from} {arrow}{label} n{to}");
    }
    text
}

/// Replaces the characters that have a meaning in Mermaid by entities.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '"' => escaped.push_str("#quot;"),
            '#' => escaped.push_str("#35;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '&' => escaped.push_str("#amp;"),
            '\\' => escaped.push_str("#92;"),
            '`' => escaped.push_str("#96;"),
            _ if letter.is_control() => escaped.push(' '),
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_mermaid_would_read_is_an_entity() {
        assert_eq!(escaped("a\"<b>#\n"), "a#quot;#lt;b#gt;#35; ");
    }
}
