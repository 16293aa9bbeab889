//! All that one document allows and another does not, as few regions that a person can read.

use super::compare::{Answer, Compared, Pair, Relation, compare_subjects, shared};
use super::difference::{Comparison, Part, Provenance, parts};
use super::narrowed::{Named, Narrowed, Narrowing};
use super::touched::{Patterns, touched};
use crate::authz::{Ambiguity, Choice, Readings, bit, decisive};
use crate::eval;
use crate::model::Policy;
use crate::source::Span;
use crate::symbolic::boxes::{Requests, Sample, Space};
use crate::symbolic::show::{Cause, Hints, causes, nearest, plausible, read_alone};
use crate::symbolic::subject::{Access, Beyond, Documents, Hinge, Place, Reason, Subject, Within};
use crate::symbolic::text::Variables;
use crate::symbolic::undecided::Undecided;
use std::collections::{BTreeMap, BTreeSet};

/// Boxes of one region that are looked at. More of them rarely touch more words.
const MOST_BOXES: usize = 64;

/// The most open points of AWS's pages whose combinations are all listed. It is also the most that are asked about at once.
const MOST_OPEN: usize = 8;

/// The newly allowed requests of one statement, or those of it that one Deny held back before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Region {
    /// The statement that allows them, of the side that allows more; `None`: no statement need do so.
    pub allowed_by: Option<Place>,
    /// The statement of the other side that denies them; `None`: no statement there allows them.
    pub denied_by: Option<Place>,
    /// The first statement of a layer that limits the side that does not allow and that the other side does not have.
    pub limited_by: Option<Place>,
    /// The words of the statements that name actions of the region.
    pub actions: Named,
    /// The same for its resources.
    pub resources: Named,
    /// The condition keys of the allowing statement, of the Deny that held the requests back, and of the Deny in its place.
    pub keys: Vec<Box<str>>,
    /// The words in which the two sides differ.
    pub because: Vec<Cause>,
    /// A request of the region, replayed.
    pub witness: Sample,
    /// Where AWS's pages leave open how words are read: a reading under which the region exists. Empty: it exists under all.
    pub under: Vec<(Ambiguity, Choice)>,
}

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
    differences_of(&Documents::new(old, requests), &Documents::new(new, requests))
}

