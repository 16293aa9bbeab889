//! The policies that a caller's requests must pass, as far as a connection knows them.

use super::assume::through_endpoint;
use super::catalogue::{IcaCaller, Step, Target};
use super::connection::{Connection, Given};
use super::space::Failing;
use crate::authz::{Layer, Layers};
use crate::model::Policy;

/// The layers of a step for a caller, as far as they are known. An assumption in `failing` is taken not to hold.
pub(super) fn layers<'a>(
    connection: &'a Connection,
    caller: IcaCaller,
    step: &Step,
    failing: Failing<'_>,
    identity_allows: bool,
) -> Layers<'a> {
    let mut layers = layers_at_bucket(connection, caller, failing, identity_allows);
    if through_endpoint(connection, caller, step) == Some(true) {
        layers.vpce = known(&connection.vpce);
    }
    if step.resource == Target::FederatedUser {
        keep_to_sts(&mut layers, connection);
    }
    layers
}

/// The layers of a caller's requests to the bucket, without the endpoint.
pub(super) fn layers_at_bucket<'a>(
    connection: &'a Connection,
    caller: IcaCaller,
    failing: Failing<'_>,
    identity_allows: bool,
) -> Layers<'a> {
    let unknown = |allows| if allows { Layer::Assumed } else { Layer::Absent };
    let is_customers = caller != IcaCaller::CrossAccountRole;
    let identity = match &connection.identity {
        _ if !is_customers => unknown(failing != Some("illumina-identity")),
        Given::Absent => unknown(identity_allows),
        given => known(given),
    };
    let session = match &connection.session {
        _ if caller != IcaCaller::FederatedSession => Layer::Absent,
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

/// GetFederationToken is a request to STS: neither the bucket's policy nor the endpoint of S3 sees it, and the session that is made
/// belongs to the user's account, whose RCPs need not be the bucket's.
fn keep_to_sts(layers: &mut Layers<'_>, connection: &Connection) {
    layers.resource = Layer::Absent;
    layers.vpce = Layer::Absent;
    if connection.user.account() != connection.account {
        layers.rcps.clear();
    }
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
    Layers { identity: Layer::Assumed, session: Layer::Assumed, boundary, resource: layers.resource.clone(), ..Layers::default() }
}
