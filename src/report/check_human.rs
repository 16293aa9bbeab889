//! The report of `check` for people: the matrix, the causes with their words underlined, the
//! assumptions, and what to do next.

use super::causes::Cause;
use super::check::{Assumed, Checked, Connection, Operation, SETTING};
use super::check_words::{draw_cause, finding_in_words, is_mere_advice, known, mere_advice};
use super::draw::{data_line, draw};
use super::finding::Finding;
use super::look::{Human, Look, paragraph, word};
use super::matrix::matrix;
use super::to_do::{headline, to_do};
use crate::finding::Severity;
use crate::product::{Level, Verdict};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The most findings about the text of policies that are drawn.
const MOST_FINDINGS: usize = 50;

/// The most lines of a report that shortens something.
const MOST_LINES: usize = 120;

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

    fn issues(&self) -> Vec<Finding> {
        self.causes.iter().map(as_issue).chain(self.findings.iter().cloned()).collect()
    }

    fn left_out(&self) -> usize {
        self.known
    }

    fn html_head(&self) -> String {
        super::html::check(self)
    }

    fn markdown_head(&self) -> String {
        super::check_markdown::head(self)
    }
}

/// A cause with what it stops. What is only advised is a note.
fn as_issue(cause: &Cause) -> Finding {
    let mut finding = cause.finding.clone();
    let stops = cause.stops.iter().map(|stop| stop.operation).collect::<BTreeSet<_>>();
    let stops = stops.into_iter().collect::<Vec<_>>().join(", ");
    finding.message = match cause.level {
        Level::Advised => format!("advised for {stops}: {}", finding.message),
        _ => format!("{}; this stops {stops}", finding.message),
    };
    if cause.level == Level::Advised {
        finding.severity = Severity::Info;
    }
    finding
}

/// How much of a report is shown: as much as fits into [`MOST_LINES`].
#[derive(Clone, Copy)]
struct Detail {
    /// Whether assumptions are explained; else they are only named.
    explained: bool,
    /// How many causes and findings have a picture.
    pictures: usize,
    /// How many are shown at all.
    items: usize,
}

/// The report of a check.
fn report(checked: &Checked, look: Look) -> String {
    let is_refused = !checked.refused.is_empty();
    let verdict = checked.verdict;
    let is_as_before =
        checked.known > 0 && checked.causes.is_empty() && checked.findings.is_empty();
    let next = match is_as_before {
        true => "nothing is worse than before; without --changed-since the report lists all causes",
        false => next(verdict, checked.is_whole, is_refused),
    };
    let words = format!("{}: {next}", verdict.word());
    let last = paragraph(&words, "", "", look);
    // The colour is put in afterwards: its codes would count as letters of the line.
    let last = last.replacen(verdict.word(), &word(verdict.word(), verdict, look), 1);
    let whole = |detail: Detail| {
        let mut text = body(checked, detail, look);
        if detail.explained {
            let all = checked.assumptions.iter().map(|known| (known, String::new()));
            assumptions(&mut text, all, look);
        } else {
            let ids = checked.assumptions.iter().map(|known| known.id.id()).collect::<Vec<_>>();
            let words =
                format!("assumed, as no file shows it (--verbose explains): {}", ids.join(", "));
            text = text + "\n" + &paragraph(&words, "", "  ", look);
        }
        to_do(&mut text, checked, look);
        text.push_str(&known(checked));
        framed(is_refused, format!("{text}\n{last}")) + &data_line()
    };
    fitting(checked, look, whole)
}

