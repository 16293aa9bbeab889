//! All that one document allows and another does not, as few regions that a person can read.

use super::compare::{Answer, Compared, Relation, compare_subjects, shared, shared_within};
use super::difference::Provenance;
use super::listing::{Listing, Region};
use super::pair::Pair;
use crate::authz::{Ambiguity, Choice, Readings, bit, decisive};
use crate::model::Policy;
use crate::symbolic::boxes::Requests;
use crate::symbolic::subject::{Access, Beyond, Documents, Reason, Subject, Within};
use crate::symbolic::text::Together;
use crate::symbolic::undecided::Undecided;
use std::collections::{BTreeMap, BTreeSet};

/// The most open points of AWS's pages whose combinations are all listed. It is also the most that are asked about at once.
const MOST_OPEN: usize = 8;

/// What one side allows and the other does not.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Direction {
    /// The regions, in the order of the statements.
    pub regions: Vec<Region>,
    /// Why there may be more.
    pub undecided: Option<Undecided>,
}

/// How two documents relate, and in what they differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Differences {
    /// How they relate.
    pub relation: Relation,
    /// What the new one allows and the old does not.
    pub newly_allowed: Direction,
    /// What the old one allows and the new does not.
    pub newly_denied: Direction,
    /// The relation under each combination of the readings that AWS's pages leave open.
    pub readings: Vec<(Vec<(Ambiguity, Choice)>, Relation)>,
}

impl Differences {
    /// The differences of two parts of the requests, as one list.
    #[must_use]
    pub fn joined(self, other: Differences) -> Differences {
        let (newly_allowed, newly_denied) = (
            self.newly_allowed.joined(other.newly_allowed),
            self.newly_denied.joined(other.newly_denied),
        );
        let relation = self.relation.joined(other.relation);
        let readings =
            if self.readings.len() < other.readings.len() { other.readings } else { self.readings };
        Differences { relation, newly_allowed, newly_denied, readings }
    }
}

impl Direction {
    fn joined(mut self, other: Direction) -> Direction {
        let key = |region: &Region| (region.allowed_by, region.denied_by, region.limited_by);
        let known = self.regions.iter().map(key).collect::<Vec<_>>();
        self.regions
            .extend(other.regions.into_iter().filter(|region| !known.contains(&key(region))));
        Direction { regions: self.regions, undecided: self.undecided.or(other.undecided) }
    }
}

/// Compares two sets of policies as `compare` does, and lists all in which they differ.
pub fn differences(old: &[&Policy], new: &[&Policy], requests: Requests) -> Differences {
    let [old, new] = [old, new].map(|policies| Documents::new(policies, requests));
    differences_of(&old, &new, &Together::default())
}

/// The same within a budget, for the requests that are not among these.
pub(crate) fn differences_beyond(
    old: &[&Policy],
    new: &[&Policy],
    requests: Requests,
    within: Option<&Within>,
    budget: &Together,
) -> Differences {
    let [old, new] = [old, new].map(|policies| Documents::new(policies, requests).except(within));
    differences_of(&old, &new, budget)
}

/// The same, where what the policies of a ceiling allow by themselves is not new.
pub fn differences_within(
    old: &[&Policy],
    new: &[&Policy],
    ceiling: &[&Policy],
    requests: Requests,
) -> Differences {
    let all = differences(old, new, requests);
    if all.newly_allowed == Direction::default() {
        return all;
    }
    let both = [new, ceiling].concat();
    let before = Documents::new(old, requests);
    let [without_allow, denied] = [Reason::NoAllow, Reason::Deny]
        .map(|reason| gains(&before, &Beyond::new(&both, new.len(), reason, requests)));
    let lost = match all.relation {
        Relation::Unknown if all.newly_denied == Direction::default() => Relation::Equal,
        relation => only(relation, Relation::NewAllowsLess),
    };
    let readings =
        under_each(&[&without_allow.readings, &denied.readings, &all.readings], |found| {
            let lost = only(found[2], Relation::NewAllowsLess);
            within(found[0], found[1], lost)
        });
    Differences {
        relation: within(without_allow.relation, denied.relation, lost),
        newly_allowed: without_allow.newly_allowed.joined(denied.newly_allowed),
        newly_denied: all.newly_denied,
        readings,
    }
}

/// The relation to what is beyond a ceiling: gained for one of its two reasons, and lost.
fn within(without_allow: Relation, denied: Relation, lost: Relation) -> Relation {
    let [one, other] =
        [without_allow, denied].map(|relation| only(relation, Relation::NewAllowsMore));
    let gained = match (one, other) {
        (Relation::NewAllowsMore, _) | (_, Relation::NewAllowsMore) => Relation::NewAllowsMore,
        (one, other) => one.joined(other),
    };
    gained.joined(lost)
}

/// One direction of a relation.
fn only(relation: Relation, wanted: Relation) -> Relation {
    match relation {
        Relation::Unknown => Relation::Unknown,
        Relation::Incomparable => wanted,
        relation if relation == wanted => wanted,
        _ => Relation::Equal,
    }
}

/// Relations under the choices that they were found under.
type ByReading = Vec<(Vec<(Ambiguity, Choice)>, Relation)>;

