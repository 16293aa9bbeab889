//! Finds the words of a statement that match a request.

use super::tri::Tri;
use super::{action, condition, resource};
use crate::authz::{Context, Readings, Request};
use crate::model::{ActionPattern, Condition, Element, ResourcePattern, Statement};
use crate::source::Span;

/// The first action pattern that covers the request, or the whole list of `NotAction`.
pub fn matching_action(statement: &Statement, request: &Request) -> Option<Span> {
    let element = statement.action.as_ref()?;
    let covers = |pattern| {
        action::element(
            &Element { not: false, patterns: vec![pattern], span: element.span },
            &request.action,
        ) == Tri::Yes
    };
    first_span(element, |pattern| (covers(pattern.clone()), pattern.span))
}

/// The first resource pattern that covers the request, or the whole list of `NotResource`.
pub fn matching_resource(statement: &Statement, request: &Request) -> Option<Span> {
    let element = statement.resource.as_ref()?;
    let readings = Readings::default();
    let covers = |pattern| {
        resource::element(
            &Element { not: false, patterns: vec![pattern], span: element.span },
            request,
            &readings,
        ) == Tri::Yes
    };
    first_span(element, |pattern| (covers(pattern.clone()), pattern.span))
}

fn first_span<T>(element: &Element<T>, test: impl Fn(&T) -> (bool, Span)) -> Option<Span> {
    if element.not {
        return Some(element.span);
    }
    element.patterns.iter().map(test).find(|(covers, _)| *covers).map(|(_, span)| span)
}

/// Whether the action, the resource and the conditions of a statement may match a request, whoever
/// makes it.
pub fn may_apply(statement: &Statement, request: &Request) -> bool {
    let readings = Readings::default();
    let action = statement
        .action
        .as_ref()
        .is_none_or(|element| action::element(element, &request.action) != Tri::No);
    let resource = statement
        .resource
        .as_ref()
        .is_none_or(|element| resource::element(element, request, &readings) != Tri::No);
    action
        && resource
        && statement
            .conditions
            .iter()
            .all(|own| condition::holds(own, &request.context, &readings) != Tri::No)
}

/// Whether a condition holds for a request, under the first readings; `None` if its words leave it
/// open.
pub fn condition_holds(condition: &Condition, request: &Request) -> Option<bool> {
    certain(condition::holds(condition, &request.context, &Readings::default()))
}

/// Whether a pattern covers an action, given in lower case; `None` if its words leave it open.
pub fn pattern_covers_action(pattern: &ActionPattern, lower_action: &str) -> Option<bool> {
    certain(action::one(pattern, lower_action, &Context::new()))
}

/// Whether a pattern covers the resource of a request, under the first readings; `None` if its
/// words leave it open.
pub fn pattern_covers(pattern: &ResourcePattern, request: &Request) -> Option<bool> {
    let alone = Element { not: false, patterns: vec![pattern.clone()], span: pattern.span };
    certain(resource::element(&alone, request, &Readings::default()))
}

fn certain(found: Tri) -> Option<bool> {
    match found {
        Tri::Yes => Some(true),
        Tri::No => Some(false),
        Tri::Maybe => None,
    }
}
