//! Annotations of GitHub Actions: commands on standard output, which GitHub shows beside the lines of a pull request
//! (GH:workflow-commands-for-github-actions).

use super::{Issue, Issues, Region};
use crate::finding::Severity;
use crate::report::visible::visible;
use std::fmt::Write;

/// How many annotations of each kind GitHub shows for one step.
const MOST_SHOWN: usize = 10;

/// The annotations, the worst first, and how many were left out.
pub fn write(issues: &Issues) -> String {
    let mut text = String::new();
    for failure in &issues.failures {
        let region = failure.region();
        let line = command("error", region.as_ref(), failure.kind(), &failure.words());
        let _ = writeln!(text, "{line}");
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
    let kind = match issue.finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    command(kind, issue.region.as_ref(), issue.finding.code.id(), &issue.words())
}

fn command(kind: &str, region: Option<&Region<'_>>, title: &str, words: &str) -> String {
    let mut properties = Vec::new();
    if let Some(region) = region {
        properties.push(format!("file={}", property(region.file)));
        properties.push(format!("line={},endLine={}", region.start.0, region.end.0));
        // GitHub takes columns within one line only.
        if region.start.0 == region.end.0 {
            properties.push(format!("col={},endColumn={}", region.start.1, region.end.1));
        }
    }
    properties.push(format!("title={}", property(title)));
    format!("::{kind} {}::{}", properties.join(","), data(words))
}

/// The text of a command; a line break would end it.
fn data(text: &str) -> String {
    visible(text, false).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
