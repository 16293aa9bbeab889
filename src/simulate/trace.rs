//! What each layer said to a request.

use crate::authz::{LayerId, Layers, Request, StatementRef};
use crate::eval::applying;

/// What one layer said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LayerTrace {
    /// The layer.
    pub layer: LayerId,
    /// How many policies it has.
    pub policies: usize,
    /// The statements that allow.
    pub allows: Vec<StatementRef>,
    /// The statements that deny.
    pub denies: Vec<StatementRef>,
}

/// What every layer said, in the order of evaluation, by the first reading of what AWS leaves open.
pub fn trace(request: &Request, layers: &Layers<'_>) -> Vec<LayerTrace> {
    let of_layer = |layer| {
        let (allows, denies) = applying(request, layers, layer);
        LayerTrace { layer, policies: layers.policies(layer).len(), allows, denies }
    };
    // A bucket behind an access point may have no policy.
    let lacks_policy = request.bucket.is_some() && layers.bucket.is_absent();
    layers.ids().chain(lacks_policy.then_some(LayerId::Bucket)).map(of_layer).collect()
}
