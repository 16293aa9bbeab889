//! The result of a check.

use super::assumption::{Assumption, AssumptionRow};
use super::caller::CallerId;
use super::catalogue::{Level, Step, Target};
use crate::authz::{LayerId, LayerRow, Request};
use crate::finding::{Code, Finding, Label, codes};
use crate::model::PolicyKind;
use crate::source::Span;
use serde::{Deserialize, Serialize};

/// A verdict, ordered from best to worst: a certain gap is worse than a possible one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every request of the step is allowed.
    Allowed,
    /// It depends on something that is not known.
    Unknown,
    /// Some requests are allowed, some are not.
    Partial,
    /// No request is allowed.
    Blocked,
}

impl Verdict {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Allowed => "allowed",
            Verdict::Unknown => "unknown",
            Verdict::Partial => "partial",
            Verdict::Blocked => "blocked",
        }
    }
}

/// Why a step is not allowed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonKind {
    /// A Deny applies.
    ExplicitDeny,
    /// No statement allows.
    NoAllow,
    /// A setting of the bucket.
    Environment,
    /// It depends on something that is not known.
    Hidden,
    /// AWS leaves it open.
    Ambiguous,
    /// Too much to try.
    Limit,
}

impl ReasonKind {
    /// Its row in the registry of codes.
    pub fn code(self) -> Code {
        match self {
            ReasonKind::ExplicitDeny => codes::EXPLICIT_DENY,
            ReasonKind::NoAllow => codes::NO_ALLOW,
            ReasonKind::Environment => codes::ENVIRONMENT,
            ReasonKind::Hidden => codes::HIDDEN,
            ReasonKind::Ambiguous => codes::AMBIGUOUS,
            ReasonKind::Limit => codes::LIMIT,
        }
    }

    /// The word in reports.
    pub fn word(self) -> &'static str {
        self.code().id()
    }
}

/// What to do about a reason. The same advice for several subjects can be joined into one sentence.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Advice {
    /// The words before the subject: `add`.
    pub lead: String,
    /// What it is about, if the advice can be joined with others of the same words: an action.
    pub subject: Option<String>,
    /// The words behind it: `to this list`.
    pub tail: String,
}

impl Advice {
    /// Advice without a subject.
    pub fn plain(text: impl Into<String>) -> Advice {
        Advice { lead: text.into(), ..Advice::default() }
    }

    /// Advice about a subject.
    pub fn about(lead: &str, subject: &str, tail: &str) -> Advice {
        Advice { lead: lead.to_owned(), subject: Some(subject.to_owned()), tail: tail.to_owned() }
    }

    /// The sentence for several subjects.
    pub fn sentence(&self, subjects: &[&str]) -> String {
        if self.subject.is_none() {
            return self.lead.clone();
        }
        let subjects =
            subjects.iter().map(|subject| format!("`{subject}`")).collect::<Vec<_>>().join(", ");
        format!("{} {subjects} {}", self.lead, self.tail)
    }
}

impl std::fmt::Display for Advice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sentence(&self.subject.iter().map(String::as_str).collect::<Vec<_>>()))
    }
}

/// One reason of a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// Which kind.
    pub kind: ReasonKind,
    /// The layer: `identity`, `bucket-policy`, ..
    pub layer: &'static str,
    /// The statement's number in its policy.
    pub statement: Option<usize>,
    /// The statement's Sid.
    pub sid: Option<String>,
    /// The place in the file; `None` if there is no file.
    pub span: Option<Span>,
    /// What is wrong.
    pub message: String,
    /// For which requests the action is needed, if not for all of the operation.
    pub note: Option<String>,
    /// What to do.
    pub help: Option<Advice>,
    /// Other parts of the statement that matter.
    pub labels: Vec<Label>,
}

impl Reason {
    /// What is wrong, with the note.
    pub fn words(&self) -> String {
        let note = self.note.as_ref().map(|note| format!("; {note}")).unwrap_or_default();
        format!("{}{note}", self.message)
    }
}

/// Requests that show a verdict.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Witness {
    /// One that is not allowed.
    pub denied: Option<Box<Request>>,
    /// One that is.
    pub allowed: Option<Box<Request>>,
}

/// One request of an operation, for one caller.
#[derive(Clone, PartialEq, Debug)]
pub struct StepReport {
    /// Its row in the catalogue; `None` for a setting of the bucket, which is no request.
    pub step: Option<&'static Step>,
    /// `service:Name`.
    pub action: String,
    /// The resource; `*` for every key below the prefix.
    pub resource: String,
    /// How important it is.
    pub level: Level,
    /// The verdict.
    pub verdict: Verdict,
    /// Assumptions whose failure would change the verdict.
    pub assumes: Vec<Assumption>,
    /// Why it is not allowed.
    pub reasons: Vec<Reason>,
    /// If only some requests are allowed, or it depends on what is not known: the conditions that must all be true. Empty if
    /// they cannot be put briefly.
    pub depends_on: Vec<String>,
    /// Requests that show it.
    pub witness: Witness,
}

