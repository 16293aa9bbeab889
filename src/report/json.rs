//! `--format json`: the schema `ica-policy/check/v1`, published in `schemas/check-v1.json`.

use super::causes_json::{
    CauseView, PlaceView, RefusedView, cause_views, place_view, refused_views,
};
use super::place::{Position, position};
use super::views::{FindingView, finding_view, line, value_view};
use crate::authz::LAYERS;
use crate::authz::{Caller, Request};
use crate::finding::Finding;
use crate::ica::catalogue::{Edition, IcaCaller};
use crate::ica::setup::{Setup, Versioning};
use crate::ica::{
    Assumption, CallerReport, Check, EnvironmentReport, Level, Reason, ReasonKind, StepReport,
    Verdict, Witness,
};
use crate::input::Unreadable;
use crate::source::Sources;
use serde::Serialize;
use std::collections::BTreeMap;

/// The name of the schema.
pub const SCHEMA: &str = "ica-policy/check/v1";

/// A whole report.
#[derive(Serialize)]
pub struct Report<'a> {
    schema: &'static str,
    connection: Option<ConnectionView<'a>>,
    /// The worst verdict; `None` if nothing was checked.
    verdict: Option<Verdict>,
    /// The documents that AWS would refuse.
    refused: Vec<RefusedView>,
    /// Why operations are not allowed, each cause once.
    causes: Vec<CauseView<'a>>,
    assumptions: Vec<AssumptionView>,
    operations: Vec<OperationView>,
    skipped: Vec<SkippedView<'a>>,
    /// Settings of the bucket.
    environment: Vec<EnvironmentView>,
    findings: Vec<FindingView>,
    errors: Vec<ErrorView>,
    data: Data,
}

#[derive(Serialize)]
struct Data {
    services: &'static str,
    ica: &'static str,
}

#[derive(Serialize)]
struct ConnectionView<'a> {
    name: Option<&'a str>,
    bucket: &'a str,
    account: &'a str,
    region: Option<&'a str>,
    prefix: &'a str,
    versioning: Option<&'static str>,
    state: &'static str,
    user: Option<&'a str>,
    role: Option<&'a str>,
    kms_key: Option<String>,
    session_name: Option<&'a str>,
    cross_account_role: Option<&'a str>,
    layers: BTreeMap<&'static str, &'static str>,
    files: Vec<FileView<'a>>,
}

#[derive(Serialize)]
struct FileView<'a> {
    file: &'a str,
    layer: &'static str,
    read_as: String,
}

#[derive(Serialize)]
struct AssumptionView {
    id: Assumption,
    text: &'static str,
    how_to_settle: &'static str,
}

#[derive(Serialize)]
struct SkippedView<'a> {
    operation: &'a str,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct OperationView {
    id: &'static str,
    callers: Vec<CallerView>,
}

#[derive(Serialize)]
struct CallerView {
    caller: &'static str,
    verdict: Verdict,
    own: Verdict,
    blocked_by: Vec<&'static str>,
    steps: Vec<StepView>,
}

#[derive(Serialize)]
struct StepView {
    action: String,
    resource: String,
    level: Level,
    verdict: Verdict,
    assumes: Vec<Assumption>,
    reasons: Vec<ReasonView>,
    depends_on: Vec<String>,
    witness: WitnessView,
}

#[derive(Serialize)]
struct EnvironmentView {
    check: &'static str,
    level: Level,
    verdict: Verdict,
    assumes: Vec<Assumption>,
    reasons: Vec<ReasonView>,
}

#[derive(Serialize)]
struct ReasonView {
    kind: ReasonKind,
    #[serde(flatten)]
    place: PlaceView,
    message: String,
    help: Option<String>,
}

#[derive(Serialize)]
struct WitnessView {
    denied: Option<RequestView>,
    allowed: Option<RequestView>,
}

#[derive(Serialize)]
struct RequestView {
    principal: Option<String>,
    session_issuer: Option<String>,
    action: String,
    resource: String,
    resource_account: Option<String>,
    context: BTreeMap<String, serde_json::Value>,
}

