//! The policies a request must pass.

use crate::model::Policy;
use std::fmt;

/// One layer.
#[derive(Clone, Debug, Default)]
pub enum Layer<'a> {
    /// There is no policy here: no identity policy is attached, no boundary set, no session policy passed.
    #[default]
    Absent,
    /// These policies; one that allows is enough.
    Policies(Vec<&'a Policy>),
    /// Unknown, and taken to allow the request and deny nothing.
    Assumed,
}

impl<'a> Layer<'a> {
    /// The policies that are known.
    pub fn policies(&self) -> &[&'a Policy] {
        match self {
            Layer::Policies(policies) => policies,
            Layer::Absent | Layer::Assumed => &[],
        }
    }

    /// Whether nothing limits here.
    pub fn is_absent(&self) -> bool {
        matches!(self, Layer::Absent)
    }
}

/// All layers of one request.
#[derive(Clone, Debug, Default)]
pub struct Layers<'a> {
    /// Identity policies: of the user and its groups, of the role, of a session's issuer.
    pub identity: Layer<'a>,
    /// The permissions boundary.
    pub boundary: Layer<'a>,
    /// Session policies.
    pub session: Layer<'a>,
    /// The resource's own policy: of the bucket, key, queue, or a role's trust policy.
    pub resource: Layer<'a>,
    /// Service control policies of the caller's account, by level.
    pub scps: Vec<Vec<&'a Policy>>,
    /// Resource control policies of the resource's account, by level.
    pub rcps: Vec<Vec<&'a Policy>>,
    /// Policies of the VPC endpoint that the request comes through.
    pub vpce: Layer<'a>,
    /// The policy of the bucket behind an access point, whose own policy is that of the resource.
    pub bucket: Layer<'a>,
}

/// Names a layer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum LayerId {
    /// Identity policies.
    Identity,
    /// The resource's policy.
    Resource,
    /// Permissions boundary.
    Boundary,
    /// Session policies.
    Session,
    /// A level of SCPs, from 0.
    Scp(usize),
    /// A level of RCPs, from 0.
    Rcp(usize),
    /// VPC endpoint policies.
    Vpce,
    /// The policy of the bucket behind an access point.
    Bucket,
}

impl LayerId {
    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            LayerId::Identity => "identity",
            LayerId::Boundary => "boundary",
            LayerId::Session => "session",
            LayerId::Resource => "resource",
            LayerId::Scp(_) => "scp",
            LayerId::Rcp(_) => "rcp",
            LayerId::Vpce => "vpce",
            LayerId::Bucket => "bucket",
        }
    }
}

impl serde::Serialize for LayerId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl fmt::Display for LayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A statement, by layer, policy and number, all counted from 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct StatementRef {
    /// The layer.
    pub layer: LayerId,
    /// The policy in the layer.
    pub policy: usize,
    /// The statement in the policy.
    pub statement: usize,
}

impl<'a> Layers<'a> {
    /// The policies of a layer.
    pub fn policies(&self, layer: LayerId) -> &[&'a Policy] {
        match layer {
            LayerId::Identity => self.identity.policies(),
            LayerId::Boundary => self.boundary.policies(),
            LayerId::Session => self.session.policies(),
            LayerId::Resource => self.resource.policies(),
            LayerId::Vpce => self.vpce.policies(),
            LayerId::Bucket => self.bucket.policies(),
            LayerId::Scp(level) => self.scps.get(level).map_or(&[], Vec::as_slice),
            LayerId::Rcp(level) => self.rcps.get(level).map_or(&[], Vec::as_slice),
        }
    }

    /// Whether the layer is unknown and taken to allow.
    pub fn is_assumed(&self, layer: LayerId) -> bool {
        let layer = match layer {
            LayerId::Identity => &self.identity,
            LayerId::Boundary => &self.boundary,
            LayerId::Session => &self.session,
            LayerId::Resource => &self.resource,
            LayerId::Vpce => &self.vpce,
            LayerId::Bucket => &self.bucket,
            LayerId::Scp(_) | LayerId::Rcp(_) => return false,
        };
        matches!(layer, Layer::Assumed)
    }

    /// All layers, in the order in which requests give them.
    pub fn ids(&self) -> impl Iterator<Item = LayerId> + use<> {
        let single = [LayerId::Identity, LayerId::Resource, LayerId::Boundary, LayerId::Session];
        let scps = (0..self.scps.len()).map(LayerId::Scp);
        let rcps = (0..self.rcps.len()).map(LayerId::Rcp);
        let bucket = (!self.bucket.is_absent()).then_some(LayerId::Bucket);
        single.into_iter().chain(scps).chain(rcps).chain([LayerId::Vpce]).chain(bucket)
    }

    /// The policies of all layers, in that order.
    pub fn all(&self) -> Vec<&'a Policy> {
        self.ids().flat_map(|layer| self.policies(layer).to_vec()).collect()
    }

    /// The number of a policy counted over all levels of its kind of layer, as reports count.
    pub fn flat_index(&self, layer: LayerId, policy: usize) -> usize {
        let before = |levels: &[Vec<&Policy>], level: usize| {
            levels[..level].iter().map(Vec::len).sum::<usize>()
        };
        match layer {
            LayerId::Scp(level) => before(&self.scps, level) + policy,
            LayerId::Rcp(level) => before(&self.rcps, level) + policy,
            _ => policy,
        }
    }
}
