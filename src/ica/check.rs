//! The check: every operation of the catalogue, for each of its callers.

use super::assume::through_endpoint;
use super::assumption::Assumption;
use super::catalogue::{Edition, IcaCaller, Level, Operation, Step, Target, catalogue};
use super::cause::{Cause, Tried};
use super::depends::add_consequences;
use super::environment;
use super::kms::{self, KeyUse};
use super::layers::rcps_are_known;
use super::reasons::reasons;
use super::setup::{KmsKey, Setup, key_in_use};
use super::step::try_step;
use super::target::{is_needed, resource_words};
use super::token;
use super::verdict::{
    CallerReport, Check, OperationReport, ReasonKind, Skipped, StepReport, Verdict, Witness,
    strict_reason,
};
use crate::model::PolicyKind;
use crate::source::Span;

/// Checks a connection against the catalogue.
pub fn check(connection: &Setup) -> Check {
    let mut operations = catalogue()
        .operations
        .iter()
        .map(|operation| check_operation(connection, operation))
        .collect::<Vec<_>>();
    operations.retain(|operation| !operation.callers.is_empty());
    add_consequences(&mut operations, connection.is_new);
    keep_wanted(&mut operations, connection);
    let assumptions = assumptions(&operations);
    let shown = operations
        .iter()
        .flat_map(|operation| operation.callers.iter().map(|report| (operation.id, report.caller)));
    let environment = environment::report(connection, &shown.collect::<Vec<_>>());
    let of_regions = environment::other_regions(connection)
        .into_iter()
        .filter(|(_, names)| !is_told(&operations, *names));
    let findings =
        connection.findings.iter().cloned().chain(of_regions.map(|(finding, _)| finding)).collect();
    Check { operations, skipped: skipped(connection), assumptions, environment, findings }
}

/// Whether a missing grant is told at these words already: one cause, one finding.
fn is_told(operations: &[OperationReport], words: Span) -> bool {
    let steps =
        operations.iter().flat_map(|operation| &operation.callers).flat_map(|report| &report.steps);
    let mut reasons =
        steps.flat_map(|step| &step.reasons).filter(|reason| reason.kind == ReasonKind::NoAllow);
    reasons.any(|reason| {
        reason.span == Some(words) || reason.labels.iter().any(|label| label.span == words)
    })
}