/// One operation for one caller.
#[derive(Clone, PartialEq, Debug)]
pub struct CallerReport {
    /// Who.
    pub caller: CallerId,
    /// The verdict that includes the operations it depends on.
    pub verdict: Verdict,
    /// The verdict of its own required steps.
    pub own: Verdict,
    /// The operations that are the root causes, if they are others.
    pub blocked_by: Vec<&'static str>,
    /// Its requests.
    pub steps: Vec<StepReport>,
}

/// One operation.
#[derive(Clone, PartialEq, Debug)]
pub struct OperationReport {
    /// Its name.
    pub id: &'static str,
    /// For each of its callers.
    pub callers: Vec<CallerReport>,
}

/// An operation that the user does not need.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Skipped {
    /// Its name.
    pub operation: String,
    /// Why, if it was said.
    pub reason: Option<String>,
}

/// The result of a check of the bucket's settings; the steps of the operations that it affects contain it as well.
#[derive(Clone, PartialEq, Debug)]
pub struct EnvironmentReport {
    /// Its name: `region`, `cors`, ..
    pub check: &'static str,
    /// How important it is.
    pub level: Level,
    /// The verdict.
    pub verdict: Verdict,
    /// Assumptions whose failure would change the verdict.
    pub assumes: Vec<Assumption>,
    /// Why it is not allowed.
    pub reasons: Vec<Reason>,
}

/// The result of a check.
#[derive(Clone, PartialEq, Debug)]
pub struct Check {
    /// The operations, in the order of the catalogue.
    pub operations: Vec<OperationReport>,
    /// What was left out.
    pub skipped: Vec<Skipped>,
    /// What the verdicts depend on.
    pub assumptions: Vec<&'static AssumptionRow>,
    /// The settings of the bucket, as far as an operation that is shown depends on them.
    pub environment: Vec<EnvironmentReport>,
    /// What is wrong with the documents themselves.
    pub findings: Vec<Finding>,
}

impl Check {
    /// The worst verdict of all operations.
    pub fn worst(&self) -> Verdict {
        let callers = self.operations.iter().flat_map(|operation| &operation.callers);
        callers.map(|caller| caller.verdict).max().unwrap_or(Verdict::Allowed)
    }

    /// What is wrong with documents that AWS would refuse to store.
    pub fn refused(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.is_refusal())
    }
}

/// The names of a layer in questions about that target.
pub(super) fn layer_row(layer: LayerId, target: Target) -> &'static LayerRow {
    LayerRow::of(layer.policy_kind(match target {
        Target::Key => PolicyKind::KmsKey,
        Target::Role => PolicyKind::Trust,
        Target::Bucket | Target::Object | Target::Folder | Target::FederatedUser => {
            PolicyKind::Resource
        }
    }))
}

/// The name of a layer in a check's report, in questions about that target.
pub(super) fn layer_name(layer: LayerId, target: Target) -> &'static str {
    layer_row(layer, target).id
}

/// A required step that is not decided by policies, with its reason.
pub(super) fn step(action: &str, resource: &str, verdict: Verdict, reason: Reason) -> StepReport {
    StepReport {
        step: None,
        action: action.to_owned(),
        resource: resource.to_owned(),
        level: Level::Required,
        verdict,
        assumes: Vec::new(),
        reasons: vec![reason],
        depends_on: Vec::new(),
        witness: Witness::default(),
    }
}

/// A reason without a place in a file, with what to do.
pub fn reason(kind: ReasonKind, layer: &'static str, message: String, help: &str) -> Reason {
    Reason { help: Some(Advice::plain(help)), ..empty(kind, layer, message) }
}

/// A reason without a place and without advice.
pub(super) fn empty(kind: ReasonKind, layer: &'static str, message: String) -> Reason {
    Reason {
        kind,
        layer,
        statement: None,
        sid: None,
        span: None,
        message,
        note: None,
        help: None,
        labels: Vec::new(),
    }
}

/// A reason with its place in a file.
pub fn reason_at(
    span: Span,
    kind: ReasonKind,
    layer: &'static str,
    message: String,
    help: &str,
) -> Reason {
    Reason { span: Some(span), ..reason(kind, layer, message, help) }
}
