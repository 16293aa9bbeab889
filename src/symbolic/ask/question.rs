//! A question about access, and its answer.

use crate::authz::{Ambiguity, Caller, Choice, ContextValue, Layers, Request};
use crate::model::Policy;
use crate::symbolic::undecided::Undecided;
use std::fmt::Debug;

/// A question about access.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// Who asks, past which policies.
    pub who: Who<'a>,
    /// Actions, `*` and `?` mean any of these: of a service whose actions are known in full those that it has.
    pub actions: Vec<String>,
    /// ARNs, where `*` and `?` mean any of these, or `*` alone.
    pub resources: Vec<String>,
    /// The account that owns the resources; without it that of the caller.
    pub account: Option<String>,
    /// Condition keys in lower case whose value is known, or that are absent (`None`). All others may be anything.
    pub context: Vec<(String, Option<ContextValue>)>,
    /// What the requests must fit besides, each as a policy that allows just that.
    pub within: Vec<Policy>,
}

/// Who asks.
#[derive(Clone, Debug)]
pub enum Who<'a> {
    /// Whoever it is: one layer as a document.
    Anybody(Vec<&'a Policy>),
    /// This caller, past these layers.
    Caller(&'a Caller, &'a Layers<'a>),
}

impl<'a> Who<'a> {
    /// All policies that take part.
    pub(crate) fn policies(&self) -> Vec<&'a Policy> {
        match self {
            Who::Anybody(policies) => policies.clone(),
            Who::Caller(_, layers) => {
                layers.ids().flat_map(|layer| layers.policies(layer).to_vec()).collect()
            }
        }
    }
}

/// What is granted of some requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Granted {
    /// All.
    All,
    /// Some are and some are not.
    Some,
    /// None.
    None,
    /// Not decided.
    Unknown,
}

/// A request that was replayed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// The request.
    pub request: Request,
    /// Who asks, if whoever asks is meant and some statement names principals; a session with whom it is of.
    pub principal: Option<String>,
}

/// The answer for actions that the policies do not tell apart, on one kind of resource.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    /// The actions, as AWS writes them.
    pub actions: Vec<String>,
    /// The kind of resource, such as `object`, if the data knows it.
    pub resource_type: Option<&'static str>,
    /// What is granted.
    pub granted: Granted,
    /// A request that goes through.
    pub allowed: Option<Shown>,
    /// A request that does not.
    pub denied: Option<Shown>,
    /// Why it is not decided.
    pub undecided: Option<Undecided>,
    /// The answer under each combination of the readings that AWS's pages leave open and that were come upon.
    pub readings: Vec<(Vec<(Ambiguity, Choice)>, Granted)>,
    /// Whether the two engines disagree, which is a defect.
    pub is_defect: bool,
}

/// What a search for one request came to.
#[derive(Clone, Debug)]
pub(crate) enum Witness {
    /// There is none.
    None,
    /// This one.
    Some(Box<Shown>),
    /// Not decided; whether it is as the engines disagree.
    Unknown(Undecided, bool),
}
