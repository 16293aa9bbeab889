//! Why a request is not allowed, as data: causes with the statements concerned. Products and reports make sentences of them, `fix` makes edits.

use crate::authz::{LayerId, Layers, NamingSet, Request, StatementRef};
use crate::eval::{Decision, Lack, Outcome, ReadingDecision, near_misses};
use crate::model::{Policy, Statement};
use crate::source::Span;

/// What stops a request. Many requests may share it.
#[derive(Clone, PartialEq, Debug)]
pub enum Stop {
    /// A statement denies it.
    Deny(StatementRef),
    /// No statement of a layer allows it.
    NoAllow(LayerId),
    /// AWS's pages leave it open.
    Open(Decision),
}

/// What stops a request, with the statements concerned.
#[derive(Clone, PartialEq, Debug)]
pub struct Cause<'a> {
    /// What stops it.
    pub kind: CauseKind<'a>,
    /// The layer of the statement that denies, or that does not allow.
    pub layer: LayerId,
    /// A request that is stopped.
    pub request: Request,
}

/// The kinds of causes.
#[derive(Clone, PartialEq, Debug)]
pub enum CauseKind<'a> {
    /// A statement denies.
    Deny(Place<'a>),
    /// No statement allows.
    NoAllow {
        /// The policies of the layer.
        policies: Vec<&'a Policy>,
        /// Its statements that almost allow the request, the nearest first.
        near: Vec<Near<'a>>,
    },
    /// AWS's pages leave it open.
    Open {
        /// What comes out under each reading.
        readings: Vec<ReadingDecision>,
        /// The statement that denies under some reading.
        denied_by: Option<Place<'a>>,
        /// The statements that almost allow the request, the nearest first.
        near: Vec<Near<'a>>,
    },
}

/// A statement and its policy.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Place<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The statement.
    pub statement: &'a Statement,
}

/// A statement that almost allows a request.
#[derive(Clone, PartialEq, Debug)]
pub struct Near<'a> {
    /// The statement.
    pub place: Place<'a>,
    /// What it lacks, each with the words in question.
    pub lacks: Vec<(Lack, Span)>,
}

impl Near<'_> {
    /// Whether it does not name the caller.
    pub fn lacks_principal(&self) -> bool {
        self.lacks.iter().any(|(lack, _)| *lack == Lack::Principal)
    }
}

impl Stop {
    /// All that stops the request of a decision.
    pub fn all(decision: Decision) -> Vec<Stop> {
        let denies = |places: Vec<StatementRef>| places.into_iter().map(Stop::Deny).collect();
        match decision.outcome {
            Outcome::ExplicitlyDenied => denies(decision.denied_by),
            Outcome::Undetermined if decision.may_be_allowed() => vec![Stop::Open(decision)],
            Outcome::Undetermined if !decision.denied_by.is_empty() => denies(decision.denied_by),
            Outcome::Undetermined | Outcome::ImplicitlyDenied | Outcome::Allowed => {
                decision.lacking.into_iter().map(Stop::NoAllow).collect()
            }
        }
    }

    /// The parts of a decision by themselves: every statement that denies, and every layer without
    /// an Allow that counts, also where AWS's pages leave it open whether they do.
    pub fn of_parts(decision: &Decision) -> Vec<Stop> {
        let denies = decision.denied_by.iter().copied().map(Stop::Deny);
        let lacking = decision.lacking.iter().copied().map(Stop::NoAllow);
        match decision.outcome {
            Outcome::Allowed => Vec::new(),
            Outcome::ExplicitlyDenied => denies.collect(),
            Outcome::ImplicitlyDenied => lacking.collect(),
            Outcome::Undetermined => denies.chain(lacking).collect(),
        }
    }

    /// Whether two requests are stopped alike.
    pub fn is_like(&self, other: &Stop) -> bool {
        match (self, other) {
            (Stop::Open(one), Stop::Open(other)) => one.readings == other.readings,
            (one, other) => one == other,
        }
    }

    /// The cause, with the statements of the layers by which the request was decided.
    pub fn cause<'a>(self, request: Request, layers: &Layers<'a>) -> Option<Cause<'a>> {
        let near = |layer| {
            let near =
                near_misses(request.before(layer), layers, layer, NamingSet::ANY).into_iter();
            near.filter_map(|near| {
                Some(Near { place: place(layers, near.statement)?, lacks: near.lacks })
            })
            .collect()
        };
        let (layer, kind) = match self {
            Stop::Deny(at) => (at.layer, CauseKind::Deny(place(layers, at)?)),
            Stop::NoAllow(layer) => {
                let policies = layers.policies(layer).to_vec();
                (layer, CauseKind::NoAllow { policies, near: near(layer) })
            }
            Stop::Open(decision) => {
                let denied_by = decision.denied_by.first();
                let layer = denied_by.map(|at| at.layer).or(decision.lacking.first().copied());
                let layer = layer.unwrap_or(LayerId::Identity);
                let denied_by = denied_by.and_then(|at| place(layers, *at));
                let (readings, near) = (decision.readings, near(layer));
                (layer, CauseKind::Open { readings, denied_by, near })
            }
        };
        let request = match layer {
            LayerId::Bucket => request.before(layer).clone(),
            _ => request,
        };
        Some(Cause { kind, layer, request })
    }
}

fn place<'a>(layers: &Layers<'a>, at: StatementRef) -> Option<Place<'a>> {
    let policy = *layers.policies(at.layer).get(at.policy)?;
    Some(Place { policy, statement: policy.statements.get(at.statement)? })
}
