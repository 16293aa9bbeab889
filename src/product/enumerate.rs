//! All requests of a question, decided one by one.

use super::catalogue::{KeyKind, Step, Target};
use super::space::{Dimension, Space, request};
use crate::authz::{Caller, Context, Layer, LayerId, Layers, Request};
use crate::eval::{Decision, Outcome, ReadingDecision, decide};

/// The decided requests that share one assignment of what is not known.
pub(super) struct Class<'s> {
    /// What was assigned, by the numbers of the values: whether policies that were not given allow, who calls about which group of
    /// resources, and the value of each hidden key.
    pub digits: Vec<usize>,
    pub requests: Box<dyn Iterator<Item = (Decision, Request)> + 's>,
}

/// Decides every request of a space.
pub(super) fn enumerate<'s>(
    space: &'s Space<'s>,
    layers: &'s [Layers<'s>],
) -> impl Iterator<Item = Class<'s>> {
    let (free, hidden): (Vec<_>, Vec<_>) =
        space.open.iter().partition(|dimension| dimension.kind == KeyKind::Free);
    let starts = layers.iter().enumerate().flat_map(move |(guess, layers)| {
        sessions(space).enumerate().map(move |(session, who)| ([guess, session], layers, who))
    });
    starts.flat_map(move |(start, layers, (caller, resources))| {
        let (free, hidden) = (free.clone(), hidden.clone());
        assignments(&hidden).map(move |choice| {
            let context = with(&space.fixed, &hidden, &choice);
            let free = free.clone();
            let contexts = assignments(&free).map(move |choice| with(&context, &free, &choice));
            let requests = contexts.flat_map(move |context| {
                resources.iter().filter_map(move |resource| {
                    let ask = |action: &str| {
                        request(space, action, caller.clone(), resource, context.clone())
                    };
                    decide_step(ask, layers, space.question.step)
                })
            });
            Class { digits: [&start[..], &choice].concat(), requests: Box::new(requests) }
        })
    })
}

/// Every caller with every group of resources: the names of sessions take part in both.
fn sessions<'s>(space: &'s Space<'_>) -> impl Iterator<Item = (&'s Caller, &'s Vec<String>)> {
    space
        .callers
        .iter()
        .flat_map(|caller| space.resources.iter().map(move |resources| (caller, resources)))
}

/// Decides a step: its own request, and whether the bucket policy denies an action that stops this one as well (F1). Returns the request
/// that decided.
fn decide_step(
    ask: impl Fn(&str) -> Option<Request>,
    layers: &Layers<'_>,
    step: &Step,
) -> Option<(Decision, Request)> {
    let request = ask(&step.action)?;
    let decision = decide(&request, layers);
    if !decision.may_be_allowed() {
        let lacking = missing_grants(&decision, &request, layers, step);
        return Some((Decision { lacking, ..decision }, request));
    }
    let bucket_policy = resource_policy_alone(layers);
    let vetoes = step
        .veto
        .iter()
        .filter_map(|action| ask(action))
        .map(|request| (decide(&request, &bucket_policy), request));
    let mut vetoes = vetoes.filter(|(veto, _)| may_deny(veto)).collect::<Vec<_>>();
    vetoes.sort_by_key(|(veto, _)| veto.outcome != Outcome::ExplicitlyDenied);
    match vetoes.into_iter().next() {
        Some((veto, request)) if veto.outcome == Outcome::ExplicitlyDenied => Some((veto, request)),
        Some((veto, request)) if decision.outcome == Outcome::Allowed => {
            Some((unless_vetoed(veto), request))
        }
        _ => Some((decision, request)),
    }
}

/// The layers whose Allow is missing, without the resource policy if an identity policy would also suffice: in the same account one of the
/// two suffices, and the identity policy is the simpler one. A key policy must allow by itself.
fn missing_grants(
    decision: &Decision,
    request: &Request,
    layers: &Layers<'_>,
    step: &Step,
) -> Vec<LayerId> {
    let is_other = |layer: &LayerId| *layer != LayerId::Resource;
    let has_others = decision.lacking.iter().any(is_other);
    let key_policy_lacks =
        || decide(request, &resource_policy_alone(layers)).outcome != Outcome::Allowed;
    let keeps_all = !has_others || step.resource == Target::Key && key_policy_lacks();
    decision.lacking.iter().filter(|layer| keeps_all || is_other(layer)).copied().collect()
}

/// The resource policy with all other layers allowing: its own effect.
fn resource_policy_alone<'a>(layers: &Layers<'a>) -> Layers<'a> {
    // The effect of a Deny with NotPrincipal depends on whether there is a boundary, so that is kept.
    let boundary = if layers.boundary.is_absent() { Layer::Absent } else { Layer::Assumed };
    Layers {
        identity: Layer::Assumed,
        session: Layer::Assumed,
        boundary,
        resource: layers.resource.clone(),
        ..Layers::default()
    }
}

/// Whether a statement denies under at least one reading. If there were too many readings to try, none is listed.
fn may_deny(decision: &Decision) -> bool {
    match decision.outcome {
        Outcome::Undetermined => {
            decision.readings.is_empty()
                || decision
                    .readings
                    .iter()
                    .any(|reading| reading.outcome == Outcome::ExplicitlyDenied)
        }
        outcome => outcome == Outcome::ExplicitlyDenied,
    }
}

/// A request that is allowed except under the readings in which a layer stops it.
fn unless_vetoed(veto: Decision) -> Decision {
    let outcome =
        |outcome| if outcome == Outcome::ExplicitlyDenied { outcome } else { Outcome::Allowed };
    let readings = veto
        .readings
        .into_iter()
        .map(|reading| ReadingDecision { outcome: outcome(reading.outcome), ..reading });
    Decision { readings: readings.collect(), ..veto }
}

/// How many requests there are.
pub(super) fn size(space: &Space<'_>) -> usize {
    let open = space.open.iter().map(|dimension| dimension.values.len().max(1));
    let start = sessions(space).map(|(_, resources)| resources.len()).sum();
    open.fold(start, usize::saturating_mul)
}

/// All combinations of the values' numbers, like the digits of a counter.
fn assignments(dimensions: &[&Dimension]) -> impl Iterator<Item = Vec<usize>> + use<> {
    let sizes =
        dimensions.iter().map(|dimension| dimension.values.len().max(1)).collect::<Vec<_>>();
    let first = vec![0; sizes.len()];
    std::iter::successors(Some(first), move |digits| {
        let mut next = digits.clone();
        for (digit, size) in next.iter_mut().zip(&sizes) {
            *digit += 1;
            if *digit < *size {
                return Some(next);
            }
            *digit = 0;
        }
        None
    })
}

/// A context with the chosen values.
fn with(context: &Context, dimensions: &[&Dimension], choice: &[usize]) -> Context {
    let mut context = context.clone();
    for (dimension, &number) in dimensions.iter().zip(choice) {
        match dimension.values.get(number).and_then(Option::as_ref) {
            None => context.remove(&dimension.key),
            Some(value) => context.set(&dimension.key, value.clone()),
        }
        if dimension.open.contains(&number) {
            context.open_variable(&dimension.key);
        }
    }
    context
}