#[derive(Serialize)]
struct ErrorView {
    file: Option<String>,
    span: Option<Position>,
    message: String,
    help: Option<String>,
}

/// The report of a check.
pub fn report<'a>(sources: &Sources, connection: &'a Setup, check: &'a Check) -> Report<'a> {
    let assumption = |id: &Assumption| AssumptionView {
        id: *id,
        text: id.text(),
        how_to_settle: id.how_to_settle(),
    };
    let skipped = |skipped: &'a crate::ica::Skipped| SkippedView {
        operation: &skipped.operation,
        reason: skipped.reason.as_deref(),
    };
    let operation = |operation: &crate::ica::OperationReport| OperationView {
        id: operation.id,
        callers: operation.callers.iter().map(|caller| caller_view(sources, caller)).collect(),
    };
    Report {
        connection: Some(connection_view(connection)),
        verdict: Some(check.worst()),
        refused: refused_views(sources, check),
        causes: cause_views(sources, check),
        assumptions: check.assumptions.iter().map(assumption).collect(),
        operations: check.operations.iter().map(operation).collect(),
        skipped: check.skipped.iter().map(skipped).collect(),
        environment: check
            .environment
            .iter()
            .map(|report| environment_view(sources, report))
            .collect(),
        findings: check.findings.iter().map(|finding| finding_view(sources, finding)).collect(),
        data: data(connection.edition),
        ..empty(Vec::new())
    }
}

/// The report if a setting is wrong and nothing could be checked.
pub fn setting_error(message: &str) -> Report<'static> {
    empty(vec![ErrorView { file: None, span: None, message: message.to_owned(), help: None }])
}

/// The report if inputs could not be read.
pub fn unreadable(sources: &Sources, unreadable: &[Unreadable]) -> Report<'static> {
    empty(unreadable.iter().flat_map(|unreadable| error_views(sources, unreadable)).collect())
}

fn empty<'a>(errors: Vec<ErrorView>) -> Report<'a> {
    Report {
        schema: SCHEMA,
        connection: None,
        verdict: None,
        refused: Vec::new(),
        causes: Vec::new(),
        assumptions: Vec::new(),
        operations: Vec::new(),
        skipped: Vec::new(),
        environment: Vec::new(),
        findings: Vec::new(),
        errors,
        data: data(Edition::Current),
    }
}

fn data(edition: Edition) -> Data {
    Data { services: crate::aws::data_date(), ica: edition.state() }
}

fn error_views(sources: &Sources, unreadable: &Unreadable) -> Vec<ErrorView> {
    match unreadable {
        Unreadable::File { name, message, help } => {
            vec![ErrorView {
                file: Some(name.clone()),
                span: None,
                message: message.clone(),
                help: help.clone(),
            }]
        }
        Unreadable::Text(findings) => {
            findings.iter().map(|finding| error_view(sources, finding)).collect()
        }
    }
}

fn error_view(sources: &Sources, finding: &Finding) -> ErrorView {
    let span = position(sources, finding.span);
    ErrorView {
        file: span.as_ref().map(|span| span.file.clone()),
        span,
        message: finding.message.clone(),
        help: finding.help.clone(),
    }
}

fn connection_view(connection: &Setup) -> ConnectionView<'_> {
    let arn_of =
        |caller| connection.customer.has(caller).then(|| connection.customer.arn().as_str());
    ConnectionView {
        name: connection.name.as_deref(),
        bucket: &connection.bucket,
        account: &connection.account,
        region: connection.region.as_deref(),
        prefix: &connection.prefix,
        versioning: connection.versioning.map(Versioning::word),
        state: if connection.is_new { "new" } else { "connected" },
        user: arn_of(IcaCaller::IamUser),
        role: arn_of(IcaCaller::OidcRole),
        kms_key: connection.kms_key.as_ref().map(crate::ica::KmsKey::words),
        session_name: connection.session_name.as_deref(),
        cross_account_role: connection.cross_account_role.as_ref().map(crate::model::Arn::as_str),
        layers: layers(connection),
        files: files(connection),
    }
}

