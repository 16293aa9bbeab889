//! The policies of all layers, owned; requests borrow their [`Layers`] from them.

use super::{Known, Layer, Layers};
use crate::model::{Policy, PolicyKind};
use std::borrow::Borrow;
use std::collections::BTreeMap;

/// What is known of the policies of each layer. The key is the kind of policy and not the layer of a request: a connection has the
/// policies of its bucket, its key and its role, and each request meets one of the three as the resource's.
#[derive(Clone, PartialEq, Debug)]
pub struct PolicySet<P = Policy> {
    /// By level; a layer without levels has one.
    layers: BTreeMap<PolicyKind, Known<Vec<Vec<P>>>>,
}

impl<P> Default for PolicySet<P> {
    fn default() -> Self {
        PolicySet { layers: BTreeMap::new() }
    }
}

impl<P> PolicySet<P> {
    /// Sets what is known of a layer, by level.
    pub fn insert(&mut self, kind: PolicyKind, levels: Known<Vec<Vec<P>>>) {
        self.layers.insert(kind, levels);
    }

    /// Adds policies to a layer without levels. No policies say nothing.
    pub fn insert_given(&mut self, kind: PolicyKind, policies: Vec<P>) {
        if !policies.is_empty() {
            self.insert(kind, Known::Known(vec![policies]));
        }
    }

    /// The levels of a layer.
    pub fn get(&self, kind: PolicyKind) -> &Known<Vec<Vec<P>>> {
        self.layers.get(&kind).unwrap_or(&Known::Unspecified)
    }

    /// The levels of a layer, if they are known.
    pub fn levels_mut(&mut self, kind: PolicyKind) -> &mut [Vec<P>] {
        match self.layers.get_mut(&kind) {
            Some(Known::Known(levels)) => levels,
            _ => &mut [],
        }
    }

    /// Of how many layers something was said.
    pub fn kinds(&self) -> usize {
        self.layers.len()
    }

    /// Whether nothing was said of a layer.
    pub fn is_unspecified(&self, kind: PolicyKind) -> bool {
        matches!(self.get(kind), Known::Unspecified)
    }
}

impl<P: Borrow<Policy>> PolicySet<P> {
    /// The policies of a layer, of all its levels.
    pub fn policies(&self, kind: PolicyKind) -> Known<Vec<&Policy>> {
        match self.get(kind) {
            Known::Known(levels) => Known::Known(borrowed(levels.iter().flatten())),
            Known::AssertedNone => Known::AssertedNone,
            Known::Unspecified => Known::Unspecified,
        }
    }

    /// The policies of a layer, of all its levels; none where nothing is known.
    pub fn known(&self, kind: PolicyKind) -> Vec<&Policy> {
        borrowed(self.levels_of(kind).iter().flatten())
    }

    /// The policies of all layers.
    pub fn all(&self) -> Vec<&Policy> {
        self.layers.keys().flat_map(|kind| self.known(*kind)).collect()
    }

    /// A layer without levels. An unspecified layer counts as absent.
    pub fn layer(&self, kind: PolicyKind) -> Layer<'_> {
        match self.policies(kind) {
            Known::Known(policies) => Layer::Policies(policies),
            Known::AssertedNone | Known::Unspecified => Layer::Absent,
        }
    }

    /// The levels of a layer of the organization.
    pub fn levels(&self, kind: PolicyKind) -> Vec<Vec<&Policy>> {
        self.levels_of(kind).iter().map(borrowed).collect()
    }

    /// All layers of a request to a resource whose own policy is of the kind `resource`.
    pub fn layers(&self, resource: PolicyKind) -> Layers<'_> {
        Layers {
            identity: self.layer(PolicyKind::Identity),
            boundary: self.layer(PolicyKind::Boundary),
            session: self.layer(PolicyKind::Session),
            resource: self.layer(resource),
            scps: self.levels(PolicyKind::Scp),
            rcps: self.levels(PolicyKind::Rcp),
            vpce: self.layer(PolicyKind::Vpce),
            bucket: Layer::Absent,
        }
    }

    fn levels_of(&self, kind: PolicyKind) -> &[Vec<P>] {
        self.get(kind).as_option().map_or(&[], Vec::as_slice)
    }
}

fn borrowed<'a, P: Borrow<Policy> + 'a>(
    policies: impl IntoIterator<Item = &'a P>,
) -> Vec<&'a Policy> {
    policies.into_iter().map(Borrow::borrow).collect()
}
