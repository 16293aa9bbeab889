//! Turns the catalogue's steps into lists of actions: who needs what on which kind of resource.

use super::plan::Plan;
use crate::product::catalogue::{Edition, On, Step, Target};
use crate::product::{CallerId, KmsKey, Level};
use std::collections::BTreeSet;

/// The actions that are needed on one kind of resource, in the order of the catalogue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Grant {
    pub target: Target,
    pub actions: Vec<String>,
}

/// The kinds of resources, in the order of the statements.
const TARGETS: [Target; 6] = [
    Target::Bucket,
    Target::Object,
    Target::Folder,
    Target::Key,
    Target::FederatedUser,
    Target::Role,
];

/// The steps that these callers take for the operations of the plan.
fn steps(plan: &Plan, callers: &[CallerId]) -> impl Iterator<Item = &'static Step> {
    let wants = |id: &str| {
        plan.wanted.iter().any(|(wanted, caller)| *wanted == id && callers.contains(caller))
    };
    let operations =
        plan.product.catalogue().operations.iter().filter(move |operation| wants(&operation.id));
    operations.flat_map(|operation| &operation.steps).filter(|step| applies(plan, step))
}

/// Whether a step is taken on this bucket, according to the edition of the plan.
fn applies(plan: &Plan, step: &Step) -> bool {
    let is_followed = step.edition == Edition::Seed || plan.edition == Edition::Current;
    // AWS's own key can be used by everybody in its account who may use S3 (KMS:key-policies).
    let has_key = step.resource != Target::Key || matches!(plan.kms_key, Some(KmsKey::Arn(_)));
    is_followed && has_key && (step.on == On::Every || plan.is_versioned)
}

/// The grants that these callers need.
pub(super) fn grants(plan: &Plan, callers: &[CallerId]) -> Vec<Grant> {
    let is_granted = |step: &&Step| step.level != Level::Advised || plan.advised;
    let steps = steps(plan, callers).filter(is_granted).collect::<Vec<_>>();
    let actions = |target: Target| {
        in_order(steps.iter().filter(|step| step.resource == target).map(|step| &step.action))
    };
    let on_objects = actions(Target::Object);
    let grants = TARGETS.into_iter().map(|target| Grant { target, actions: actions(target) }).map(
        |mut grant| {
            // A folder is an object, so a grant on all objects includes it.
            if grant.target == Target::Folder {
                grant.actions.retain(|action| !on_objects.contains(action));
            }
            grant
        },
    );
    grants.filter(|grant| !grant.actions.is_empty()).collect()
}

/// The actions that are only advised for these callers and that no other step grants them.
pub(super) fn advised(plan: &Plan, callers: &[CallerId]) -> Vec<String> {
    let granted =
        grants(plan, callers).into_iter().flat_map(|grant| grant.actions).collect::<BTreeSet<_>>();
    let actions = in_order(steps(plan, callers).map(|step| &step.action));
    actions.into_iter().filter(|action| !granted.contains(action)).collect()
}

fn in_order<'a>(actions: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut list = Vec::new();
    for action in actions {
        if !list.contains(action) {
            list.push(action.clone());
        }
    }
    list
}
