//! Whether the policies are the page's variant for the bucket's versioning. Source: SEED step 2 has one policy for unversioned buckets and
//! one for versioned or suspended ones.

use crate::eval::concerns;
use crate::ica::catalogue;
use crate::model::{Effect, PolicyKind, Statement};
use crate::product::catalogue::{Level, On};
use crate::product::judged::Judged;
use crate::product::setup::{Setup, Versioning};
use crate::product::verdict::{ReasonKind, Verdict, reason_at};

/// Its name, and that of its step.
pub const CHECK: &str = "versioning";

/// Reports that no statement is about any of the actions that versions need: the policy is the other variant. The steps
/// themselves decide what is blocked.
pub(super) fn judge(setup: &Setup) -> Judged {
    let state = setup.versioning.map_or("versioning not given", Versioning::word);
    let judged = Judged::new(CHECK, CHECK, state).advised();
    let policies = setup.policies.known(PolicyKind::Identity);
    let is_allow = |statement: &&Statement| statement.effect.node == Effect::Allow;
    let allows = || policies.iter().flat_map(|policy| &policy.statements).filter(is_allow);
    let needed = needed();
    let is_about_versions = allows().any(|statement| {
        needed.iter().any(|action| concerns(statement, &action.to_ascii_lowercase()))
    });
    let first = allows().find_map(|statement| statement.action.as_ref());
    match (setup.versioning, first) {
        (Some(state @ (Versioning::Enabled | Versioning::Suspended)), Some(actions))
            if !is_about_versions =>
        {
            let message = format!(
                "the versioning of the bucket is {}, and no statement names an action that versions need: {}",
                state.word(),
                needed.iter().map(|action| format!("`{action}`")).collect::<Vec<_>>().join(", ")
            );
            let help =
                "take the policy for versioned or suspended buckets from step 2 of the ICA page";
            judged.because(
                Verdict::Unknown,
                reason_at(actions.span, ReasonKind::Environment, "identity", message, help),
            )
        }
        _ => judged,
    }
}

/// The actions that ICA's own user needs on versioned buckets only.
pub fn needed() -> Vec<&'static str> {
    let steps = catalogue().operations.iter().flat_map(|operation| &operation.steps);
    let mut needed = steps
        .filter(|step| step.on == On::Versioned && step.level == Level::Required)
        .map(|step| step.action.as_str())
        .collect::<Vec<_>>();
    needed.sort_unstable();
    needed.dedup();
    needed
}
