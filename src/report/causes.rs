//! Reasons that can be told in one breath: one cause, one finding, with all that hangs on it.

use crate::authz::{ContextValue, Request};
use crate::ica::{Check, Level, Reason, StepReport, UNLISTED, Verdict};

/// One reason and the operations, callers and actions that it concerns.
pub(super) struct Cause<'a> {
    pub verdict: Verdict,
    pub level: Level,
    pub reason: &'a Reason,
    pub actions: Vec<&'a str>,
    /// For each caller its operations.
    pub concerns: Vec<(&'static str, Vec<&'static str>)>,
    /// Of a partial verdict: a request that does not go through and one that does.
    pub examples: Option<(&'a Request, &'a Request)>,
    /// What it takes to go through, all of it together.
    pub depends_on: &'a [String],
}

/// The reasons, each once; what is required before what only degrades, and the worst first.
pub(super) fn causes(check: &Check) -> Vec<Cause<'_>> {
    let callers = check.operations.iter().flat_map(|operation| operation.callers.iter().map(move |caller| (operation.id, caller)));
    let steps = callers.flat_map(|(operation, caller)| caller.steps.iter().map(move |step| (operation, caller.caller.id(), step)));
    let mut steps = steps.filter(|(_, _, step)| step.verdict != Verdict::Allowed).collect::<Vec<_>>();
    steps.sort_by_key(|(_, _, step)| (step.level as u8, std::cmp::Reverse(step.verdict)));
    let mut causes: Vec<Cause<'_>> = Vec::new();
    for (operation, caller, step) in steps {
        for reason in &step.reasons {
            match causes.iter_mut().find(|cause| cause.covers(step, reason)) {
                Some(cause) => cause.add(operation, caller, action(step, reason)),
                None => causes.push(Cause::new(operation, caller, step, reason)),
            }
        }
    }
    causes
}

impl<'a> Cause<'a> {
    fn new(operation: &'static str, caller: &'static str, step: &'a StepReport, reason: &'a Reason) -> Cause<'a> {
        let examples = step.witness.denied.as_deref().zip(step.witness.allowed.as_deref()).filter(|_| step.verdict == Verdict::Partial);
        let concerns = vec![(caller, vec![operation])];
        Cause {
            verdict: step.verdict,
            level: step.level,
            reason,
            actions: vec![action(step, reason)],
            concerns,
            examples,
            depends_on: &step.depends_on,
        }
    }

    /// Whether a reason says the same about the same words, but for the action.
    fn covers(&self, step: &StepReport, reason: &Reason) -> bool {
        let known = self.reason;
        let place = (known.kind, known.layer, known.span) == (reason.kind, reason.layer, reason.span);
        let advice = match (&known.help, &reason.help) {
            (Some(known), Some(new)) => known.lead == new.lead && known.tail == new.tail,
            (known, new) => known == new,
        };
        let joins = known.help.as_ref().is_some_and(|help| help.subject.is_some());
        let same = known.message == reason.message.replace(action(step, reason), self.actions[0]);
        let depends = self.depends_on == step.depends_on;
        place && advice && depends && (reason.span.is_some() || same || joins) && self.verdict == step.verdict
    }

    fn add(&mut self, operation: &'static str, caller: &'static str, action: &'a str) {
        push_new(&mut self.actions, action);
        match self.concerns.iter_mut().find(|(known, _)| *known == caller) {
            Some((_, operations)) => push_new(operations, operation),
            None => self.concerns.push((caller, vec![operation])),
        }
    }

    /// What it concerns, in words: `upload-data, create-folder (iam-user); copy-into-bucket (cross-account-role)`.
    pub(super) fn concerns_words(&self) -> String {
        let words = self.concerns.iter().map(|(caller, operations)| format!("{} ({caller})", operations.join(", ")));
        words.collect::<Vec<_>>().join("; ")
    }

    /// What it takes to go through, in words.
    pub(super) fn depends_words(&self) -> Option<String> {
        let lead = if self.verdict == Verdict::Unknown { "would be allowed" } else { "allowed" };
        (!self.depends_on.is_empty()).then(|| format!("{lead} {}", self.depends_on.join(", and ")))
    }

    /// In what the two examples of a partial verdict differ.
    pub(super) fn example_words(&self) -> Option<String> {
        let (denied, allowed) = self.examples?;
        if denied.resource != allowed.resource {
            return Some(format!("denied for example: {}; allowed: {}", denied.resource, allowed.resource));
        }
        let differing = denied.context.iter().find(|(key, value)| allowed.context.get(key) != Some(*value));
        let (key, value) = differing?;
        let other = allowed.context.get(key).map_or("without it".to_owned(), |value| format!("with {}", value_words(value)));
        Some(format!("denied for example with {key} {}, allowed {other}", value_words(value)))
    }
}

/// A value that was made up to be none of those that the policies name is no word for a person.
fn value_words(value: &ContextValue) -> String {
    let words = value.as_slice().join(", ");
    if words == UNLISTED { "some other value".to_owned() } else { words }
}

/// The action that a reason is about: a delete may be stopped by a Deny of another one.
fn action<'a>(step: &'a StepReport, reason: &'a Reason) -> &'a str {
    reason.help.as_ref().and_then(|help| help.subject.as_deref()).unwrap_or(&step.action)
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
