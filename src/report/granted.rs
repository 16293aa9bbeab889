//! What an answer of `can` is made of, and the words that grant or limit a request.

use super::comparison::key_name;
use crate::authz::{LayerId, Layers, NamingSet, StatementRef};
use crate::eval::{applying, near_miss};
use crate::finding::Finding;
use crate::model::Statement;
use crate::symbolic::{Answered, Granted, Shown};

/// An answer and what it was found in.
#[derive(Debug)]
pub struct Report<'a> {
    /// The answer.
    pub granted: Granted,
    /// By actions and kind of resource.
    pub answers: &'a [Answered],
    /// The policies; where whoever asks is meant all in the layer `resource`.
    pub layers: &'a Layers<'a>,
    /// What the answer hangs on.
    pub note: Option<&'static str>,
    /// What is wrong with the documents themselves.
    pub findings: &'a [Finding],
}

fn statement<'a>(place: &StatementRef, layers: &Layers<'a>) -> Option<&'a Statement> {
    layers.policies(place.layer).get(place.policy)?.statements.iter().find(|statement| statement.index == place.statement)
}

/// The statements that allow a request, with the conditions that limit them.
pub(super) fn granting(shown: &Shown, layers: &Layers<'_>) -> Vec<Finding> {
    let places = layers.ids().flat_map(|layer| applying(&shown.request, layers, layer).0);
    let finding = |place: StatementRef| {
        let statement = statement(&place, layers)?;
        let span = statement.action.as_ref().map_or(statement.effect.span, |element| element.span);
        let finding = Finding::warning("granted", span, format!("statement {} of the {} policy grants it", place.statement, place.layer));
        Some(conditions(finding, statement))
    };
    places.filter_map(finding).collect()
}

fn conditions(finding: Finding, statement: &Statement) -> Finding {
    let limits = statement.conditions.iter();
    limits.fold(finding, |finding, condition| {
        finding.related(condition.span, format!("only where `{}` holds for `{}`", condition.operator.node, key_name(&condition.key.node)))
    })
}

/// The statements that deny a request, or else the nearest of each layer that allows nothing of it.
pub(super) fn limiting(shown: &Shown, layers: &Layers<'_>) -> Vec<Finding> {
    let denies = layers.ids().flat_map(|layer| applying(&shown.request, layers, layer).1).collect::<Vec<_>>();
    let denied = denies.iter().filter_map(|place| {
        let statement = statement(place, layers)?;
        let message = format!("statement {} of the {} policy denies it", place.statement, place.layer);
        Some(conditions(Finding::warning("denied", statement.effect.span, message), statement))
    });
    let denied = denied.collect::<Vec<_>>();
    if !denied.is_empty() {
        return denied;
    }
    let lacking = layers.ids().filter(|layer| applying(&shown.request, layers, *layer).0.is_empty());
    lacking.filter_map(|layer| lack(layer, shown, layers)).collect()
}

fn lack(layer: LayerId, shown: &Shown, layers: &Layers<'_>) -> Option<Finding> {
    let near = near_miss(&shown.request, layers, layer, NamingSet::ANY)?;
    let (_, span) = near.lacks.first()?;
    let message =
        format!("statement {} of the {layer} policy is the nearest and does not grant it by these words", near.statement.statement);
    Some(
        near.lacks
            .iter()
            .skip(1)
            .fold(Finding::warning("not-granted", *span, message), |finding, (_, span)| finding.related(*span, "nor by these")),
    )
}
