//! The step that reasons are about.

use super::catalogue::{IcaCaller, Step};
use super::setup::Setup;
use super::verdict::{Verdict, layer_name};
use crate::authz::{LayerId, Layers, StatementRef};
use crate::model::Statement;

/// What a reason is told about.
pub(super) struct Scene<'a> {
    pub connection: &'a Setup,
    pub caller: IcaCaller,
    pub step: &'a Step,
    pub layers: Layers<'a>,
    pub verdict: Verdict,
}

impl<'a> Scene<'a> {
    pub(super) fn layer_name(&self, layer: LayerId) -> &'static str {
        layer_name(layer, self.step.resource)
    }

    pub(super) fn statement(&self, place: StatementRef) -> Option<&'a Statement> {
        self.layers.policies(place.layer).get(place.policy)?.statements.get(place.statement)
    }
}
