//! The data that the sentences of an answer need, and what they share.

use crate::authz::{Caller, LayerId, Layers, display_name};
use crate::model::{Condition, Statement};
use crate::product::assumption::Assuming;
use crate::product::question::Question;
use crate::product::values::UNLISTED;
use crate::product::verdict::{Reason, Verdict, layer_name};

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

    /// The name of the product.
    pub(super) fn product(&self) -> &'static str {
        self.question.product.wording().product
    }

    /// The principal that a policy has to name.
    pub(super) fn principal_words(&self, caller: &Caller) -> String {
        match caller {
            Caller::WebIdentity { provider } if provider.as_str().ends_with(UNLISTED) => {
                format!("{}'s identity provider, under `Federated`", self.product())
            }
            Caller::WebIdentity { provider } => {
                format!("`{}`, under `Federated`", provider.as_str())
            }
            other => format!("`{}`", other.principal_arn().unwrap_or_default()),
        }
    }

    /// The statements of all layers.
    pub(super) fn statements(&self) -> impl Iterator<Item = (LayerId, &'a Statement)> {
        let layers = self.layers.ids().map(|layer| (layer, self.layers.policies(layer)));
        layers.flat_map(|(layer, policies)| {
            policies.iter().flat_map(|policy| &policy.statements).map(move |one| (layer, one))
        })
    }
}

/// The key in AWS's spelling: the model has it in lower case.
pub(super) fn written_key(condition: &Condition) -> String {
    display_name(&condition.key.node)
}

pub(super) fn locate(reason: &mut Reason, statement: &Statement) {
    reason.statement = Some(statement.index);
    reason.sid = statement.sid.as_ref().map(|sid| sid.node.clone());
    reason.span = Some(statement.span);
}

/// The condition to show for a Deny: an exception list, if there is one, because it probably has to be extended.
pub(super) fn deciding_condition(statement: &Statement) -> Option<&Condition> {
    statement
        .conditions
        .iter()
        .find(|condition| condition.test.is_negated())
        .or(statement.conditions.first())
}
