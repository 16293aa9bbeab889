//! Edits that may remove a cause, the smallest first; [`super::proof`] decides which of them do, and allow nothing else.

mod action;
mod condition;
mod exception;
mod principal;
pub(super) mod replacement;
mod resource;
mod statement;
pub(super) mod version;

use super::change::Change;
use super::decision::{self, Decision, DecisionKind};
use super::scene::Scene;
use crate::authz::{LayerId, Request, display_name};
use crate::eval::Lack;
use crate::model::{Condition, Policy};
use crate::product::catalogue::Target;
use crate::why::{Cause, CauseKind, Near, Place};

/// Edits for a cause, and what a person must decide if no edit is right.
#[derive(Default)]
pub(super) struct Candidates {
    pub changes: Vec<Change>,
    pub decision: Option<Decision>,
}

impl From<Decision> for Candidates {
    fn from(decision: Decision) -> Candidates {
        Candidates { changes: Vec::new(), decision: Some(decision) }
    }
}

/// The edits for a cause.
pub(super) fn candidates(scene: &Scene<'_>, cause: &Cause<'_>) -> Candidates {
    match &cause.kind {
        CauseKind::Deny(place) => denied(scene, cause.layer, *place, &cause.request),
        CauseKind::NoAllow { policies, near } => {
            not_allowed(scene, cause.layer, policies, near, &cause.request)
        }
        CauseKind::Open { .. } => Candidates::default(),
    }
}

fn denied(scene: &Scene<'_>, layer: LayerId, place: Place<'_>, request: &Request) -> Candidates {
    let action = scene.step.written(&request.action);
    if let Some(decision) =
        decision::of_layer(scene, layer, Some(place.statement.span), &action, true)
    {
        return decision.into();
    }
    let changes = exception::changes(scene, place, request);
    let decision = changes.is_empty().then(|| decision::of_deny(scene, layer, place, request));
    Candidates { changes, decision }
}

fn not_allowed(
    scene: &Scene<'_>,
    layer: LayerId,
    policies: &[&Policy],
    near: &[Near<'_>],
    request: &Request,
) -> Candidates {
    let action = scene.step.written(&request.action);
    let nearest = near.first().and_then(|near| near.lacks.first()).map(|(_, span)| *span);
    let span = nearest.or(policies.first().map(|policy| policy.span));
    if let Some(decision) = decision::of_layer(scene, layer, span, &action, false) {
        return decision.into();
    }
    // The id of the AWS managed key was not given, and an Allow on all keys would be too much.
    if scene.step.resource == Target::Key && scene.resource.ends_with('*') {
        let message =
            format!("`{action}` is not allowed on the AWS managed key, whose id is not known");
        return Decision::new(
            DecisionKind::Open,
            span,
            message,
            "give the ARN of the key with --kms-key",
        )
        .into();
    }
    if policies.is_empty() {
        return no_document(scene, layer, &action).into();
    }
    if let Some((place, number)) =
        near.iter().find_map(|near| Some((near.place, condition::only_lack(near)?)))
    {
        return limited(scene, place, &place.statement.conditions[number], &action);
    }
    if let Some(span) = near
        .first()
        .and_then(|near| near.lacks.iter().find(|(lack, _)| *lack == Lack::Doubt))
        .map(|(_, span)| *span)
    {
        let message = format!(
            "AWS would refuse this text, so no edit is made for `{action}` while it is here"
        );
        return Decision::new(
            DecisionKind::RefusedWords,
            Some(span),
            message,
            "correct the text that AWS would refuse",
        )
        .into();
    }
    let mut changes = version::changes(scene, near);
    // Statements with conditions come after those without: their additions apply only under the conditions.
    let (plain, limited): (Vec<_>, Vec<_>) =
        near.iter().partition(|near| near.place.statement.conditions.is_empty());
    let ordered = plain.into_iter().chain(limited);
    changes.extend(ordered.clone().flat_map(|near| replacement::changes(scene, near)));
    for near in ordered {
        changes.extend(match near.lacks[..] {
            [(Lack::Action, _)] => action::change(scene, near.place),
            [(Lack::Resource, _)] => resource::change(scene, near.place),
            [(Lack::Principal, _)] => principal::change(scene, near.place),
            _ => None,
        });
    }
    changes.retain(|change| scene.may_be_widened(&change.file));
    changes.extend(statement::change(scene, layer, policies, near));
    let decision = changes.is_empty().then(|| group_only(&action, span));
    Candidates { changes, decision }
}

fn group_only(action: &str, span: Option<crate::source::Span>) -> Decision {
    let message = format!(
        "`{action}` is not allowed, and the policies that were given are a group's: an addition would apply to all members"
    );
    Decision::new(
        DecisionKind::NoDocument,
        span,
        message,
        "give a policy of the user itself with --identity-policy, or edit the group's yourself",
    )
}

fn no_document(scene: &Scene<'_>, layer: LayerId, action: &str) -> Decision {
    let (what, flag) = match layer {
        LayerId::Resource => ("bucket policy", "--bucket-policy"),
        _ => ("policy of the user", "--identity-policy"),
    };
    let message = format!("there is no {what} that allows `{action}`");
    let help = format!(
        "make one that allows `{action}` on `{}`, as `ica-policy generate` does, and give it with {flag}",
        scene.resource
    );
    Decision::new(DecisionKind::NoDocument, None, message, help)
}

/// A statement that would suffice except for its condition: a list of callers or prefixes can be extended. Another condition was written on
/// purpose, and an additional statement would bypass it.
fn limited(scene: &Scene<'_>, place: Place<'_>, condition: &Condition, action: &str) -> Candidates {
    let key = display_name(&condition.key.node);
    let message = format!(
        "`{action}` is allowed under a condition on `{key}` that {}'s requests do not all fulfil",
        scene.snapshot.connection.product.wording().product
    );
    let help = format!(
        "widen the condition, remove it, or leave out the operation with --skip {}",
        scene.operation
    );
    let decision = Decision::new(DecisionKind::Condition, Some(condition.span), message, help);
    let changes = condition::change(scene, place, condition)
        .into_iter()
        .filter(|change| scene.may_be_widened(&change.file))
        .collect();
    Candidates { changes, decision: Some(decision) }
}
