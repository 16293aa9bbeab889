//! SARIF 2.1.0 (OASIS), as GitHub's code scanning and other services read it.

use super::{Issue, Issues, Region};
use crate::finding::{Code, Severity};
use crate::report::Failure;
use serde::Serialize;
use std::collections::BTreeMap;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    invocations: [Invocation<'a>; 1],
    results: Vec<ResultOf<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<RuleOf>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleOf {
    id: &'static str,
    short_description: Message<'static>,
    help: Message<'static>,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Message<'a> {
    text: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    level: &'static str,
    message: Message<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultOf<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message<'a>,
    locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression<'a>>,
}

/// An ignore of our configuration.
#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    justification: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: RegionOf,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RegionOf {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte_offset: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte_length: Option<usize>,
}

/// The log of a run.
pub fn write(issues: &Issues) -> String {
    let codes = issues.codes();
    let index = codes.iter().enumerate().map(|(index, code)| (code.id(), index));
    let index = index.collect::<BTreeMap<_, _>>();
    let notification = |failure: &Failure| Notification {
        level: "error",
        message: text(match &failure.file {
            Some(file) => format!("{file}: {}", failure.message),
            None => failure.message.clone(),
        }),
    };
    let list = issues.list(false);
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "ica-policy",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: codes.into_iter().map(rule).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            invocations: [Invocation {
                execution_successful: issues.failures.is_empty(),
                tool_execution_notifications: issues.failures.iter().map(notification).collect(),
            }],
            results: list.iter().map(|issue| result(issue, &index)).collect(),
        }],
    };
    // Plain strings and numbers can always be serialised.
    serde_json::to_string(&log).unwrap_or_default() + "\n"
}

fn rule(code: Code) -> RuleOf {
    let row = code.row();
    RuleOf {
        id: row.id,
        short_description: text(row.summary),
        help: text(format!("ica-policy explain {}", row.id)),
        default_configuration: Configuration { level: level(row.severity) },
    }
}

fn result<'a>(issue: &Issue<'a>, index: &BTreeMap<&str, usize>) -> ResultOf<'a> {
    let finding = issue.finding;
    let related = finding.related.iter().enumerate().map(|(number, (place, words))| Location {
        id: Some(number),
        message: Some(text(words.as_str())),
        physical_location: physical(&Region::of(place)),
    });
    let suppressions = finding.suppressed.iter();
    let suppressions =
        suppressions.map(|justification| Suppression { kind: "external", justification });
    let place = |region: &Region<'_>| Location {
        id: None,
        message: None,
        physical_location: physical(region),
    };
    ResultOf {
        rule_id: finding.code.id(),
        rule_index: index.get(finding.code.id()).copied().unwrap_or_default(),
        level: level(finding.severity),
        message: text(issue.words()),
        locations: issue.region.iter().map(place).collect(),
        related_locations: related.collect(),
        suppressions: suppressions.collect(),
        partial_fingerprints: BTreeMap::from([("icaPolicy/v1", issue.fingerprint.clone())]),
    }
}

fn physical(region: &Region<'_>) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: ArtifactLocation { uri: region.uri() },
        region: RegionOf {
            start_line: region.start.0,
            start_column: region.start.1,
            end_line: region.end.0,
            end_column: region.end.1,
            byte_offset: region.place.map(|place| place.start),
            byte_length: region.place.map(|place| place.end - place.start),
        },
    }
}

fn text<'a>(text: impl Into<std::borrow::Cow<'a, str>>) -> Message<'a> {
    Message { text: text.into() }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
