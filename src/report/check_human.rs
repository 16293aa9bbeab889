//! The report of `check` for people: the matrix, the causes with their words underlined, the
//! assumptions, and what to do next.

use super::causes::Cause;
use super::check::{Assumed, Checked, Connection, SETTING};
use super::check_words::{draw_cause, is_mere_advice, mere_advice};
use super::draw::{data_line, draw};
use super::look::{Human, Look, paragraph, word};
use super::matrix::matrix;
use super::to_do::{headline, to_do};
use crate::product::{Level, Verdict};
use std::fmt::Write;

/// The most findings about the text of policies that are drawn.
const MOST_FINDINGS: usize = 50;

/// The first and the last line of a report about a document that is not in force anywhere.
const REFUSED: &str =
    "AWS would refuse a document (see its findings): correct it before anything else";

/// A report that begins and ends with the words about a document that AWS would refuse, if there is
/// one.
pub(super) fn framed(is_refused: bool, text: String) -> String {
    if is_refused { format!("{REFUSED}\n\n{text}{REFUSED}\n") } else { text }
}

impl Human for Checked {
    fn human(&self, look: Look) -> String {
        report(self, look)
    }
}

/// The report of a check.
fn report(checked: &Checked, look: Look) -> String {
    let is_refused = !checked.refused.is_empty();
    let mut text = body(checked, look);
    assumptions(&mut text, checked.assumptions.iter().map(|known| (known, String::new())), look);
    to_do(&mut text, checked, look);
    let verdict = checked.verdict;
    let words = format!("{}: {}", verdict.word(), next(verdict, checked.is_whole, is_refused));
    let last = paragraph(&words, "", "", look);
    // The colour is put in afterwards: its codes would count as letters of the line.
    text.push('\n');
    text.push_str(&last.replacen(verdict.word(), &word(verdict.word(), verdict, look), 1));
    framed(is_refused, text) + &data_line()
}

/// The report of one check of several. What all of them have in common follows after the last one,
/// written by [`super::overview::Overview`].
pub fn report_one_of(checked: &Checked, (number, of): (usize, usize), look: Look) -> String {
    let gap = if number == 1 { "" } else { "\n\n" };
    let mut text = format!("{gap}connection {number} of {of}\n{}", body(checked, look));
    to_do(&mut text, checked, look);
    text
}

/// One line: the name of the connection and its verdict.
pub fn summary(checked: &Checked, look: Look) -> String {
    let connection = &checked.connection;
    let name = connection.name.as_ref().unwrap_or(&connection.bucket);
    let refused = if checked.refused.is_empty() { "" } else { "; AWS would refuse a document" };
    format!("{name}: {}{refused}\n", headline(checked, look))
}

fn body(checked: &Checked, look: Look) -> String {
    let (first, more) = title(&checked.connection);
    let mut text = format!("{first}\n{}\n{more}\n\n", headline(checked, look));
    matrix(&mut text, checked, look);
    let is_drawn = |cause: &Cause| look.verbose || !is_mere_advice(cause);
    for (number, cause) in checked.causes.iter().enumerate().filter(|(_, cause)| is_drawn(cause)) {
        let mut drawn = String::new();
        draw_cause(&mut drawn, number + 1, cause, look);
        // Short advice needs no blank lines between it.
        let before = number.checked_sub(1).map(|before| &checked.causes[before]);
        let is_short = |cause: &Cause| cause.level == Level::Advised && !look.verbose;
        let follows = is_short(cause) && before.is_some_and(is_short);
        text.push_str(if follows { drawn.trim_start() } else { &drawn });
    }
    if !look.verbose {
        text.push_str(&mere_advice(&checked.causes, look));
    }
    for finding in checked.findings.iter().take(MOST_FINDINGS) {
        let _ = writeln!(text, "\n{}", draw(finding, look).trim_end());
    }
    if let Some(more) = checked.findings.len().checked_sub(MOST_FINDINGS).filter(|more| *more > 0) {
        let _ = writeln!(
            text,
            "\n{more} more findings about the text of the policies; `--format json` lists all"
        );
    }
    text.push_str(&broken(checked, look));
    text
}

