//! Decisions that only a person can make, with their place.

use super::scene::Scene;
use crate::authz::{LayerId, Request, display_name};
use crate::product::budget::{SPENT, SPENT_HELP};
use crate::product::catalogue::Target;
use crate::product::{Reason, ReasonKind, StepReport, excepted};
use crate::source::Span;
use crate::why::Place;
use serde::Serialize;

/// Why nothing was edited.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecisionKind {
    /// A Deny without exceptions, or with others than callers: a network, MFA, encryption.
    DenyByIntent,
    /// A Deny with NotPrincipal.
    NotPrincipal,
    /// An Allow that would suffice except for its condition.
    Condition,
    /// A policy of the organization.
    Organization,
    /// The permissions boundary.
    Boundary,
    /// The session policy, which the product writes.
    SessionPolicy,
    /// The policy of the VPC endpoint.
    EndpointPolicy,
    /// The policy of the KMS key.
    KeyPolicy,
    /// The trust policy of the customer's role.
    TrustPolicy,
    /// There is no file to edit.
    NoDocument,
    /// A setting of the bucket or of the connection.
    Environment,
    /// Text that AWS would refuse.
    RefusedWords,
    /// Something that no file shows or that AWS leaves open.
    Open,
    /// There are candidates, but no proof succeeded.
    NotProved,
}

/// What a person must decide.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// Why nothing was edited.
    pub kind: DecisionKind,
    /// The place in a file.
    pub span: Option<Span>,
    /// The obstacle.
    pub message: String,
    /// What can be done.
    pub help: String,
}

impl Decision {
    pub(super) fn new(
        kind: DecisionKind,
        span: Option<Span>,
        message: String,
        help: impl Into<String>,
    ) -> Decision {
        Decision { kind, span, message, help: help.into() }
    }

    /// That the edits of a step were not found, at the first words that stop it.
    pub(super) fn of_long_search(report: &StepReport, why: &str) -> Decision {
        let span = report.reasons.iter().find_map(|reason| reason.span);
        let message = format!("no edits were found for this step: {why}");
        let help = "edit the policy yourself, then run `ica-policy check` again";
        Decision::new(DecisionKind::NotProved, span, message, help)
    }

    /// That nothing was looked for, at the first words that stop a step.
    pub(super) fn of_spent_budget(report: &StepReport) -> Decision {
        let span = report.reasons.iter().find_map(|reason| reason.span);
        let message = format!("no edit was looked for: {SPENT}");
        Decision::new(DecisionKind::NotProved, span, message, SPENT_HELP)
    }

    /// The reason of the check, if there is nothing to edit.
    pub(super) fn of_reason(reason: &Reason) -> Decision {
        let kind = if reason.kind == ReasonKind::Environment {
            DecisionKind::Environment
        } else {
            DecisionKind::Open
        };
        let help = reason
            .help
            .as_ref()
            .map_or_else(|| "see what `ica-policy check` says".to_owned(), ToString::to_string);
        Decision::new(kind, reason.span, reason.message.clone(), help)
    }
}

/// The decision for a layer that the user should not widen alone; `None` for the user's own layers.
pub(super) fn of_layer(
    scene: &Scene<'_>,
    layer: LayerId,
    span: Option<Span>,
    action: &str,
    denies: bool,
) -> Option<Decision> {
    let target = scene.step.resource;
    let product = scene.snapshot.connection.product.wording().product;
    let session =
        format!("{product} writes the session policy: check whether this is the one it uses");
    const READ_GENERATE: &str = "edit it yourself: `ica-policy generate` prints a key policy with the statement that is missing";
    const READ_CHECK: &str = "edit it yourself; `ica-policy check` says what is missing";
    let (kind, name, help): (_, _, &str) = match layer {
        LayerId::Resource if target == Target::Key => {
            (DecisionKind::KeyPolicy, "the policy of the KMS key", READ_GENERATE)
        }
        LayerId::Resource if target == Target::Role => {
            (DecisionKind::TrustPolicy, "the trust policy of the role", READ_CHECK)
        }
        LayerId::Identity | LayerId::Resource | LayerId::Bucket => return None,
        LayerId::Boundary => (
            DecisionKind::Boundary,
            "the user's permissions boundary",
            "a boundary is a limit that somebody set on purpose: ask them, or use a user without it",
        ),
        LayerId::Session => (DecisionKind::SessionPolicy, "the session policy", &session),
        LayerId::Scp(_) => (
            DecisionKind::Organization,
            "a service control policy",
            "it applies to whole accounts: ask the administrator of the organization's policies",
        ),
        LayerId::Rcp(_) => (
            DecisionKind::Organization,
            "a resource control policy",
            "it applies to whole accounts: ask the administrator of the organization's policies",
        ),
        LayerId::Vpce => (
            DecisionKind::EndpointPolicy,
            "the policy of the VPC endpoint",
            "it applies to everybody who uses the endpoint: ask the administrator of the network",
        ),
    };
    let does = if denies { "denies" } else { "does not allow" };
    Some(Decision::new(kind, span, format!("{name} {does} `{action}`"), help))
}

/// A Deny that does not except callers by a list.
pub(super) fn of_deny(
    scene: &Scene<'_>,
    layer: LayerId,
    place: Place<'_>,
    request: &Request,
) -> Decision {
    let statement = place.statement;
    let action = scene.step.written(&request.action);
    let caller = scene.listed_caller(request);
    let skip = format!("or leave it out with --skip {}", scene.operation);
    if let Some(principal) = statement.principal.as_ref().filter(|principal| principal.not) {
        let message =
            format!("`{action}` is denied for everybody but those listed under `NotPrincipal`");
        let help = format!(
            "write the Deny with `\"Principal\": \"*\"` and `ArnNotLike` on `aws:PrincipalArn`, where `{caller}` can be listed, {skip}"
        );
        return Decision::new(DecisionKind::NotPrincipal, Some(principal.span), message, help);
    }
    let except = excepted(&scene.snapshot.connection, layer, statement);
    let except = format!("if that is right for you, {except}; {skip}");
    let own = super::caller_keys::is_about_caller;
    let condition = statement
        .conditions
        .iter()
        .find(|condition| !own(condition))
        .or(statement.conditions.first());
    match condition {
        Some(condition) => {
            let message = format!(
                "`{action}` is denied by a condition on `{}` that somebody wrote on purpose",
                display_name(&condition.key.node)
            );
            Decision::new(DecisionKind::DenyByIntent, Some(condition.span), message, except)
        }
        None => {
            let span = crate::eval::matching_action(statement, request).unwrap_or(statement.span);
            let message = format!("`{action}` is denied, and this Deny has no exceptions");
            Decision::new(DecisionKind::DenyByIntent, Some(span), message, except)
        }
    }
}
