//! The requests that a comparison of access is about.

use super::side::Place;
use crate::authz::{Caller, Request};
use crate::source::Span;
use crate::symbolic::boxes::{Constraint, Constraints, Encoder, Name, Sample, Test};
use crate::symbolic::text::{Atom, Symbol};
use crate::symbolic::undecided::Undecided;

/// The place of a grant that no statement makes: the root user of an account needs none, and layers may be taken to allow.
pub(crate) const NOWHERE: Place = Place { policy: usize::MAX, statement: 0 };

/// The key that says that a request comes through a VPC endpoint.
pub(crate) const ENDPOINT: &str = "aws:sourcevpce";

/// The requests that are asked about. For all of them the same layers must count, which is so for the actions of one service on
/// resources of one account.
#[derive(Clone, Debug)]
pub struct Within {
    /// The beginning of all actions, in lower case: `s3:`.
    pub actions: String,
    /// Resources, by their ARN.
    pub resources: Vec<String>,
    /// Resources, by the beginning of their ARN.
    pub below: Vec<String>,
    /// An action of those, on a resource of those, to find out which layers count.
    pub example: (String, String),
    /// The account that owns the resources.
    pub account: String,
    /// Whether the requests come through a VPC endpoint; `None`: some may, which is no matter where no policy of an endpoint is known.
    pub through_endpoint: Option<bool>,
}

impl Within {
    /// Whether a request is among these.
    pub(crate) fn holds(&self, action: &str, resource: &str) -> bool {
        let is_below = self.below.iter().any(|start| resource.starts_with(start.as_str()));
        action.len() > self.actions.len()
            && action.starts_with(&self.actions)
            && (is_below || self.resources.iter().any(|own| own == resource))
    }

    /// A request of the caller with these keys, and what the sample says; `None` if there is no such request.
    pub(crate) fn request(&self, caller: &Caller, sample: &Sample) -> Option<Request> {
        let (action, resource) = &self.example;
        let action = sample.action.as_ref().unwrap_or(action);
        let resource = sample.resource.as_ref().unwrap_or(resource);
        let (account, context) = (Some(&*self.account), sample.context.clone());
        let request = || Request::new(caller.clone(), action, resource, account, context).ok();
        if self.holds(action, resource) { request() } else { None }
    }

    pub(crate) fn encode(&self, encoder: &mut Encoder<'_>) -> Result<Constraints, Undecided> {
        // An action has a name.
        let named = self.actions.chars().map(Symbol::Char).chain([Symbol::One, Symbol::Run]);
        self.with_actions(Atom::Symbols { symbols: named.collect(), open: None }, encoder)
    }

    /// The same, where they are left out. What has no name is no action, so it may be left out too: most patterns are seen to lie in this.
    pub(crate) fn encode_all(&self, encoder: &mut Encoder<'_>) -> Result<Constraints, Undecided> {
        self.with_actions(Atom::Prefix(self.actions.as_str().into()), encoder)
    }

    fn with_actions(
        &self,
        action: Atom,
        encoder: &mut Encoder<'_>,
    ) -> Result<Constraints, Undecided> {
        let span = Span::default();
        let action = encoder.atom(Name::Action, action, span)?;
        let resources = self.resources.iter().map(|text| Atom::Literal(text.as_str().into()));
        let below = self.below.iter().map(|text| Atom::Prefix(text.as_str().into()));
        let mut resources = resources
            .chain(below)
            .map(|atom| encoder.atom(Name::Resource, atom, span))
            .collect::<Result<Vec<_>, _>>()?;
        resources.sort_unstable();
        let mut constraints = vec![
            (
                encoder.place(Name::Action, span),
                Constraint::Patterns { atoms: vec![action], not: false },
            ),
            (
                encoder.place(Name::Resource, span),
                Constraint::Patterns { atoms: resources, not: false },
            ),
        ];
        if let Some(through) = self.through_endpoint {
            let test = Test::Null { absent: !through, empty: through, present: through };
            constraints
                .push((encoder.place(Name::Key(ENDPOINT.into()), span), Constraint::Key(test)));
        }
        Ok(Constraints(constraints))
    }
}
