//! What one set of policies allows that another does not, each taken as a document: statements apply or do not, whoever asks.

use super::candidates::{FIRST, MOST_ASSIGNMENTS};
use super::difference::{Comparison, Provenance};
use super::pair::Pair;
use super::{refused, values};
use crate::authz::{Ambiguity, Choice, bit, may_have_key, shape, under_all_readings};
use crate::aws;
use crate::model::Policy;
use crate::symbolic::boxes::{Name, Requests, Sample};
use crate::symbolic::domain::Shared;
use crate::symbolic::show::{Hints, actual};
use crate::symbolic::subject::{Access, Documents, Place, Subject};
use crate::symbolic::text::{Together, Variables};
use crate::symbolic::undecided::{DEFECT, OPEN_READING, TOO_MANY_READINGS, Undecided};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// How two sets of policies relate.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// They allow the same.
    Equal,
    /// The new one allows all that the old does, and more.
    NewAllowsMore,
    /// The new one allows less.
    NewAllowsLess,
    /// Each allows what the other does not.
    Incomparable,
    /// Not decided.
    Unknown,
}

impl Relation {
    /// The relation over the requests of two parts.
    #[must_use]
    pub fn joined(self, other: Relation) -> Relation {
        match (self, other) {
            (same, other) if same == other => same,
            (Relation::Unknown, _) | (_, Relation::Unknown) => Relation::Unknown,
            (Relation::Equal, other) | (other, Relation::Equal) => other,
            _ => Relation::Incomparable,
        }
    }
}

/// A request that one side allows and the other does not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gain {
    /// The request.
    pub sample: Sample,
    /// The statement that allows it.
    pub allowed_by: Place,
    /// The statement of the other side that denied it, if one did; else none allowed it.
    pub denied_by: Option<Place>,
}

/// Whether there is access that one side gives and the other does not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// There is none: all requests were looked at.
    None,
    /// There is; a request that shows it, replayed.
    Some(Box<Gain>),
    /// Not decided.
    Unknown(Undecided),
}

/// The relation, with a request for each direction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Compared {
    /// How they relate.
    pub relation: Relation,
    /// What the new side allows and the old does not.
    pub gained: Answer,
    /// What the old side allows and the new does not.
    pub lost: Answer,
    /// The relation under each combination of the readings that AWS's pages leave open and that were come upon.
    pub readings: Vec<(Vec<(Ambiguity, Choice)>, Relation)>,
}

/// Compares two sets of policies as documents of one kind.
///
/// `requests` says which requests are looked at: any action, resource and context, or those that AWS has. Where AWS's pages leave open how
/// words are read, the relation must be the same under all readings, or it is unknown.
pub fn compare(old: &[&Policy], new: &[&Policy], requests: Requests) -> Compared {
    let [old, new] = [old, new].map(|policies| Documents::new(policies, requests));
    compare_subjects(&old, &new, &shared(&old, &new))
}

/// Whether the old side allows what the new does not, where all searches may cost so much together.
pub fn lost_for(old: &[&Policy], new: &[&Policy], requests: Requests, cost: usize) -> Answer {
    lost_within(old, new, requests, &Together::of(cost))
}

/// The same within a budget that several questions share.
pub(crate) fn lost_within(
    old: &[&Policy],
    new: &[&Policy],
    requests: Requests,
    budget: &Together,
) -> Answer {
    one_direction((old, new), true, requests, budget)
}

/// Whether the new side allows what the old does not, within such a budget.
pub(crate) fn gained_within(
    old: &[&Policy],
    new: &[&Policy],
    requests: Requests,
    budget: &Together,
) -> Answer {
    one_direction((old, new), false, requests, budget)
}

/// From the old side to the new; from new to old if `backwards`. Nothing is asked about the other direction.
fn one_direction(
    (old, new): (&[&Policy], &[&Policy]),
    backwards: bool,
    requests: Requests,
    budget: &Together,
) -> Answer {
    let [old, new] = [old, new].map(|policies| Documents::new(policies, requests));
    settled((&old, &new), backwards, &shared_within(&old, &new, budget))
}

/// One direction for searches that have this in common.
pub(super) fn settled(
    (old, new): (&dyn Subject, &dyn Subject),
    backwards: bool,
    shared: &Shared,
) -> Answer {
    let tried = under_all_readings(|readings| {
        let [answer] = answers(Pair { old, new, readings, shared }, [backwards]);
        answer
    });
    let settled = if tried.is_complete {
        settle(tried.answers.iter().map(|(_, answer)| answer))
    } else {
        open()
    };
    match refused::differing(old.policies(), new.policies()) {
        Some(undecided) if settled == Answer::None => Answer::Unknown(undecided),
        _ => settled,
    }
}

