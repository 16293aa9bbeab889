//! The view of `fuzz --edge`: lines that `simulate --batch` accepts, and a table for people.

use super::look::{Look, paragraph};
use super::page_markdown::plain;
use super::place::{Position, position};
use crate::mutate::{Edge, Edges, Original, Side};
use crate::source::{FileName, Sources, one_line};
use serde_json::Value;
use std::fmt::Write;

/// Requests at the edges of policies.
#[derive(Clone, Debug)]
pub struct Edged {
    define: Value,
    rows: Vec<Row>,
    impossible: usize,
    refusal: Option<String>,
}

/// A request at the edge of some words.
#[derive(Clone, Debug)]
struct Row {
    file: FileName,
    place: Option<Position>,
    edge: Edge,
}

impl Edged {
    /// The requests with their places.
    pub fn new(sources: &Sources, originals: &[Original], edges: Edges) -> Edged {
        let row = |edge: Edge| Row {
            file: originals[edge.document].file.clone(),
            place: position(sources, edge.at),
            edge,
        };
        let Edges { define, rows, impossible, refusal } = edges;
        Edged { define, rows: rows.into_iter().map(row).collect(), impossible, refusal }
    }

    /// For programs: a line that defines the policies, then one for each request with the expected decision.
    pub fn lines(&self) -> String {
        let rows = self.rows.iter().map(|row| &row.edge.line);
        [&self.define].into_iter().chain(rows).map(|line| format!("{line}\n")).collect()
    }

    /// For people: the words, and below them their requests.
    pub fn human(&self, look: Look) -> String {
        let mut text = String::new();
        let mut before = None;
        for row in &self.rows {
            let words = (row.file.clone(), row.edge.at);
            if before.as_ref() != Some(&words) {
                let _ = writeln!(text, "\n{}`{}`", at(row), one_line(&row.edge.words));
                before = Some(words);
            }
            let Edge { side: of, decision, note, by, .. } = &row.edge;
            let first = format!("  {:<8} {decision:<17} ", side(*of));
            text.push_str(&paragraph(
                &format!("{note}: {}", one_line(by)),
                &first,
                &" ".repeat(29),
                look,
            ));
            text.push_str(&paragraph(&request(row), "             ", "             ", look));
        }
        text + &self.end()
    }

    /// The same as a table in Markdown.
    pub fn markdown(&self) -> String {
        let mut text =
            "| words | edge | request | decision | by |\n|---|---|---|---|---|\n".to_owned();
        for row in &self.rows {
            let cells = [
                format!("{}{}", at(row), one_line(&row.edge.words)),
                format!("{}: {}", side(row.edge.side), row.edge.note),
                request(row),
                row.edge.decision.clone(),
                one_line(&row.edge.by).into_owned(),
            ];
            let _ = writeln!(text, "| {} |", cells.map(|cell| plain(&cell)).join(" | "));
        }
        text + &self.end()
    }

    fn end(&self) -> String {
        let impossible = match self.impossible {
            0 => String::new(),
            more => {
                let reason = self.refusal.as_deref().map(one_line).unwrap_or_default();
                format!("; {more} left out, which `simulate` refuses (the first: {reason})")
            }
        };
        format!(
            "\n{} requests at the edges of {} words{impossible}; keep them as tests: --format json, then `simulate --batch`\n",
            self.rows.len(),
            self.words(),
        )
    }

    fn words(&self) -> usize {
        let mut all =
            self.rows.iter().map(|row| (row.edge.document, row.edge.at)).collect::<Vec<_>>();
        all.dedup();
        all.len()
    }
}

fn at(row: &Row) -> String {
    row.place.as_ref().map_or(String::new(), |place| format!("{}:{} ", row.file, place.line))
}

fn side(side: Side) -> &'static str {
    match side {
        Side::Inside => "inside",
        Side::Outside => "outside",
        Side::Border => "border",
        Side::Case => "case",
        Side::Absent => "absent",
    }
}

/// The request in words.
fn request(row: &Row) -> String {
    let line = &row.edge.line;
    let text = |member: &str| line[member].as_str().unwrap_or_default();
    let mut words = format!("{} on {} by {}", text("action"), text("resource"), text("principal"));
    let context = line["context"].as_object().into_iter().flatten();
    for (number, (key, value)) in context.enumerate() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let _ = write!(words, "{} {key} {value}", if number == 0 { " with" } else { "," });
    }
    one_line(&words).into_owned()
}
