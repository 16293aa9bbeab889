//! All requests of a step, decided one by one.

use super::catalogue::{KeyKind, Step};
use super::lacks::with_true_lacks;
use super::layers::bucket_policy_alone;
use super::space::{Dimension, Space, request, set};
use crate::authz::{Caller, Context, Layers, Request};
use crate::eval::{Decision, Outcome, ReadingDecision, decide};

/// Whoever takes the decisions.
pub(super) trait Visitor {
    /// Values of what is not known, by their numbers; the requests that follow have these.
    fn begin(&mut self, digits: Vec<usize>);

    /// A request and its decision.
    fn take(&mut self, decision: Decision, request: Request);
}

/// Decides every request of a space.
pub(super) fn visit(space: &Space, layers: &[Layers<'_>], step: &Step, visitor: &mut dyn Visitor) {
    let (free, hidden): (Vec<_>, Vec<_>) =
        space.open.iter().partition(|dimension| dimension.kind == KeyKind::Free);
    for (guess, layers) in layers.iter().enumerate() {
        for (session, (caller, resources)) in sessions(space).enumerate() {
            for choice in assignments(&hidden) {
                let mut context = space.fixed.clone();
                apply(&mut context, &hidden, &choice);
                visitor.begin([vec![guess, session], choice].concat());
                for free_choice in assignments(&free) {
                    let mut context = context.clone();
                    apply(&mut context, &free, &free_choice);
                    for resource in resources {
                        let ask = |action: &str| {
                            request(space, action, caller.clone(), resource, context.clone())
                        };
                        if let Some((decision, request)) = decide_step(ask, layers, step) {
                            visitor.take(decision, request);
                        }
                    }
                }
            }
        }
    }
}

/// Every caller with every group of resources: the names of sessions take part in both.
fn sessions(space: &Space) -> impl Iterator<Item = (&Caller, &Vec<String>)> {
    space
        .callers
        .iter()
        .flat_map(|caller| space.resources.iter().map(move |resources| (caller, resources)))
}

/// Decides a step: its own request, and whether the bucket policy forbids an action that stops this one as well (F1). Gives the request
/// that decided.
fn decide_step(
    ask: impl Fn(&str) -> Option<Request>,
    layers: &Layers<'_>,
    step: &Step,
) -> Option<(Decision, Request)> {
    let request = ask(&step.action)?;
    let decision = decide(&request, layers);
    if !decision.may_be_allowed() {
        return Some((with_true_lacks(decision, &request, layers, step), request));
    }
    let bucket_policy = bucket_policy_alone(layers);
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

/// Whether a statement denies, under some reading at least. Where there were too many readings to try, none is listed.
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

/// A request that goes through but under the readings in which something stops it.
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
pub(super) fn size(space: &Space) -> usize {
    let open = space.open.iter().map(|dimension| dimension.values.len().max(1));
    let start = sessions(space).map(|(_, resources)| resources.len()).sum();
    open.fold(start, usize::saturating_mul)
}

/// All combinations of the values' numbers, like the digits of a counter.
fn assignments(dimensions: &[&Dimension]) -> impl Iterator<Item = Vec<usize>> {
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

fn apply(context: &mut Context, dimensions: &[&Dimension], choice: &[usize]) {
    for (dimension, &number) in dimensions.iter().zip(choice) {
        let value = dimension.values.get(number).and_then(Option::as_ref);
        set(context, &dimension.key, value);
    }
}