/// Whether the old side allows this request and the new does not, however AWS's pages are read.
pub(crate) fn is_lost(
    old: &[&Policy],
    new: &[&Policy],
    requests: Requests,
    sample: &Sample,
) -> bool {
    let [old, new] = [old, new].map(|policies| Documents::new(policies, requests));
    let (old, new): (&dyn Subject, &dyn Subject) = (&old, &new);
    let shared = shared(old, new);
    let tried = under_all_readings(|readings| {
        Pair { old, new, readings, shared: &shared }.replays(sample, true)
    });
    tried.is_complete && tried.answers.iter().all(|(_, is_shown)| *is_shown)
}

/// What the searches of a comparison have in common.
pub(crate) fn shared(old: &dyn Subject, new: &dyn Subject) -> Shared {
    let policies = [old.policies(), new.policies()].concat();
    if old.names_principals() {
        Shared::naming_principals(&policies)
    } else {
        Shared::new(&policies)
    }
}

/// The same within a budget.
pub(super) fn shared_within(old: &dyn Subject, new: &dyn Subject, budget: &Together) -> Shared {
    let shared = shared(old, new);
    budget.spend_on_preparing(shared.callers.cost());
    Shared { budget: budget.clone(), ..shared }
}

/// Compares whatever there is to compare.
pub(crate) fn compare_subjects(old: &dyn Subject, new: &dyn Subject, shared: &Shared) -> Compared {
    let tried = under_all_readings(|readings| compare_once(Pair { old, new, readings, shared }));
    let answers = |pick: fn(&Compared) -> &Answer| {
        tried.answers.iter().map(move |(_, compared)| pick(compared))
    };
    let settled = |pick: fn(&Compared) -> &Answer| {
        if tried.is_complete { settle(answers(pick)) } else { unknown(TOO_MANY_READINGS) }
    };
    let (mut gained, mut lost) =
        (settled(|compared| &compared.gained), settled(|compared| &compared.lost));
    if let Some(undecided) = refused::differing(old.policies(), new.policies()) {
        for answer in [&mut gained, &mut lost].into_iter().filter(|answer| **answer == Answer::None)
        {
            *answer = Answer::Unknown(undecided.clone());
        }
    }
    let readings = tried
        .answers
        .iter()
        .map(|(second, compared)| (points(tried.points, *second), compared.relation))
        .collect();
    Compared { relation: relation(&gained, &lost), gained, lost, readings }
}

/// The choices that a set of second readings means.
pub(crate) fn points(points: u64, second: u64) -> Vec<(Ambiguity, Choice)> {
    let choice =
        |ambiguity| if second & bit(ambiguity) == 0 { Choice::First } else { Choice::Second };
    Ambiguity::all()
        .filter(|ambiguity| points & bit(*ambiguity) != 0)
        .map(|ambiguity| (ambiguity, choice(ambiguity)))
        .collect()
}

fn open() -> Answer {
    unknown(OPEN_READING)
}

/// The answer that all readings give.
fn settle<'a>(mut answers: impl Iterator<Item = &'a Answer>) -> Answer {
    let Some(first) = answers.next() else { return open() };
    for answer in answers {
        match (answer, first) {
            (Answer::Unknown(_), _) => return answer.clone(),
            (Answer::None, Answer::Some(_)) | (Answer::Some(_), Answer::None) => return open(),
            _ => {}
        }
    }
    first.clone()
}

fn relation(gained: &Answer, lost: &Answer) -> Relation {
    match (gained, lost) {
        (Answer::Unknown(_), _) | (_, Answer::Unknown(_)) => Relation::Unknown,
        (Answer::None, Answer::None) => Relation::Equal,
        (Answer::Some(_), Answer::None) => Relation::NewAllowsMore,
        (Answer::None, Answer::Some(_)) => Relation::NewAllowsLess,
        (Answer::Some(_), Answer::Some(_)) => Relation::Incomparable,
    }
}

fn compare_once(question: Pair<'_>) -> Compared {
    let [gained, lost] = answers(question, [false, true]);
    Compared { relation: relation(&gained, &lost), gained, lost, readings: Vec::new() }
}

