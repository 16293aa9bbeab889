//! The search for edits: step after step, until a round finds none.

use super::candidates::{candidates, replacement, version};
use super::change::{Change, ChangeKind, Document};
use super::decision::{Decision, DecisionKind};
use super::freed::freed;
use super::needs::Needs;
use super::proof::prove;
use super::scene::{Scene, file};
use super::standing::{Standing, is_whole};
use super::texts::{Asked, Snapshot, Texts};
use super::verdicts::{
    blocked, first_better, is_beyond_limits, is_blocked, is_lost, steps, verdicts,
};
use crate::aws::partition_of_region;
use crate::finding::codes;
use crate::model::PolicyKind;
use crate::product::CallerId;
use crate::product::budget::{Budget, SPENT};
use crate::product::build::settings::Settings;
use crate::product::catalogue::{Step, Target};
use crate::product::setup::Setup;
use crate::product::{Check, Level, Product, StepReport, Verdict, check, why_not};
use crate::source::{Sources, Span};
use std::rc::Rc;

/// How many edits one step may need.
const MOST_EDITS: usize = 8;

/// How many candidates are tried for one step.
const MOST_CANDIDATES: usize = 80;

/// An edit, and the step that it was made for.
#[derive(Clone, PartialEq, Debug)]
pub struct Edit {
    /// What is changed.
    pub change: Change,
    /// The operation.
    pub operation: &'static str,
    /// Who does it.
    pub caller: CallerId,
    /// The action of the step.
    pub action: String,
}

/// A step that was blocked or partial and is allowed now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mended {
    /// The operation.
    pub operation: &'static str,
    /// Who does it.
    pub caller: CallerId,
    /// The action of the step.
    pub action: String,
    /// What it was.
    pub before: Verdict,
}

/// A step that is still not allowed, and what a person must decide about it: it stays blocked, or now depends on something unknown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Left {
    /// The operation.
    pub operation: &'static str,
    /// Who does it.
    pub caller: CallerId,
    /// The action of the step, or the setting.
    pub action: String,
    /// What it is.
    pub verdict: Verdict,
    /// What to decide; at least one.
    pub decisions: Vec<Decision>,
}

/// The result of the search.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// The files, as they were and as they are now.
    pub texts: Texts,
    /// The edits, in the order in which they are made.
    pub edits: Vec<Edit>,
    /// Steps that are allowed now.
    pub mended: Vec<Mended>,
    /// Steps that are not.
    pub left: Vec<Left>,
    /// The check before.
    pub before: Check,
    /// The check of the edited texts.
    pub after: Check,
    /// The connection of the edited texts.
    pub connection: Setup,
    /// The edited texts, into which all spans point.
    pub sources: Sources,
}

/// Searches for edits of `texts`, the files that the settings name; `None` if these cannot be built into a connection.
pub fn fix(product: &'static dyn Product, settings: &Settings, texts: &Texts) -> Option<Fixed> {
    fix_within(product, settings, texts, &Budget::default())
}

/// The same within the budget of a run. A step that it does not suffice for is left, with no edit.
pub fn fix_within(
    product: &'static dyn Product,
    settings: &Settings,
    texts: &Texts,
    budget: &Budget,
) -> Option<Fixed> {
    let settings = &Asked { product, settings, budget };
    let snapshot = Rc::new(texts.connect(settings)?);
    let before = check(&snapshot.connection);
    let needs = Needs::of(&snapshot.connection, &before);
    let checked = is_whole(&snapshot.connection).then(|| Rc::new(before.clone()));
    let mut search = Search {
        settings,
        needs,
        now: Standing { texts: texts.clone(), snapshot: Rc::clone(&snapshot), checked },
        edits: Vec::new(),
        tried: 0,
        broken_off: None,
    };
    // Added resources contain the bucket's partition and name and the prefix: if those are wrong, the resources would be wrong too.
    let mut goes_on = wrong_name(&snapshot.connection, &before).is_none();
    // Each round but the last makes some step allowed and none worse, so there is a last one.
    while goes_on && !budget.is_spent() {
        let found = search.edits.len();
        search.round(if found == 0 { Some(&before) } else { None })?;
        goes_on = search.edits.len() > found;
    }
    search.drop_needless(texts);
    search.rename_rest();
    let (snapshot, after) = if search.edits.is_empty() {
        (snapshot, Rc::new(before.clone()))
    } else {
        (Rc::clone(&search.now.snapshot), search.now.check_of_selected())
    };
    let mut left = search.left(&snapshot, &after);
    left.extend(unsettled(&before, &after));
    let mended = mended(&before, &after);
    // What else holds them is let go first, so that they need not be copied.
    let Search { now: Standing { texts, .. }, edits, .. } = search;
    let Snapshot { sources, connection } = Rc::unwrap_or_clone(snapshot);
    let after = Rc::unwrap_or_clone(after);
    Some(Fixed { texts, edits, mended, left, before, after, connection, sources })
}

