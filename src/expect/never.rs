//! What other policies may allow: for expectations that no request is ever allowed.
//!
//! An identity policy and the policy of the resource then allow everything, that of the resource in the caller's own name, which is the most
//! that it can give: a boundary does not limit what a resource grants a user or a session by name.

use super::decide::open;
use super::file::{Expectation, Expected};
use super::subject::Anything;
use crate::authz::{Caller, Layer, Layers};
use crate::aws;
use crate::model::{Named, Policy};
use crate::symbolic::{Answered, Granted};

/// Whether a resource may have a policy of its own that allows something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Grants {
    Yes,
    No,
    /// The data does not say.
    Unknown,
}

/// The policies that allow everything, where an expectation asks for them.
pub(super) struct Never<'a> {
    identity: Option<&'a Policy>,
    resource: Option<Policy>,
    grants: Grants,
}

impl<'a> Never<'a> {
    /// For these callers; none: for whoever it is. `is_own`: what is asked for has a policy of its own among those that are given.
    pub(super) fn new(
        expectation: &Expectation,
        anything: &'a Anything,
        callers: &[Caller],
        is_own: bool,
    ) -> Never<'a> {
        if expectation.expected != Expected::Never {
            return Never { identity: None, resource: None, grants: Grants::No };
        }
        let grants = if is_own { Grants::Yes } else { grants(&expectation.actions) };
        let resource = (grants != Grants::No).then(|| in_the_name_of(&anything.resource, callers));
        Never { identity: Some(&anything.identity), resource, grants }
    }

    /// Only what the policy of a resource may allow them.
    pub(super) fn with_resource(anything: &Anything, callers: &[Caller]) -> Never<'a> {
        let resource = Some(in_the_name_of(&anything.resource, callers));
        Never { identity: None, resource, grants: Grants::Yes }
    }

    /// The layers with these policies.
    pub(super) fn layers<'l>(
        &'l self,
        layers: &Layers<'l>,
        has_identity: bool,
        has_resource: bool,
    ) -> Layers<'l> {
        let mut all = layers.clone();
        let with = |layer: &Layer<'l>, policy: &'l Policy| {
            Layer::Policies(layer.policies().iter().copied().chain([policy]).collect())
        };
        if let Some(identity) = self.identity.filter(|_| has_identity) {
            all.identity = with(&layers.identity, identity);
        }
        if let Some(resource) = self.resource.as_ref().filter(|_| has_resource) {
            all.resource = with(&layers.resource, resource);
        }
        all
    }

    /// The answers with a policy of the resource. Where the data does not say whether there can be one, only what is the same `without` is known.
    pub(super) fn decided(
        &self,
        mut with: Vec<Answered>,
        without: impl FnOnce() -> Vec<Answered>,
    ) -> Vec<Answered> {
        if self.grants != Grants::Unknown {
            return with;
        }
        let is_denied =
            |answers: &[Answered]| answers.iter().all(|own| own.granted == Granted::None);
        if !is_denied(&with) && is_denied(&without()) {
            open(
                &mut with,
                "the policy of a resource could allow it, and the data does not say whether such resources have policies",
            );
        }
        with
    }
}

/// Whether resources of these actions may have policies. Of IAM only roles have one, for actions of STS alone
/// (IAM:reference_aws-services-that-work-with-iam); an action without a resource has none.
pub(super) fn grants(actions: &[String]) -> Grants {
    let of_action = |text: &String| {
        let prefix = text.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let has_none = aws::action(text).is_some_and(|action| action.resources().next().is_none());
        match () {
            () if prefix == "iam" || has_none => Grants::No,
            () if prefix.contains(['*', '?']) || aws::resource_access(&prefix).is_some() => {
                Grants::Yes
            }
            () => Grants::Unknown,
        }
    };
    let all = actions.iter().map(of_action).collect::<Vec<_>>();
    match () {
        () if all.contains(&Grants::Yes) => Grants::Yes,
        () if all.contains(&Grants::Unknown) => Grants::Unknown,
        () => Grants::No,
    }
}

/// A policy of a resource that names these callers; of callers without a name everybody.
fn in_the_name_of(policy: &Policy, callers: &[Caller]) -> Policy {
    let names = callers.iter().map(named).collect::<Option<Vec<_>>>();
    let mut own = policy.clone();
    let elements = own.statements.iter_mut().filter_map(|statement| statement.principal.as_mut());
    for element in elements {
        let Some(first) = element.patterns.first().cloned() else { continue };
        if let Some(names) = names.as_ref().filter(|names| !names.is_empty()) {
            let each = names.iter().map(|named| {
                let mut pattern = first.clone();
                pattern.named = named.clone();
                pattern
            });
            element.patterns = each.collect();
        }
    }
    own
}

fn named(caller: &Caller) -> Option<Named> {
    let text = |arn: &crate::model::Arn| arn.as_str().to_owned();
    match caller {
        Caller::Root { account, .. } => Some(Named::Account(account.clone())),
        Caller::User { arn } => Some(Named::User(text(arn))),
        Caller::FederatedSession { arn, .. } => Some(Named::FederatedSession(text(arn))),
        Caller::RoleSession { arn, .. } => Some(Named::RoleSession(text(arn))),
        Caller::Service { name } => Some(Named::Service(name.clone())),
        Caller::WebIdentity { .. } | Caller::Anonymous => None,
    }
}
