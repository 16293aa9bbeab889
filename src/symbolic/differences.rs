//! All that one document allows and another does not, as few regions that a person can read.

use super::bits::ones;
use super::candidates::assignments;
use super::causes::{Cause, causes};
use super::compare::{Answer, Compared, Question, Relation, compare};
use super::plausible::plausible;
use super::point::Sample;
use super::possible::Requests;
use super::sides::{Because, Place, Sides, parts};
use super::sketch::resource_atom;
use super::space::{Classified, Name, Space, Undecided};
use super::token::{Atom, Style};
use super::variables::Variables;
use crate::authz::{Ambiguity, Choice, Readings, bit};
use crate::model::{Element, Policy, Statement};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Boxes of one region that are looked at. More of them rarely touch more words.
const MOST_BOXES: usize = 64;

/// The newly allowed requests of one statement, or those of it that one Deny held back before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Region {
    /// The statement that allows them, of the side that allows more.
    pub allowed_by: Place,
    /// The statement of the other side that denies them; `None`: no statement there allows them.
    pub denied_by: Option<Place>,
    /// The words of the allowing statement's actions that name actions of the region.
    pub actions: Vec<Span>,
    /// The same for its resources.
    pub resources: Vec<Span>,
    /// The condition keys of the allowing statement.
    pub keys: Vec<Box<str>>,
    /// The words in which the two sides differ.
    pub because: Vec<Cause>,
    /// A request of the region, replayed.
    pub witness: Sample,
    /// Where AWS's pages leave open how words are read: a reading under which the region is there. Empty: it is there under all.
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

/// How two documents stand to each other, and in what they differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Differences {
    /// How they stand.
    pub relation: Relation,
    /// What the new one allows and the old does not.
    pub newly_allowed: Direction,
    /// What the old one allows and the new does not.
    pub newly_denied: Direction,
    /// The relation under each combination of the readings that AWS's pages leave open.
    pub readings: Vec<(Vec<(Ambiguity, Choice)>, Relation)>,
}

/// Compares two sets of policies as [`compare`] does, and lists all in which they differ.
pub fn differences(old: &[&Policy], new: &[&Policy], requests: Requests) -> Differences {
    let compared = compare(old, new, requests);
    let newly_allowed = direction(old, new, requests, &compared, false);
    let newly_denied = direction(old, new, requests, &compared, true);
    Differences { relation: compared.relation, newly_allowed, newly_denied, readings: compared.readings }
}

/// The regions under all readings that were tried; one that is not there under all of them says so.
fn direction(old: &[&Policy], new: &[&Policy], requests: Requests, compared: &Compared, backwards: bool) -> Direction {
    let answer = if backwards { &compared.lost } else { &compared.gained };
    if *answer == Answer::None {
        return Direction::default();
    }
    let mut regions: BTreeMap<Because, (usize, Region)> = BTreeMap::new();
    let mut undecided = None;
    for (choices, _) in &compared.readings {
        let readings = Readings::with_second(second(choices));
        let mut listing = Listing::new(Question { old, new, readings: &readings, requests }, backwards);
        listing.run();
        undecided = undecided.or_else(|| listing.undecided.take());
        for (because, seen) in std::mem::take(&mut listing.seen) {
            let (times, _) = regions.entry(because).or_insert_with(|| (0, listing.region(because, seen, choices)));
            *times += 1;
        }
    }
    let all = compared.readings.len();
    let settled = |(times, region)| if times == all { Region { under: Vec::new(), ..region } } else { region };
    let undecided = match answer {
        Answer::Unknown(known) => Some(undecided.unwrap_or_else(|| known.clone())),
        _ => undecided,
    };
    Direction { regions: regions.into_values().map(settled).collect(), undecided }
}

fn second(choices: &[(Ambiguity, Choice)]) -> u64 {
    choices.iter().filter(|(_, choice)| *choice == Choice::Second).map(|(ambiguity, _)| bit(*ambiguity)).sum()
}

/// What was seen of a region.
#[derive(Debug)]
struct Seen {
    witness: Sample,
    /// The numbers of patterns.
    actions: BTreeSet<usize>,
    resources: BTreeSet<usize>,
}

/// Collects the regions of one direction under one choice of readings.
struct Listing<'a> {
    question: Question<'a>,
    backwards: bool,
    seen: BTreeMap<Because, Seen>,
    undecided: Option<Undecided>,
}

