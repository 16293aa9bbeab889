//! Evaluates policies as documents, without layers and callers: whether a statement applies,
//! whoever makes the request.

use super::principal::element;
use super::statement::{Applies, applies};
use super::tri::Tri;
use crate::authz::{Ambiguity, Caller, Readings, Request};
use crate::model::{Effect, Policy, Statement};

/// Whether some statement of the policies allows the request and none denies it, under one choice
/// of readings. A statement concerns whoever its names stand for: an account for all its callers, a
/// role for its sessions. What the layers make of the way in which it names them does not count.
pub fn allows_as_documents(
    request: &Request,
    caller: &Caller,
    policies: &[&Policy],
    readings: &Readings,
) -> bool {
    let statements = policies.iter().flat_map(|policy| &policy.statements);
    let outcomes =
        statements.map(|statement| alone(statement, request, caller, readings)).collect::<Vec<_>>();
    !outcomes.contains(&Applies::Denies)
        && outcomes.iter().any(|outcome| matches!(outcome, Applies::Allows(_)))
}

fn alone(
    statement: &Statement,
    request: &Request,
    caller: &Caller,
    readings: &Readings,
) -> Applies {
    let Some(named) = &statement.principal else {
        return applies(statement, request, false, readings);
    };
    let effect = statement.effect.node;
    let (concerned, _) = element(named, effect, caller, false, readings);
    let counts_doubt = match effect {
        Effect::Allow => readings.second(Ambiguity::RefusedWords),
        Effect::Deny => !readings.second(Ambiguity::RefusedWords),
        Effect::Unclear => true,
    };
    if concerned == Tri::No || concerned == Tri::Maybe && !counts_doubt {
        return Applies::No;
    }
    applies(&Statement { principal: None, ..statement.clone() }, request, false, readings)
}
