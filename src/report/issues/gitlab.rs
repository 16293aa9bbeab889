//! GitLab's code quality report (GL:code_quality, "Code Quality report format").

use super::{Issues, hash};
use crate::finding::Severity;
use crate::report::Failure;
use serde::Serialize;

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

/// An input that could not be read.
fn not_read<'a>(failure: &'a Failure, command: &'a str) -> Entry<'a> {
    let region = failure.region();
    let path = region.as_ref().map_or(command, |region| region.file);
    let begin = region.as_ref().map_or(1, |region| region.start.0);
    Entry {
        description: failure.words(),
        check_name: failure.kind(),
        fingerprint: format!("{:016x}", hash(&[failure.kind(), path, &failure.message])),
        severity: "blocker",
        location: Location { path, lines: Lines { begin } },
    }
}

/// The report. An entry needs a file: what is about none has the name of the command.
pub fn write(issues: &Issues) -> String {
    let list = issues.list(false);
    let entries = list.iter().map(|issue| Entry {
        description: issue.words(),
        check_name: issue.finding.code.id(),
        fingerprint: issue.fingerprint.clone(),
        severity: match issue.finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Info => "info",
        },
        location: Location {
            path: issue.path,
            lines: Lines { begin: issue.region.as_ref().map_or(1, |region| region.start.0) },
        },
    });
    let unread = issues.failures.iter().map(|failure| not_read(failure, issues.command));
    let entries = unread.chain(entries).collect::<Vec<_>>();
    // Plain strings and numbers can always be serialised.
    serde_json::to_string(&entries).unwrap_or_default() + "\n"
}
