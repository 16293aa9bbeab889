//! Policies that were read, and the layers that they make.

use super::error::Error;
use crate::authz::{Known, Layer, PolicySet};
use crate::finding::Severity;
use crate::model::{self, PolicyKind};
use crate::report::Finding;
use std::borrow::Borrow;
use std::collections::BTreeMap;

/// A policy that was read. It belongs to the workspace that read it, which knows its places.
#[derive(Clone, Debug)]
pub struct Policy {
    name: String,
    level: usize,
    is_behind_access_point: bool,
    findings: Vec<Finding>,
    meant: model::Policy,
}

impl Policy {
    pub(super) fn new(name: &str, meant: model::Policy, findings: Vec<Finding>) -> Policy {
        Policy { name: name.to_owned(), level: 0, is_behind_access_point: false, findings, meant }
    }

    /// Puts an SCP or RCP on a level of the organization, from 0 for the root. Policies of one
    /// level are alternatives, and every level must allow a request.
    #[must_use]
    pub fn at_level(mut self, level: usize) -> Policy {
        self.level = level;
        self
    }

    /// Makes it the policy of the bucket behind the access point of a request
    /// ([`super::Request::bucket`]).
    #[must_use]
    pub fn behind_access_point(mut self) -> Policy {
        self.is_behind_access_point = true;
        self
    }

    /// Whether it is the policy of a bucket behind an access point.
    pub(super) fn is_behind_access_point(&self) -> bool {
        self.is_behind_access_point
    }

    /// The name under which it was read.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As what it was read.
    pub fn kind(&self) -> PolicyKind {
        self.meant.kind
    }

    /// What is wrong with it, though it can be read.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What AWS would refuse about it, or what this program cannot match.
    fn refused(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }
}

impl Borrow<model::Policy> for &Policy {
    fn borrow(&self) -> &model::Policy {
        &self.meant
    }
}

/// Nothing is decided with a policy that AWS would refuse to store: it is in force nowhere.
pub(super) fn check_stored(policies: &[&Policy]) -> Result<(), Error> {
    let refused = policies.iter().flat_map(|policy| policy.refused().cloned());
    Error::unless_empty(refused.collect(), ())
}

const OF_RESOURCES: [PolicyKind; 3] = [PolicyKind::Resource, PolicyKind::KmsKey, PolicyKind::Trust];

/// Each policy in the layer of its kind. `resource`: the kind of the policy that the resource has;
/// a policy of another resource is refused, because it would not count.
pub(super) fn layers<'a>(
    policies: &[&'a Policy],
    resource: PolicyKind,
) -> Result<PolicySet<&'a Policy>, Error> {
    let is_other = |kind: PolicyKind| OF_RESOURCES.contains(&kind) && kind != resource;
    if let Some(other) = policies.iter().find(|policy| is_other(policy.kind())) {
        let (name, kind, wanted) = (other.name(), other.kind().name(), resource.name());
        let message = format!("`{name}` was read as a {kind}, and this resource has a {wanted}");
        return Err(Error::request("policies", message));
    }
    let mut levels = BTreeMap::<PolicyKind, BTreeMap<usize, Vec<&Policy>>>::new();
    for policy in policies {
        levels.entry(policy.kind()).or_default().entry(policy.level).or_default().push(policy);
    }
    let mut set = PolicySet::default();
    for (kind, levels) in levels {
        set.insert(kind, Known::Known(levels.into_values().collect()));
    }
    Ok(set)
}

/// A layer of these policies.
pub(super) fn layer<'a>(policies: &[&'a Policy]) -> Layer<'a> {
    match policies {
        [] => Layer::Absent,
        some => Layer::Policies(some.iter().map(|policy| &policy.meant).collect()),
    }
}

/// The kind of the resource's policy among these.
pub(super) fn resource_kind(policies: &[&Policy]) -> PolicyKind {
    let mut kinds = policies.iter().map(|policy| policy.kind());
    kinds.find(|kind| OF_RESOURCES.contains(kind)).unwrap_or(PolicyKind::Resource)
}