/// A step to repair.
#[derive(Clone)]
struct Aim {
    operation: &'static str,
    caller: CallerId,
    step: &'static Step,
    resource: String,
}

struct Search<'a> {
    settings: &'a Asked<'a>,
    needs: Needs,
    now: Standing,
    edits: Vec<Edit>,
    /// Candidates of the current step.
    tried: usize,
    /// Why the search for the current step was broken off.
    broken_off: Option<String>,
}

impl Search<'_> {
    /// Tries to repair every step that is blocked now. `known`: the check of the texts, if it was made.
    fn round(&mut self, known: Option<&Check>) -> Option<()> {
        let edits = self.edits.len();
        self.repair_versions()?;
        let aims = match known.filter(|_| self.edits.len() == edits) {
            Some(known) => aims(known),
            None => aims(&self.now.check_of_selected()),
        };
        for aim in aims {
            self.tried = 0;
            let Some((mut solved, changes)) = self.solve(self.now.clone(), &aim, MOST_EDITS) else {
                continue;
            };
            let frees_more = changes.iter().any(|change| {
                frees(&self.now.snapshot, &solved.snapshot, aim.caller, change).is_some()
            });
            if !changes.is_empty() && !frees_more && self.is_no_worse(&mut solved) {
                let edit = |change| Edit {
                    change,
                    operation: aim.operation,
                    caller: aim.caller,
                    action: aim.step.action.clone(),
                };
                self.edits.extend(changes.into_iter().map(edit));
                self.now = solved;
            }
        }
        Some(())
    }

    /// The edits after which the step is allowed, and the texts with them.
    fn solve(&mut self, now: Standing, aim: &Aim, most: usize) -> Option<(Standing, Vec<Change>)> {
        let (verdict, causes) = why_not(&now.snapshot.connection, aim.caller, aim.step);
        if verdict == Verdict::Allowed {
            return Some((now.clone(), Vec::new()));
        }
        let cause = causes.first()?;
        if most == 0 {
            self.broken_off = Some(format!("it would take more than {MOST_EDITS}"));
            return None;
        }
        let scene = aim.scene(&now.snapshot, &now.texts);
        for change in candidates(&scene, cause).changes {
            self.tried += 1;
            if self.settings.budget.is_spent() {
                return None;
            }
            if self.tried > MOST_CANDIDATES {
                self.broken_off = Some(format!("{MOST_CANDIDATES} were tried"));
                return None;
            }
            let Ok(edited) = self.proved(&now.snapshot, &now.texts, &change) else { continue };
            if let Some((solved, mut changes)) = self.solve(edited, aim, most - 1) {
                changes.insert(0, change);
                return Some((solved, changes));
            }
        }
        None
    }

    /// The texts with a change that allows only what is needed.
    fn proved(
        &self,
        snapshot: &Snapshot,
        texts: &Texts,
        change: &Change,
    ) -> Result<Standing, String> {
        if !self.settings.budget.spend_on_reading(texts.bytes()) {
            return Err(SPENT.to_owned());
        }
        let edited = Standing::of(change.applied(texts)?, self.settings)
            .ok_or("the edited files cannot be built into a connection")?;
        prove(snapshot, &edited.snapshot, change, &self.needs)?;
        Ok(edited)
    }

    /// Whether no operation of a caller is worse with `then` than now, and AWS refuses no more of
    /// the texts.
    fn is_no_worse(&mut self, then: &mut Standing) -> bool {
        let (now, then) = (self.now.checked(), then.checked());
        let all = [&now, &then].map(|check| verdicts(check));
        let is_worse = all[1].iter().zip(&all[0]).any(|(then, now)| then > now);
        let refuses_more = then.refused().count() > now.refused().count();
        // What was not looked at may be worse.
        let is_known = !self.settings.budget.is_spent();
        is_known && !refuses_more && all[0].len() == all[1].len() && !is_worse
    }

    /// Documents of a version that AWS does not know: if no text in them looks like a variable, the version has no other effect.
    fn repair_versions(&mut self) -> Option<()> {
        let snapshot = Rc::clone(&self.now.snapshot);
        let wrong = snapshot
            .connection
            .findings
            .iter()
            .filter(|finding| finding.code == codes::INVALID_VERSION);
        let files = wrong
            .filter_map(|finding| {
                Some(snapshot.sources.trace(finding.span)?.source.name().to_owned())
            })
            .collect::<Vec<_>>();
        for file in files {
            let text = self.now.texts.list.iter().find(|text| text.shown == file);
            let Some(document) = text.and_then(|text| Document::read(&text.now)) else { continue };
            let change = version::of_document(&file, &document.root)
                .filter(|_| !version::mentions_variable(&document.root));
            let Some((change, texts)) = change
                .and_then(|change| Some((change.clone(), change.applied(&self.now.texts).ok()?)))
            else {
                continue;
            };
            let Some(mut then) = Standing::of(texts, self.settings) else { continue };
            if self.is_no_worse(&mut then)
                && let Some((operation, caller, action)) =
                    first_better(&self.now.checked(), &then.checked())
            {
                self.edits.push(Edit { change, operation, caller, action });
                self.now = then;
            }
        }
        Some(())
    }

    /// A bucket policy that had another bucket in one place may have it in others, too.
    fn rename_rest(&mut self) {
        let is_rename = |edit: &&Edit| edit.change.kind == ChangeKind::ReplaceResource;
        let Some(first) = self.edits.iter().find(is_rename).cloned() else { return };
        let snapshot = Rc::clone(&self.now.snapshot);
        let policies = snapshot.connection.policies.known(PolicyKind::Resource);
        let files = policies.iter().filter_map(|policy| file(&snapshot, policy));
        for name in files {
            let text = self.now.texts.list.iter().find(|text| text.shown == name);
            let Some(document) = text.and_then(|text| Document::read(&text.now)) else { continue };
            let bucket = &snapshot.connection.bucket;
            for change in replacement::other_buckets(bucket, name, &document.root) {
                if let Ok(mut then) = self.proved(&self.now.snapshot, &self.now.texts, &change)
                    && self.is_no_worse(&mut then)
                {
                    self.edits.push(Edit { change, ..first.clone() });
                    self.now = then;
                }
            }
        }
    }

    /// Removes every edit that a later one made unnecessary.
    fn drop_needless(&mut self, original: &Texts) {
        for number in (0..self.edits.len()).rev() {
            let mut fewer = self.edits.clone();
            let dropped = fewer.remove(number).change;
            // A single edit made a step better, so it is needed.
            let later = fewer[number..].iter_mut().map(|edit| &mut edit.change).collect();
            if !dropped.can_be_dropped_before(later) || fewer.is_empty() {
                continue;
            }
            let texts = fewer
                .iter()
                .try_fold(original.clone(), |texts, edit| edit.change.applied(&texts).ok());
            let Some(mut then) = texts.and_then(|texts| Standing::of(texts, self.settings)) else {
                continue;
            };
            let now = self.now.checked();
            let Edit { operation, caller, action, .. } = &self.edits[number];
            let made_for = (*operation, *caller, action.as_str());
            if !is_lost(&now, &then.snapshot.connection, made_for)
                && verdicts(&then.checked()) == verdicts(&now)
                && !self.settings.budget.is_spent()
            {
                (self.edits, self.now) = (fewer, then);
            }
        }
    }

    /// What stays blocked, with what to decide.
    fn left(&mut self, snapshot: &Snapshot, after: &Check) -> Vec<Left> {
        let mut left = Vec::new();
        let was_spent = self.settings.budget.is_spent();
        let open = steps(after)
            .filter(|(_, _, step)| is_blocked(step) || was_spent && is_beyond_limits(step));
        for (operation, caller, report) in open {
            if let (Some(decision), Some(_)) =
                (wrong_name(&snapshot.connection, after), report.step)
            {
                left.push(Left {
                    operation,
                    caller,
                    action: report.action.clone(),
                    verdict: report.verdict,
                    decisions: vec![decision],
                });
                continue;
            }
            let aim = aim(operation, caller, report);
            let is_spent = self.settings.budget.is_spent();
            let mut decisions = match &aim {
                Some(_) if is_spent => vec![Decision::of_spent_budget(report)],
                Some(aim) if is_blocked(report) => self.decisions(snapshot, aim),
                _ => Vec::new(),
            };
            if decisions.is_empty() && is_blocked(report) {
                decisions.extend(aim.and_then(|aim| self.refusal_of_all(&aim)));
                let broken_off = self.broken_off.take().filter(|_| decisions.is_empty());
                decisions.extend(broken_off.map(|why| Decision::of_long_search(report, &why)));
            }
            if decisions.is_empty() {
                decisions = report.reasons.iter().map(Decision::of_reason).collect();
            }
            left.push(Left {
                operation,
                caller,
                action: report.action.clone(),
                verdict: report.verdict,
                decisions,
            });
        }
        left
    }

    fn decisions(&self, snapshot: &Snapshot, aim: &Aim) -> Vec<Decision> {
        let mut decisions: Vec<Decision> = Vec::new();
        for cause in why_not(&snapshot.connection, aim.caller, aim.step).1 {
            let scene = aim.scene(snapshot, &self.now.texts);
            let found = candidates(&scene, &cause);
            let mut refused = found
                .changes
                .iter()
                .filter_map(|change| self.refusal(snapshot, aim, change))
                .collect::<Vec<_>>();
            let all_refused = refused.len() == found.changes.len();
            let refusal = refused.pop().filter(|_| all_refused);
            decisions.extend(
                found.decision.or(refusal).filter(|decision| !decisions.contains(decision)),
            );
        }
        decisions
    }

    /// Why several edits, each of which is right by itself, are left to a person: two Denies have to be opened, and what the caller gains shows
    /// only behind both.
    fn refusal_of_all(&mut self, aim: &Aim) -> Option<Decision> {
        (self.tried, self.broken_off) = (0, None);
        let now = self.now.clone();
        let (solved, changes) = self.solve(now.clone(), aim, MOST_EDITS)?;
        let (change, frees) = changes.iter().find_map(|change| {
            Some((change, frees(&now.snapshot, &solved.snapshot, aim.caller, change)?))
        })?;
        let all = changes.iter().map(|change| change.words() + " of `" + &change.file + "`");
        let all = all.collect::<Vec<_>>().join(", and ");
        let help = format!(
            "decide whether {} may do that, then {all}; or list in the Denies only what nobody may do",
            aim.caller.id()
        );
        let place = place(&now.snapshot, change);
        Some(Decision::new(DecisionKind::DenyByIntent, place, frees, help))
    }

    /// Why a candidate is left to a person; `None` if it is not.
    fn refusal(&self, snapshot: &Snapshot, aim: &Aim, change: &Change) -> Option<Decision> {
        let tried = change.words();
        match self.proved(snapshot, &self.now.texts, change) {
            Err(why) => Some(Decision::new(
                DecisionKind::NotProved,
                None,
                format!("no edit could be proved; the last one tried was to {tried}: {why}"),
                "edit the policy yourself, then run `ica-policy check` again",
            )),
            Ok(Standing { snapshot: new, .. }) => {
                let frees = frees(snapshot, &new, aim.caller, change)?;
                let help = format!(
                    "decide whether {} may do that, then {tried}; or list in the Deny only what nobody may do",
                    aim.caller.id()
                );
                let place = place(snapshot, change);
                Some(Decision::new(DecisionKind::DenyByIntent, place, frees, help))
            }
        }
    }
}

