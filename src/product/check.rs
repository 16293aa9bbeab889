//! The check: every operation of the catalogue, for each of its callers.

use super::answer::Answer;
use super::assumption::{Assuming, Assumption, AssumptionRow};
use super::caller::CallerId;
use super::catalogue::{Catalogue, Level, Operation, Step, Target};
use super::depends::add_consequences;
use super::judged::Judged;
use super::kms::KeyAccess;
use super::question::Question;
use super::roles::other_regions;
use super::setup::Setup;
use super::shared_values::SharedValues;
use super::tally::answer;
use super::verdict::{
    CallerReport, Check, EnvironmentReport, OperationReport, ReasonKind, Skipped, StepReport,
    Verdict, Witness,
};
use super::words::reasons;
use crate::source::Span;
use std::rc::Rc;

/// Checks a set-up against the catalogue.
pub fn check(setup: &Setup) -> Check {
    let catalogue = setup.product.catalogue();
    let settings = setup.product.settings_checks(setup).into_iter();
    let settings = settings.map(|judged| judged.finished(&setup.not_assumed)).collect::<Vec<_>>();
    let shared = Rc::new(SharedValues::new(&setup.budget));
    let checker = Checker { setup, catalogue, settings: &settings, shared };
    let mut operations = catalogue
        .operations
        .iter()
        .filter(|operation| operation.is_in(setup.edition))
        .map(|operation| checker.operation(operation))
        .collect::<Vec<_>>();
    operations.retain(|operation| !operation.callers.is_empty());
    add_consequences(catalogue, &mut operations, setup.is_new);
    keep_wanted(&mut operations, setup);
    let of_regions = other_regions(setup)
        .into_iter()
        .filter(|(_, names)| !is_reported(&operations, *names))
        .map(|(finding, _)| finding);
    Check {
        skipped: skipped(setup),
        assumptions: assumptions(catalogue, &operations),
        environment: environment(catalogue, settings, &operations),
        findings: setup
            .findings
            .iter()
            .cloned()
            .chain(of_regions)
            .chain(setup.product.notes(setup))
            .collect(),
        operations,
    }
}

/// The results of those checks of settings that affect one of the operations that are shown.
fn environment(
    catalogue: &Catalogue,
    settings: Vec<Judged>,
    operations: &[OperationReport],
) -> Vec<EnvironmentReport> {
    let callers = |report: &OperationReport| {
        report.callers.iter().map(|caller| caller.caller).collect::<Vec<_>>()
    };
    let hits = |judged: &Judged| {
        operations.iter().any(|report| {
            let operation = catalogue.operation(report.id);
            operation.is_some_and(|operation| {
                callers(report).into_iter().any(|caller| judged.hits(catalogue, operation, caller))
            })
        })
    };
    settings.into_iter().filter(hits).map(Judged::report).collect()
}

fn steps(operations: &[OperationReport]) -> impl Iterator<Item = &StepReport> {
    operations.iter().flat_map(|operation| &operation.callers).flat_map(|report| &report.steps)
}

/// Whether the reason of a step already reports a missing grant at this place: each cause is reported once.
fn is_reported(operations: &[OperationReport], words: Span) -> bool {
    let mut reasons = steps(operations)
        .filter(|step| step.level != Level::Advised)
        .flat_map(|step| &step.reasons)
        .filter(|reason| reason.kind == ReasonKind::NoAllow);
    reasons.any(|reason| {
        reason.span == Some(words) || reason.labels.iter().any(|label| label.span == words)
    })
}

/// Removes the operations that were judged only as dependencies, but keeps the causes of those that are shown.
fn keep_wanted(operations: &mut Vec<OperationReport>, setup: &Setup) {
    let wanted = operations
        .iter()
        .filter(|operation| is_wanted(setup, operation.id))
        .flat_map(|operation| &operation.callers);
    let causes = wanted
        .flat_map(|report| report.blocked_by.iter().map(|id| (*id, report.caller)))
        .collect::<Vec<(&'static str, CallerId)>>();
    operations.retain_mut(|operation| {
        if is_wanted(setup, operation.id) {
            return true;
        }
        // The operations a caller depends on are done by itself, or by the user alone.
        let does = operation.callers.iter().map(|report| report.caller).collect::<Vec<_>>();
        let is_cause = |by: CallerId| {
            causes.iter().any(|(id, caller)| {
                *id == operation.id && (*caller == by || !does.contains(caller))
            })
        };
        operation.callers.retain(|report| is_cause(report.caller));
        !operation.callers.is_empty()
    });
}

fn is_wanted(setup: &Setup, id: &str) -> bool {
    let asked =
        setup.operations.is_empty() || setup.operations.iter().any(|operation| operation == id);
    asked && !setup.skip.contains_key(id)
}

fn skipped(setup: &Setup) -> Vec<Skipped> {
    let reason = |text: &String| (!text.is_empty()).then(|| text.clone());
    setup
        .skip
        .iter()
        .map(|(operation, text)| Skipped { operation: operation.clone(), reason: reason(text) })
        .collect()
}

/// The check of one set-up.
struct Checker<'a> {
    setup: &'a Setup,
    catalogue: &'static Catalogue,
    settings: &'a [Judged],
    shared: Rc<SharedValues>,
}

