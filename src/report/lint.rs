//! The view of `lint`: the schema `ica-policy/lint/v1`, published in `schemas/lint-v1.json`.

use super::failure::Failure;
use super::finding::Finding;
use super::fnv::fnv;
use super::place::Position;
use super::view::View;
use crate::finding::{self, Audience, Confidence, Severity};
use crate::input::{KindFrom, ReadAs};
use crate::model::PolicyKind;
use crate::source::{FileName, Sources, Span};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

/// What is wrong with policies, and what is dangerous.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Lint {
    /// The policies, in the order of the files.
    pub policies: Vec<Linted>,
    /// Files of folders that hold no policy.
    pub skipped: Vec<String>,
    /// What is wrong with the configurations.
    pub configurations: Vec<Configured>,
    /// How many findings are known and not shown.
    pub hidden: Hidden,
    /// The number of findings of each severity.
    pub counts: Counts,
    /// What ignores hide, where it is asked for.
    #[serde(skip)]
    pub suppressed: Vec<Finding>,
    /// What could not be read.
    #[serde(skip)]
    pub failures: Vec<Failure>,
}

/// A configuration with its findings.
#[derive(Clone, Debug, Serialize)]
pub struct Configured {
    /// The file.
    pub file: FileName,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// How many findings are known and not shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Hidden {
    /// By ignores of a configuration.
    pub ignored: usize,
    /// By the baseline.
    pub baseline: usize,
    /// Because they were there in the revision of `--changed-since`.
    pub before: usize,
}

/// The number of findings of each severity.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Counts {
    /// AWS would refuse the document.
    pub error: usize,
    /// Probably not what was meant.
    pub warning: usize,
    /// Worth knowing.
    pub info: usize,
}

/// One policy with its findings.
#[derive(Clone, Debug, Serialize)]
pub struct Linted {
    /// The file.
    pub file: FileName,
    /// What it is in the answer about an account: "role `ica`, trust policy".
    pub of: Option<String>,
    /// What the file was read as.
    #[serde(serialize_with = "as_text")]
    pub read_as: ReadAs,
    /// The kind of the policy.
    #[serde(serialize_with = "as_word")]
    pub kind: PolicyKind,
    /// What said so.
    pub kind_from: KindFrom,
    /// The name of the kind in reports.
    #[serde(skip)]
    pub kind_name: &'static str,
    /// Whether AWS would refuse to store it.
    pub refused: bool,
    /// What was found, in the order of the text.
    pub findings: Vec<Found>,
}

/// A finding with what its rule says of it.
#[derive(Clone, Debug)]
pub struct Found {
    /// What is wrong, where, and what to do.
    pub finding: Finding,
    /// The code that IAM Access Analyzer has for it.
    pub analyzer: Option<&'static str>,
    /// The place inside of the policy document, as a JSON pointer.
    pub pointer: Option<String>,
    /// Those of the other places; `None` where one is outside of the document.
    pub related: Vec<Option<String>>,
    /// The Sid of its statement.
    pub sid: Option<String>,
    /// The change of the text that mends it.
    pub edit: Option<Box<finding::Edit>>,
    /// A number that stays the same when lines move: of the rule, the kind of the policy, the statement and the place in it.
    pub fingerprint: String,
}

/// Where a finding is in its policy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Whereabouts {
    /// A JSON pointer.
    pub pointer: Option<String>,
    /// The Sid of the statement.
    pub sid: Option<String>,
    /// The words of the statement.
    pub statement: String,
}

fn as_text<S: Serializer>(read_as: &ReadAs, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(read_as)
}

fn as_word<S: Serializer>(kind: &PolicyKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.word())
}

/// Another place in JSON.
#[derive(Serialize)]
struct Related<'a> {
    span: &'a Position,
    pointer: Option<&'a str>,
    text: &'a str,
}