/// The answers for these directions: from new to old if `true`.
fn answers<const N: usize>(question: Pair<'_>, directions: [bool; N]) -> [Answer; N] {
    let known = question.old.known();
    // Any requests are searched sooner than those that AWS has, and may settle the answer.
    let wide = match question.old.requests() {
        Requests::Possible => question.widest_sides(known).ok(),
        Requests::Any => None,
    };
    let settled = directions.map(|backwards| {
        let settled = wide.as_ref().and_then(|sides| question.among_any(sides, backwards, known));
        (backwards, settled)
    });
    let is_open = settled.iter().any(|(_, settled)| settled.is_none());
    let sides = is_open.then(|| question.sides(known));
    settled.map(|(backwards, settled)| match (settled, &sides) {
        (Some(answer), _) => answer,
        (None, Some(Ok(sides))) => question.answer(sides, backwards),
        (None, Some(Err(undecided))) => Answer::Unknown(undecided.clone()),
        (None, None) => Answer::None,
    })
}

impl Pair<'_> {
    /// A request that one side allows and the other does not.
    pub(crate) fn answer(&self, sides: &Comparison, backwards: bool) -> Answer {
        let cases = self.cases();
        if let [known] = cases.as_slice() {
            return self.answer_if(known, sides, backwards);
        }
        let mut answer = Answer::None;
        for known in &cases {
            let found = match self.sides(known) {
                Ok(sides) => self.answer_if(known, &sides, backwards),
                Err(undecided) => Answer::Unknown(undecided),
            };
            match found {
                Answer::Some(_) => return found,
                Answer::Unknown(_) => answer = found,
                Answer::None => {}
            }
        }
        answer
    }

    /// What a search among any requests settles: that there is none, or one that AWS has.
    fn among_any(&self, sides: &Comparison, backwards: bool, known: &Variables) -> Option<Answer> {
        let (from, to) = self.directed(backwards);
        let (mut shown, mut is_there) = (None, false);
        let searched = sides.search(backwards, known).run(None, &mut |space, cube, provenance| {
            is_there = true;
            let Provenance { denied, allowed } = provenance;
            let statements = denied.and_then(|place| from.find(place)).into_iter();
            let hints =
                Hints::of(&to.find(allowed).into_iter().chain(statements).collect::<Vec<_>>());
            // The last request that was asked about, as AWS has it.
            let last = RefCell::new(None);
            let shows = |sample: &Sample| {
                let own = of_real_action(sample).map(|sample| self.fitted(sample));
                let is_shown = own.as_ref().is_some_and(|own| self.replays(own, backwards));
                last.replace(own);
                is_shown
            };
            let is_found = {
                let [action, resource] = [Name::Action, Name::Resource]
                    .map(|name| space.holder(&sides.specs, cube, &name));
                let sample = self.pick(space, cube, known);
                actual(&sample, &hints, [&action, &resource], &shows).is_some()
            };
            shown = last.into_inner().filter(|_| is_found).map(|sample| {
                let (allowed_by, denied_by) = (allowed, denied);
                Answer::Some(Box::new(Gain { sample, allowed_by, denied_by }))
            });
            false
        });
        if searched.is_ok() && !is_there { Some(Answer::None) } else { shown }
    }

    fn answer_if(&self, known: &Variables, sides: &Comparison, backwards: bool) -> Answer {
        let is_open = self.is_open(known);
        let most = if is_open { MOST_SOLVED } else { MOST_TRIED };
        match self.first_gain(sides, backwards, known, (None, most)) {
            Ok(None) => Answer::None,
            Ok(Some(Found::Shown(gain))) if is_open => self.with_values(known, backwards, gain),
            Ok(Some(Found::Shown(gain))) => Answer::Some(gain),
            Ok(Some(Found::Seeming { .. })) if is_open => self.answer_by_values(known, backwards),
            Ok(Some(Found::Seeming { is_possible })) => {
                let too_wide = sides.shapes.as_ref().and_then(|shapes| shapes.too_wide.clone());
                match too_wide {
                    Some(reason) => Answer::Unknown(reason),
                    None if is_possible => unknown(DEFECT),
                    None => unknown(SEEMING),
                }
            }
            // With values patterns are plain texts, which tell fewer apart.
            Err(undecided) if is_open => match self.answer_by_values(known, backwards) {
                Answer::Unknown(_) => Answer::Unknown(undecided),
                answer => answer,
            },
            Err(undecided) => Answer::Unknown(undecided),
        }
    }

    /// The same difference in a request in which all variables have values, if there is such a request.
    fn with_values(&self, known: &Variables, backwards: bool, gain: Box<Gain>) -> Answer {
        let own = Provenance { denied: gain.denied_by, allowed: gain.allowed_by };
        let wanted = BTreeSet::from([own]);
        let assigned = |most| self.assignments(known, |_| true, most).into_iter();
        // One of the first will mostly do; the others cost more.
        let others = [MOST_ASSIGNMENTS].into_iter().flat_map(assigned).skip(FIRST);
        for variables in assigned(FIRST).chain(others) {
            let found = self.sides(&variables).and_then(|sides| {
                self.first_gain(&sides, backwards, &variables, (Some(&wanted), MOST_TRIED))
            });
            if let Ok(Some(Found::Shown(gain))) = found {
                return Answer::Some(gain);
            }
        }
        Answer::Some(gain)
    }

    /// Whether there is a difference, where what was found does not show it.
    fn answer_by_values(&self, known: &Variables, backwards: bool) -> Answer {
        let mut shown = None;
        let search = values::Search { question: *self, backwards, known };
        let unseen = search.unseen(&mut |sides, variables, wanted| {
            let found = self.first_gain(sides, backwards, variables, (wanted, MOST_TRIED));
            if let Ok(Some(Found::Shown(gain))) = found {
                shown = Some(gain);
            }
            // One is enough.
            shown.is_none().then(BTreeSet::new)
        });
        match (shown, unseen) {
            (Some(gain), _) => Answer::Some(gain),
            (None, Ok(unseen)) if unseen.is_empty() => Answer::None,
            (None, _) => unknown(NO_VALUES),
        }
    }

    /// The first box with a request that replays, among so many; or what only seemed to be one. `None`: there is no box.
    fn first_gain(
        &self,
        sides: &Comparison,
        backwards: bool,
        variables: &Variables,
        (wanted, most): (Option<&BTreeSet<Provenance>>, usize),
    ) -> Result<Option<Found>, Undecided> {
        let mut found = None;
        let mut tried = 0;
        let searched =
            sides.search(backwards, variables).run(wanted, &mut |space, cube, provenance| {
                let sample = self.pick(space, cube, variables);
                self.shared.budget.spend_on_asking(sample.context.iter().count());
                tried += 1;
                let shown = match self.replays(&sample, backwards) {
                    true => Some(sample.clone()),
                    false => self.solved(&sample, backwards, provenance, variables),
                };
                if let Some(sample) = shown {
                    found = Some(Found::Shown(Box::new(Gain {
                        sample,
                        allowed_by: provenance.allowed,
                        denied_by: provenance.denied,
                    })));
                    return false;
                }
                // One that AWS has and that does not replay would be a defect, unless variables are open.
                let is_possible = self.has(&sample)
                    || matches!(found, Some(Found::Seeming { is_possible: true }));
                found = Some(Found::Seeming { is_possible });
                tried < most
            });
        if found.is_none() { searched.map(|()| None) } else { Ok(found) }
    }
}

