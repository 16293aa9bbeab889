//! Writes a page, or the answer to a question, for a terminal.

use super::look::{Human, Look};
use super::page::{Candidate, Explained};
use crate::ica::guide::{Fit, Page, PageKind, Table};
use anstyle::Style;
use std::fmt::Write;

impl Human for Explained<'_> {
    fn human(&self, look: Look) -> String {
        report(self, look)
    }
}

/// The answer to a question, or the list of all pages.
fn report(answer: &Explained<'_>, look: Look) -> String {
    let Some(question) = answer.question else {
        return answer.candidates.iter().map(|candidate| page(candidate.page, look)).collect();
    };
    let mut text = String::new();
    // Writing to a string cannot fail, so the results are ignored.
    if !answer.is_found() {
        let _ = writeln!(text, "nothing is known by the name or text `{}`", short(question));
        if !answer.nearest.is_empty() {
            let names = answer
                .nearest
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ");
            let _ = writeln!(text, "  nearest: {names}");
        }
        let _ = writeln!(
            text,
            "  help: `ica-policy explain` without a name lists all; a message is found by a few of its words in a row"
        );
        return text;
    }
    if !answer.names.is_empty() {
        let _ = writeln!(text, "{}", strong("the text names", look));
        answer.names.iter().for_each(|name| wrapped(&mut text, "  - ", "    ", name, look));
        text.push('\n');
    }
    let several = answer.candidates.len() > 1;
    for (number, candidate) in answer.candidates.iter().enumerate() {
        if number > 0 {
            text.push('\n');
        }
        let place = if several { format!("{}. ", number + 1) } else { String::new() };
        let _ = writeln!(text, "{place}{}{}", head(candidate.page, look), fit_words(candidate));
        sections(&mut text, candidate.page, look);
    }
    text
}

/// A page alone.
fn page(page: &Page, look: Look) -> String {
    let mut text = format!("{}\n", head(page, look));
    sections(&mut text, page, look);
    text
}

fn head(page: &Page, look: Look) -> String {
    format!("{} ({}): {}", strong(&page.id, look), page.kind.words(), page.title)
}

fn fit_words(candidate: &Candidate<'_>) -> &'static str {
    match candidate.fit {
        Some(Fit::Similar) => "\n   only some words of it are in the text",
        Some(Fit::Part) if candidate.page.kind == PageKind::Message => {
            "\n   the text is a part of it"
        }
        _ => "",
    }
}

fn sections(text: &mut String, page: &Page, look: Look) {
    for section in &page.sections {
        let _ = writeln!(text, "\n  {}", strong(section.heading, look));
        section.text.iter().for_each(|sentence| wrapped(text, "    ", "    ", sentence, look));
        section.items.iter().for_each(|item| wrapped(text, "    - ", "      ", item, look));
        if let Some(table) = &section.table {
            draw_table(text, table, look);
        }
    }
}

/// Draws a table if it fits the terminal, else its rows one below the other.
fn draw_table(text: &mut String, table: &Table, look: Look) {
    let width = |column: usize| {
        table.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths = table
        .columns
        .iter()
        .enumerate()
        .map(|(number, head)| width(number).max(head.len()))
        .collect::<Vec<_>>();
    if widths.iter().sum::<usize>() + 2 * widths.len() + 4 > look.width {
        for row in &table.rows {
            let _ = writeln!(text);
            table.columns.iter().zip(row).for_each(|(head, cell)| {
                wrapped(text, &format!("    {head}: "), "      ", cell, look)
            });
        }
        return;
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells = cells
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count())));
        format!("    {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
    };
    let _ = writeln!(text, "{}", line(&mut table.columns.iter().copied()));
    for row in &table.rows {
        let _ = writeln!(text, "{}", line(&mut row.iter().map(String::as_str)));
    }
}

/// Writes text broken at blanks. Text in backticks may break at its blanks too; ARNs are never
/// broken.
fn wrapped(text: &mut String, first: &str, others: &str, words: &str, look: Look) {
    let width = look.width.clamp(40, 140);
    let mut line = first.to_owned();
    let mut is_fresh = true;
    for word in words.split(' ') {
        if !is_fresh && line.chars().count() + 1 + word.chars().count() > width {
            let _ = writeln!(text, "{line}");
            others.clone_into(&mut line);
            is_fresh = true;
        }
        if !is_fresh {
            line.push(' ');
        }
        line.push_str(word);
        is_fresh = false;
    }
    let _ = writeln!(text, "{line}");
}

/// The beginning of a question, which may be a whole log.
fn short(question: &str) -> String {
    let line = question.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > 80 { line.chars().take(80).collect::<String>() + ".." } else { line }
}

fn strong(text: &str, look: Look) -> String {
    let style = Style::new().bold();
    if look.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
}