impl Serialize for Found {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Found { finding, analyzer, pointer, related, fingerprint, .. } = self;
        let row = finding.code.row();
        let (confidence, audience): (Confidence, Audience) = (row.confidence, row.audience);
        let related = finding.related.iter().zip(related);
        let related = related.map(|((span, text), pointer)| Related {
            span,
            pointer: pointer.as_deref(),
            text,
        });
        let mut found = serializer.serialize_struct("Found", 11)?;
        found.serialize_field("id", finding.code.id())?;
        found.serialize_field("severity", &finding.severity)?;
        found.serialize_field("confidence", &confidence)?;
        found.serialize_field("audience", &audience)?;
        found.serialize_field("access_analyzer", analyzer)?;
        found.serialize_field("span", &finding.place)?;
        found.serialize_field("pointer", pointer)?;
        found.serialize_field("fingerprint", fingerprint)?;
        found.serialize_field("message", &finding.message)?;
        found.serialize_field("help", &finding.help)?;
        found.serialize_field("related", &related.collect::<Vec<_>>())?;
        found.end()
    }
}

impl Linted {
    /// The view of one policy. `place` finds a span in the document.
    pub(crate) fn new(
        sources: &Sources,
        (file, read_as): (String, ReadAs),
        (kind, kind_from): (PolicyKind, KindFrom),
        is_of_bucket: bool,
        place: &dyn Fn(Span) -> Whereabouts,
        found: Vec<finding::Finding>,
    ) -> Linted {
        let view = |mut found: finding::Finding| {
            // A place that no file has is not shown, so it has no pointer either.
            found.related.retain(|label| sources.trace(label.span).is_some());
            let at = place(found.span);
            let words = sources.text(found.span);
            Found {
                analyzer: found.analyzer_code(),
                fingerprint: fingerprint(found.code.id(), kind, &at, words),
                related: found.related.iter().map(|label| place(label.span).pointer).collect(),
                pointer: at.pointer,
                sid: at.sid,
                edit: found.edit.clone(),
                finding: Finding::of(sources, found),
            }
        };
        let findings = found.into_iter().map(view).collect::<Vec<_>>();
        let kind_name = match kind {
            PolicyKind::Resource if !is_of_bucket => "resource policy",
            kind => kind.name(),
        };
        let refused = findings.iter().any(|found| found.finding.is_refusal());
        Linted {
            file: file.into(),
            of: None,
            read_as,
            kind,
            kind_from,
            kind_name,
            refused,
            findings,
        }
    }
}

/// A hash over the rule, the kind, the statement and the place in it. Blanks do not count.
fn fingerprint(rule: &str, kind: PolicyKind, at: &Whereabouts, words: &str) -> String {
    let pointer = at.pointer.as_deref().unwrap_or_default();
    let inside = pointer.strip_prefix("/Statement/").and_then(|rest| rest.split_once('/'));
    let inside = inside.map_or("", |(_, inside)| inside);
    // A Sid names a statement through its changes; without one its words do.
    let (statement, words) = match &at.sid {
        Some(sid) if !sid.is_empty() => (sid.as_str(), words),
        _ => (at.statement.as_str(), ""),
    };
    let parts = [rule, kind.word(), statement, inside, words];
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    format!("{:016x}", fnv(bytes.filter(|byte| !byte.is_ascii_whitespace())))
}

impl Lint {
    /// The view of these policies.
    pub(crate) fn new(policies: Vec<Linted>, failures: Vec<Failure>) -> Lint {
        Lint { policies, failures, ..Lint::default() }.counted()
    }

    /// With the numbers of its findings.
    pub(crate) fn counted(mut self) -> Lint {
        self.counts = Counts::default();
        let of_policies = self.policies.iter().flat_map(|policy| &policy.findings);
        let of_files = self.configurations.iter().flat_map(|config| &config.findings);
        let severities = of_policies.map(|found| found.finding.severity);
        for severity in severities.chain(of_files.map(|finding| finding.severity)) {
            match severity {
                Severity::Error => self.counts.error += 1,
                Severity::Warning => self.counts.warning += 1,
                Severity::Info => self.counts.info += 1,
            }
        }
        self
    }
}

impl Linted {
    /// The worst severity that was found.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|found| found.finding.severity).max()
    }
}

impl View for Lint {
    const SCHEMA: &'static str = "ica-policy/lint/v1";
    const NOTHING: &'static str = "\"policies\":[],\"skipped\":[],\"configurations\":[],\"hidden\":{\"ignored\":0,\"baseline\":0,\"before\":0},\"counts\":{\"error\":0,\"warning\":0,\"info\":0}";

    fn errors(&self) -> &[Failure] {
        &self.failures
    }
}
