//! Markdown for the summary of a job or a comment on a pull request: one row a finding, the worst first.

use super::{Issue, Issues, Region};
use crate::finding::Severity;
use crate::report::page_markdown::plain;
use std::fmt::Write;

/// Rows that are shown; the others are folded.
const MOST_OPEN: usize = 20;

/// The summary.
pub fn write(issues: &Issues) -> String {
    let list = issues.list(true);
    let mut text = format!("### ica-policy {}\n\n", issues.command);
    for head in issues.heads.iter().filter(|head| !head.is_empty()) {
        let _ = writeln!(text, "{head}");
    }
    let counted = counts(issues);
    if !counted.is_empty() {
        let _ = writeln!(text, "{counted}");
    }
    for failure in &issues.failures {
        let file = failure.file.as_ref().map(|file| format!("{}: ", plain(file)));
        let _ = writeln!(
            text,
            "\n**not read**: {}{}",
            file.unwrap_or_default(),
            plain(&failure.message)
        );
    }
    let (open, folded) = list.split_at(list.len().min(MOST_OPEN));
    if !open.is_empty() {
        text.push_str(&table(open));
    }
    if !folded.is_empty() {
        let _ = writeln!(
            text,
            "\n<details><summary>{} more</summary>\n{}\n</details>",
            folded.len(),
            table(folded)
        );
    }
    text
}

fn counts(issues: &Issues) -> String {
    let of = |severity, one: &str| match issues.count(severity) {
        0 => None,
        1 => Some(format!("1 {one}")),
        number => Some(format!("{number} {one}s")),
    };
    let counts = [
        of(Severity::Error, "error"),
        of(Severity::Warning, "warning"),
        of(Severity::Info, "note"),
    ];
    let counts = counts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    match (counts.is_empty(), issues.failures.is_empty()) {
        (true, true) if issues.left_out > 0 => "nothing new was found".to_owned(),
        (true, true) => "nothing was found".to_owned(),
        // Of what could not be read nothing is known.
        _ => counts,
    }
}

fn table(issues: &[Issue<'_>]) -> String {
    let mut text = String::from("\n| | where | what | to do |\n|---|---|---|---|\n");
    for issue in issues {
        let finding = issue.finding;
        let place = issue.region.as_ref().map(Region::shown);
        let _ = writeln!(
            text,
            "| {} `{}` | {} | {} | {} |",
            finding.severity.word(),
            finding.code.id(),
            plain(&place.unwrap_or_default()),
            plain(&finding.message),
            plain(finding.help.as_deref().unwrap_or_default()),
        );
    }
    text
}
