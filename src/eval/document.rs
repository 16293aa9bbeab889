//! Evaluates policies as documents, without layers and callers: whether a statement applies,
//! whoever makes the request.

use super::statement::{Applies, applies};
use super::tri::Tri;
use crate::authz::{Ambiguity, Readings, Request};
use crate::model::{Effect, Element, Policy, PrincipalPattern, Statement};

/// Whether some statement of the policies allows the request and none denies it, under one choice
/// of readings. `principal` is a name as policies write it. Only the statements that list this
/// name, or everybody, concern it.
pub fn allows_as_documents(
    request: &Request,
    principal: &str,
    policies: &[&Policy],
    readings: &Readings,
) -> bool {
    let statements = policies.iter().flat_map(|policy| &policy.statements);
    let outcomes = statements
        .map(|statement| alone(statement, request, principal, readings))
        .collect::<Vec<_>>();
    !outcomes.contains(&Applies::Denies)
        && outcomes.iter().any(|outcome| matches!(outcome, Applies::Allows(_)))
}

fn alone(
    statement: &Statement,
    request: &Request,
    principal: &str,
    readings: &Readings,
) -> Applies {
    let Some(element) = &statement.principal else {
        return applies(statement, request, false, readings);
    };
    let concerned = lists(element, principal, readings);
    let counts_doubt = match statement.effect.node {
        Effect::Allow => readings.second(Ambiguity::RefusedWords),
        Effect::Deny => !readings.second(Ambiguity::RefusedWords),
        Effect::Unclear => true,
    };
    if concerned == Tri::No || concerned == Tri::Maybe && !counts_doubt {
        return Applies::No;
    }
    applies(&Statement { principal: None, ..statement.clone() }, request, false, readings)
}

fn lists(element: &Element<PrincipalPattern>, principal: &str, readings: &Readings) -> Tri {
    let one = |pattern: &PrincipalPattern| match &pattern.doubt {
        Some(_) => Tri::Maybe,
        None => Tri::from(
            pattern.named.is_everybody()
                || pattern.named.name().is_some_and(|name| name == principal),
        ),
    };
    if element.not && element.patterns.is_empty() && readings.second(Ambiguity::EmptyNotPrincipal) {
        return Tri::No;
    }
    let found = Tri::any(element.patterns.iter().map(one));
    if element.not { !found } else { found }
}
