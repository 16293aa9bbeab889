//! Draws the table of operations and callers, and explains its marks.

use super::check::{Caller, Checked};
use super::look::{Look, paragraph, word};
use crate::product::{Level, Verdict};
use std::fmt::Write;

/// The widest text in a cell: a verdict with both marks.
const VERDICT: usize = "allowed * ~".len();

/// Draws the table.
pub(super) fn matrix(text: &mut String, checked: &Checked, look: Look) {
    let width =
        checked.operations.iter().map(|operation| operation.id.len()).max().unwrap_or_default();
    let cell = |caller: &str| caller.len().max(VERDICT) + 2;
    let heads = checked.callers.iter().map(|caller| format!("{caller:<0$}", cell(caller)));
    let heads = heads.collect::<String>();
    let _ = writeln!(text, "{:width$}  {}", "", heads.trim_end());
    for operation in &checked.operations {
        let cells = checked.callers.iter().map(|caller| match operation.of(caller) {
            Some(report) => {
                let consequence = if report.own == report.verdict { "" } else { " *" };
                let residue = if leaves_residue(report) { " ~" } else { "" };
                let plain = format!("{}{consequence}{residue}", report.verdict.word());
                format!(
                    "{}{:pad$}",
                    word(&plain, report.verdict, look),
                    "",
                    pad = cell(caller) - plain.len()
                )
            }
            None => format!("{:<1$}", "-", cell(caller)),
        });
        let _ = writeln!(text, "{:width$}  {}", operation.id, cells.collect::<String>().trim_end());
    }
    // A skipped operation is in the table if it is the cause of one that is shown.
    let is_shown = |id: &str| checked.operations.iter().any(|operation| operation.id == id);
    for skipped in checked.skipped.iter().filter(|skipped| !is_shown(&skipped.operation)) {
        let reason =
            skipped.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let _ = writeln!(text, "{:width$}  skipped{reason}", skipped.operation);
    }
    legend(text, checked, look);
}

/// Whether an operation that is not blocked leaves residue, because it lacks a step that cleans up.
fn leaves_residue(report: &Caller) -> bool {
    let is_missing = report
        .steps
        .iter()
        .any(|step| step.level == Level::Degrades && step.verdict != Verdict::Allowed);
    report.verdict != Verdict::Blocked && is_missing
}

fn legend(text: &mut String, checked: &Checked, look: Look) {
    let reports = || {
        checked.operations.iter().flat_map(|operation| {
            operation.callers.iter().map(move |report| (operation.id, report))
        })
    };
    // Consequences of the same operations share one line.
    let mut consequences: Vec<(Vec<&str>, Vec<&str>)> = Vec::new();
    for (id, report) in reports().filter(|(_, report)| report.own != report.verdict) {
        // Only the root causes that are as bad as the consequence.
        let is_as_bad =
            |root: &&str| reports().any(|(id, other)| id == *root && other.own == report.verdict);
        let roots = report.blocked_by.iter().copied().filter(is_as_bad).collect::<Vec<_>>();
        match consequences.iter_mut().find(|(known, _)| *known == roots) {
            Some((_, operations)) if operations.contains(&id) => {}
            Some((_, operations)) => operations.push(id),
            None => consequences.push((roots, vec![id])),
        }
    }
    let is_same = matches!(&consequences[..], [(_, all)] if *all == checked.waiting);
    for (roots, operations) in consequences {
        let words = format!("* because of {}: {}", roots.join(", "), operations.join(", "));
        text.push_str(&paragraph(&words, "", "    ", look));
    }
    if !checked.waiting.is_empty() {
        let ids = if is_same { String::new() } else { format!(": {}", checked.waiting.join(", ")) };
        let words = format!(
            "only because the bucket is new{ids}; if ICA is already connected, say --state connected"
        );
        text.push_str(&paragraph(&words, "  ", "    ", look));
    }
    if reports().any(|(_, report)| leaves_residue(report)) {
        let _ = writeln!(text, "~ works, but without a step that cleans up, so it leaves residue");
    }
}
