//! Wildcards that replace listed actions, by AWS's table of actions: those that match exactly the listed actions, and those that match more.

use super::lists::{items, list, statements, text, with_member, with_statements};
use crate::aws::{Action, Service};
use crate::model::ActionPattern;
use crate::rules::{Covered, beginning};
use crate::source::Span;
use crate::tree::Node;
use std::collections::BTreeMap;
use std::ops::Range;

/// A pattern that replaces entries of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wildcard {
    /// The number of the statement.
    pub statement: usize,
    /// The pattern.
    pub pattern: String,
    /// The entries.
    pub replaces: Vec<String>,
    /// Entries of the list that stay and match some of the same actions.
    pub beside: Vec<String>,
    /// The actions that it matches and the list did not.
    pub adds: Vec<String>,
}

/// A policy with wildcards.
#[derive(Clone, Debug)]
pub struct Written {
    /// The policy.
    pub policy: Node,
    /// What was written.
    pub wildcards: Vec<Wildcard>,
}

/// The policy with patterns that match exactly the actions that a list has, and the same is proved: those that save most, until so many characters are saved.
pub fn with_wildcards(
    policy: &Node,
    needed: usize,
    is_proved: &mut dyn FnMut(&Wildcard) -> bool,
) -> Written {
    let all = Entries::of_policy(policy);
    let exact = |entries: &Entries| {
        let candidates = entries.runs().into_iter().filter_map(|run| entries.candidate(run));
        candidates.collect::<Vec<_>>()
    };
    let mut candidates = all.iter().flat_map(exact).collect::<Vec<_>>();
    candidates.sort_by_key(|one| std::cmp::Reverse(one.saved));
    let mut saved = 0;
    candidates.retain(|one| {
        let is_taken = saved < needed && is_proved(&one.wildcard);
        saved += if is_taken { one.saved } else { 0 };
        is_taken
    });
    written(policy, candidates)
}

/// The policy with patterns that match more than a list of an Allow has: the one that adds least for what it saves first, until so many characters are saved.
pub fn widened(policy: &Node, needed: usize) -> Written {
    let mut all = Written { policy: policy.clone(), wildcards: Vec::new() };
    let mut saved = 0;
    while saved < needed {
        let entries = Entries::of_policy(&all.policy);
        let allows = entries.iter().filter(|entries| entries.is_allow);
        let candidates = allows.flat_map(|entries| {
            entries.wider_runs().into_iter().filter_map(|run| entries.candidate(run))
        });
        let Some(best) = candidates.min_by_key(Candidate::price) else { break };
        saved += best.saved;
        let Written { policy, wildcards } = written(&all.policy, vec![best]);
        all.policy = policy;
        all.wildcards.extend(wildcards);
    }
    all
}

/// A pattern that may be written.
struct Candidate {
    wildcard: Wildcard,
    element: &'static str,
    /// The places of the entries in their list.
    gone: Vec<usize>,
    /// How many characters it saves.
    saved: usize,
}

impl Candidate {
    /// Actions that are added for a million characters, less what is saved, so that of two with one price the larger is first.
    fn price(&self) -> (usize, std::cmp::Reverse<usize>) {
        (self.wildcard.adds.len() * 1_000_000 / self.saved, std::cmp::Reverse(self.saved))
    }
}

/// The policy with the patterns. Each stands where the first entry was that it replaces.
fn written(policy: &Node, candidates: Vec<Candidate>) -> Written {
    let mut all = statements(policy).to_vec();
    for (number, statement) in all.iter_mut().enumerate() {
        for element in ELEMENTS {
            let own = candidates
                .iter()
                .filter(|one| one.wildcard.statement == number && one.element == element);
            let own = own.collect::<Vec<_>>();
            let Some(entries) = statement.get(element).filter(|_| !own.is_empty()) else {
                continue;
            };
            let kept = items(entries).iter().enumerate().filter_map(|(at, entry)| {
                match own.iter().find(|one| one.gone.contains(&at)) {
                    Some(one) if one.gone.first() == Some(&at) => Some(text(&one.wildcard.pattern)),
                    Some(_) => None,
                    None => Some(entry.clone()),
                }
            });
            *statement = with_member(statement, element, list(kept.collect()));
        }
    }
    let wildcards = candidates.into_iter().map(|one| one.wildcard).collect();
    Written { policy: with_statements(policy, all), wildcards }
}

/// The elements that list actions.
const ELEMENTS: [&str; 2] = ["Action", "NotAction"];

/// The entries of a list that name actions of one service.
struct Entries {
    statement: usize,
    element: &'static str,
    is_allow: bool,
    service: &'static Service,
    /// The place of each entry in its list, its words, and the places of its actions in the service's list.
    entries: Vec<(usize, String, Vec<usize>)>,
    /// For each action of the service whether an entry matches it.
    has: Vec<bool>,
}

