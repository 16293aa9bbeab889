//! One step for one caller: every request that is tried, and the verdict they add up to.

use super::assumption::Assumption;
use super::catalogue::{IcaCaller, KeyKind, On, Step, Target};
use super::cause::{Cause, Tried, Unknown};
use super::context::{keys_used, statements};
use super::kms::{ENCRYPTION_CONTEXT, under_both_contexts};
use super::lacks::not_given;
use super::layers::{layers, policies};
use super::setup::{KmsKey, Setup, key_in_use};
use super::space::{Space, space};
use super::target::resource_words;
use super::verdict::{Verdict, Witness};
use super::visit::{Visitor, size, visit};
use super::words::depends_on;
use crate::authz::{Layers, Request};
use crate::eval::{Decision, Outcome, concerns};
use crate::model::Statement;
use crate::source::Span;
use crate::symbolic::Undecided;

/// How many requests are tried for a step; beyond it the verdict is unknown.
pub(super) const MAX_REQUESTS: usize = 20_000;

/// How many requests are looked at for the words that part them.
const MOST_FOR_WORDS: usize = 2_000;

/// Tries all requests of a step.
pub(super) fn try_step(
    connection: &Setup,
    caller: IcaCaller,
    step: &Step,
    failing: Option<Assumption>,
) -> Tried {
    if caller == IcaCaller::CrossAccountRole && connection.cross_account_role.is_none() {
        return Tried::unknown(Unknown::Role);
    }
    let mut tried = match step.resource {
        Target::Key => try_contexts(connection, caller, step, failing),
        _ => try_requests(connection, caller, step, failing),
    };
    // Policies that nobody gave may deny as well, so only what is blocked without them is certain (design 3).
    let not_given = not_given(connection, caller, step);
    if !not_given.is_empty() && tried.verdict != Verdict::Blocked {
        tried.verdict = Verdict::Unknown;
        tried.unknowns.splice(0..0, not_given);
    }
    let may_be_needless = step.on == On::Versioned && connection.versioning.is_none();
    if may_be_needless && tried.verdict != Verdict::Allowed {
        // Without versioning the step is not made at all.
        let unknowns = std::iter::once(Unknown::Versioning).chain(tried.unknowns).collect();
        return Tried { verdict: Verdict::Unknown, unknowns, ..tried };
    }
    tried
}

/// Tries a step under both contexts that S3 may encrypt under, which only one of holds.
fn try_contexts(
    connection: &Setup,
    caller: IcaCaller,
    step: &Step,
    failing: Option<Assumption>,
) -> Tried {
    let all = statements(policies(&layers(connection, caller, step, failing, true)));
    if !keys_used(&all).contains(ENCRYPTION_CONTEXT) {
        return try_requests(connection, caller, step, failing);
    }
    let [object, bucket] = under_both_contexts(connection, step)
        .map(|step| try_requests(connection, caller, &step, failing));
    if object.verdict == bucket.verdict {
        return object;
    }
    let unknowns =
        std::iter::once(Unknown::BucketKeys).chain(object.unknowns).chain(bucket.unknowns);
    Tried {
        verdict: Verdict::Unknown,
        causes: if object.causes.is_empty() { bucket.causes } else { object.causes },
        unknowns: unknowns.collect(),
        witness: Witness {
            denied: object.witness.denied.or(bucket.witness.denied),
            allowed: object.witness.allowed.or(bucket.witness.allowed),
        },
        assumes: [object.assumes, bucket.assumes].concat(),
        has_open_variable: object.has_open_variable || bucket.has_open_variable,
        depends_on: Vec::new(),
    }
}