/// What an operation depends on has been judged; now those that nobody asked for can go, but the causes of what is shown stay.
fn keep_wanted(operations: &mut Vec<OperationReport>, connection: &Setup) {
    let wanted = operations
        .iter()
        .filter(|operation| is_wanted(connection, operation.id))
        .flat_map(|operation| &operation.callers);
    let causes = wanted
        .flat_map(|report| report.blocked_by.iter().map(|id| (*id, report.caller)))
        .collect::<Vec<(&'static str, IcaCaller)>>();
    operations.retain_mut(|operation| {
        if is_wanted(connection, operation.id) {
            return true;
        }
        // What comes first for a caller is done by itself, or by the user alone.
        let does = operation.callers.iter().map(|report| report.caller).collect::<Vec<_>>();
        let is_cause = |by: IcaCaller| {
            causes.iter().any(|(id, caller)| {
                *id == operation.id && (*caller == by || !does.contains(caller))
            })
        };
        operation.callers.retain(|report| is_cause(report.caller));
        !operation.callers.is_empty()
    });
}

fn is_wanted(connection: &Setup, id: &str) -> bool {
    let asked = connection.operations.is_empty()
        || connection.operations.iter().any(|operation| operation == id);
    asked && !connection.skip.contains_key(id)
}

fn skipped(connection: &Setup) -> Vec<Skipped> {
    let reason = |text: &String| (!text.is_empty()).then(|| text.clone());
    connection
        .skip
        .iter()
        .map(|(operation, text)| Skipped { operation: operation.clone(), reason: reason(text) })
        .collect()
}

fn check_operation(connection: &Setup, operation: &'static Operation) -> OperationReport {
    let callers = operation.callers.iter().filter(|caller| connection.customer.has(**caller));
    let callers = callers.map(|caller| check_caller(connection, operation, *caller)).collect();
    OperationReport { id: &operation.id, callers }
}

fn check_caller(
    connection: &Setup,
    operation: &'static Operation,
    caller: IcaCaller,
) -> CallerReport {
    let is_listed =
        |step: &Step| step.edition == Edition::Seed || connection.edition == Edition::Current;
    // Who is shut out of the key altogether is told once, not for each of its actions.
    let is_asked = |step: &Step| {
        !kms::is_out_of_reach(connection, caller)
            && kms::key_use(connection, operation, caller, step) != KeyUse::Never
    };
    let can_ask = |step: &Step| step.resource != Target::Key || is_asked(step);
    let wanted = |step: &&Step| is_listed(step) && is_needed(connection, step) && can_ask(step);
    let mut steps = operation
        .steps
        .iter()
        .filter(wanted)
        .map(|step| check_step(connection, operation, caller, step))
        .collect::<Vec<_>>();
    steps.extend(kms::steps(connection, operation, caller));
    steps.extend(environment::steps(connection, operation, caller));
    let required = steps.iter().filter(|step| step.level == Level::Required);
    let own = required.map(|step| step.verdict).max().unwrap_or(Verdict::Allowed);
    CallerReport { caller, verdict: own, own, blocked_by: Vec::new(), steps }
}

fn check_step(
    connection: &Setup,
    operation: &'static Operation,
    caller: IcaCaller,
    step: &'static Step,
) -> StepReport {
    let tried = try_step(connection, caller, step, None);
    let assumes = assumed(connection, operation, caller, step, &tried);
    let mut verdict = tried.verdict;
    let mut reasons = if verdict == Verdict::Allowed {
        Vec::new()
    } else {
        reasons(connection, caller, step, &tried)
    };
    let is_stopped = matches!(verdict, Verdict::Blocked | Verdict::Partial);
    if is_stopped
        && step.resource == Target::Key
        && kms::key_use(connection, operation, caller, step) == KeyUse::Perhaps
    {
        verdict = Verdict::Unknown;
        reasons.insert(0, kms::perhaps_unused(connection));
    }
    if connection.strict && !assumes.is_empty() && verdict != Verdict::Unknown {
        verdict = Verdict::Unknown;
        reasons.push(strict_reason(&assumes));
    }
    StepReport {
        action: step.action.clone(),
        resource: resource_words(connection, step),
        level: step.level,
        verdict,
        assumes,
        reasons,
        depends_on: tried.depends_on.clone(),
        witness: shown(tried),
    }
}

/// An allowed step needs no witness.
fn shown(tried: Tried) -> Witness {
    match tried.verdict {
        Verdict::Allowed => Witness::default(),
        _ => tried.witness,
    }
}

/// The assumptions whose failure would change the verdict of a step.
fn assumed(
    connection: &Setup,
    operation: &'static Operation,
    caller: IcaCaller,
    step: &'static Step,
    tried: &Tried,
) -> Vec<Assumption> {
    let mut assumes = Vec::new();
    let changes =
        |failing| try_step(connection, caller, step, Some(failing)).verdict != tried.verdict;
    let is_session = matches!(caller, IcaCaller::FederatedSession | IcaCaller::OidcRole)
        && step.resource != Target::Role;
    if is_session
        && connection.policies.is_unspecified(PolicyKind::Session)
        && changes(Assumption::SessionPolicy)
    {
        assumes.push(Assumption::SessionPolicy);
    }
    if caller == IcaCaller::CrossAccountRole
        && connection.cross_account_role.is_some()
        && changes(Assumption::IlluminaIdentity)
    {
        assumes.push(Assumption::IlluminaIdentity);
    }
    // Layers that could only forbid more change whatever is not blocked already; a bucket policy could also grant.
    let could_be_blocked = tried.verdict != Verdict::Blocked;
    let is_to_bucket = step.resource.is_at_bucket();
    if is_to_bucket
        && connection.policies.is_unspecified(PolicyKind::Resource)
        && (could_be_blocked || changes(Assumption::NoBucketPolicy))
    {
        assumes.push(Assumption::NoBucketPolicy);
    }
    if could_be_blocked {
        assumes.extend(absent_layers(connection, caller, step));
        let beyond = operation.assumes.iter().chain(&step.assumes).copied();
        // With a key given its steps are judged themselves.
        assumes.extend(
            beyond.filter(|id| *id != Assumption::NoKms || key_in_use(connection).is_none()),
        );
    }
    if step.resource == Target::Role
        && token::assumes_provider(connection, step)
        && changes(Assumption::IdentityProvider)
    {
        assumes.push(Assumption::IdentityProvider);
    }
    if step.resource == Target::Key && may_hang_on_grant(tried) {
        assumes.push(Assumption::NoGrants);
    }
    if tried.has_open_variable && !matches!(tried.verdict, Verdict::Partial | Verdict::Unknown) {
        assumes.push(Assumption::VariableValues);
    }
    assumes.extend(tried.assumes.iter().filter(|assumption| changes(**assumption)));
    assumes.sort_unstable_by_key(|assumption| assumption.id());
    assumes.dedup();
    assumes
}

/// A grant on the key gives what policies do not, but takes back no Deny.
fn may_hang_on_grant(tried: &Tried) -> bool {
    tried.verdict != Verdict::Allowed
        && !tried.causes.iter().any(|(cause, _)| matches!(cause, Cause::Denied(_)))
}

/// The layers that could forbid a step and of which nothing was said.
fn absent_layers(
    connection: &Setup,
    caller: IcaCaller,
    step: &Step,
) -> impl Iterator<Item = Assumption> {
    // Whoever shows a token has no policies of its own.
    let own = caller.is_customers() && step.resource != Target::Role;
    let is_to_bucket = step.resource.is_at_bucket();
    let is_key = step.resource == Target::Key;
    // RCPs bind the resource's account, of which a connection says nothing if it is not the bucket's.
    let rcps_are_known = rcps_are_known(connection, step.resource);
    // Those of nobody bind a key that AWS manages (C1).
    let rcps_may_bind =
        !matches!(key_in_use(connection), Some(KmsKey::AwsManaged { .. })) || !is_key;
    let through_endpoint = through_endpoint(connection, caller, step).filter(|_| is_to_bucket);
    let may_be_bound = is_to_bucket
        && through_endpoint.is_none()
        && connection.policies.get(PolicyKind::Vpce).is_known();
    let absent = [
        (own && connection.policies.is_unspecified(PolicyKind::Boundary), Assumption::NoBoundary),
        (own && connection.policies.is_unspecified(PolicyKind::Scp), Assumption::NoScp),
        (own && connection.assumes_full_access, Assumption::ScpFullAccess),
        (rcps_are_known && connection.policies.is_unspecified(PolicyKind::Rcp), Assumption::NoRcp),
        (!rcps_are_known && !is_key, Assumption::NoUserRcp),
        (!rcps_are_known && is_key && rcps_may_bind, Assumption::NoKeyRcp),
        (
            through_endpoint == Some(true) && connection.policies.is_unspecified(PolicyKind::Vpce),
            Assumption::NoVpcePolicy,
        ),
        (may_be_bound, Assumption::ThroughEndpoint),
    ];
    absent.into_iter().filter(|(is_absent, _)| *is_absent).map(|(_, id)| id)
}

/// The assumptions that some step rests on, in the order of the table.
fn assumptions(operations: &[OperationReport]) -> Vec<Assumption> {
    let steps = || {
        operations.iter().flat_map(|operation| &operation.callers).flat_map(|caller| &caller.steps)
    };
    let is_used = |assumption: &&Assumption| steps().any(|step| step.assumes.contains(assumption));
    Assumption::ALL.iter().filter(is_used).copied().collect()
}
