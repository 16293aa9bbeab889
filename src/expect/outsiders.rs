//! Decides an expectation about everybody outside of the account that owns a resource.

use super::decide::{Deciding, OUTSIDERS, open};
use super::file::Expected;
use crate::access::Basis;
use crate::authz::{Layer, Layers};
use crate::model::Policy;
use crate::product::Assumption;
use crate::symbolic::{self, Outsider, outsiders_within};

/// Who is outside, and what is known of them.
#[derive(Clone, Copy)]
pub(super) struct Outside<'a> {
    /// The account that owns the resource.
    pub account: &'a str,
    /// Somebody outside of it who is meant by another name.
    pub own: Option<&'a str>,
    /// Whether resource control policies are given.
    pub has_rcps: bool,
    /// Under what something is allowed.
    pub assumes: &'a [Assumption],
}

impl<T> Deciding<'_, T> {
    /// Everybody outside of the account.
    pub(super) fn of_outsiders(&mut self, of: Outside<'_>, resource: &str, policies: &[&Policy]) {
        if !self.may_ask((Some(OUTSIDERS), resource), policies.iter().copied()) {
            return;
        }
        let mut policies = policies.to_vec();
        if self.expectation.expected == Expected::Never {
            policies.push(&self.anything.resource);
        }
        let resources = [resource.to_owned()];
        let asked = symbolic::Asked {
            account: of.account,
            actions: &self.expectation.actions,
            resources: &resources,
            context: &self.expectation.keys,
        };
        let layers = Layers { resource: Layer::Policies(policies.clone()), ..Layers::default() };
        for outside in outsiders_within(&policies, asked, &self.cost()) {
            let name = match &outside.who {
                Outsider::Unsigned => format!("{OUTSIDERS} who do not sign"),
                Outsider::Named(name) if of.own == Some(name) => continue,
                Outsider::Named(name) => format!("{OUTSIDERS}: {name}"),
                Outsider::Others => OUTSIDERS.to_owned(),
            };
            let mut answers = outside.answers;
            if of.has_rcps {
                open(
                    &mut answers,
                    "resource control policies may stop it: they are not counted for outsiders",
                );
            }
            self.judge((Some(&name), resource), &answers, Basis::Given, &layers, of.assumes);
        }
        // Of actions that outsiders never can ask for there are no answers, but there are requests.
        let there_are = self
            .query(resource, Some(of.account))
            .anybody(vec![&self.anything.resource], &|| self.cost());
        if !there_are.is_empty() {
            self.answered.extend(there_are.into_iter().flat_map(|answer| answer.actions));
            self.met.push(resource.to_owned());
        }
    }
}