fn try_requests(
    connection: &Setup,
    caller: IcaCaller,
    step: &Step,
    failing: Option<Assumption>,
) -> Tried {
    let guesses: &[bool] =
        if not_given(connection, caller, step).is_empty() { &[true] } else { &[true, false] };
    let layers = guesses
        .iter()
        .map(|guess| layers(connection, caller, step, failing, *guess))
        .collect::<Vec<_>>();
    let all = statements(policies(&layers[0]));
    let relevant = all.into_iter().filter(|statement| about(statement, step)).collect::<Vec<_>>();
    let space = match space(connection, caller, step, &relevant, failing) {
        Ok(space) => space,
        Err(undecided) => {
            let span = undecided.span.or_else(|| hardest(&relevant));
            return Tried::unknown(Unknown::TooHard(Undecided { span, ..undecided }));
        }
    };
    let size = size(&space);
    if size > MAX_REQUESTS {
        return Tried::unknown(Unknown::Limit { size, span: hardest(&relevant) });
    }
    let mut tally = Tally::default();
    visit(&space, &layers, step, &mut tally);
    let tried = tally.sum_up(&space, group(connection, step));
    let is_parted = tried.verdict == Verdict::Partial
        || tried.verdict == Verdict::Unknown && !tried.unknowns.is_empty();
    // Where an assumption is taken to fail, only the verdict counts.
    if failing.is_none() && is_parted && layers.len() == 1 && size <= MOST_FOR_WORDS {
        let depends_on = words(connection, step, &space, &layers, &relevant);
        return Tried { depends_on, ..tried };
    }
    tried
}

