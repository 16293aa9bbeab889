//! Writes a page as Markdown: the documents below `docs/` and `explain --format markdown`.

use super::page::Explained;
use crate::ica::catalogue;
use crate::ica::guide::{Page, Table};
use std::fmt::Write;

/// A page under a heading of that level (1 for a document of its own). `operations` is the path
/// from the document to the folder of the operations' pages; with `None` their names are not
/// linked.
pub fn page(page: &Page, level: usize, operations: Option<&str>) -> String {
    let mut text = String::new();
    let mark = "#".repeat(level);
    let linked = |words: &str| linked(words, &page.id, operations);
    // Writing to a string cannot fail, so the results are ignored.
    let _ = writeln!(text, "{mark} {}\n\n{}: {}", page.id, page.kind.words(), escaped(&page.title));
    for section in &page.sections {
        let _ = writeln!(text, "\n{mark}# {}", section.heading);
        for sentence in &section.text {
            let _ = writeln!(text, "\n{}", linked(sentence));
        }
        if !section.items.is_empty() {
            text.push('\n');
        }
        for item in &section.items {
            let _ = writeln!(text, "- {}", linked(item));
        }
        if let Some(table) = &section.table {
            draw_table(&mut text, table, &linked);
        }
    }
    text
}

/// The answer to a question: the names in the text, then the pages, the most likely first.
pub fn answer(answer: &Explained<'_>) -> String {
    let mut text = String::new();
    if !answer.names.is_empty() {
        let _ = writeln!(text, "# the text names\n");
        answer
            .names
            .iter()
            .for_each(|name| text.push_str(&format!("- {}\n", linked(name, "", None))));
        text.push('\n');
    }
    text + &answer
        .candidates
        .iter()
        .map(|candidate| page(candidate.page, 1, None))
        .collect::<Vec<_>>()
        .join("\n")
}

fn draw_table(text: &mut String, table: &Table, linked: &dyn Fn(&str) -> String) {
    let _ = writeln!(text, "\n| {} |", table.columns.join(" | "));
    let _ = writeln!(text, "|{}", "---|".repeat(table.columns.len()));
    for row in &table.rows {
        let cells =
            row.iter().map(|cell| linked(cell).replace('|', "\\|")).collect::<Vec<_>>().join(" | ");
        let _ = writeln!(text, "| {cells} |");
    }
}

/// Turns names of operations in backticks into links. Outside backticks, characters that have a
/// meaning in Markdown are escaped.
fn linked(words: &str, own: &str, operations: Option<&str>) -> String {
    let link = |name: &str| {
        let folder = operations.filter(|_| name != own && catalogue().operation(name).is_some())?;
        Some(format!("[`{name}`]({folder}{name}.md)"))
    };
    in_code(words, &escaped, &link)
}

/// Text whose names are in backticks, for a cell of a table: nothing else in it acts.
#[cfg(feature = "cli")]
pub(super) fn plain(text: &str) -> String {
    in_code(text, &|piece| escaped(piece).replace('@', "&#64;"), &|_| None).replace('|', "\\|")
}

/// One line of text whose names are in backticks. Code stands apart from other code and is not
/// empty, so that no backticks of names join and leave what follows outside of code.
fn in_code(
    text: &str,
    plain: &dyn Fn(&str) -> String,
    link: &dyn Fn(&str) -> Option<String>,
) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let pieces = text.split('`').collect::<Vec<_>>();
    let one = |(number, piece): (usize, &&str)| match (number % 2, *piece) {
        (0, "") if number > 0 && number + 1 < pieces.len() => " ".to_owned(),
        (0, piece) => plain(piece),
        (_, "") => String::new(),
        (_, piece) => link(piece).unwrap_or_else(|| format!("`{piece}`")),
    };
    pieces.iter().enumerate().map(one).collect()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        if "\\*_<>[]".contains(letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::{draw_table, linked, plain};
    use crate::ica::guide::Table;

    #[test]
    fn words_of_inputs_do_not_act_in_a_cell() {
        for (text, cell) in [
            ("`a|b` <x> @me", "`a\\|b` \\<x\\> &#64;me"),
            ("`a``b`", "`a` `b`"),
            ("````", " "),
            ("an `open <x>", "an `open <x>`"),
        ] {
            assert_eq!(plain(text), cell, "{text}");
        }
    }

    /// Three backticks and one do not belong together, and what is between them would be HTML.
    #[test]
    fn names_with_backticks_leave_nothing_outside_of_code() {
        let linked = |text: &str| linked(text, "", None);
        assert_eq!(linked("it is in ```<img>`"), "it is in  `<img>`");
        assert_eq!(linked("it is in `x`<img>`"), "it is in `x`\\<img\\>");
        assert_eq!(linked("`a\n\n<img>`"), "`a  <img>`");
    }

    #[test]
    fn names_of_operations_are_links_and_stars_are_text() {
        assert_eq!(
            linked("`upload-data` of a*", "x", Some("ops/")),
            "[`upload-data`](ops/upload-data.md) of a\\*"
        );
        assert_eq!(
            linked("`upload-data` and `s3:*`", "upload-data", Some("")),
            "`upload-data` and `s3:*`"
        );
    }

    #[test]
    fn a_bar_ends_no_cell() {
        let table = Table { columns: vec!["a"], rows: vec![vec!["x|y".into()]] };
        let mut text = String::new();
        draw_table(&mut text, &table, &|cell: &str| cell.to_owned());
        assert!(text.ends_with("| x\\|y |\n"), "{text}");
    }
}
