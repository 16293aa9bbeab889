//! The answer to a question: every request is tried, and the verdict is what they add up to.

use super::answer::{Answer, Unknown};
use super::assumption::Assuming;
use super::catalogue::KeyKind;
use super::enumerate::{Visitor, enumerate, size};
use super::question::Question;
use super::space::{Dimension, Space, space};
use super::verdict::{Verdict, Witness};
use super::words;
use crate::authz::{Layers, Request};
use crate::eval::{Decision, Outcome};
use crate::model::Statement;
use crate::source::Span;
use crate::symbolic::Undecided;
use crate::why::Stop;

/// How many requests are tried for a step; beyond it the verdict is unknown.
pub(super) const MAX_REQUESTS: usize = 20_000;

/// How many requests are looked at for the words that part them.
const MOST_FOR_WORDS: usize = 2_000;

/// Tries all requests of a question.
pub(super) fn answer<'a>(question: &Question<'a>, assuming: Assuming) -> Answer<'a> {
    if !question.has_caller() {
        return Answer::unknown(Unknown::Role);
    }
    let mut answer = match question.encryption_contexts() {
        Some(contexts) => in_both(contexts.map(|question| try_requests(&question, assuming))),
        None => try_requests(question, assuming),
    };
    // Policies that were not given may deny as well, so only what is blocked without them is certain.
    if !question.not_given.is_empty() && answer.verdict != Verdict::Blocked {
        answer.verdict = Verdict::Unknown;
        answer.unknowns.splice(0..0, question.not_given.iter().cloned());
    }
    // Without versioning such a step is not made at all.
    if question.may_be_needless && answer.verdict != Verdict::Allowed {
        answer.verdict = Verdict::Unknown;
        answer.unknowns.insert(0, Unknown::Versioning);
    }
    answer
}

/// The answer of a question that was tried under both contexts that S3 may encrypt under. Only one of them is used.
fn in_both<'a>([object, bucket]: [Answer<'a>; 2]) -> Answer<'a> {
    if object.verdict == bucket.verdict {
        return object;
    }
    let unknowns =
        std::iter::once(Unknown::BucketKeys).chain(object.unknowns).chain(bucket.unknowns);
    Answer {
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

fn try_requests<'a>(question: &Question<'a>, assuming: Assuming) -> Answer<'a> {
    let guesses: &[bool] = if question.not_given.is_empty() { &[true] } else { &[true, false] };
    let layers = guesses.iter().map(|guess| question.layers(assuming, *guess)).collect::<Vec<_>>();
    let space = match space(question, assuming) {
        Ok(space) => space,
        Err(undecided) => {
            let span = undecided.span.or_else(|| hardest(&question.statements));
            return Answer::unknown(Unknown::TooHard(Undecided { span, ..undecided }));
        }
    };
    let size = size(&space);
    if size > MAX_REQUESTS {
        return Answer::unknown(Unknown::Limit { size, span: hardest(&question.statements) });
    }
    let mut tally = Tally::default();
    enumerate(&space, &layers, &mut tally);
    let answer = tally.sum_up(&space, &layers[0], question.unknown_name());
    let is_parted = answer.verdict == Verdict::Partial
        || answer.verdict == Verdict::Unknown && !answer.unknowns.is_empty();
    // Where an assumption is taken to fail, only the verdict counts.
    let is_shown = assuming == Assuming::All && layers.len() == 1 && size <= MOST_FOR_WORDS;
    if is_parted && is_shown {
        let depends_on = conditions(question, &space, &layers);
        return Answer { depends_on, ..answer };
    }
    answer
}

/// What it takes to go through. Where AWS leaves the decision of a request open, nothing is said.
fn conditions(question: &Question<'_>, space: &Space<'_>, layers: &[Layers<'_>]) -> Vec<String> {
    let mut outcomes = Outcomes::default();
    enumerate(space, layers, &mut outcomes);
    let stem = question.resource.words.trim_end_matches("*/").trim_end_matches('*');
    if outcomes.is_open {
        return Vec::new();
    }
    words::conditions(&question.statements, &outcomes.requests, stem)
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
    stops: Vec<(Stop, Request)>,
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
        for stop in Stop::all(decision) {
            if !self.stops.iter().any(|(known, _)| known.is_like(&stop)) {
                self.stops.push((stop, request.clone()));
            }
        }
    }
}

impl Tally {
    /// The answer. Statements are looked up in `layers`.
    fn sum_up<'a>(self, space: &Space<'_>, layers: &Layers<'a>, group: Unknown) -> Answer<'a> {
        let causes = self.stops.iter().cloned().map(|(stop, request)| stop.cause(request, layers));
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
        Answer {
            verdict,
            causes: causes.flatten().collect(),
            unknowns,
            witness: self.witness,
            assumes: space.assumes.clone(),
            has_open_variable: space.has_open_variable,
            depends_on: Vec::new(),
        }
    }

    /// What separates the classes: the digits in which two assignments differ that are alike otherwise and come out differently.
    fn separating(&self, hidden: &[&Dimension], group: &Unknown) -> Vec<Unknown> {
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
