//! The answer to a question: every request is tried, and the results are combined into a verdict.

use super::answer::{Answer, Unknown};
use super::assumption::Assuming;
use super::catalogue::KeyKind;
use super::enumerate::{Class, enumerate, size};
use super::essential::essential;
use super::question::Question;
use super::shared_values::Spent;
use super::space::{Dimension, Space, space};
use super::verdict::{Verdict, Witness};
use super::words;
use crate::authz::{Layers, Request, StatementRef};
use crate::eval::{Decision, Outcome};
use crate::model::Statement;
use crate::source::Span;
use crate::symbolic::{Grain, Undecided};
use crate::why::Stop;
use std::collections::{HashMap, HashSet};

/// How many requests are tried for a step; beyond it the verdict is unknown.
pub(super) const MAX_REQUESTS: usize = 20_000;

/// How many requests are examined for the conditions that separate them.
const MOST_FOR_WORDS: usize = 2_000;

/// How many causes are kept: more than anybody reads. The others are counted.
const MOST_STOPS: usize = 1_000;

/// Tries all requests of a question.
pub(super) fn answer<'a>(question: &Question<'a>, assuming: Assuming) -> Answer<'a> {
    if !question.has_caller() {
        return Answer::unknown(Unknown::Role);
    }
    let mut answer = match question.encryption_contexts() {
        Some(contexts) => in_both(contexts.map(|question| try_requests(&question, assuming))),
        None => try_requests(question, assuming),
    };
    // Policies that were not given may also deny, so only a step that is blocked without them is certain.
    if !question.not_given.is_empty() && answer.verdict != Verdict::Blocked {
        answer.verdict = Verdict::Unknown;
        answer.unknowns.splice(0..0, question.not_given.iter().cloned());
    }
    // Without versioning such a step is not needed at all.
    if question.may_be_needless && answer.verdict != Verdict::Allowed {
        answer.verdict = Verdict::Unknown;
        answer.unknowns.insert(0, Unknown::Versioning);
    }
    answer
}

/// The answer of a question that was tried under both encryption contexts of S3. Only one of them is used.
fn in_both<'a>([object, bucket]: [Answer<'a>; 2]) -> Answer<'a> {
    if object.verdict == bucket.verdict {
        return object;
    }
    let unknowns =
        std::iter::once(Unknown::BucketKeys).chain(object.unknowns).chain(bucket.unknowns);
    Answer {
        verdict: Verdict::Unknown,
        more_causes: object.more_causes.max(bucket.more_causes),
        causes: if object.causes.is_empty() { bucket.causes } else { object.causes },
        unknowns: unknowns.collect(),
        witness: Witness {
            denied: object.witness.denied.or(bucket.witness.denied),
            allowed: object.witness.allowed.or(bucket.witness.allowed),
        },
        assumes: [object.assumes, bucket.assumes].concat(),
        depends_on: Vec::new(),
    }
}

fn try_requests<'a>(question: &Question<'a>, assuming: Assuming) -> Answer<'a> {
    let guesses: &[bool] = if question.not_given.is_empty() { &[true] } else { &[true, false] };
    let layers = guesses.iter().map(|guess| question.layers(assuming, *guess)).collect::<Vec<_>>();
    // If an assumption is taken as false, only the verdict counts.
    let is_main = assuming == Assuming::All;
    let grain = if is_main { Grain::EachOfFew } else { Grain::Lists };
    let space = match space_within_limits(question, assuming, grain) {
        Err(_) if is_main => space_within_limits(question, assuming, Grain::Lists),
        space => space,
    };
    let space = match space {
        Ok(space) => space,
        Err(unknown) => return Answer::unknown(unknown),
    };
    let mut tally = Tally::default();
    enumerate(&essential(&space), &layers).for_each(|class| tally.add(class));
    let stops = std::mem::take(&mut tally.stops).into_iter();
    let answer = tally.sum_up(&space, question.unknown_name());
    if !is_main {
        return answer;
    }
    let is_parted = answer.verdict == Verdict::Partial
        || answer.verdict == Verdict::Unknown && !answer.unknowns.is_empty();
    let has_words = is_parted
        && layers.len() == 1
        && space.grain != Grain::Lists
        && size(&space) <= MOST_FOR_WORDS;
    Answer {
        causes: stops.filter_map(|(stop, request)| stop.cause(request, &layers[0])).collect(),
        depends_on: if has_words { conditions(&space, &layers) } else { Vec::new() },
        ..answer
    }
}

/// The space of a question, or why its requests cannot be tried.
fn space_within_limits<'q>(
    question: &'q Question<'_>,
    assuming: Assuming,
    grain: Grain,
) -> Result<Space<'q>, Unknown> {
    let longest = || hardest(&question.statements);
    let space = space(question, assuming, grain).map_err(|undecided| {
        Unknown::TooHard(Undecided { span: undecided.span.or_else(longest), ..undecided })
    })?;
    match size(&space) {
        size if size > MAX_REQUESTS => Err(Unknown::Limit { size, span: longest() }),
        size => match question.shared.spend(size, question.statements.len()) {
            Ok(()) => Ok(space),
            Err(Spent::Run) => Err(Unknown::Spent { span: longest() }),
            Err(Spent::Check) => {
                let reason =
                    "the steps of this check have too many combinations of values together";
                Err(Unknown::TooHard(Undecided { reason: reason.to_owned(), span: longest() }))
            }
        },
    }
}

