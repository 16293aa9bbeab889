//! A decision as findings: the words that denied, or the statement that almost allowed and what it lacks.

use crate::authz::{LayerId, Layers, NamingSet, Request, StatementRef};
use crate::eval::{Decision, Lack, Outcome, near_miss};
use crate::finding::{Finding, codes};
use crate::model::Statement;

/// What a person should look at.
pub fn explain(decision: &Decision, request: &Request, layers: &Layers<'_>) -> Vec<Finding> {
    let denied = decision.denied_by.iter().filter_map(|place| denied(place, layers));
    let lacking = decision.lacking.iter().filter_map(|layer| lacking(*layer, request, layers));
    match decision.outcome {
        Outcome::Allowed => Vec::new(),
        Outcome::ExplicitlyDenied => denied.collect(),
        Outcome::ImplicitlyDenied => lacking.collect(),
        Outcome::Undetermined => denied.chain(lacking).collect(),
    }
}

fn statement<'a>(place: &StatementRef, layers: &Layers<'a>) -> Option<&'a Statement> {
    layers.policies(place.layer).get(place.policy)?.statements.get(place.statement)
}

fn denied(place: &StatementRef, layers: &Layers<'_>) -> Option<Finding> {
    let statement = statement(place, layers)?;
    let mut finding = Finding::new(
        codes::EXPLICIT_DENY,
        statement.effect.span,
        format!("statement {} of the {} policy denies", place.statement, place.layer),
    );
    for condition in &statement.conditions {
        finding = finding.related(condition.span, "this condition holds");
    }
    Some(finding)
}

fn lacking(layer: LayerId, request: &Request, layers: &Layers<'_>) -> Option<Finding> {
    let near = near_miss(request, layers, layer, NamingSet::ANY)?;
    let statement = statement(&near.statement, layers)?;
    let mut lacks = near.lacks.iter().map(|(lack, span)| (words(*lack, statement, request), *span));
    let (first, span) = lacks.next()?;
    let message =
        format!("nothing in the {layer} policies allows it; the nearest statement {first}");
    Some(lacks.fold(Finding::new(codes::NO_ALLOW, span, message), |finding, (words, span)| {
        finding.related(span, format!("it also {words}"))
    }))
}

fn words(lack: Lack, statement: &Statement, request: &Request) -> String {
    match lack {
        Lack::Action => format!("does not list `{}`", request.action),
        Lack::Resource => format!("does not cover `{}`", request.resource),
        Lack::Principal => "does not name the caller".to_owned(),
        Lack::Condition(number) => {
            let key = &statement.conditions[number].key.node;
            let has = match request.context.get(key) {
                Some(value) => format!("the request has `{}`", value.as_slice().join(", ")),
                None => "the request has no such key".to_owned(),
            };
            format!("has a condition on `{key}` that does not hold: {has}")
        }
        Lack::Doubt => "is one that AWS would refuse".to_owned(),
    }
}
