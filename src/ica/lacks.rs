//! What is lacking: policies that must allow and that nobody gave, and layers that do not allow.

use super::catalogue::{IcaCaller, Step, Target};
use super::cause::Unknown;
use super::setup::Setup;
use crate::authz::{Layer, LayerId, Layers, Request};
use crate::eval::{Decision, Outcome, decide};
use crate::model::PolicyKind;

/// The policies that must allow the step and that nobody gave.
pub(super) fn not_given(connection: &Setup, caller: IcaCaller, step: &Step) -> Vec<Unknown> {
    let (is_key, is_role) = (step.resource == Target::Key, step.resource == Target::Role);
    let missing = [
        (
            caller.is_customers()
                && !is_role
                && connection.policies.is_unspecified(PolicyKind::Identity),
            Unknown::IdentityPolicies,
        ),
        (is_key && connection.policies.is_unspecified(PolicyKind::KmsKey), Unknown::KeyPolicy),
        (is_role && connection.policies.is_unspecified(PolicyKind::Trust), Unknown::TrustPolicy),
    ];
    missing.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, unknown)| unknown).collect()
}

/// Keeps the layers that are to be told. In the same account a grant of either identity or bucket policy would do, and ICA's page asks
/// for the first, so a missing grant of the bucket policy is told only where nothing else is lacking. A key policy must allow itself.
pub(super) fn with_true_lacks(
    mut decision: Decision,
    request: &Request,
    layers: &Layers<'_>,
    step: &Step,
) -> Decision {
    let has_others = decision.lacking.iter().any(|layer| *layer != LayerId::Resource);
    let key_policy_lacks = || {
        let allows =
            |layer: &Layer<'_>| if layer.is_absent() { Layer::Absent } else { Layer::Assumed };
        let boundary = allows(&layers.boundary);
        let only_key = Layers {
            identity: Layer::Assumed,
            session: Layer::Assumed,
            boundary,
            resource: layers.resource.clone(),
            ..Layers::default()
        };
        decide(request, &only_key).outcome != Outcome::Allowed
    };
    if has_others && !(step.resource == Target::Key && key_policy_lacks()) {
        decision.lacking.retain(|layer| *layer != LayerId::Resource);
    }
    decision
}