/// What several relations are together, under each combination of the points that one of them depends on.
fn under_each(parts: &[&ByReading], join: impl Fn(&[Relation]) -> Relation) -> ByReading {
    let all = parts.iter().flat_map(|part| part.iter()).flat_map(|(choices, _)| choices);
    let open = all.map(|(ambiguity, _)| *ambiguity).collect::<BTreeSet<_>>();
    if open.len() > MOST_OPEN {
        return Vec::new();
    }
    let mut combinations = vec![Vec::new()];
    for ambiguity in open {
        let with = |choice| {
            combinations.iter().map(move |known: &Vec<_>| {
                known.iter().copied().chain([(ambiguity, choice)]).collect::<Vec<_>>()
            })
        };
        combinations = with(Choice::First).chain(with(Choice::Second)).collect();
    }
    let under = |choices: &[(Ambiguity, Choice)], part: &&ByReading| {
        let fits = |own: &&(Vec<(Ambiguity, Choice)>, Relation)| {
            own.0.iter().all(|choice| choices.contains(choice))
        };
        part.iter().find(fits).map_or(Relation::Unknown, |(_, relation)| *relation)
    };
    let joined = combinations.into_iter().map(|choices| {
        let found = parts.iter().map(|part| under(&choices, part)).collect::<Vec<_>>();
        let relation = join(&found);
        (choices, relation)
    });
    joined.collect()
}

/// What one side allows and the other does not, whatever the other allows.
fn gains(old: &dyn Subject, new: &dyn Subject) -> Differences {
    let shared = shared(old, new);
    let compared = compare_subjects(old, new, &shared);
    let question = Pair { old, new, readings: &Readings::default(), shared: &shared };
    let relation = match compared.gained {
        Answer::None => Relation::Equal,
        Answer::Some(_) => Relation::NewAllowsMore,
        Answer::Unknown(_) => Relation::Unknown,
    };
    Differences {
        relation,
        newly_allowed: direction(question, &compared, false),
        newly_denied: Direction::default(),
        readings: compared.readings,
    }
}

/// Lists in what two sides differ, whatever they are.
pub(crate) fn differences_of(
    old: &dyn Subject,
    new: &dyn Subject,
    budget: &Together,
) -> Differences {
    let shared = shared_within(old, new, budget);
    let compared = compare_subjects(old, new, &shared);
    let readings = Readings::default();
    let question = Pair { old, new, readings: &readings, shared: &shared };
    let newly_allowed = direction(question, &compared, false);
    let newly_denied = direction(question, &compared, true);
    Differences {
        relation: compared.relation,
        newly_allowed,
        newly_denied,
        readings: compared.readings,
    }
}

/// The regions under all readings that were tried; one that is not there under all of them says so.
fn direction(question: Pair<'_>, compared: &Compared, backwards: bool) -> Direction {
    let answer = if backwards { &compared.lost } else { &compared.gained };
    if *answer == Answer::None {
        return Direction::default();
    }
    question.shared.budget.refill();
    let mut regions: BTreeMap<Provenance, (Vec<usize>, Region)> = BTreeMap::new();
    let mut undecided = None;
    for (number, (choices, _)) in compared.readings.iter().enumerate() {
        let readings = Readings::with_second(second(choices));
        let mut listing = Listing::new(Pair { readings: &readings, ..question }, backwards);
        listing.run();
        undecided = undecided.or_else(|| listing.undecided.take());
        for (because, seen) in std::mem::take(&mut listing.seen) {
            let region = listing.region(because, seen);
            let (seen, known) =
                regions.entry(because).or_insert_with(|| (Vec::new(), region.clone()));
            seen.push(number);
            known.actions.meet(&region.actions);
            known.resources.meet(&region.resources);
        }
    }
    let settled = |(seen, region): (Vec<usize>, Region)| {
        let all = compared.readings.iter().enumerate();
        let all = all.map(|(number, (choices, _))| (choices.clone(), seen.contains(&number)));
        let under = decisive(&all.collect::<Vec<_>>()).into_iter().find(|(_, is_there)| *is_there);
        Region { under: under.map(|(choices, _)| choices).unwrap_or_default(), ..region }
    };
    let undecided = match answer {
        Answer::Unknown(known) => Some(undecided.unwrap_or_else(|| known.clone())),
        _ => undecided,
    };
    Direction { regions: regions.into_values().map(settled).collect(), undecided }
}

fn second(choices: &[(Ambiguity, Choice)]) -> u64 {
    choices
        .iter()
        .filter(|(_, choice)| *choice == Choice::Second)
        .map(|(ambiguity, _)| bit(*ambiguity))
        .sum()
}

/// Compares as `compare_access` does, and lists all that is different. Places count the policies of all layers, in the order of
/// `Layers::ids`.
pub fn access_differences(old: &Access<'_>, new: &Access<'_>) -> Differences {
    access_differences_within(old, new, &Together::default())
}

/// The same within a budget.
pub(crate) fn access_differences_within(
    old: &Access<'_>,
    new: &Access<'_>,
    budget: &Together,
) -> Differences {
    differences_of(&old.knowing(new), &new.knowing(old), budget)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `MOST_OPEN`: of parts that depend on more points together than are asked about at once no reading is listed.
    #[test]
    fn combinations_of_many_open_points_are_not_listed() {
        let parts = |most: usize| {
            let points = Ambiguity::all().take(most);
            let part = |point| {
                vec![
                    (vec![(point, Choice::First)], Relation::Equal),
                    (vec![(point, Choice::Second)], Relation::NewAllowsMore),
                ]
            };
            points.map(part).collect::<Vec<ByReading>>()
        };
        let joined = |parts: &[ByReading]| {
            under_each(&parts.iter().collect::<Vec<_>>(), |all| {
                all.iter().fold(Relation::Equal, |one, other| one.joined(*other))
            })
        };
        let eight = joined(&parts(MOST_OPEN));
        assert_eq!(eight.len(), 1 << MOST_OPEN);
        let equal = eight.iter().filter(|(_, relation)| *relation == Relation::Equal);
        assert_eq!(equal.count(), 1);
        assert!(joined(&parts(MOST_OPEN + 1)).is_empty());
    }
}
