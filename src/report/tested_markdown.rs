//! What a summary in Markdown says of tests before the findings: the numbers and a table.

use super::page_markdown::plain;
use super::tested::Tested;
use super::tested_words::{numbers, title};
use std::fmt::Write;

/// The numbers and the table.
pub(super) fn head(tested: &Tested) -> String {
    let mut text =
        format!("{}: **{}**\n\n| test | |\n|---|---|\n", plain(&tested.file), numbers(tested));
    for test in &tested.tests {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| {} | {} |", plain(&title(test)), test.status.word());
    }
    text
}
