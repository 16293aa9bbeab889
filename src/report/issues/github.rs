//! Annotations of GitHub Actions: commands on standard output, which GitHub shows beside the lines of a pull request
//! (GH:workflow-commands-for-github-actions).

use super::{Issue, Issues};
use crate::finding::Severity;
use crate::report::visible::visible;
use std::fmt::Write;

/// How many annotations of each kind GitHub shows for one step.
const MOST_SHOWN: usize = 10;

/// The annotations, the worst first, and how many were left out.
pub fn write(issues: &Issues) -> String {
    let mut text = String::new();
    for failure in &issues.failures {
        let file = failure.file.as_ref().map(|file| format!("file={}", property(file)));
        let _ = writeln!(text, "::error {}::{}", file.unwrap_or_default(), data(&failure.message));
    }
    let list = issues.list(true);
    let mut left_out = 0;
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let of_kind = list.iter().filter(|issue| issue.finding.severity == severity);
        let of_kind = of_kind.collect::<Vec<_>>();
        left_out += of_kind.len().saturating_sub(MOST_SHOWN);
        for issue in of_kind.into_iter().take(MOST_SHOWN) {
            let _ = writeln!(text, "{}", annotation(issue));
        }
    }
    if left_out > 0 {
        let _ = writeln!(
            text,
            "{left_out} more findings: GitHub shows {MOST_SHOWN} of each kind for a step"
        );
    }
    text
}

fn annotation(issue: &Issue<'_>) -> String {
    let finding = issue.finding;
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut properties = Vec::new();
    if let Some(region) = &issue.region {
        properties.push(format!("file={}", property(region.file)));
        properties.push(format!("line={},endLine={}", region.start.0, region.end.0));
        // GitHub takes columns within one line only.
        if region.start.0 == region.end.0 {
            properties.push(format!("col={},endColumn={}", region.start.1, region.end.1));
        }
    }
    properties.push(format!("title={}", property(finding.code.id())));
    format!("::{command} {}::{}", properties.join(","), data(&issue.words()))
}

/// The text of a command; a line break would end it.
fn data(text: &str) -> String {
    visible(text, false).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
