//! Finds the statements that almost allowed a request, and what they lack.

use super::tri::Tri;
use super::{action, condition, principal, resource};
use crate::authz::Readings;
use crate::authz::{LayerId, Layers, NamingSet, Request, StatementRef};
use crate::model::{Effect, Part, Statement};
use crate::source::Span;

/// What a statement lacks to allow a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lack {
    /// Its actions do not include the request's.
    Action,
    /// Its resources do not include the request's.
    Resource,
    /// It does not name the caller.
    Principal,
    /// The condition with this number in the statement does not hold.
    Condition(usize),
    /// AWS would refuse its words.
    Doubt,
}

/// A statement that almost allowed a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NearMiss {
    /// The statement.
    pub statement: StatementRef,
    /// What it lacks, each with the span of the words that cause it.
    pub lacks: Vec<(Lack, Span)>,
}

/// The Allow statement of a layer that lacks least to allow the request; `None` if the layer has no
/// Allow statement. `namings` are the ways of naming the caller that would count.
pub fn near_miss(
    request: &Request,
    layers: &Layers<'_>,
    layer: LayerId,
    namings: NamingSet,
) -> Option<NearMiss> {
    near_misses(request, layers, layer, namings).into_iter().next()
}

/// The Allow statements of a layer that lack something to allow the request, the nearest first.
/// Otherwise as [`near_miss`].
pub fn near_misses(
    request: &Request,
    layers: &Layers<'_>,
    layer: LayerId,
    namings: NamingSet,
) -> Vec<NearMiss> {
    let policies = layers.policies(layer).iter().enumerate();
    let statements = policies.flat_map(|(policy, known)| {
        known.statements.iter().map(move |statement| (policy, statement))
    });
    let candidates = statements.filter(|(_, statement)| statement.effect.node != Effect::Deny).map(
        |(policy, statement)| {
            let lacks = lacks(statement, request, namings);
            let distance =
                lacks.iter().map(|(lack, _)| distance(*lack, statement, request)).sum::<u32>();
            (distance, StatementRef { layer, policy, statement: statement.index }, lacks)
        },
    );
    let mut candidates = candidates.filter(|(_, _, lacks)| !lacks.is_empty()).collect::<Vec<_>>();
    candidates.sort_by_key(|(distance, place, _)| (*distance, *place));
    candidates.into_iter().map(|(_, statement, lacks)| NearMiss { statement, lacks }).collect()
}

fn lacks(statement: &Statement, request: &Request, namings: NamingSet) -> Vec<(Lack, Span)> {
    let readings = Readings::default();
    let mut lacks = Vec::new();
    if let Some(element) = &statement.action
        && action::element(element, &request.action) != Tri::Yes
    {
        lacks.push((Lack::Action, element.span));
    }
    if let Some(element) = &statement.resource
        && resource::element(element, request, &readings) != Tri::Yes
    {
        lacks.push((Lack::Resource, element.span));
    }
    if let Some(element) = &statement.principal {
        let (sure, named) =
            principal::element(element, Effect::Allow, &request.caller, false, &readings);
        if sure != Tri::Yes || !named.meets(namings) {
            lacks.push((Lack::Principal, element.span));
        }
    }
    for (number, condition) in statement.conditions.iter().enumerate() {
        if condition::holds(condition, &request.context, &readings) != Tri::Yes {
            lacks.push((Lack::Condition(number), condition.span));
        }
    }
    lacks.extend(statement.doubts.iter().map(|doubt| (Lack::Doubt, doubt.span)));
    lacks
}

/// How far a statement is from what the author may have meant. A statement about another service is
/// farther away than one that lacks an action, and that is farther away than one with a wrong
/// resource or a condition that does not hold. A statement on resources of the same kind is nearer:
/// objects, not the bucket.
fn distance(lack: Lack, statement: &Statement, request: &Request) -> u32 {
    match lack {
        Lack::Action if names_service_of(statement, request) => 5,
        Lack::Action => 12,
        Lack::Principal => 5,
        Lack::Resource if is_of_same_kind(statement, request) => 3,
        Lack::Resource => 4,
        Lack::Condition(_) => 2,
        Lack::Doubt => 1,
    }
}

/// Whether the statement names a resource inside another one, such as an object of a bucket,
/// exactly if the request does.
fn is_of_same_kind(statement: &Statement, request: &Request) -> bool {
    let is_inside = |part: &Part| matches!(part, Part::Literal(text) if text.contains('/'));
    statement
        .resource_patterns()
        .any(|pattern| pattern.parts.iter().any(is_inside) == request.resource.contains('/'))
}

fn names_service_of(statement: &Statement, request: &Request) -> bool {
    let service = request.action.split(':').next().unwrap_or_default();
    statement
        .action
        .iter()
        .flat_map(|element| &element.patterns)
        .any(|pattern| pattern.names_service(service))
}
