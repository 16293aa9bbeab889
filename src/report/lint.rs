//! The view of `lint`: the schema `ica-policy/lint/v1`, published in `schemas/lint-v1.json`.

use super::failure::Failure;
use super::finding::Finding;
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
    /// The number of findings of each severity.
    pub counts: Counts,
    /// What could not be read.
    #[serde(skip)]
    pub failures: Vec<Failure>,
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
    /// Those of the other places.
    pub related: Vec<String>,
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
    pointer: &'a str,
    text: &'a str,
}

impl Serialize for Found {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Found { finding, analyzer, pointer, related } = self;
        let row = finding.code.row();
        let (confidence, audience): (Confidence, Audience) = (row.confidence, row.audience);
        let related = finding.related.iter().zip(related);
        let related = related.map(|((span, text), pointer)| Related { span, pointer, text });
        let mut found = serializer.serialize_struct("Found", 10)?;
        found.serialize_field("id", finding.code.id())?;
        found.serialize_field("severity", &finding.severity)?;
        found.serialize_field("confidence", &confidence)?;
        found.serialize_field("audience", &audience)?;
        found.serialize_field("access_analyzer", analyzer)?;
        found.serialize_field("span", &finding.place)?;
        found.serialize_field("pointer", pointer)?;
        found.serialize_field("message", &finding.message)?;
        found.serialize_field("help", &finding.help)?;
        found.serialize_field("related", &related.collect::<Vec<_>>())?;
        found.end()
    }
}

impl Linted {
    /// The view of one policy. `pointer` finds a place in the document.
    pub(crate) fn new(
        sources: &Sources,
        (file, read_as): (String, ReadAs),
        (kind, kind_from): (PolicyKind, KindFrom),
        is_of_bucket: bool,
        pointer: &dyn Fn(Span) -> Option<String>,
        found: Vec<finding::Finding>,
    ) -> Linted {
        let view = |found: finding::Finding| Found {
            analyzer: found.analyzer_code(),
            pointer: pointer(found.span),
            related: found.related.iter().filter_map(|label| pointer(label.span)).collect(),
            finding: Finding::of(sources, found),
        };
        let findings = found.into_iter().map(view).collect::<Vec<_>>();
        let kind_name = match kind {
            PolicyKind::Resource if !is_of_bucket => "resource policy",
            kind => kind.name(),
        };
        let refused = findings.iter().any(|found| found.finding.is_refusal());
        Linted { file: file.into(), read_as, kind, kind_from, kind_name, refused, findings }
    }
}

impl Lint {
    /// The view of these policies and of what could not be read.
    pub(crate) fn new(policies: Vec<Linted>, skipped: Vec<String>, failures: Vec<Failure>) -> Lint {
        let mut counts = Counts::default();
        for found in policies.iter().flat_map(|policy| &policy.findings) {
            match found.finding.severity {
                Severity::Error => counts.error += 1,
                Severity::Warning => counts.warning += 1,
                Severity::Info => counts.info += 1,
            }
        }
        Lint { policies, skipped, counts, failures }
    }

    /// The worst severity that was found.
    pub fn worst(&self) -> Option<Severity> {
        let found = self.policies.iter().flat_map(|policy| &policy.findings);
        found.map(|found| found.finding.severity).max()
    }
}

impl View for Lint {
    const SCHEMA: &'static str = "ica-policy/lint/v1";
    const NOTHING: &'static str =
        "\"policies\":[],\"skipped\":[],\"counts\":{\"error\":0,\"warning\":0,\"info\":0}";

    fn errors(&self) -> &[Failure] {
        &self.failures
    }
}
