//! Groups the reasons of a check: each cause appears once, with all steps that it stops.

use super::finding::Finding;
use super::place::{Position, position};
use crate::authz::{ContextValue, Request};
use crate::finding::{self, Severity};
use crate::ica::environment::{VERSIONING, needed_for_versions};
use crate::product::{Check, Level, Reason, ReasonKind, StepReport, UNLISTED, Verdict};
use crate::source::{FileName, Sources, Span};
use serde::Serialize;

/// The most actions that a sentence names beside the first; `stops` has all.
const MOST_NAMED: usize = 4;

/// A cause with all that it stops.
#[derive(Clone, Debug, Serialize)]
pub struct Cause {
    /// Which kind.
    pub id: ReasonKind,
    /// The verdict of the steps.
    pub verdict: Verdict,
    /// The most severe of their levels.
    pub level: Level,
    /// The words that are the cause.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub to_do: Option<String>,
    /// The steps that it stops.
    pub stops: Vec<Stop>,
    /// The conditions under which the requests are allowed; all of them must hold.
    pub depends_on: Vec<String>,
    /// The same as a finding, with all of its places.
    #[serde(skip)]
    pub finding: Finding,
    /// For a partial verdict: the difference between a request that is denied and one that is
    /// allowed, in words.
    #[serde(skip)]
    pub example: Option<String>,
}

/// A step that a cause stops.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Stop {
    /// The operation.
    pub operation: &'static str,
    /// For whom.
    pub caller: &'static str,
    /// The action that is not allowed.
    pub action: String,
    /// How important the step is.
    pub level: Level,
}

/// The part of a document that is a reason.
#[derive(Clone, Debug, Serialize)]
pub struct Place {
    /// The layer: `identity`, `bucket-policy`, ..
    pub layer: Option<&'static str>,
    /// The file.
    pub file: Option<FileName>,
    /// The statement's number in its policy, from 0.
    pub statement: Option<usize>,
    /// The statement's Sid.
    pub sid: Option<String>,
    /// Where the words are.
    pub span: Option<Position>,
    /// The words.
    pub text: Option<String>,
}

impl Place {
    /// The place of a reason.
    pub(super) fn of(sources: &Sources, reason: &Reason) -> Place {
        let span = reason.span.and_then(|span| position(sources, span));
        Place {
            layer: (!reason.layer.is_empty()).then_some(reason.layer),
            file: span.as_ref().map(|span| span.file.clone()),
            statement: reason.statement,
            sid: reason.sid.clone(),
            text: span.as_ref().map(|span| span.text.clone()),
            span,
        }
    }
}

/// The causes of a check, each once. Required steps come before steps that only degrade, and the
/// worst verdict comes first.
pub(super) fn causes(sources: &Sources, check: &Check) -> Vec<Cause> {
    groups(check).into_iter().map(|group| group.cause(sources)).collect()
}

/// One reason and the steps that it stops.
struct Group<'a> {
    verdict: Verdict,
    level: Level,
    reason: &'a Reason,
    actions: Vec<&'a str>,
    stops: Vec<Stop>,
    /// Notes that say for which requests some of the actions are needed.
    notes: Vec<&'a str>,
    step: &'a StepReport,
}

fn groups(check: &Check) -> Vec<Group<'_>> {
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
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (operation, caller, step) in steps {
        for reason in &step.reasons {
            let action = action(step, reason);
            let stop = Stop { operation, caller, action: action.to_owned(), level: step.level };
            match groups.iter_mut().find(|group| group.covers(step, reason)) {
                Some(group) => group.add(stop, action, reason),
                None => groups.push(Group::new(stop, step, reason)),
            }
        }
    }
    groups
}

impl<'a> Group<'a> {
    fn new(stop: Stop, step: &'a StepReport, reason: &'a Reason) -> Group<'a> {
        Group {
            verdict: step.verdict,
            level: step.level,
            reason,
            actions: vec![action(step, reason)],
            stops: vec![stop],
            notes: reason.note.as_deref().into_iter().collect(),
            step,
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
        let depends = self.step.depends_on == step.depends_on;
        // Advice is told by itself: with what is blocked it would look as if it had to be done, too.
        let is_advice = |level: Level| level == Level::Advised;
        place
            && is_advice(self.level) == is_advice(step.level)
            && advice
            && depends
            && (reason.span.is_some() || same || joins)
            && self.verdict == step.verdict
    }

    fn add(&mut self, stop: Stop, action: &'a str, reason: &'a Reason) {
        push_new(&mut self.actions, action);
        reason.note.as_deref().into_iter().for_each(|note| push_new(&mut self.notes, note));
        push_new(&mut self.stops, stop);
    }

    fn cause(self, sources: &Sources) -> Cause {
        let (reason, message) = (self.reason, self.message());
        let to_do = reason.help.as_ref().map(|help| help.sentence(&self.actions));
        let is_certain = self.verdict != Verdict::Unknown && self.level == Level::Required;
        let severity = if is_certain { Severity::Error } else { Severity::Warning };
        let span = reason.span.unwrap_or(Span::NOWHERE);
        let finding = finding::Finding {
            help: to_do.clone(),
            related: reason.labels.clone(),
            ..finding::Finding::new(reason.kind.code(), span, message.clone()).severity(severity)
        };
        let finding = Finding::of(sources, finding);
        Cause {
            id: reason.kind,
            verdict: self.verdict,
            level: self.level,
            place: Place::of(sources, reason),
            message,
            to_do,
            example: self.example(),
            stops: self.stops,
            depends_on: self.step.depends_on.clone(),
            finding,
        }
    }

    /// What is wrong, for all of its actions.
    fn message(&self) -> String {
        let more = &self.actions[1..];
        let named = more.iter().take(MOST_NAMED).map(|action| format!("`{action}`"));
        let named = named.collect::<Vec<_>>().join(", ");
        let likewise = match more.len() {
            0 => String::new(),
            1..=MOST_NAMED => format!(" (likewise {named})"),
            all => format!(" (likewise {named} and {} more)", all - MOST_NAMED),
        };
        let notes = self.notes.iter().map(|note| format!("; {note}")).collect::<String>();
        format!("{}{likewise}{notes}", self.reason.message)
    }

    /// The difference between the two examples of a partial verdict, as text.
    fn example(&self) -> Option<String> {
        let witness = Some(&self.step.witness).filter(|_| self.verdict == Verdict::Partial)?;
        let (denied, allowed): (&Request, &Request) =
            (witness.denied.as_deref()?, witness.allowed.as_deref()?);
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
