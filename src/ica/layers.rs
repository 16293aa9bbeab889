//! The policies that a caller's requests must pass, as far as a connection knows them.

use super::assume::through_endpoint;
use super::catalogue::{IcaCaller, Step, Target};
use super::connection::{Connection, Given};
use super::kms::{KmsKey, key_in_use};
use super::space::Failing;
use crate::authz::{Layer, Layers};
use crate::model::Policy;

/// The layers of a step for a caller, as far as they are known. An assumption in `failing` is taken not to hold. What was not given and
/// must allow allows as `unknown_allows` says.
pub(super) fn layers<'a>(
    connection: &'a Connection,
    caller: IcaCaller,
    step: &Step,
    failing: Failing<'_>,
    unknown_allows: bool,
) -> Layers<'a> {
    let mut layers = layers_at_bucket(connection, caller, failing, unknown_allows);
    if through_endpoint(connection, caller, step) == Some(true) {
        layers.vpce = known(&connection.vpce);
    }
    if !rcps_are_known(connection, step.resource) {
        layers.rcps.clear();
    }
    match step.resource {
        Target::Bucket | Target::Object | Target::Folder => {}
        Target::FederatedUser => keep_to_sts(&mut layers),
        Target::Key => {
            keep_to_sts(&mut layers);
            layers.resource = needed(&connection.kms_key_policy, unknown_allows);
        }
        // Nobody signs with credentials of the account, so nothing binds but the role's side.
        Target::Role => {
            let resource = needed(&connection.trust_policy, unknown_allows);
            layers = Layers { resource, rcps: layers.rcps, ..Layers::default() };
        }
    }
    layers
}

/// Whether the RCPs that were given are those of the account that owns the target: they are the bucket's. RCPs do not bind keys that
/// AWS manages (C1).
pub(super) fn rcps_are_known(connection: &Connection, target: Target) -> bool {
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
    connection: &'a Connection,
    caller: IcaCaller,
    failing: Failing<'_>,
    unknown_allows: bool,
) -> Layers<'a> {
    let is_customers = caller.is_customers();
    let identity = match &connection.identity {
        _ if !is_customers => unknown(failing != Some("illumina-identity")),
        given => needed(given, unknown_allows),
    };
    let session = match &connection.session {
        _ if !matches!(caller, IcaCaller::FederatedSession | IcaCaller::OidcRole) => Layer::Absent,
        // A role without a session policy has all of its own; with one that allows nothing it has nothing (C4).
        Given::Absent if caller == IcaCaller::OidcRole && failing == Some("session-policy") => {
            Layer::Policies(Vec::new())
        }
        Given::Absent => unknown(failing != Some("session-policy")),
        given => known(given),
    };
    let resource = match &connection.bucket_policy {
        Given::Absent if failing == Some("no-bucket-policy") => Layer::Assumed,
        given => known(given),
    };
    Layers {
        identity,
        boundary: if is_customers { known(&connection.boundary) } else { Layer::Absent },
        session,
        resource,
        scps: if is_customers { levels(&connection.scps) } else { Vec::new() },
        rcps: levels(&connection.rcps),
        vpce: Layer::Absent,
    }
}

/// A request to STS or KMS: neither the bucket's policy nor the endpoint of S3 sees it.
fn keep_to_sts(layers: &mut Layers<'_>) {
    layers.resource = Layer::Absent;
    layers.vpce = Layer::Absent;
}

/// A layer that must allow. Of one that was not given it is not known whether it does.
fn needed(given: &Given<Vec<Policy>>, unknown_allows: bool) -> Layer<'_> {
    match given {
        Given::Absent => unknown(unknown_allows),
        given => known(given),
    }
}

fn unknown<'a>(allows: bool) -> Layer<'a> {
    if allows { Layer::Assumed } else { Layer::Absent }
}

/// A layer of which nothing was said counts as absent; the list of assumptions tells it.
fn known(given: &Given<Vec<Policy>>) -> Layer<'_> {
    match given {
        Given::Given(policies) => Layer::Policies(policies.iter().collect()),
        Given::None | Given::Absent => Layer::Absent,
    }
}

fn levels(given: &Given<Vec<Vec<Policy>>>) -> Vec<Vec<&Policy>> {
    match given {
        Given::Given(levels) => levels.iter().map(|level| level.iter().collect()).collect(),
        Given::None | Given::Absent => Vec::new(),
    }
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