fn unknown(reason: &str) -> Answer {
    Answer::Unknown(Undecided::anywhere(reason))
}

/// The request without keys that its action never has, and with values of the form of their keys; `None`: AWS has no
/// such action.
fn of_real_action(sample: &Sample) -> Option<Sample> {
    let mut sample = sample.clone();
    if let Some(name) = &sample.action {
        let action = aws::action(name)?;
        let keys = sample.context.iter().map(|(key, _)| key.to_owned()).collect::<Vec<_>>();
        let foreign = keys.iter().filter(|key| !may_have_key(action, None, key));
        foreign.for_each(|key| sample.context.remove(key));
    }
    for (key, value) in sample.context.clone().iter() {
        let other =
            shape(key, None).filter(|shape| !value.as_slice().iter().all(|own| shape.fits(own)));
        other.iter().for_each(|shape| sample.context.set_one(key, shape.example()));
    }
    Some(sample)
}

/// Boxes that are tried for a request that replays.
const MOST_TRIED: usize = 256;

/// The same with variables of unknown value.
const MOST_SOLVED: usize = 8;

const NO_VALUES: &str =
    "the answer depends on the values of variables, and no value that shows a difference was found";

const SEEMING: &str =
    "the requests that seemed to show a difference are none that AWS has, and no other was found";

/// What a search came upon.
enum Found {
    /// A request, replayed.
    Shown(Box<Gain>),
    /// No request of the boxes that were tried replays.
    Seeming {
        /// Whether AWS has one of those that were tried.
        is_possible: bool,
    },
}

/// Compares what one caller may do with its old and its new policies.
pub fn compare_access(old: &Access<'_>, new: &Access<'_>) -> Compared {
    compare_access_within(old, new, &Together::default())
}

/// The same within a budget.
pub(crate) fn compare_access_within(
    old: &Access<'_>,
    new: &Access<'_>,
    budget: &Together,
) -> Compared {
    let (old, new) = (&old.knowing(new), &new.knowing(old));
    compare_subjects(old, new, &shared_within(old, new, budget))
}
