//! The policies that a caller's requests must pass, as far as a connection knows them.

use super::assume::through_endpoint;
use super::assumption::Assumption;
use super::catalogue::{IcaCaller, Step, Target};
use super::setup::{KmsKey, Setup, key_in_use};
use crate::authz::{Known, Layer, Layers, PolicySet};
use crate::model::{Policy, PolicyKind};

/// The layers of a step for a caller, as far as they are known. An assumption in `failing` is taken not to hold. What was not given and
/// must allow allows as `unknown_allows` says.
pub(super) fn layers<'a>(
    connection: &'a Setup,
    caller: IcaCaller,
    step: &Step,
    failing: Option<Assumption>,
    unknown_allows: bool,
) -> Layers<'a> {
    let mut layers = layers_at_bucket(connection, caller, failing, unknown_allows);
    if through_endpoint(connection, caller, step) == Some(true) {
        layers.vpce = connection.policies.layer(PolicyKind::Vpce);
    }
    if !rcps_are_known(connection, step.resource) {
        layers.rcps.clear();
    }
    match step.resource {
        Target::Bucket | Target::Object | Target::Folder => {}
        Target::FederatedUser => keep_to_sts(&mut layers),
        Target::Key => {
            keep_to_sts(&mut layers);
            layers.resource = needed(&connection.policies, PolicyKind::KmsKey, unknown_allows);
        }
        // Nobody signs with credentials of the account, so nothing binds but the role's side.
        Target::Role => {
            let resource = needed(&connection.policies, PolicyKind::Trust, unknown_allows);
            layers = Layers { resource, rcps: layers.rcps, ..Layers::default() };
        }
    }
    layers
}

/// Whether the RCPs that were given are those of the account that owns the target: they are the bucket's. RCPs do not bind keys that
/// AWS manages (C1).
pub(super) fn rcps_are_known(connection: &Setup, target: Target) -> bool {
    match target {
        Target::Bucket | Target::Object | Target::Folder => true,
        Target::FederatedUser | Target::Role => connection.customer.account() == connection.account,
        Target::Key => {
            matches!(key_in_use(connection), Some(KmsKey::Arn(key)) if key.account() == connection.account)
        }
    }
}

/// The layers of a caller's requests to the bucket, without the endpoint.
pub(super) fn layers_at_bucket<'a>(
    connection: &'a Setup,
    caller: IcaCaller,
    failing: Option<Assumption>,
    unknown_allows: bool,
) -> Layers<'a> {
    let is_customers = caller.is_customers();
    let policies = &connection.policies;
    let identity = if is_customers {
        needed(policies, PolicyKind::Identity, unknown_allows)
    } else {
        unknown(failing != Some(Assumption::IlluminaIdentity))
    };
    let session = match policies.get(PolicyKind::Session) {
        _ if !matches!(caller, IcaCaller::FederatedSession | IcaCaller::OidcRole) => Layer::Absent,
        // A role without a session policy has all of its own; with one that allows nothing it has nothing (C4).
        Known::Unspecified
            if caller == IcaCaller::OidcRole && failing == Some(Assumption::SessionPolicy) =>
        {
            Layer::Policies(Vec::new())
        }
        Known::Unspecified => unknown(failing != Some(Assumption::SessionPolicy)),
        Known::Known(_) | Known::AssertedNone => policies.layer(PolicyKind::Session),
    };
    let of_bucket = PolicyKind::Resource;
    let resource =
        if policies.is_unspecified(of_bucket) && failing == Some(Assumption::NoBucketPolicy) {
            Layer::Assumed
        } else {
            policies.layer(of_bucket)
        };
    let layers = policies.layers(of_bucket);
    Layers {
        identity,
        boundary: if is_customers { layers.boundary } else { Layer::Absent },
        session,
        resource,
        scps: if is_customers { layers.scps } else { Vec::new() },
        rcps: layers.rcps,
        vpce: Layer::Absent,
    }
}

/// A request to STS or KMS: neither the bucket's policy nor the endpoint of S3 sees it.
fn keep_to_sts(layers: &mut Layers<'_>) {
    layers.resource = Layer::Absent;
    layers.vpce = Layer::Absent;
}

/// A layer that must allow. Of one that was not given it is not known whether it does.
fn needed(policies: &PolicySet, kind: PolicyKind, unknown_allows: bool) -> Layer<'_> {
    if policies.is_unspecified(kind) { unknown(unknown_allows) } else { policies.layer(kind) }
}

fn unknown<'a>(allows: bool) -> Layer<'a> {
    if allows { Layer::Assumed } else { Layer::Absent }
}

/// The policies that take part in decisions about a caller.
pub(super) fn policies<'a>(layers: &Layers<'a>) -> Vec<&'a Policy> {
    layers.ids().flat_map(|layer| layers.policies(layer).to_vec()).collect()
}

/// The bucket policy with nothing else in the way: what it forbids by itself.
pub(super) fn bucket_policy_alone<'a>(layers: &Layers<'a>) -> Layers<'a> {
    // Whether there is a boundary decides what a Deny with NotPrincipal does (C7), so that stays.
    let boundary = if layers.boundary.is_absent() { Layer::Absent } else { Layer::Assumed };
    Layers {
        identity: Layer::Assumed,
        session: Layer::Assumed,
        boundary,
        resource: layers.resource.clone(),
        ..Layers::default()
    }
}