impl<'a> Listing<'a> {
    fn new(question: Question<'a>, backwards: bool) -> Listing<'a> {
        Listing { question, backwards, seen: BTreeMap::new(), undecided: None }
    }

    /// Where variables stand in the policies, values are tried: with unknown ones the space holds requests that cannot be.
    fn run(&mut self) {
        let Question { old, new, .. } = self.question;
        let settled = assignments(&[old, new].concat());
        let is_open = !settled.is_empty();
        let runs = if is_open { settled } else { vec![Variables::default()] };
        for variables in &runs {
            let searched = self.question.sides(variables).and_then(|sides| self.search(&sides, variables));
            if let Err(undecided) = searched
                && !is_open
            {
                self.undecided = Some(undecided);
            }
        }
    }

    /// Looks at every part, also behind one that could not be decided.
    fn search(&mut self, sides: &Sides, variables: &Variables) -> Result<(), Undecided> {
        let (from, to) = sides.directed(self.backwards);
        let mut search = sides.search(self.backwards, variables);
        let mut result = Ok(());
        for part in parts(&sides.gathered, from, to) {
            if self.seen.contains_key(&part.because) {
                continue;
            }
            let Some(statement) = find(self.question.directed(self.backwards).1, part.because.allowed) else { continue };
            let patterns = Patterns::new(statement, self.question.readings, variables);
            let mut boxes = 0;
            let asked = search.ask(&part, &mut |space, cube, because| {
                boxes += 1;
                self.look(space, cube, because, &patterns, variables);
                boxes < MOST_BOXES
            });
            if let Err(undecided) = asked {
                result = Err(undecided);
            }
        }
        result
    }

    /// Notes a box, if a request of it replays.
    fn look(&mut self, space: &Space, cube: &[u64], because: Because, patterns: &Patterns, variables: &Variables) {
        let sample = self.question.pick(space, cube, variables);
        if !self.question.replays(&sample, self.backwards) {
            return;
        }
        let new = || Seen { witness: sample, actions: BTreeSet::new(), resources: BTreeSet::new() };
        patterns.touch(space, cube, self.seen.entry(because).or_insert_with(new));
    }

    fn region(&self, because: Because, seen: Seen, under: &[(Ambiguity, Choice)]) -> Region {
        let (from, to) = self.question.directed(self.backwards);
        let Because { denied: denied_by, allowed: allowed_by } = because;
        let (allow, deny) = (find(to, allowed_by), denied_by.and_then(|place| find(from, place)));
        let of_action = allow.and_then(|allow| allow.action.as_ref());
        let of_resource = allow.and_then(|allow| allow.resource.as_ref());
        let actions = of_action.map(|element| touched(element, |pattern| pattern.span, &seen.actions)).unwrap_or_default();
        let resources = of_resource.map(|element| touched(element, |pattern| pattern.span, &seen.resources)).unwrap_or_default();
        let touched = actions.iter().chain(&resources).copied().collect::<Vec<_>>();
        let conditions = allow.iter().flat_map(|allow| &allow.conditions);
        let statements = deny.into_iter().chain(allow).collect::<Vec<_>>();
        Region {
            allowed_by,
            denied_by,
            keys: conditions.map(|condition| condition.key.node.clone()).collect::<BTreeSet<_>>().into_iter().collect(),
            because: causes(allow, deny, from, to, &touched, self.backwards),
            witness: plausible(seen.witness, &statements, &|sample| self.question.replays(sample, self.backwards)),
            under: under.to_vec(),
            actions,
            resources,
        }
    }
}

fn find<'a>(policies: &'a [&'a Policy], place: Place) -> Option<&'a Statement> {
    policies.get(place.policy)?.statements.iter().find(|statement| statement.index == place.statement)
}

/// The places of the patterns that were touched; of a `Not..` element, or where nothing can be told, all.
fn touched<T>(element: &Element<T>, span: impl Fn(&T) -> Span, numbers: &BTreeSet<usize>) -> Vec<Span> {
    if element.not || numbers.is_empty() {
        return element.patterns.iter().map(span).collect();
    }
    numbers.iter().filter_map(|number| element.patterns.get(*number)).map(span).collect()
}

/// The patterns of the allowing statement, to tell which of them a box touches.
struct Patterns {
    actions: Vec<Atom>,
    resources: Vec<Atom>,
}

impl Patterns {
    fn new(statement: &Statement, readings: &Readings, variables: &Variables) -> Patterns {
        let actions = statement.action.iter().flat_map(|element| &element.patterns);
        let resources = statement.resource.iter().flat_map(|element| &element.patterns);
        Patterns {
            actions: actions.map(|pattern| Atom::read(&pattern.pattern, Style::Text, variables)).collect(),
            resources: resources.map(|pattern| resource_atom(pattern, readings, variables)).collect(),
        }
    }

    /// The texts of a class fit the same patterns, so its witness speaks for all.
    fn touch(&self, space: &Space, cube: &[u64], seen: &mut Seen) {
        for (number, dimension) in space.dimensions.iter().enumerate() {
            let (atoms, touched) = match dimension.name {
                Name::Action => (&self.actions, &mut seen.actions),
                Name::Resource => (&self.resources, &mut seen.resources),
                Name::Principal | Name::Key(_) => continue,
            };
            let Classified::Plain(values) = &dimension.classified else { continue };
            for class in ones(space.part(cube, number)) {
                let text = &values.witnesses[class];
                let fitting = (0..atoms.len()).filter(|atom| !touched.contains(atom) && atoms[*atom].fits(text)).collect::<Vec<_>>();
                touched.extend(fitting);
            }
        }
    }
}