/// The state of each layer and of each setting of the bucket.
fn layers(connection: &Setup) -> BTreeMap<&'static str, &'static str> {
    let policies = LAYERS.iter().map(|row| (row.id, connection.policies.get(row.kind).word()));
    let environment = &connection.environment;
    let settings = [
        ("cors", environment.cors.word()),
        ("notifications", environment.notifications.word()),
        ("public-access-block", environment.public_access_block.word()),
        ("bucket-encryption", environment.bucket_encryption.word()),
        ("ownership", environment.ownership.word()),
    ];
    policies.chain(settings).collect()
}

fn files(connection: &Setup) -> Vec<FileView<'_>> {
    let policies = connection.files.iter();
    let policies = policies.map(|read| FileView {
        file: &read.name,
        layer: read.layer.name(),
        read_as: read.read_as.to_string(),
    });
    let settings = connection.environment.files.iter();
    let settings = settings.map(|read| FileView {
        file: &read.name,
        layer: read.setting,
        read_as: "a setting of the bucket".to_owned(),
    });
    policies.chain(settings).collect()
}

fn caller_view(sources: &Sources, caller: &CallerReport) -> CallerView {
    CallerView {
        caller: caller.caller.id(),
        verdict: caller.verdict,
        own: caller.own,
        blocked_by: caller.blocked_by.clone(),
        steps: caller.steps.iter().map(|step| step_view(sources, step)).collect(),
    }
}

fn step_view(sources: &Sources, step: &StepReport) -> StepView {
    StepView {
        action: step.action.clone(),
        resource: step.resource.clone(),
        level: step.level,
        verdict: step.verdict,
        assumes: step.assumes.clone(),
        reasons: step.reasons.iter().map(|reason| reason_view(sources, reason)).collect(),
        depends_on: step.depends_on.clone(),
        witness: witness_view(&step.witness),
    }
}

fn environment_view(sources: &Sources, report: &EnvironmentReport) -> EnvironmentView {
    EnvironmentView {
        check: report.check,
        level: report.level,
        verdict: report.verdict,
        assumes: report.assumes.clone(),
        reasons: report.reasons.iter().map(|reason| reason_view(sources, reason)).collect(),
    }
}

fn reason_view(sources: &Sources, reason: &Reason) -> ReasonView {
    ReasonView {
        kind: reason.kind,
        place: place_view(sources, reason),
        message: reason.words(),
        help: reason.help.as_ref().map(ToString::to_string),
    }
}

fn witness_view(witness: &Witness) -> WitnessView {
    let view = |request: &Option<Box<Request>>| request.as_deref().map(request_view);
    WitnessView { denied: view(&witness.denied), allowed: view(&witness.allowed) }
}

/// A request in the form of a line of `simulate --batch`, so that it can be replayed there.
fn request_view(request: &Request) -> RequestView {
    RequestView {
        principal: signer(&request.caller),
        session_issuer: issuer(&request.caller),
        action: request.action.clone(),
        resource: request.resource.clone(),
        resource_account: request.resource_account.clone(),
        context: request
            .context
            .iter()
            .map(|(key, found)| (key.to_owned(), value_view(found)))
            .collect(),
    }
}

/// The ARN of the caller that signs. For a role session that is the session's ARN, not its
/// `aws:PrincipalArn`.
fn signer(caller: &Caller) -> Option<String> {
    match caller {
        Caller::RoleSession { arn, .. } => Some(arn.as_str().to_owned()),
        Caller::WebIdentity { provider } => Some(provider.as_str().to_owned()),
        other => other.principal_arn(),
    }
}

/// The user or role that a session belongs to.
fn issuer(caller: &Caller) -> Option<String> {
    match caller {
        Caller::RoleSession { role, .. } => role.as_ref().map(|role| role.as_str().to_owned()),
        Caller::FederatedSession { issuer, .. } => {
            issuer.as_ref().and_then(|issuer| issuer.principal_arn())
        }
        _ => None,
    }
}

impl Report<'_> {
    /// The report as one line.
    pub fn line(&self) -> String {
        line(self)
    }

    /// The errors alone.
    pub(super) fn into_errors(self) -> impl Serialize {
        self.errors
    }
}