impl Aim {
    fn scene<'a>(&'a self, snapshot: &'a Snapshot, texts: &'a Texts) -> Scene<'a> {
        Scene {
            snapshot,
            texts,
            operation: self.operation,
            caller: self.caller,
            step: self.step,
            resource: &self.resource,
        }
    }
}

/// What an exception allows its caller beyond the product's actions; `None` for other edits.
fn frees(old: &Snapshot, new: &Snapshot, caller: CallerId, change: &Change) -> Option<String> {
    let is_exception = change.kind.is_exception();
    is_exception.then(|| freed(&old.connection, &new.connection, caller))?
}

/// The effect of the statement that a change is about.
fn place(snapshot: &Snapshot, change: &Change) -> Option<Span> {
    let policies = snapshot.connection.policies.all();
    let policy =
        policies.into_iter().find(|policy| file(snapshot, policy) == Some(&*change.file))?;
    Some(policy.statements.get(change.statement?)?.effect.span)
}

/// What is wrong with the bucket's name, its prefix, or its partition, in which ARNs begin otherwise than those that would be added.
fn wrong_name(connection: &Setup, check: &Check) -> Option<Decision> {
    let partition = connection.region.as_deref().and_then(partition_of_region);
    let is_elsewhere = partition.is_some_and(|partition| partition.name != "aws");
    let mut settings = blocked(check).filter(|(_, _, step)| match step.action.as_str() {
        "prefix" | "bucket name" => true,
        "region" => is_elsewhere,
        _ => false,
    });
    settings.find_map(|(_, _, step)| step.reasons.first().map(Decision::of_reason))
}

