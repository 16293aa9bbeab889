//! What a summary in Markdown says of a check before its findings: the headline and the table of operations.

use super::check::Checked;
use super::check_words::known;
use super::page_markdown::plain;
use super::to_do::headline_with;
use std::fmt::Write;

/// The headline and the table.
pub(super) fn head(checked: &Checked) -> String {
    let of = &checked.connection;
    let name = of.name.as_ref().map(|name| format!("{}: ", plain(name))).unwrap_or_default();
    let bucket = plain(&of.place());
    let mut text = format!(
        "{name}bucket {bucket}: **{}**\n\n",
        plain(&headline_with(checked, checked.verdict.word()))
    );
    // Writing to a string cannot fail, so the results are ignored.
    let _ = writeln!(text, "| operation | {} |", checked.callers.join(" | "));
    let _ = writeln!(text, "|---|{}", "---|".repeat(checked.callers.len()));
    for operation in &checked.operations {
        let cells = checked
            .callers
            .iter()
            .map(|caller| operation.of(caller).map_or("-", |report| report.verdict.word()));
        let _ = writeln!(text, "| {} | {} |", operation.id, cells.collect::<Vec<_>>().join(" | "));
    }
    text.push_str(&known(checked));
    text
}
