//! What an exception from a Deny lets a caller do beyond the product's own actions: an Allow that the Deny held back counts again.

use crate::authz::Known;
use crate::aws;
use crate::fix::needs::policy;
use crate::model::{Policy, PolicyKind};
use crate::product::budget::SPENT;
use crate::product::catalogue::Step;
use crate::product::setup::Setup;
use crate::product::{CallerId, access_change, identity_change};
use crate::symbolic::{Direction, Undecided};
use serde_json::json;
use std::collections::BTreeSet;

/// What `new` allows a caller beyond `old` and the product's actions, in words; `None` if there is nothing. What is not decided counts.
pub(super) fn freed(old: &Setup, new: &Setup, caller: CallerId) -> Option<String> {
    let open = |reason: &str| -> String {
        format!("what else the exception would allow is not decided: {reason}")
    };
    if new.budget.is_spent() {
        return Some(open(SPENT));
    }
    let Some(without) = without_own_actions(new, caller) else {
        return Some(open("it has no policy"));
    };
    let gained = match access_change(old, &without, caller) {
        Ok(change) => change.differences.newly_allowed,
        Err(reason) => return Some(open(&reason)),
    };
    let elsewhere = identity_change(old, new).map(|differences| differences.newly_allowed);
    let mut gained = std::iter::once(gained).chain(elsewhere);
    gained.find_map(|direction| words(&direction, &open))
}

fn words(gained: &Direction, open: &dyn Fn(&str) -> String) -> Option<String> {
    if let Some(region) = gained.regions.first() {
        let action = region.witness.action.as_deref().unwrap_or("another action");
        let action = aws::action(action).map_or(action.to_owned(), |known| {
            format!("{}:{}", known.service().prefix(), known.name())
        });
        let resource = region.witness.resource.as_deref().unwrap_or("another resource");
        return Some(format!("the exception would also allow `{action}` on `{resource}`"));
    }
    gained.undecided.as_ref().map(|Undecided { reason, .. }| open(reason))
}

/// The set-up with a Deny of all but the actions of S3 that the product does not use as the caller or its sessions: what is still allowed is too much.
fn without_own_actions(setup: &Setup, caller: CallerId) -> Option<Setup> {
    // Sessions have the policies of their user.
    let is_alike = |other: &CallerId| other.is_customers() == caller.is_customers();
    let operations = setup.product.catalogue().operations.iter();
    let steps = operations
        .filter(|operation| operation.callers.iter().any(is_alike))
        .flat_map(|operation| &operation.steps);
    let own = steps.flat_map(Step::actions).collect::<BTreeSet<_>>();
    let all = aws::service("s3")?.actions().iter().map(|action| format!("s3:{}", action.name()));
    let others = all.filter(|action| !own.contains(action)).collect::<Vec<_>>();
    let deny = json!({"Effect": "Deny", "Principal": "*", "NotAction": others, "Resource": "*"});
    let mut setup = setup.clone();
    let mut policies: Vec<Policy> =
        setup.policies.known(PolicyKind::Resource).into_iter().cloned().collect();
    policies.push(policy(vec![deny], PolicyKind::Resource)?);
    setup.policies.insert(PolicyKind::Resource, Known::Known(vec![policies]));
    Some(setup)
}
