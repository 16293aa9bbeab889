//! Groups the reasons of a check: each cause becomes one finding with all steps that it concerns.

use crate::authz::{ContextValue, Request};
use crate::ica::environment::{VERSIONING, needed_for_versions};
use crate::ica::{Check, Level, Reason, StepReport, UNLISTED, Verdict};

/// One reason and the operations, callers and actions that it concerns.
pub(super) struct Cause<'a> {
    pub verdict: Verdict,
    /// The most severe of the levels.
    pub level: Level,
    pub reason: &'a Reason,
    pub actions: Vec<&'a str>,
    pub concerns: Vec<Concern<'a>>,
    /// Notes that say for which requests some of the actions are needed.
    pub notes: Vec<&'a str>,
    /// For a partial verdict: a request that is denied and one that is allowed.
    pub examples: Option<(&'a Request, &'a Request)>,
    /// The conditions under which the request is allowed; all of them must hold.
    pub depends_on: &'a [String],
}

/// A step that a cause stops.
#[derive(PartialEq)]
pub(super) struct Concern<'a> {
    pub level: Level,
    pub caller: &'static str,
    pub operation: &'static str,
    pub action: &'a str,
}

/// The causes of a check, each once. Required steps come before steps that only degrade, and the
/// worst verdict comes first.
pub(super) fn causes(check: &Check) -> Vec<Cause<'_>> {
    let callers = check
        .operations
        .iter()
        .flat_map(|operation| operation.callers.iter().map(move |caller| (operation.id, caller)));
    let steps = callers.flat_map(|(operation, caller)| {
        caller.steps.iter().map(move |step| (operation, caller.caller.id(), step))
    });
    let mut steps =
        steps.filter(|(_, _, step)| step.verdict != Verdict::Allowed).collect::<Vec<_>>();
    // The general reason is superfluous if each of its actions has a reason of its own.
    let is_told = |action: &&str| {
        steps.iter().any(|(_, _, step)| step.level == Level::Required && step.action == *action)
    };
    if needed_for_versions().iter().all(is_told) {
        steps.retain(|(_, _, step)| step.action != VERSIONING);
    }
    steps.sort_by_key(|(_, _, step)| (step.level as u8, std::cmp::Reverse(step.verdict)));
    let mut causes: Vec<Cause<'_>> = Vec::new();
    for (operation, caller, step) in steps {
        for reason in &step.reasons {
            let concern =
                Concern { level: step.level, caller, operation, action: action(step, reason) };
            match causes.iter_mut().find(|cause| cause.covers(step, reason)) {
                Some(cause) => cause.add(concern, reason),
                None => causes.push(Cause::new(concern, step, reason)),
            }
        }
    }
    causes
}

impl<'a> Cause<'a> {
    fn new(concern: Concern<'a>, step: &'a StepReport, reason: &'a Reason) -> Cause<'a> {
        let examples = step
            .witness
            .denied
            .as_deref()
            .zip(step.witness.allowed.as_deref())
            .filter(|_| step.verdict == Verdict::Partial);
        Cause {
            verdict: step.verdict,
            level: step.level,
            reason,
            actions: vec![concern.action],
            concerns: vec![concern],
            notes: reason.note.as_deref().into_iter().collect(),
            examples,
            depends_on: &step.depends_on,
        }
    }

    /// Whether a reason gives the same explanation of the same words, apart from the action.
    fn covers(&self, step: &StepReport, reason: &Reason) -> bool {
        let known = self.reason;
        let place =
            (known.kind, known.layer, known.span) == (reason.kind, reason.layer, reason.span);
        let advice = match (&known.help, &reason.help) {
            (Some(known), Some(new)) => known.lead == new.lead && known.tail == new.tail,
            (known, new) => known == new,
        };
        let joins = known.help.as_ref().is_some_and(|help| help.subject.is_some());
        let same = known.message == reason.message.replace(action(step, reason), self.actions[0]);
        let depends = self.depends_on == step.depends_on;
        place
            && advice
            && depends
            && (reason.span.is_some() || same || joins)
            && self.verdict == step.verdict
    }

    fn add(&mut self, concern: Concern<'a>, reason: &'a Reason) {
        push_new(&mut self.actions, concern.action);
        reason.note.as_deref().into_iter().for_each(|note| push_new(&mut self.notes, note));
        push_new(&mut self.concerns, concern);
    }

    /// The levels of the steps that it concerns, the most severe first.
    pub(super) fn levels(&self) -> Vec<Level> {
        let levels = [Level::Required, Level::Degrades, Level::Advised].into_iter();
        levels.filter(|level| self.concerns.iter().any(|concern| concern.level == *level)).collect()
    }

    /// The effect on the operations if steps of this level are missing.
    pub(super) fn level_words(&self, level: Level) -> &'static str {
        match (level, self.verdict) {
            (Level::Required, verdict) => verdict.word(),
            (Level::Degrades, Verdict::Unknown) => "may leave residue",
            (Level::Degrades, Verdict::Partial) => "leaves residue of some requests",
            (Level::Degrades, _) => "leaves residue",
            (Level::Advised, _) if self.level == Level::Advised => "advised, changes no verdict",
            (Level::Advised, _) => "advised",
        }
    }