impl Entries {
    fn of_policy(policy: &Node) -> Vec<Entries> {
        let mut found = Vec::new();
        for (number, statement) in statements(policy).iter().enumerate() {
            for element in ELEMENTS {
                let Some(entries) = statement.get(element).map(items) else { continue };
                found.extend(Entries::of_list(number, statement, element, entries));
            }
        }
        found
    }

    fn of_list(
        number: usize,
        statement: &Node,
        element: &'static str,
        list: &[Node],
    ) -> impl Iterator<Item = Entries> {
        let is_allow =
            element == "Action" && statement.get("Effect").and_then(Node::as_str) == Some("Allow");
        let mut of_services = BTreeMap::<&str, Entries>::new();
        for (at, entry) in list.iter().enumerate() {
            let Some(words) = entry.as_str() else { continue };
            let Some((service, places)) = covered(words) else { continue };
            let of_service = of_services.entry(service.prefix()).or_insert_with(|| Entries {
                statement: number,
                element,
                is_allow,
                service,
                entries: Vec::new(),
                has: vec![false; service.actions().len()],
            });
            places.iter().for_each(|place| of_service.has[*place] = true);
            of_service.entries.push((at, words.to_owned(), places));
        }
        of_services.into_values().filter(|entries| entries.entries.len() > 1)
    }

    /// Neighbours that the list has all of and that share a beginning which no other action of the service has, as many together as there are.
    fn runs(&self) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        let mut at = 0;
        while at < self.has.len() {
            let run = self.has[at].then(|| {
                let name = self.lower(at);
                let starts =
                    (0..=name.len()).map(|length| beginning(self.service, &name[..length]));
                starts.into_iter().find(|run| self.has[run.clone()].iter().all(|has| *has))
            });
            at = match run.flatten() {
                Some(run) => {
                    runs.push(run.clone());
                    run.end
                }
                None => at + 1,
            };
        }
        runs
    }

    /// Groups of actions whose names begin with the same words. The list has some of each group, not all.
    fn wider_runs(&self) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        for at in (0..self.has.len()).filter(|at| self.has[*at]) {
            let name = self.service.actions()[at].name();
            let capitals = name.char_indices().filter(|(_, letter)| letter.is_ascii_uppercase());
            for (length, _) in capitals {
                let run = beginning(self.service, &self.lower(at)[..length]);
                if !runs.contains(&run) && self.has[run.clone()].contains(&false) {
                    runs.push(run);
                }
            }
        }
        runs
    }

    /// The pattern for some neighbours, if it is shorter than what it replaces.
    fn candidate(&self, run: Range<usize>) -> Option<Candidate> {
        let is_inside = |places: &[usize]| places.iter().all(|place| run.contains(place));
        let inside = self.entries.iter().filter(|(_, _, places)| is_inside(places));
        let inside = inside.collect::<Vec<_>>();
        let is_beside =
            |places: &[usize]| !is_inside(places) && places.iter().any(|place| run.contains(place));
        let beside = self.entries.iter().filter(|(_, _, places)| is_beside(places));
        let pattern = format!("{}:{}*", self.service.prefix(), self.common_start(&run));
        // An entry has two quotes and a comma.
        let length = |words: &str| words.len() + 3;
        let before = inside.iter().map(|(_, words, _)| length(words)).sum::<usize>();
        let saved = before.checked_sub(length(&pattern)).filter(|saved| *saved > 0)?;
        let added = run.clone().filter(|place| !self.has[*place]);
        let adds = added.map(|place| self.service.actions()[place].to_string()).collect();
        (inside.len() > 1).then(|| Candidate {
            wildcard: Wildcard {
                statement: self.statement,
                pattern,
                replaces: inside.iter().map(|(_, words, _)| words.clone()).collect(),
                beside: beside.map(|(_, words, _)| words.clone()).collect(),
                adds,
            },
            element: self.element,
            gone: inside.iter().map(|(at, _, _)| *at).collect(),
            saved,
        })
    }

    /// The letters with which all names of a run begin: no shorter pattern, so that what AWS will add fits it seldom.
    fn common_start(&self, run: &Range<usize>) -> &'static str {
        let (first, last) = (self.lower(run.start), self.lower(run.end - 1));
        let same = first.bytes().zip(last.bytes()).take_while(|(one, other)| one == other).count();
        let name = self.service.actions()[run.start].name();
        name.get(..same).unwrap_or(name)
    }

    fn lower(&self, at: usize) -> String {
        self.service.actions()[at].name().to_ascii_lowercase()
    }
}

/// The actions of the data that an entry matches, by their places in the list of its service; `None` if it names no service, several, or no action that the data has.
fn covered(words: &str) -> Option<(&'static Service, Vec<usize>)> {
    match Covered::by(&ActionPattern::parse(words, Span::NOWHERE)) {
        Covered::One(action) => Some((action.service(), vec![Action::index(action)])),
        Covered::Run(service, run) => Some((service, run.collect())),
        Covered::Some(service, places) => Some((service, places)),
        Covered::Everything | Covered::Nothing(_) | Covered::Unknown => None,
    }
}