/// The text with as much detail as fits, or with all of it where nothing is to be shortened.
fn fitting(checked: &Checked, look: Look, text: impl Fn(Detail) -> String) -> String {
    let items = checked.causes.len() + checked.findings.len();
    let all = Detail { explained: true, pictures: items, items };
    let mut best = text(all);
    if look.verbose {
        return best;
    }
    let named = Detail { explained: checked.assumptions.is_empty(), ..all };
    // No more findings than that are shown at all, so more detail is the same text again.
    let items = checked.causes.len() + checked.findings.len().min(MOST_FINDINGS);
    let fewer_pictures = (1..=items).rev().map(|pictures| Detail { pictures, ..named });
    let fewer_items = (1..items).rev().map(|items| Detail { pictures: 1, items, ..named });
    let in_words = (1..=items).rev().map(|items| Detail { pictures: 0, items, ..named });
    for detail in fewer_pictures.chain(fewer_items).chain(in_words) {
        if best.lines().count() <= MOST_LINES {
            break;
        }
        best = text(detail);
    }
    best
}

/// The report of one check of several. What all of them have in common follows after the last one,
/// written by [`super::overview::Overview`].
pub fn report_one_of(checked: &Checked, (number, of): (usize, usize), look: Look) -> String {
    let gap = if number == 1 { "" } else { "\n\n" };
    let whole = |detail: Detail| {
        let mut text = format!("{gap}connection {number} of {of}\n{}", body(checked, detail, look));
        to_do(&mut text, checked, look);
        text.push_str(&known(checked));
        text
    };
    fitting(checked, look, whole)
}

/// One line: the name of the connection and its verdict.
pub fn summary(checked: &Checked, look: Look) -> String {
    let connection = &checked.connection;
    let name = connection.name.as_ref().unwrap_or(&connection.bucket);
    let refused = if checked.refused.is_empty() { "" } else { "; AWS would refuse a document" };
    format!("{name}: {}{refused}\n", headline(checked, look))
}

fn body(checked: &Checked, detail: Detail, look: Look) -> String {
    let (first, more) = title(&checked.connection);
    let mut text = format!("{first}\n{}\n{more}\n\n", headline(checked, look));
    matrix(&mut text, checked, look);
    let is_drawn = |cause: &&(usize, &Cause)| look.verbose || !is_mere_advice(cause.1);
    let causes = (1..).zip(&checked.causes).collect::<Vec<_>>();
    let causes = causes.iter().filter(is_drawn).collect::<Vec<_>>();
    let mut before = None;
    for (at, (number, cause)) in causes.iter().copied().take(detail.items).enumerate() {
        let is_short = cause.level == Level::Advised && !look.verbose || at >= detail.pictures;
        let mut drawn = String::new();
        draw_cause(&mut drawn, *number, cause, is_short, look);
        // What is short needs no blank lines between it.
        text.push_str(if is_short && before == Some(true) { drawn.trim_start() } else { &drawn });
        before = Some(is_short);
    }
    if !look.verbose {
        text.push_str(&mere_advice(&checked.causes, look));
    }
    let most = detail.items.saturating_sub(causes.len()).min(MOST_FINDINGS);
    for (finding, at) in checked.findings.iter().take(most).zip(causes.len()..) {
        let words = match at >= detail.pictures {
            true => finding_in_words(finding, look),
            false => draw(finding, look),
        };
        let _ = writeln!(text, "\n{}", words.trim_end());
    }
    let more = (causes.len() + checked.findings.len())
        .saturating_sub(detail.items.min(causes.len() + most));
    if more > 0 {
        let verbose = if look.verbose { "" } else { "--verbose shows them, " };
        let _ = writeln!(text, "\nand {more} more: {verbose}`--format json` lists all");
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

/// What users will see of the blocked operations. Those that are blocked by others alone are in the table.
fn broken(checked: &Checked, look: Look) -> String {
    let is_root = |operation: &&Operation| {
        look.verbose || operation.callers.iter().any(|report| report.own == report.verdict)
    };
    let broken = checked.operations.iter().filter(is_root).filter_map(|operation| {
        let breaks = operation.breaks.as_ref()?;
        Some(paragraph(&format!("{}: {breaks}", operation.id), "  ", "    ", look))
    });
    let lines = broken.collect::<String>();
    if lines.is_empty() { lines } else { format!("\nwhat users will see:\n{lines}") }
}
