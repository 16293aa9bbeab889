//! What the causes of an answer are explained by.

use super::assumption::Assuming;
use super::question::Question;
use super::verdict::{Verdict, layer_name};
use crate::authz::{LayerId, Layers, StatementRef};
use crate::model::Statement;

/// A question, with the policies that were given and the verdict.
pub(super) struct Scene<'a> {
    pub question: &'a Question<'a>,
    pub layers: Layers<'a>,
    pub verdict: Verdict,
}

impl<'a> Scene<'a> {
    pub(super) fn new(question: &'a Question<'a>, verdict: Verdict) -> Scene<'a> {
        Scene { question, layers: question.layers(Assuming::All, false), verdict }
    }

    pub(super) fn layer_name(&self, layer: LayerId) -> &'static str {
        layer_name(layer, self.question.step.resource)
    }

    pub(super) fn statement(&self, place: StatementRef) -> Option<&'a Statement> {
        self.layers.policies(place.layer).get(place.policy)?.statements.get(place.statement)
    }
}
