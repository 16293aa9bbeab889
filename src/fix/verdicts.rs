//! What a check says of steps, and how two checks differ.

use crate::product::setup::Setup;
use crate::product::{CallerId, Check, Level, Reason, ReasonKind, StepReport, Verdict, why_not};

/// The required steps that are blocked or partial.
pub(super) fn blocked(
    check: &Check,
) -> impl Iterator<Item = (&'static str, CallerId, &StepReport)> {
    steps(check).filter(|(_, _, step)| is_blocked(step))
}

pub(super) fn is_blocked(step: &StepReport) -> bool {
    step.level == Level::Required && matches!(step.verdict, Verdict::Blocked | Verdict::Partial)
}

/// Whether nobody knows about a required step because it would take too much to try: it may be blocked.
pub(super) fn is_beyond_limits(step: &StepReport) -> bool {
    let is_limit = |reason: &Reason| reason.kind == ReasonKind::Limit;
    let is_open = step.level == Level::Required && step.verdict == Verdict::Unknown;
    is_open && step.reasons.iter().any(is_limit)
}

/// Whether a step for which an edit was made is allowed in a check, and not in a set-up. This is soon said, unlike all verdicts.
pub(super) fn is_lost(
    checked: &Check,
    then: &Setup,
    (operation, caller, action): (&str, CallerId, &str),
) -> bool {
    let mut own = steps(checked)
        .filter(|(of, by, step)| *of == operation && *by == caller && step.action == action);
    own.any(|(_, caller, report)| {
        let is_allowed = |step| why_not(then, caller, step).0 == Verdict::Allowed;
        report.verdict == Verdict::Allowed && !report.step.is_none_or(is_allowed)
    })
}

/// All verdicts of a check, in its order: of each operation and caller alone, with what it depends on, and of each step.
pub(super) fn verdicts(check: &Check) -> Vec<Verdict> {
    let callers = check.operations.iter().flat_map(|operation| &operation.callers);
    callers
        .flat_map(|caller| {
            [caller.own, caller.verdict]
                .into_iter()
                .chain(caller.steps.iter().map(|step| step.verdict))
        })
        .collect()
}

pub(super) fn steps(check: &Check) -> impl Iterator<Item = (&'static str, CallerId, &StepReport)> {
    let callers = check
        .operations
        .iter()
        .flat_map(|operation| operation.callers.iter().map(move |caller| (operation.id, caller)));
    callers.flat_map(|(id, caller)| caller.steps.iter().map(move |step| (id, caller.caller, step)))
}

pub(super) fn first_better(old: &Check, new: &Check) -> Option<(&'static str, CallerId, String)> {
    let pair =
        steps(old).zip(steps(new)).find(|((_, _, old), (_, _, new))| new.verdict < old.verdict);
    pair.map(|((operation, caller, step), _)| (operation, caller, step.action.clone()))
}
