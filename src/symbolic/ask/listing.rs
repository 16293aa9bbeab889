//! Collects the regions of one direction of a comparison under one choice of readings.

use super::difference::{Comparison, Part, Provenance, parts};
use super::narrowed::{Named, Narrowed, Narrowing};
use super::pair::Pair;
use super::touched::{Patterns, touched};
use super::values::Search;
use crate::authz::{Ambiguity, Choice};
use crate::eval;
use crate::source::Span;
use crate::symbolic::boxes::{Sample, Space};
use crate::symbolic::show::{Cause, Hints, causes, nearest, plausible, read_alone};
use crate::symbolic::subject::{Hinge, Place};
use crate::symbolic::text::Variables;
use crate::symbolic::undecided::Undecided;
use std::collections::{BTreeMap, BTreeSet};

/// Boxes of one region that are looked at. More of them rarely touch more words.
const MOST_BOXES: usize = 64;

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

/// What was seen of a region.
#[derive(Debug)]
pub(super) struct Seen {
    witness: Sample,
    /// The numbers of patterns.
    actions: BTreeSet<usize>,
    resources: BTreeSet<usize>,
    /// What is known of its actions and of its resources.
    narrowed: [Narrowed; 2],
}

/// Collects the regions of one direction under one choice of readings.
pub(super) struct Listing<'a> {
    question: Pair<'a>,
    backwards: bool,
    pub(super) seen: BTreeMap<Provenance, Seen>,
    pub(super) undecided: Option<Undecided>,
    /// Whether variables are of unknown value.
    is_open: bool,
}

impl<'a> Listing<'a> {
    pub(super) fn new(question: Pair<'a>, backwards: bool) -> Listing<'a> {
        Listing { question, backwards, seen: BTreeMap::new(), undecided: None, is_open: false }
    }

    /// Where the policies have variables, values are tried: with unknown values the space has requests that cannot be.
    pub(super) fn run(&mut self) {
        let (question, backwards) = (self.question, self.backwards);
        let known = question.old.known();
        self.is_open = question.is_open(known);
        if !self.is_open {
            let searched = question.sides(known).and_then(|own| self.search(&own, known, None));
            self.undecided = searched.err();
            return;
        }
        for known in question.cases() {
            let search = Search { question, backwards, known: &known };
            let unseen = search.unseen(&mut |sides, variables, wanted| {
                // What stays undecided is not seen.
                let _ = self.search(sides, variables, wanted);
                let asked = wanted.into_iter().flatten().copied();
                Some(asked.filter(|own| self.seen.contains_key(own)).collect())
            });
            let undecided = match unseen {
                Ok(unseen) => unseen.first().map(|because| self.untried(because.allowed)),
                Err(undecided) => Some(undecided),
            };
            self.undecided = self.undecided.take().or(undecided);
        }
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
    fn search(
        &mut self,
        sides: &Comparison,
        variables: &Variables,
        wanted: Option<&BTreeSet<Provenance>>,
    ) -> Result<(), Undecided> {
        let (from, to) = sides.directed(self.backwards);
        let mut search = sides.search(self.backwards, variables);
        let mut result = Ok(());
        let parts = parts(&sides.specs, from, to).collect::<Vec<_>>();
        for part in &parts {
            let is_wanted = wanted.is_none_or(|wanted| wanted.contains(&part.provenance));
            if !is_wanted || self.seen.contains_key(&part.provenance) {
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

    pub(super) fn region(&self, because: Provenance, seen: Seen) -> Region {
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