    /// The operations and callers that it concerns at a level, as text: `upload-data, create-folder
    /// (iam-user); copy-into-bucket (cross-account-role)`.
    pub(super) fn concerns_words(&self, level: Level) -> String {
        let mut callers: Vec<(&str, Vec<&str>)> = Vec::new();
        for concern in self.concerns.iter().filter(|concern| concern.level == level) {
            match callers.iter_mut().find(|(known, _)| *known == concern.caller) {
                Some((_, operations)) => push_new(operations, concern.operation),
                None => callers.push((concern.caller, vec![concern.operation])),
            }
        }
        let words = callers
            .iter()
            .map(|(caller, operations)| format!("{} ({caller})", operations.join(", ")));
        words.collect::<Vec<_>>().join("; ")
    }

    /// The actions that it concerns at a level, as text.
    pub(super) fn action_words(&self, level: Level) -> String {
        let mut actions = Vec::new();
        let of_level = self.concerns.iter().filter(|concern| concern.level == level);
        of_level.for_each(|concern| push_new(&mut actions, format!("`{}`", concern.action)));
        actions.join(", ")
    }

    /// What is wrong, for all of its actions.
    pub(super) fn message(&self) -> String {
        let more = self.actions[1..].iter().map(|action| format!("`{action}`")).collect::<Vec<_>>();
        let likewise = if more.is_empty() {
            String::new()
        } else {
            format!(" (likewise {})", more.join(", "))
        };
        let notes = self.notes.iter().map(|note| format!("; {note}")).collect::<String>();
        format!("{}{likewise}{notes}", self.reason.message)
    }

    /// What to do, for all of its actions.
    pub(super) fn to_do(&self) -> Option<String> {
        self.reason.help.as_ref().map(|help| help.sentence(&self.actions))
    }

    /// The conditions under which the request is allowed, as text.
    pub(super) fn depends_words(&self) -> Option<String> {
        let lead = if self.verdict == Verdict::Unknown { "would be allowed" } else { "allowed" };
        (!self.depends_on.is_empty()).then(|| format!("{lead} {}", self.depends_on.join(", and ")))
    }

    /// The difference between the two examples of a partial verdict, as text.
    pub(super) fn example_words(&self) -> Option<String> {
        let (denied, allowed) = self.examples?;
        if denied.resource != allowed.resource {
            return Some(format!(
                "denied for example: {}; allowed: {}",
                denied.resource, allowed.resource
            ));
        }
        let differing =
            denied.context.iter().find(|(key, value)| allowed.context.get(key) != Some(*value));
        let (key, value) = differing?;
        let other = allowed
            .context
            .get(key)
            .map_or("without it".to_owned(), |value| format!("with {}", value_words(value)));
        Some(format!("denied for example with {key} {}, allowed {other}", value_words(value)))
    }
}

/// A value as text. A made-up value that differs from all values in the policies is not shown as it
/// is.
fn value_words(value: &ContextValue) -> String {
    let words = value.as_slice().join(", ");
    if words == UNLISTED { "some other value".to_owned() } else { words }
}

/// The action that a reason concerns. It may differ from the step's: a Deny of another action may
/// stop a delete.
fn action<'a>(step: &'a StepReport, reason: &'a Reason) -> &'a str {
    reason.help.as_ref().and_then(|help| help.subject.as_deref()).unwrap_or(&step.action)
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