/// The steps to repair. Steps on all objects come before those on folders only.
fn aims(check: &Check) -> Vec<Aim> {
    let aim = |(operation, caller, report)| aim(operation, caller, report);
    let mut aims = blocked(check).filter_map(aim).collect::<Vec<_>>();
    aims.sort_by_key(|aim| aim.step.resource == Target::Folder);
    aims
}

/// The step that a report is about; `None` for a setting of the bucket.
fn aim(operation: &'static str, caller: CallerId, report: &StepReport) -> Option<Aim> {
    Some(Aim { operation, caller, step: report.step?, resource: report.resource.clone() })
}

fn mended(before: &Check, after: &Check) -> Vec<Mended> {
    let better = blocked(before).filter(|(operation, caller, step)| {
        let mut now = steps(after)
            .filter(|(id, by, now)| id == operation && by == caller && now.action == step.action);
        now.any(|(_, _, now)| now.verdict == Verdict::Allowed)
    });
    let mended = |(operation, caller, step): (&'static str, CallerId, &StepReport)| Mended {
        operation,
        caller,
        action: step.action.clone(),
        before: step.verdict,
    };
    better.map(mended).collect()
}

/// Steps that are no longer blocked, but not certainly allowed either: an edit for another step removed what blocked them.
fn unsettled(before: &Check, after: &Check) -> Vec<Left> {
    let was = |(operation, caller, step): &(&'static str, CallerId, &StepReport)| {
        let is_unknown = step.level == Level::Required && step.verdict == Verdict::Unknown;
        is_unknown
            && blocked(before)
                .any(|(id, by, old)| id == *operation && by == *caller && old.action == step.action)
    };
    let left = |(operation, caller, step): (&'static str, CallerId, &StepReport)| Left {
        operation,
        caller,
        action: step.action.clone(),
        verdict: step.verdict,
        decisions: step.reasons.iter().map(Decision::of_reason).collect(),
    };
    steps(after).filter(was).map(left).collect()
}
