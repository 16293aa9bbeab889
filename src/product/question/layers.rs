//! The policies that decide the requests of a question, as far as a set-up knows them.

use crate::authz::{Known, Layer, Layers};
use crate::model::PolicyKind;
use crate::product::answer::Unknown;
use crate::product::caller::CallerId;
use crate::product::catalogue::{Step, Target};
use crate::product::setup::{KmsKey, Setup};

/// The layers of a step for a caller. A policy that must allow and was not given is assumed to allow.
pub(in crate::product) fn layers<'a>(
    setup: &'a Setup,
    caller: CallerId,
    step: &Step,
    through_endpoint: Option<bool>,
) -> Layers<'a> {
    let mut layers = layers_at_bucket(setup, caller);
    if !rcps_are_known(setup, step.resource) {
        layers.rcps.clear();
    }
    match step.resource {
        Target::Bucket | Target::Object | Target::Folder if through_endpoint == Some(true) => {
            layers.vpce = setup.policies.layer(PolicyKind::Vpce);
        }
        Target::Bucket | Target::Object | Target::Folder => {}
        // Neither the bucket's policy nor the policy of S3's endpoint applies to a request to STS or KMS.
        Target::FederatedUser => layers.resource = Layer::Absent,
        Target::Key => layers.resource = needed(setup, PolicyKind::KmsKey),
        // The request is not signed with credentials of the account, so only the role's side applies, and what the vendor's own policies
        // allow its role.
        Target::Role => {
            let resource = needed(setup, PolicyKind::Trust);
            let is_vendors = caller.vendor_policies(step.resource).is_some();
            let identity = if is_vendors { Layer::Assumed } else { Layer::Absent };
            layers = Layers { identity, resource, rcps: layers.rcps, ..Layers::default() };
        }
    }
    layers
}

/// The layers of a caller's requests to the bucket, without the endpoint.
pub(in crate::product) fn layers_at_bucket(setup: &Setup, caller: CallerId) -> Layers<'_> {
    let layers = setup.policies.layers(PolicyKind::Resource);
    let session = match setup.policies.get(PolicyKind::Session) {
        _ if !caller.is_session() => Layer::Absent,
        Known::Unspecified => Layer::Assumed,
        Known::Known(_) | Known::AssertedNone => layers.session,
    };
    if !caller.is_customers() {
        let (identity, resource, rcps) = (Layer::Assumed, layers.resource, layers.rcps);
        return Layers { identity, session, resource, rcps, ..Layers::default() };
    }
    let identity = needed(setup, PolicyKind::Identity);
    Layers { identity, session, vpce: Layer::Absent, ..layers }
}

/// The layer of a policy that must allow.
fn needed(setup: &Setup, kind: PolicyKind) -> Layer<'_> {
    if setup.policies.is_unspecified(kind) { Layer::Assumed } else { setup.policies.layer(kind) }
}

/// The policies that must allow the step and that were not given.
pub(in crate::product) fn not_given(setup: &Setup, caller: CallerId, step: &Step) -> Vec<Unknown> {
    let (is_key, is_role) = (step.resource == Target::Key, step.resource == Target::Role);
    let needed = [
        (caller.is_customers() && !is_role, PolicyKind::Identity, Unknown::IdentityPolicies),
        (is_key, PolicyKind::KmsKey, Unknown::KeyPolicy),
        (is_role, PolicyKind::Trust, Unknown::TrustPolicy),
    ];
    let missing = needed
        .into_iter()
        .filter(|(is_needed, kind, _)| *is_needed && setup.policies.is_unspecified(*kind));
    missing.map(|(_, _, unknown)| unknown).collect()
}

/// Whether the RCPs that were given are those of the account that owns the target: they are the bucket's. RCPs do not apply to keys that
/// AWS manages.
pub(super) fn rcps_are_known(setup: &Setup, target: Target) -> bool {
    match target {
        Target::Bucket | Target::Object | Target::Folder => true,
        Target::FederatedUser | Target::Role => setup.customer.account() == setup.account,
        Target::Key => {
            matches!(&setup.key_in_use, Some(KmsKey::Arn(key)) if key.account() == setup.account)
        }
    }
}