impl Checker<'_> {
    fn operation(&self, operation: &'static Operation) -> OperationReport {
        let callers = operation.callers.iter().filter(|caller| self.setup.customer.has(**caller));
        let callers = callers.map(|caller| self.caller(operation, *caller)).collect();
        OperationReport { id: &operation.id, callers }
    }

    fn caller(&self, operation: &'static Operation, caller: CallerId) -> CallerReport {
        let key = KeyAccess::new(self.setup, operation, caller);
        let is_listed = |step: &Step| step.edition <= self.setup.edition;
        let wanted =
            |step: &&Step| is_listed(step) && self.setup.makes(step) && key.is_judged(step);
        let steps = operation
            .steps
            .iter()
            .filter(wanted)
            .map(|step| self.step(operation, caller, step, &key));
        let settings =
            self.settings.iter().filter(|judged| judged.hits(self.catalogue, operation, caller));
        let steps = steps
            .chain(key.steps(operation, caller))
            .chain(settings.map(Judged::step))
            .collect::<Vec<_>>();
        let required = steps.iter().filter(|step| step.level == Level::Required);
        let own = required.map(|step| step.verdict).max().unwrap_or(Verdict::Allowed);
        CallerReport { caller, verdict: own, own, blocked_by: Vec::new(), steps }
    }

    fn step(
        &self,
        operation: &'static Operation,
        caller: CallerId,
        step: &'static Step,
        key: &KeyAccess<'_>,
    ) -> StepReport {
        let question = Question::new(self.setup, caller, step).sharing(&self.shared);
        let answer = answer(&question, Assuming::All);
        let mut assumes = assumed(&question, operation, &answer);
        // If the key is given, its own steps are judged.
        let has_key = self.setup.key_in_use.is_some();
        assumes.retain(|assumption| *assumption != Assumption::NO_KMS || !has_key);
        let mut verdict = answer.verdict;
        let mut reasons = match verdict {
            Verdict::Allowed => Vec::new(),
            _ => reasons(&question, &answer),
        };
        key.weaken(step, &mut verdict, &mut reasons);
        self.setup.not_assumed.apply(&mut assumes, &mut verdict, &mut reasons);
        StepReport {
            step: Some(step),
            action: step.action.clone(),
            resource: question.resource.words,
            level: step.level,
            verdict,
            assumes,
            reasons,
            // An allowed step needs no witness.
            witness: if answer.verdict == Verdict::Allowed {
                Witness::default()
            } else {
                answer.witness
            },
            depends_on: answer.depends_on,
        }
    }
}

/// The assumptions whose failure would change the verdict of a step.
fn assumed(question: &Question<'_>, operation: &Operation, known: &Answer<'_>) -> Vec<Assumption> {
    let mut assumes = Vec::new();
    // An assumption that could only forbid more changes every verdict that is not blocked already.
    if known.verdict != Verdict::Blocked {
        assumes.extend(question.rests_on.forbidding.iter().chain(&operation.assumes));
    }
    if question.step.resource == Target::Key && known.may_depend_on_grant() {
        assumes.push(Assumption::NO_GRANTS);
    }
    for assumption in question.rests_on.tried.iter().chain(&known.assumes) {
        let changes = || answer(question, Assuming::AllBut(*assumption)).verdict != known.verdict;
        if !assumes.contains(assumption) && changes() {
            assumes.push(*assumption);
        }
    }
    assumes.sort_unstable_by_key(|assumption| assumption.id());
    assumes.dedup();
    assumes
}

/// The assumptions that some step depends on, in the order of the table.
fn assumptions(
    catalogue: &'static Catalogue,
    operations: &[OperationReport],
) -> Vec<&'static AssumptionRow> {
    let is_used = |row: &&AssumptionRow| {
        steps(operations).any(|step| step.assumes.contains(&row.assumption()))
    };
    catalogue.assumptions.iter().filter(is_used).collect()
}
