//! Sentences of a check: why a step is not allowed, which part of a policy is the cause, and what to change.

mod conditions;
mod deny;
mod no_allow;
mod open;
mod scene;
mod unknown;

pub(super) use conditions::conditions;

use super::answer::{Answer, Unknown};
use super::question::Question;
use super::verdict::{Reason, ReasonKind, empty};
use crate::authz::LayerId;
use crate::why::{Cause, CauseKind};
use scene::Scene;

/// The reasons of a step that is not allowed.
pub(super) fn reasons(question: &Question<'_>, answer: &Answer<'_>) -> Vec<Reason> {
    let scene = Scene::new(question, answer.verdict);
    let step = question.step;
    let mut reasons = answer
        .unknowns
        .iter()
        .map(|unknown| scene.unknown(unknown, &answer.causes))
        .collect::<Vec<_>>();
    for cause in answer.causes.iter().filter(|cause| !is_not_given(cause, &answer.unknowns)) {
        let mut reason = scene.reason(cause);
        reason.note =
            step.scope.as_ref().map(|scope| format!("`{}` is needed {scope}", step.action));
        // A cause that depends on parts that are reported as unknown is reported with them.
        let same_kind =
            |known: &Reason| known.kind == reason.kind || known.kind == ReasonKind::Hidden;
        let is_reported = reasons.iter().any(|known| {
            known.span == reason.span && same_kind(known) && known.layer == reason.layer
        });
        if !is_reported {
            reasons.push(reason);
        }
    }
    if answer.more_causes > 0 {
        let message =
            format!("{} more statements or layers stop `{}`", answer.more_causes, step.action);
        reasons.push(empty(ReasonKind::Limit, "", message));
    }
    reasons
}

/// Whether an Allow is missing because the policies were not given, which is reported as unknown.
fn is_not_given(cause: &Cause<'_>, unknowns: &[Unknown]) -> bool {
    matches!(cause.kind, CauseKind::NoAllow { .. })
        && match cause.layer {
            LayerId::Identity => unknowns.contains(&Unknown::IdentityPolicies),
            LayerId::Resource => unknowns.iter().any(Unknown::is_policy_of_target),
            _ => false,
        }
}

impl Scene<'_> {
    /// The sentence of a cause.
    fn reason(&self, cause: &Cause<'_>) -> Reason {
        match &cause.kind {
            CauseKind::Deny(place) => self.denied(cause, *place),
            CauseKind::NoAllow { policies, near } => self.not_allowed(cause, policies, near),
            CauseKind::Open { readings, denied_by, near } => {
                self.open(cause, readings, *denied_by, near)
            }
        }
    }
}
