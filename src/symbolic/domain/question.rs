//! A question about access.

use crate::authz::{Caller, ContextValue, Layers};
use crate::model::Policy;

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
            Who::Caller(_, layers) => layers.all(),
        }
    }
}