/// What it takes to go through. Where AWS leaves the decision of a request open, nothing is said.
fn words(
    connection: &Setup,
    step: &Step,
    space: &Space,
    layers: &[Layers<'_>],
    statements: &[&Statement],
) -> Vec<String> {
    let mut outcomes = Outcomes::default();
    visit(space, layers, step, &mut outcomes);
    let stem = resource_words(connection, step);
    let stem = stem.trim_end_matches("*/").trim_end_matches('*');
    if outcomes.is_open { Vec::new() } else { depends_on(statements, &outcomes.requests, stem) }
}

/// Every request, and whether it goes through.
#[derive(Default)]
struct Outcomes {
    requests: Vec<(Request, bool)>,
    is_open: bool,
}

impl Visitor for Outcomes {
    fn begin(&mut self, _: Vec<usize>) {}

    fn take(&mut self, decision: Decision, request: Request) {
        self.is_open |= decision.outcome == Outcome::Undetermined;
        self.requests.push((request, decision.outcome == Outcome::Allowed));
    }
}

/// The longest list of these statements: what tells so much apart.
fn hardest(statements: &[&Statement]) -> Option<Span> {
    let resources = statements.iter().filter_map(|statement| statement.resource.as_ref());
    let lists = resources.map(|element| (element.patterns.len(), element.span));
    let conditions = statements.iter().flat_map(|statement| &statement.conditions);
    let values = conditions.map(|condition| (condition.test.number_of_values(), condition.span));
    lists.chain(values).max_by_key(|(length, _)| *length).map(|(_, span)| span)
}

/// What a step does not know beside condition keys.
fn group(connection: &Setup, step: &Step) -> Unknown {
    match (step.resource, key_in_use(connection)) {
        (Target::Role, _) => Unknown::Provider,
        (Target::Key, Some(KmsKey::AwsManaged { .. })) => Unknown::KeyId,
        _ => Unknown::SessionName,
    }
}

fn about(statement: &Statement, step: &Step) -> bool {
    step.actions().any(|action| concerns(statement, &action.to_ascii_lowercase()))
}

/// What came out for one assignment of what is not known.
#[derive(Clone, Default)]
struct Class {
    digits: Vec<usize>,
    allowed: bool,
    denied: bool,
    open: bool,
}

impl Class {
    /// The verdict, if open decisions count as allowed or as denied.
    fn verdict(&self, open_allows: bool) -> Verdict {
        match (self.allowed || self.open && open_allows, self.denied || self.open && !open_allows) {
            (true, true) => Verdict::Partial,
            (false, true) => Verdict::Blocked,
            (_, false) => Verdict::Allowed,
        }
    }
}

#[derive(Default)]
struct Tally {
    classes: Vec<Class>,
    causes: Vec<(Cause, Request)>,
    witness: Witness,
}

impl Visitor for Tally {
    fn begin(&mut self, digits: Vec<usize>) {
        self.classes.push(Class { digits, ..Class::default() });
    }

    fn take(&mut self, decision: Decision, request: Request) {
        let Some(class) = self.classes.last_mut() else { return };
        match decision.outcome {
            Outcome::Allowed => {
                class.allowed = true;
                self.witness.allowed.get_or_insert_with(|| Box::new(request));
                return;
            }
            Outcome::Undetermined if decision.may_be_allowed() => class.open = true,
            _ => {
                class.denied = true;
                self.witness.denied.get_or_insert_with(|| Box::new(request.clone()));
            }
        }
        for cause in causes(decision) {
            let known = |(known, _): &(Cause, Request)| match (known, &cause) {
                (Cause::Open(known), Cause::Open(new)) => known.readings == new.readings,
                (known, new) => known == new,
            };
            if !self.causes.iter().any(known) {
                self.causes.push((cause, request.clone()));
            }
        }
    }
}

impl Tally {
    fn sum_up(self, space: &Space, group: Unknown) -> Tried {
        let hidden = space
            .open
            .iter()
            .filter(|dimension| dimension.kind != KeyKind::Free)
            .collect::<Vec<_>>();
        // An assignment that contradicts the caller makes no request and says nothing.
        let tried = self.classes.iter().filter(|class| class.allowed || class.denied || class.open);
        let verdicts = tried.flat_map(|class| [class.verdict(true), class.verdict(false)]);
        let worst = verdicts.clone().max().unwrap_or(Verdict::Unknown);
        let settled = verdicts.min() == Some(worst);
        let verdict = if settled { worst } else { Verdict::Unknown };
        let unknowns = if settled { Vec::new() } else { self.separating(&hidden, &group) };
        Tried {
            verdict,
            causes: self.causes,
            unknowns,
            witness: self.witness,
            assumes: space.assumes.clone(),
            has_open_variable: space.has_open_variable,
            depends_on: Vec::new(),
        }
    }

    /// What separates the classes: the digits in which two assignments differ that are alike otherwise and come out differently.
    fn separating(&self, hidden: &[&super::space::Dimension], group: &Unknown) -> Vec<Unknown> {
        let width = self.classes.first().map_or(0, |class| class.digits.len());
        let separates = |digit: usize| {
            let mut seen = std::collections::HashMap::new();
            self.classes.iter().any(|class| {
                let mut rest = class.digits.clone();
                rest[digit] = 0;
                let verdicts = [class.verdict(true), class.verdict(false)];
                *seen.entry(rest).or_insert(verdicts) != verdicts
            })
        };
        // The first digit guesses at policies that were not given, which is told by themselves.
        let digits = (1..width).filter(|digit| separates(*digit));
        let unknown = |digit| match digit {
            1 => group.clone(),
            _ => Unknown::Key(hidden[digit - 2].key.clone()),
        };
        digits.map(unknown).collect()
    }
}

/// Why a request is not allowed.
fn causes(decision: Decision) -> Vec<Cause> {
    match decision.outcome {
        Outcome::ExplicitlyDenied => decision.denied_by.into_iter().map(Cause::Denied).collect(),
        Outcome::Undetermined if decision.may_be_allowed() => vec![Cause::Open(decision)],
        Outcome::Undetermined if !decision.denied_by.is_empty() => {
            decision.denied_by.into_iter().map(Cause::Denied).collect()
        }
        Outcome::Undetermined | Outcome::ImplicitlyDenied | Outcome::Allowed => {
            decision.lacking.into_iter().map(Cause::Lacking).collect()
        }
    }
}
