//! reviewdog's diagnostic format (reviewdog, proto/rdf).

use super::{Issue, Issues, Region};
use crate::finding::Severity;
use serde::Serialize;

#[derive(Serialize)]
struct Report<'a> {
    source: Source,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Clone, Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: String,
    location: Location<'a>,
    severity: &'static str,
    code: CodeOf,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct CodeOf {
    value: &'static str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

/// The report. Columns count in bytes of UTF-8, as the format wants.
pub fn write(issues: &Issues) -> String {
    let list = issues.list(false);
    let unread = issues.failures.iter().map(|failure| Diagnostic {
        message: failure.words(),
        location: failure
            .region()
            .as_ref()
            .map_or(Location { path: issues.command, range: None }, location),
        severity: "ERROR",
        code: CodeOf { value: failure.kind() },
        suggestions: Vec::new(),
        related_locations: Vec::new(),
    });
    let report = Report {
        source: Source { name: "ica-policy" },
        diagnostics: unread.chain(list.iter().map(diagnostic)).collect(),
    };
    // Plain strings and numbers can always be serialised.
    serde_json::to_string(&report).unwrap_or_default() + "\n"
}

fn diagnostic<'a>(issue: &Issue<'a>) -> Diagnostic<'a> {
    let finding = issue.finding;
    let related = finding
        .related
        .iter()
        .map(|(place, words)| Related { message: words, location: location(&Region::of(place)) });
    let suggestions = finding.suggestions.iter().filter_map(|(place, text)| {
        Some(Suggestion { range: location(&Region::of(place)).range?, text })
    });
    let nowhere = || Location { path: issue.path, range: None };
    Diagnostic {
        message: issue.words(),
        location: issue.region.as_ref().map_or_else(nowhere, location),
        severity: match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        },
        code: CodeOf { value: finding.code.id() },
        suggestions: suggestions.collect(),
        related_locations: related.collect(),
    }
}

fn location<'a>(region: &Region<'a>) -> Location<'a> {
    let range = region.place.map(|place| {
        let start = place.byte_column;
        let last = place.text.rsplit('\n').next().unwrap_or_default().len();
        let is_one_line = region.start.0 == region.end.0;
        let end = if is_one_line { start + last } else { last + 1 };
        Range {
            start: Position { line: region.start.0, column: start },
            end: Position { line: region.end.0, column: end },
        }
    });
    Location { path: region.file, range }
}