/// The conditions under which requests are allowed; none if AWS leaves the decision of a request open.
fn conditions(space: &Space<'_>, layers: &[Layers<'_>]) -> Vec<String> {
    let requests = enumerate(space, layers).flat_map(|class| class.requests);
    let outcome = |(decision, request): (Decision, Request)| match decision.outcome {
        Outcome::Undetermined => None,
        outcome => Some((request, outcome == Outcome::Allowed)),
    };
    let question = space.question;
    let stem = question.resource.words.trim_end_matches("*/").trim_end_matches('*');
    let outcomes = requests.map(outcome).collect::<Option<Vec<_>>>();
    outcomes.map_or_else(Vec::new, |all| words::conditions(&question.statements, &all, stem))
}

/// The longest list of these statements: it distinguishes the most cases.
fn hardest(statements: &[&Statement]) -> Option<Span> {
    let resources = statements.iter().filter_map(|statement| statement.resource.as_ref());
    let lists = resources.map(|element| (element.patterns.len(), element.span));
    let conditions = statements.iter().flat_map(|statement| &statement.conditions);
    let values = conditions.map(|condition| (condition.test.number_of_values(), condition.span));
    lists.chain(values).max_by_key(|(length, _)| *length).map(|(_, span)| span)
}

/// The results for one assignment of what is not known.
#[derive(Clone, Default)]
struct Outcomes {
    digits: Vec<usize>,
    allowed: bool,
    denied: bool,
    open: bool,
}

impl Outcomes {
    /// The verdict if open decisions count as allowed, or as denied.
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
    classes: Vec<Outcomes>,
    stops: Vec<(Stop, Request)>,
    /// How many there are besides.
    more_stops: usize,
    /// The statements among them.
    denies: HashSet<StatementRef>,
    witness: Witness,
}

impl Tally {
    fn add(&mut self, class: Class<'_>) {
        let mut outcomes = Outcomes { digits: class.digits, ..Outcomes::default() };
        for (decision, request) in class.requests {
            self.take(&mut outcomes, decision, request);
        }
        self.classes.push(outcomes);
    }

    fn take(&mut self, class: &mut Outcomes, decision: Decision, request: Request) {
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
            let is_known = match &stop {
                Stop::Deny(statement) => !self.denies.insert(*statement),
                _ => self.stops.iter().any(|(known, _)| known.is_like(&stop)),
            };
            match is_known {
                true => {}
                false if self.stops.len() < MOST_STOPS => self.stops.push((stop, request.clone())),
                false => self.more_stops += 1,
            }
        }
    }

    /// The answer, without its causes.
    fn sum_up<'a>(self, space: &Space<'_>, group: Unknown) -> Answer<'a> {
        let hidden = space
            .open
            .iter()
            .filter(|dimension| dimension.kind != KeyKind::Free)
            .collect::<Vec<_>>();
        // An assignment that contradicts the caller makes no request and is ignored.
        let tried = self.classes.iter().filter(|class| class.allowed || class.denied || class.open);
        let verdicts = tried.flat_map(|class| [class.verdict(true), class.verdict(false)]);
        let worst = verdicts.clone().max().unwrap_or(Verdict::Unknown);
        let settled = verdicts.min() == Some(worst);
        let verdict = if settled { worst } else { Verdict::Unknown };
        let unknowns = if settled { Vec::new() } else { self.separating(&hidden, &group) };
        Answer {
            verdict,
            causes: Vec::new(),
            more_causes: self.more_stops,
            unknowns,
            witness: self.witness,
            assumes: space.assumes.clone(),
            depends_on: Vec::new(),
        }
    }

    /// What separates the classes: the only digit in which two assignments with different results differ.
    fn separating(&self, hidden: &[&Dimension], group: &Unknown) -> Vec<Unknown> {
        let width = self.classes.first().map_or(0, |class| class.digits.len());
        let separates = |digit: usize| {
            let mut seen = HashMap::new();
            self.classes.iter().any(|class| {
                let mut rest = class.digits.clone();
                rest[digit] = 0;
                let verdicts = [class.verdict(true), class.verdict(false)];
                *seen.entry(rest).or_insert(verdicts) != verdicts
            })
        };
        // The first digit is for policies that were not given, which have their own reason.
        let digits = (1..width).filter(|digit| separates(*digit));
        let unknown = |digit| match digit {
            1 => group.clone(),
            _ => Unknown::Key(hidden[digit - 2].key.clone()),
        };
        digits.map(unknown).collect()
    }
}
