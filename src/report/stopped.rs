//! What stops a request or lets it through, for requests of any account: the sentences of `can` and
//! of `simulate` about causes. A product has sentences of its own.

use super::statement::statement_name;
use super::views::key_name;
use crate::authz::{LayerId, Layers, Request, StatementRef};
use crate::eval::{Decision, Lack, applying};
use crate::finding::{Code, Finding, codes};
use crate::model::Statement;
use crate::source::Span;
use crate::why::{Cause, CauseKind, Near, Place, Stop};

/// Why a request is not allowed: the words that deny it, or the statements that almost allow it.
pub(super) fn explain(decision: &Decision, request: &Request, layers: &Layers<'_>) -> Vec<Finding> {
    let causes = Stop::of_parts(decision).into_iter();
    let causes = causes.filter_map(|stop| stop.cause(request.clone(), layers));
    causes.filter_map(|cause| explained(&cause)).collect()
}

fn explained(cause: &Cause<'_>) -> Option<Finding> {
    let (layer, request) = (cause.layer, &cause.request);
    match &cause.kind {
        CauseKind::Deny(Place { statement, .. }) => {
            let message = format!("{} of the {layer} policy denies", name(statement));
            let finding = Finding::new(codes::EXPLICIT_DENY, statement.effect.span, message);
            let conditions = statement.conditions.iter();
            Some(conditions.fold(finding, |finding, condition| {
                finding.related(condition.span, "this condition holds")
            }))
        }
        CauseKind::NoAllow { near, .. } => {
            let near = near.first()?;
            let words = |lack| lack_words(lack, near.place.statement, request);
            let first = |lack| {
                format!(
                    "nothing in the {layer} policies allows it; the nearest statement {}",
                    words(lack)
                )
            };
            nearest(near, codes::NO_ALLOW, &first, &|lack| format!("it also {}", words(lack)))
        }
        CauseKind::Open { .. } => None,
    }
}

/// The name of a statement for people.
fn name(statement: &Statement) -> String {
    statement_name(statement.sid.as_ref().map(|sid| &*sid.node), statement.index, None)
}

/// What a statement lacks to allow a request.
fn lack_words(lack: Lack, statement: &Statement, request: &Request) -> String {
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

/// The statements that allow a request, with the conditions that limit them.
pub(super) fn granting(request: &Request, layers: &Layers<'_>) -> Vec<Finding> {
    let places = layers.ids().flat_map(|layer| applying(request, layers, layer).0);
    let finding = |place: StatementRef| {
        let statement =
            layers.policies(place.layer).get(place.policy)?.statements.get(place.statement)?;
        let span = statement.action.as_ref().map_or(statement.effect.span, |element| element.span);
        let finding = Finding::new(codes::GRANTED, span, "this statement grants it");
        Some(with_conditions(finding, statement))
    };
    places.filter_map(finding).collect()
}

/// The statements that deny a request. If there is none, the nearest statement of each layer that
/// does not allow it.
pub(super) fn limiting(request: &Request, layers: &Layers<'_>) -> Vec<Finding> {
    let limits = |stops: Vec<Stop>| {
        let causes = stops.into_iter().filter_map(|stop| stop.cause(request.clone(), layers));
        causes.filter_map(|cause| limited(&cause)).collect::<Vec<_>>()
    };
    let of = |layer: LayerId| applying(request, layers, layer);
    let denied = limits(layers.ids().flat_map(|layer| of(layer).1).map(Stop::Deny).collect());
    if !denied.is_empty() {
        return denied;
    }
    let lacking = layers.ids().filter(|layer| of(*layer).0.is_empty());
    limits(lacking.map(Stop::NoAllow).collect())
}

fn limited(cause: &Cause<'_>) -> Option<Finding> {
    let layer = cause.layer;
    match &cause.kind {
        CauseKind::Deny(Place { statement, .. }) => {
            let message = format!("{} of the {layer} policy denies it", name(statement));
            let finding = Finding::new(codes::DENIED, statement.effect.span, message);
            Some(with_conditions(finding, statement))
        }
        CauseKind::NoAllow { near, .. } => {
            let near = near.first()?;
            let name = name(near.place.statement);
            let first = |_| {
                format!(
                    "{name} of the {layer} policy is the nearest and does not grant it because of this"
                )
            };
            nearest(near, codes::NOT_GRANTED, &first, &|_| "and because of this".to_owned())
        }
        CauseKind::Open { .. } => None,
    }
}

/// A statement that almost allows: a finding on the first thing that it lacks, with the others.
fn nearest(
    near: &Near<'_>,
    code: Code,
    first: &dyn Fn(Lack) -> String,
    other: &dyn Fn(Lack) -> String,
) -> Option<Finding> {
    let mut lacks = near.lacks.iter().copied();
    let (lack, span) = lacks.next()?;
    let add = |finding: Finding, (lack, span): (Lack, Span)| finding.related(span, other(lack));
    Some(lacks.fold(Finding::new(code, span, first(lack)), add))
}

fn with_conditions(finding: Finding, statement: &Statement) -> Finding {
    statement.conditions.iter().fold(finding, |finding, condition| {
        let (operator, key) = (&condition.operator.node, key_name(&condition.key.node));
        finding.related(condition.span, format!("only where `{operator}` is true for `{key}`"))
    })
}