/// The same for the requests that are not among these.
pub fn differences_beyond(
    old: &[&Policy],
    new: &[&Policy],
    requests: Requests,
    within: &Within,
) -> Differences {
    let [old, new] =
        [old, new].map(|policies| Documents::new(policies, requests).except(Some(within)));
    differences_of(&old, &new)
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
pub(crate) fn differences_of(old: &dyn Subject, new: &dyn Subject) -> Differences {
    let shared = shared(old, new);
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

/// What was seen of a region.
#[derive(Debug)]
struct Seen {
    witness: Sample,
    /// The numbers of patterns.
    actions: BTreeSet<usize>,
    resources: BTreeSet<usize>,
    /// What is known of its actions and of its resources.
    narrowed: [Narrowed; 2],
}

/// Collects the regions of one direction under one choice of readings.
struct Listing<'a> {
    question: Pair<'a>,
    backwards: bool,
    seen: BTreeMap<Provenance, Seen>,
    undecided: Option<Undecided>,
    /// Whether variables are of unknown value.
    is_open: bool,
}

impl<'a> Listing<'a> {
    fn new(question: Pair<'a>, backwards: bool) -> Listing<'a> {
        Listing { question, backwards, seen: BTreeMap::new(), undecided: None, is_open: false }
    }

    /// Where the policies have variables, values are tried: with unknown values the space has requests that cannot be.
    fn run(&mut self) {
        let Pair { old, .. } = self.question;
        let settled = self.question.assignments(old.known());
        let is_open = !settled.is_empty();
        self.is_open = is_open;
        let runs = if is_open { settled } else { vec![old.known().clone()] };
        let wanted = if is_open { self.wanted().map(Some) } else { Ok(None) };
        let (wanted, unlisted) = match wanted {
            Ok(wanted) => (wanted, None),
            Err(undecided) => (None, Some(undecided)),
        };
        for variables in &runs {
            let is_seen = |because| self.seen.contains_key(because);
            if wanted.as_ref().is_some_and(|wanted| wanted.iter().all(is_seen)) {
                break;
            }
            let searched =
                self.question.sides(variables).and_then(|sides| self.search(&sides, variables));
            if let Err(undecided) = searched
                && !is_open
            {
                self.undecided = Some(undecided);
            }
        }
        let mut unseen = wanted.unwrap_or_default();
        // What no value that was tried shows may be shown by one that fits what is found.
        for cases in [Pair::cases, |pair: &Pair<'_>| pair.finer_cases(pair.old.known())] {
            unseen.retain(|because| !self.seen.contains_key(because));
            if !is_open || unseen.is_empty() {
                break;
            }
            let cases = cases(&self.question);
            let left = cases.iter().flat_map(|known| self.left_in(known, &unseen));
            unseen = left.collect();
        }
        unseen.retain(|because| !self.seen.contains_key(because));
        if let Some(because) = unseen.first() {
            self.undecided = Some(self.untried(because.allowed));
        }
        // What there may be is not known, so what was found need not be all.
        self.undecided = unlisted.or(self.undecided.take());
    }

    /// Those of the differences that there may be in a case, after a look for requests that show them.
    fn left_in(
        &mut self,
        known: &Variables,
        unseen: &BTreeSet<Provenance>,
    ) -> BTreeSet<Provenance> {
        let Ok(sides) = self.question.sides(known) else { return unseen.clone() };
        let mut left = sides.search(self.backwards, known).found();
        left.retain(|because| unseen.contains(because));
        if !left.is_empty() {
            // What stays undecided is not seen.
            let _ = self.search(&sides, known);
        }
        left
    }

    /// The differences that there may be, whatever the values of variables.
    fn wanted(&self) -> Result<BTreeSet<Provenance>, Undecided> {
        let mut wanted = BTreeSet::new();
        for known in self.question.cases() {
            let sides = self.question.widest_sides(&known)?;
            wanted.extend(sides.search(self.backwards, &known).may_differ_by());
        }
        Ok(wanted)
    }

    /// What may differ too, with values of variables that were not tried.
    fn untried(&self, allowed: Place) -> Undecided {
        let statement = self.question.directed(self.backwards).1.find(allowed);
        Undecided {
            reason:
                "this statement may differ too, for values of policy variables that were not tried"
                    .to_owned(),
            span: statement.map(|statement| statement.span),
        }
    }

    /// Looks at every part, also behind one that could not be decided.
    fn search(&mut self, sides: &Comparison, variables: &Variables) -> Result<(), Undecided> {
        let (from, to) = sides.directed(self.backwards);
        let mut search = sides.search(self.backwards, variables);
        let mut result = Ok(());
        let parts = parts(&sides.specs, from, to).collect::<Vec<_>>();
        for part in &parts {
            if self.seen.contains_key(&part.provenance) {
                continue;
            }
            let statement = self.question.directed(self.backwards).1.find(part.provenance.allowed);
            let patterns = Patterns::new(statement, self.question.readings, variables);
            let mut boxes = 0;
            let asked = search.ask(part, &mut |space, cube, because| {
                boxes += 1;
                self.look(space, cube, because, &patterns, variables);
                boxes < MOST_BOXES
            });
            if let Err(undecided) = asked {
                result = Err(undecided);
            }
            // A statement whose variables were written out is several parts of one region: what is so of one need not be of all.
            let alike = parts.iter().filter(|other| other.provenance == part.provenance);
            if alike.count() == 1 {
                self.narrow(sides, part, variables);
            }
        }
        result
    }

    /// Notes which patterns hold all that was seen of a part, or nothing of it. With other values of variables that may be otherwise.
    fn narrow(&mut self, sides: &Comparison, part: &Part<'_>, variables: &Variables) {
        let (question, backwards) = (self.question, self.backwards);
        if self.is_open {
            return;
        }
        let Some(seen) = self.seen.get_mut(&part.provenance) else { return };
        seen.narrowed = Narrowing { question, sides, backwards, variables }.of(part);
    }

    /// Notes a box, if a request of it replays.
    fn look(
        &mut self,
        space: &Space,
        cube: &[u64],
        because: Provenance,
        patterns: &Patterns,
        variables: &Variables,
    ) {
        let sample = self.question.pick(space, cube, variables);
        self.question.shared.budget.spend_on_asking(sample.context.iter().count());
        let shown = match self.question.replays(&sample, self.backwards) {
            true => Some(sample),
            false => self.question.solved(&sample, self.backwards, because, variables),
        };
        let Some(sample) = shown else { return };
        let new = || Seen {
            witness: sample,
            actions: BTreeSet::new(),
            resources: BTreeSet::new(),
            narrowed: Default::default(),
        };
        let seen = self.seen.entry(because).or_insert_with(new);
        patterns.touch(space, cube, (&mut seen.actions, &mut seen.resources));
    }

    fn region(&self, because: Provenance, seen: Seen) -> Region {
        let (from, to) = self.question.directed(self.backwards);
        let Provenance { denied: denied_by, allowed: allowed_by } = because;
        let [named_actions, named_resources] = seen.narrowed;
        let (allow, deny) = (to.find(allowed_by), denied_by.and_then(|place| from.find(place)));
        let of_action = allow.and_then(|allow| allow.action.as_ref());
        let of_resource = allow.and_then(|allow| allow.resource.as_ref());
        let actions = of_action
            .map(|element| touched(element, |pattern| pattern.span, &seen.actions))
            .unwrap_or_default();
        let resources = of_resource
            .map(|element| touched(element, |pattern| pattern.span, &seen.resources))
            .unwrap_or_default();
        let in_its_place = deny.and_then(|deny| nearest(deny, to.policies()));
        let deciding = allow.into_iter().chain(deny).chain(in_its_place).collect::<Vec<_>>();
        let conditions = deciding.iter().flat_map(|own| &own.conditions);
        let statements = deny.into_iter().chain(allow).collect::<Vec<_>>();
        // An example of this statement, not of another one that allows as much.
        let shows = |sample: &Sample| {
            allow.is_none_or(|allow| eval::may_apply(allow, &sample.request()))
                && self.question.replays(sample, self.backwards)
        };
        let witness = plausible(seen.witness, &Hints::of(&statements), &shows);
        let granted = allow.filter(|_| deny.is_none());
        let before = granted.and_then(|allow| nearest(allow, from.policies()));
        let read = deciding.iter().copied().chain(before).collect::<Vec<_>>();
        let witness = read_alone(witness, &read, &shows);
        let hinge = if deny.is_none() { to.hangs_on(from, &witness) } else { None };
        Region {
            allowed_by: Some(allowed_by).filter(|_| allow.is_some()),
            denied_by,
            limited_by: if let Some(Hinge::Limited(place)) = hinge { place } else { None },
            keys: conditions
                .map(|condition| condition.key.node.clone())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            because: self.because(
                because,
                hinge,
                [actions.clone(), resources.clone()].concat().as_slice(),
            ),
            witness: to.shown(witness),
            under: Vec::new(),
            actions: named_actions.named(of_action.is_some_and(|element| element.not), actions),
            resources: named_resources
                .named(of_resource.is_some_and(|element| element.not), resources),
        }
    }

    /// The words that made the difference. Where both sides have the grant, those of the layer that one side lacks.
    fn because(&self, because: Provenance, hinge: Option<Hinge>, touched: &[Span]) -> Vec<Cause> {
        let (from, to) = self.question.directed(self.backwards);
        let deny = because.denied.and_then(|place| from.find(place));
        let of = |allow, touched: &[Span]| {
            causes(allow, deny, from.policies(), to.policies(), touched, self.backwards)
        };
        match hinge {
            Some(Hinge::Allowed(place)) if place != because.allowed => {
                let allow = to.find(place);
                of(allow, allow.map(|allow| vec![allow.effect.span]).unwrap_or_default().as_slice())
            }
            Some(Hinge::Limited(place)) => {
                let limit = place.and_then(|place| from.find(place)).map(|limit| limit.effect.span);
                limit.into_iter().map(|span| Cause { span, is_new: self.backwards }).collect()
            }
            _ => of(to.find(because.allowed), touched),
        }
    }
}

/// Compares as `compare_access` does, and lists all that is different. Places count the policies of all layers, in the order of
/// `Layers::ids`.
pub fn access_differences(old: &Access<'_>, new: &Access<'_>) -> Differences {
    differences_of(&old.knowing(new), &new.knowing(old))
}