/// The title: what was checked, in one line, and then whose policies and files.
pub(super) fn title(connection: &Connection) -> (String, String) {
    let versioning = connection.versioning.unwrap_or("versioning not given");
    let name = connection.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    let region = connection.region.as_deref().unwrap_or("region not given");
    let prefix = if connection.prefix.is_empty() {
        "whole bucket".to_owned()
    } else {
        format!("prefix {}", connection.prefix)
    };
    let Connection { bucket, account, state, .. } = connection;
    let first = format!(
        "{name}bucket {bucket} of account {account} ({region}, {versioning}, {prefix}, state {state})"
    );
    // If the customer has a role of its own, Illumina's role is labelled by its purpose.
    let copies = if connection.role.is_some() { "copies" } else { "role  " };
    let labelled = [
        ("user  ", &connection.user),
        ("role  ", &connection.role),
        ("key   ", &connection.kms_key),
        (copies, &connection.cross_account_role),
    ];
    let arns = labelled.into_iter().filter_map(|(label, arn)| Some((label, arn.as_ref()?)));
    let arns = arns.map(|(label, arn)| format!("{label} {arn}"));
    let files = connection.files.iter().map(|read| match read.read_as.as_str() {
        SETTING => format!("read   {} as {}", read.file, read.layer),
        read_as => format!("read   {} as {read_as}: {}", read.file, read.layer),
    });
    (first, arns.chain(files).collect::<Vec<_>>().join("\n"))
}

/// Writes the assumptions, each with the connections it belongs to, unless it belongs to all.
pub(super) fn assumptions<'a>(
    text: &mut String,
    all: impl Iterator<Item = (&'a Assumed, String)>,
    look: Look,
) {
    let how = if look.verbose { "" } else { " (--verbose says how to settle it)" };
    for (number, (assumed, connections)) in all.enumerate() {
        if number == 0 {
            let _ = writeln!(text, "\nassumed, as no file shows it{how}:");
        }
        let (id, rest) = (assumed.id.id(), " ".repeat(23));
        let words = format!("{}{connections}", assumed.text);
        text.push_str(&paragraph(&words, &format!("  {id:<20} "), &rest, look));
        if look.verbose {
            let start = format!("  {:<20} -> ", "");
            text.push_str(&paragraph(assumed.how_to_settle, &start, &" ".repeat(26), look));
        }
    }
}

/// The advice what to do next.
pub(super) fn next(worst: Verdict, is_whole: bool, is_refused: bool) -> &'static str {
    match worst {
        Verdict::Allowed if is_refused => {
            "no operation is blocked if the document without the refused words is in force; correct it, then run the same command again"
        }
        Verdict::Allowed if is_whole => {
            "every operation is allowed, as far as the assumptions hold; connect the bucket"
        }
        Verdict::Allowed => {
            "every operation that was checked is allowed, as far as the assumptions hold"
        }
        Verdict::Unknown => {
            "nothing is blocked for certain; settle what is unknown, or leave out what you do not need with --skip OPERATION"
        }
        Verdict::Partial | Verdict::Blocked => {
            "do what is listed (`ica-policy fix` shows edits), then run the same command again; leave out what you do not need with --skip OPERATION"
        }
    }
}

/// What users will see of the blocked operations.
fn broken(checked: &Checked, look: Look) -> String {
    let broken = checked.operations.iter().filter_map(|operation| {
        let breaks = operation.breaks.as_ref()?;
        Some(paragraph(&format!("{}: {breaks}", operation.id), "  ", "    ", look))
    });
    let lines = broken.collect::<String>();
    if lines.is_empty() { lines } else { format!("\nwhat users will see:\n{lines}") }
}
