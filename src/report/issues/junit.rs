//! JUnit XML, as Jenkins and other services read it: a suite for each file, a case for each finding.

use super::{Issue, Issues};
use crate::expect::Status;
use crate::finding::Severity;
use crate::report::finding::Finding;
use crate::report::tested::Tested;
use crate::report::tested_words::title;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The report. A run without findings has one case that passes, so that services see that it ran.
pub fn write(issues: &Issues) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"ica-policy\">\n",
    );
    let list = issues.list(false);
    let mut suites = BTreeMap::<&str, Vec<&Issue<'_>>>::new();
    for issue in &list {
        suites.entry(issue.path).or_default().push(issue);
    }
    issues.suites.iter().for_each(|suite| text.push_str(suite));
    for (file, issues) in &suites {
        suite(&mut text, file, issues);
    }
    let errors = issues.failures.len();
    if errors > 0 {
        let _ = writeln!(
            text,
            "  <testsuite name=\"inputs\" tests=\"{errors}\" failures=\"0\" errors=\"{errors}\">"
        );
        for failure in &issues.failures {
            let name = escaped(failure.file.as_deref().unwrap_or(issues.command));
            let message = escaped(&failure.message);
            let _ = writeln!(
                text,
                "    <testcase name=\"{name}\"><error message=\"{message}\"></error></testcase>"
            );
        }
        text.push_str("  </testsuite>\n");
    } else if suites.is_empty() && issues.suites.is_empty() {
        let name = issues.command;
        let _ = writeln!(
            text,
            "  <testsuite name=\"{name}\" tests=\"1\" failures=\"0\" errors=\"0\">\n    <testcase name=\"no finding\"></testcase>\n  </testsuite>"
        );
    }
    text.push_str("</testsuites>\n");
    text
}

fn suite(text: &mut String, file: &str, issues: &[&Issue<'_>]) {
    let (tests, file) = (issues.len(), escaped(file));
    let failures = issues.iter().filter(|issue| is_failure(issue)).count();
    let _ = writeln!(
        text,
        "  <testsuite name=\"{file}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">"
    );
    for issue in issues {
        let at = issue
            .region
            .as_ref()
            .map(|region| format!(" at {}:{}", region.start.0, region.start.1));
        let name = escaped(&format!("{}{}", issue.finding.code.id(), at.unwrap_or_default()));
        let (id, words) = (issue.finding.code.id(), escaped(&issue.words()));
        let _ = write!(text, "    <testcase name=\"{name}\" classname=\"{file}\">");
        let _ = match is_failure(issue) {
            true => write!(text, "<failure type=\"{id}\" message=\"{words}\"></failure>"),
            false => write!(text, "<system-out>{words}</system-out>"),
        };
        text.push_str("</testcase>\n");
    }
    text.push_str("  </testsuite>\n");
}

/// The suite of a file of tests: a case for each test, whether it holds or not.
pub(in crate::report) fn tests(tested: &Tested) -> String {
    let (counts, file) = (tested.counts, escaped(&tested.file));
    let mut text = format!(
        "  <testsuite name=\"{file}\" tests=\"{}\" failures=\"{}\" errors=\"0\">\n",
        tested.tests.len(),
        counts.fails + counts.undecided
    );
    for test in &tested.tests {
        let _ =
            write!(text, "    <testcase name=\"{}\" classname=\"{file}\">", escaped(&title(test)));
        if test.status != Status::Holds {
            let issues = test.issues();
            let at = |issue: &Finding| {
                issue.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default()
            };
            let words = issues.iter().map(|issue| format!("{}{}", at(issue), issue.message));
            let words = words.chain(test.reason.clone()).collect::<Vec<_>>();
            let (kind, words) = (test.status.word(), escaped(&words.join("\n")));
            let _ = write!(text, "<failure type=\"{kind}\" message=\"{words}\"></failure>");
        }
        text.push_str("</testcase>\n");
    }
    text + "  </testsuite>\n"
}

/// What is only worth knowing fails no case.
fn is_failure(issue: &Issue<'_>) -> bool {
    issue.finding.severity != Severity::Info
}

/// Text in XML 1.0, which knows no control characters but tab and line breaks.
fn escaped(text: &str) -> String {
    let one = |character: char| match character {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\n' => "&#10;".to_owned(),
        '\t' => "&#9;".to_owned(),
        other if other.is_control() || matches!(other, '\u{fffe}' | '\u{ffff}') => {
            format!("\\u{:04x}", u32::from(other))
        }
        other => other.to_string(),
    };
    text.chars().map(one).collect()
}
