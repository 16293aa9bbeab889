//! Why requests of a step do not go through, with the statements concerned: what `fix` starts from.

use super::answer::answer;
use super::assumption::Assuming;
use super::catalogue::{IcaCaller, Level, Step, catalogue};
use super::cause::Cause;
use super::question::Question;
use super::setup::Setup;
use super::verdict::Verdict;
use crate::authz::{LayerId, NamingSet, Request};
use crate::eval::{Lack, near_misses};
use crate::model::{Policy, Statement};
use crate::source::Span;

/// One cause of a step that is not allowed, with the first request that met it.
#[derive(Clone, PartialEq, Debug)]
pub struct Gap<'a> {
    /// What stops it.
    pub cause: GapCause<'a>,
    /// A request that is stopped.
    pub request: Request,
}

/// What stops a request.
#[derive(Clone, PartialEq, Debug)]
pub enum GapCause<'a> {
    /// A statement denies it.
    Denied {
        /// The layer of the statement.
        layer: LayerId,
        /// Where it stands.
        place: Standing<'a>,
    },
    /// No statement of a layer allows it.
    Lacking {
        /// The layer.
        layer: LayerId,
        /// The policies of the layer.
        policies: Vec<&'a Policy>,
        /// Its statements that almost allow the request, the nearest first.
        near: Vec<Near<'a>>,
    },
    /// AWS's pages leave it open.
    Open,
}

/// A statement and the policy it stands in.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Standing<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The statement.
    pub statement: &'a Statement,
}

/// A statement that almost allows a request, and what it lacks.
#[derive(Clone, PartialEq, Debug)]
pub struct Near<'a> {
    /// Where it stands.
    pub place: Standing<'a>,
    /// What it lacks, with the words in question.
    pub lacks: Vec<(Lack, Span)>,
}

/// How a step stands, whatever rests on assumptions.
#[derive(Clone, PartialEq, Debug)]
pub struct StepGaps<'a> {
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is not allowed.
    pub gaps: Vec<Gap<'a>>,
}

/// The required step of an operation that asks for an action; `None` for settings of the bucket, which are no requests.
pub fn required_step(connection: &Setup, operation: &str, action: &str) -> Option<&'static Step> {
    let mut steps = catalogue().operation(operation)?.steps.iter();
    steps.find(|step| {
        step.action == action && step.level == Level::Required && connection.makes(step)
    })
}

/// Why a step of a caller is not allowed.
pub fn gaps<'a>(connection: &'a Setup, caller: IcaCaller, step: &'a Step) -> StepGaps<'a> {
    let question = Question::new(connection, caller, step);
    let tried = answer(&question, Assuming::All);
    let layers = question.layers(Assuming::All, false);
    let standing = |layer: LayerId, policy: usize, statement: usize| {
        let policy = *layers.policies(layer).get(policy)?;
        Some(Standing { policy, statement: policy.statements.get(statement)? })
    };
    let gap = |(cause, request): &(Cause, Request)| {
        let cause = match cause {
            Cause::Denied(at) => standing(at.layer, at.policy, at.statement)
                .map_or(GapCause::Open, |place| GapCause::Denied { layer: at.layer, place }),
            Cause::Lacking(layer) => {
                let near = near_misses(request, &layers, *layer, NamingSet::ANY)
                    .into_iter()
                    .filter_map(|near| {
                        let place =
                            standing(*layer, near.statement.policy, near.statement.statement)?;
                        Some(Near { place, lacks: near.lacks })
                    });
                GapCause::Lacking {
                    layer: *layer,
                    policies: layers.policies(*layer).to_vec(),
                    near: near.collect(),
                }
            }
            Cause::Open(_) => GapCause::Open,
        };
        Gap { cause, request: request.clone() }
    };
    StepGaps { verdict: tried.verdict, gaps: tried.causes.iter().map(gap).collect() }
}
