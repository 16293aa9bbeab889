//! One joint walk over all patterns of a dimension, shortest texts first.
//!
//! A state is the sorted list of places that are still live. The first state that is reached for each set of fitting groups of patterns
//! is a class, and the way to it its shortest text. A group fits if one of its patterns does: once one takes whatever follows, the
//! others are dropped.

use super::class_table::FoundClasses;
use super::walked::{Question, Walked, walked};
use super::{Atom, Budget, Groups, Symbol};
use rustc_hash::FxHashSet;
use smallvec::SmallVec;

/// States that a walk may have for each symbol, beside those of the budget. From experiment (`../shared/symbolic.md`).
const STATES_PER_SYMBOL: usize = 3;

/// Characters for places where any will do; the first are the most readable.
const READABLE: &str = "xyzabcdefghijklmnopqrstuvw0123456789-_./";

/// The sign for kelvin, whose lower case is `k`: the one character beyond ASCII with an ASCII letter for its lower case.
const KELVIN: char = '\u{212a}';

type State = SmallVec<[u32; 8]>;

/// Groups that may each fit or not, up to which their combinations are counted.
const MOST_COUNTED: usize = 12;

/// All patterns, their symbols one behind the other, each pattern with an end mark.
struct Patterns {
    /// `None` marks an end.
    symbols: Vec<Option<Symbol>>,
    /// For each place the first place of its pattern that is of no use once this one is live.
    useless_from: Vec<u32>,
    starts: Vec<u32>,
    /// For each place the group of its pattern.
    groups: Vec<u32>,
    /// Whether some group has several patterns.
    has_lists: bool,
    /// For each place the lists of patterns that are asked for and hold its pattern, as bits; empty if all texts are asked for.
    wanted: Vec<u8>,
    /// The bits of all lists.
    all_wanted: u8,
}

/// Walks; gives for each class the groups that fit, and a text. Only the texts that fit one of each of the lists `within`,
/// places in `atoms`, are walked; a group lies in such a list or outside of it. Also says whether all classes of the first
/// `counted` groups were found.
pub(crate) fn walk(
    atoms: &[&Atom],
    (groups, counted): (&Groups, usize),
    within: &[Vec<usize>],
    budget: &mut Budget,
) -> (FoundClasses, bool) {
    let patterns = Patterns::new(atoms.iter().copied(), groups, within);
    let start = patterns.start();
    patterns.walk(start, (within, counted), |_| true, budget)
}

/// A pattern, and what the texts that are walked begin with for it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Start<'a> {
    pub atom: Atom,
    pub stem: &'a str,
}

/// Walks what may follow the stems, each pattern on from its own, over an alphabet.
pub(crate) fn walk_from(
    starts: &[Start<'_>],
    groups: &Groups,
    within: &[Vec<usize>],
    alphabet: fn(char) -> bool,
) -> (FoundClasses, bool) {
    let patterns = Patterns::new(starts.iter().map(|start| &start.atom), groups, within);
    let mut state = State::new();
    let (mut own, mut next) = (State::new(), State::new());
    for (number, start) in starts.iter().enumerate() {
        own.clear();
        patterns.reach(&mut own, patterns.starts[number]);
        patterns.keep_useful(&mut own);
        for c in start.stem.chars() {
            patterns.step(&own, c, &mut next);
            std::mem::swap(&mut own, &mut next);
        }
        state.extend_from_slice(&own);
    }
    patterns.drop_settled(&mut state);
    patterns.walk(state, (within, groups.len()), alphabet, &mut Budget::default())
}

/// The states of a walk.
#[derive(Default)]
struct Walk {
    seen: FxHashSet<State>,
    states: Vec<State>,
    /// For each state the one it was reached from, and by which character.
    steps: Vec<(usize, Option<char>)>,
    /// Places in all states.
    places: usize,
}

impl Walk {
    fn add(&mut self, state: &State, from: usize, by: Option<char>) {
        if !self.seen.contains(state) {
            self.places += state.len();
            self.seen.insert(state.clone());
            self.states.push(state.clone());
            self.steps.push((from, by));
        }
    }

    /// The characters on the way to a state.
    fn spell(&self, state: usize) -> String {
        let way = std::iter::successors(Some(self.steps[state]), |(from, by)| {
            by.map(|_| self.steps[*from])
        });
        let mut characters = way.filter_map(|(_, by)| by).collect::<Vec<_>>();
        characters.reverse();
        characters.into_iter().collect()
    }
}

impl Patterns {
    fn new<'a>(
        atoms: impl Iterator<Item = &'a Atom>,
        groups: &Groups,
        within: &[Vec<usize>],
    ) -> Patterns {
        let mut patterns = Patterns {
            symbols: Vec::new(),
            useless_from: Vec::new(),
            starts: Vec::new(),
            groups: Vec::new(),
            has_lists: false,
            wanted: Vec::new(),
            all_wanted: 0,
        };
        // Lists beyond the eighth are asked at the end of a text only.
        let lists = within.iter().take(u8::BITS as usize).enumerate();
        patterns.all_wanted = lists.clone().map(|(list, _)| 1 << list).sum();
        let mut symbols = Vec::new();
        for (number, atom) in atoms.enumerate() {
            symbols.clear();
            atom.append_symbols(&mut symbols);
            patterns.starts.push(patterns.symbols.len() as u32);
            patterns.push(&symbols);
            patterns.groups.resize(patterns.symbols.len(), groups.of(number) as u32);
            let holding = lists
                .clone()
                .filter(|(_, list)| list.contains(&number))
                .map(|(list, _)| 1_u8 << list)
                .sum();
            if !within.is_empty() {
                patterns.wanted.resize(patterns.symbols.len(), holding);
            }
        }
        patterns.has_lists = groups.len() < patterns.starts.len();
        patterns
    }

    fn push(&mut self, symbols: &[Symbol]) {
        let start = self.symbols.len() as u32;
        // A run takes what the places before it would take; one that stays in its segment only what lies in the same segment.
        let (mut segment, mut word) = (start, start);
        for (at, symbol) in symbols.iter().enumerate() {
            let place = start + at as u32;
            let useless = match symbol {
                Symbol::Run => start,
                Symbol::RunInSegment => segment,
                Symbol::RunInWord => word,
                _ => place,
            };
            if symbol.takes(':') {
                segment = place + 1;
            }
            if symbol.takes(':') || symbol.takes('/') {
                word = place + 1;
            }
            self.useless_from.push(useless);
            self.symbols.push(Some(*symbol));
        }
        self.useless_from.push(self.symbols.len() as u32);
        self.symbols.push(None);
    }

    fn walk(
        &self,
        start: State,
        (within, counted): (&[Vec<usize>], usize),
        alphabet: fn(char) -> bool,
        budget: &mut Budget,
    ) -> (FoundClasses, bool) {
        let question = Question {
            symbols: self.symbols.clone(),
            groups: self.groups.clone(),
            start: start.to_vec(),
            wanted: within.iter().map(|list| self.groups_of(list)).collect(),
            counted,
            alphabet: alphabet as usize,
            limits: (budget.states, budget.places),
        };
        walked(question, budget, |question, budget| {
            let left = budget.left();
            let (found, is_complete) = self.explore(&start, question, alphabet, budget);
            Walked { found, is_complete, cost: left - budget.left() }
        })
    }

    fn explore(
        &self,
        start: &State,
        Question { wanted, counted, .. }: &Question,
        alphabet: fn(char) -> bool,
        budget: &mut Budget,
    ) -> (FoundClasses, bool) {
        let limit = match budget.states {
            0 => 0,
            states => states + STATES_PER_SYMBOL * self.symbols.len(),
        };
        let mut missing = self.combinations(start, wanted, *counted);
        let mut walk = Walk::default();
        let mut found = FoundClasses::new();
        let mut known = FxHashSet::default();
        walk.add(start, 0, None);
        // One buffer for all steps: most lead to states that are known.
        let mut next = State::new();
        let mut at = 0;
        while at < walk.states.len() {
            // Nobody asks for the places of a state again once its steps are taken.
            let state = std::mem::take(&mut walk.states[at]);
            let characters = self.next_characters(&state, alphabet);
            let is_beyond = walk.states.len() > limit || walk.places > budget.places;
            if is_beyond || budget.spend(state.len() * characters.len()).is_err() {
                return (found, false);
            }
            let fitting = self.fitting(&state);
            let is_wanted = wanted.iter().all(|list| list.iter().any(|own| fitting.contains(own)));
            if is_wanted && !known.contains(&fitting) {
                missing = missing.map(|missing| {
                    missing - usize::from(fitting.iter().all(|group| group < counted))
                });
                found.push((fitting.to_vec(), walk.spell(at)));
                known.insert(fitting);
            }
            if missing == Some(0) {
                break;
            }
            for c in characters {
                self.step(&state, c, &mut next);
                if self.is_alive(&next) {
                    walk.add(&next, at, Some(c));
                }
            }
            at += 1;
        }
        (found, true)
    }

    /// The groups of some patterns.
    fn groups_of(&self, patterns: &[usize]) -> Vec<usize> {
        let groups = patterns.iter().map(|number| self.groups[self.starts[*number] as usize]);
        let mut groups = groups.map(|group| group as usize).collect::<Vec<_>>();
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// How many combinations of the first groups there are at most: one that is live may fit or not, unless it takes all that follows, or is all
    /// that is asked for. `None`: too many to be found one by one.
    fn combinations(&self, start: &State, wanted: &[Vec<usize>], counted: usize) -> Option<usize> {
        let group = |place: &u32| self.groups[*place as usize] as usize;
        let mut open = start.iter().map(group).filter(|group| *group < counted).collect::<Vec<_>>();
        open.dedup();
        open.sort_unstable();
        open.dedup();
        let settled = start.iter().filter(|place| self.settles(**place)).map(group);
        let settled = settled.collect::<FxHashSet<_>>();
        let is_forced = |group: &usize| wanted.iter().any(|list| *list == [*group]);
        open.retain(|group| !settled.contains(group) && !is_forced(group));
        (open.len() <= MOST_COUNTED).then(|| 1 << open.len())
    }

    /// Whether whatever follows fits from a place.
    fn settles(&self, place: u32) -> bool {
        let place = place as usize;
        self.symbols[place] == Some(Symbol::Run) && self.symbols[place + 1].is_none()
    }

    /// If one pattern of a group takes whatever follows, the other places of the group are dropped.
    fn drop_settled(&self, state: &mut State) {
        if !self.has_lists {
            return;
        }
        let mut settled = SmallVec::<[(u32, u32); 8]>::new();
        for place in state.iter().copied().filter(|place| self.settles(*place)) {
            let group = self.groups[place as usize];
            if settled.iter().all(|(known, _)| *known != group) {
                settled.push((group, place));
            }
        }
        if settled.is_empty() {
            return;
        }
        state.retain(|place| {
            let by = settled.iter().find(|(group, _)| *group == self.groups[*place as usize]);
            by.is_none_or(|(_, kept)| (*kept..=kept + 1).contains(place))
        });
    }

    fn start(&self) -> State {
        let mut state = State::new();
        self.starts.iter().for_each(|start| self.reach(&mut state, *start));
        self.keep_useful(&mut state);
        self.drop_settled(&mut state);
        state
    }

    /// Whether a text that is asked for can still come of a state.
    fn is_alive(&self, state: &State) -> bool {
        self.wanted.is_empty()
            || state.iter().fold(0, |seen, place| seen | self.wanted[*place as usize])
                == self.all_wanted
    }

    /// Adds a place, and those behind it that a run reaches without taking anything. What is added comes from ascending places, each time
    /// all from one place to another: what is not behind the last one is there already.
    fn reach(&self, state: &mut State, place: u32) {
        let mut place = place;
        let mut add = |place| {
            if state.last().is_none_or(|last| *last < place) {
                state.push(place);
            }
        };
        add(place);
        while self.symbols[place as usize].is_some_and(Symbol::is_run) {
            place += 1;
            add(place);
        }
    }

    /// The state behind a character goes to `next`.
    fn step(&self, state: &State, c: char, next: &mut State) {
        next.clear();
        for &place in state {
            match self.symbols[place as usize] {
                Some(symbol) if symbol.takes(c) => {
                    self.reach(next, if symbol.is_run() { place } else { place + 1 })
                }
                _ => {}
            }
        }
        self.keep_useful(next);
        self.drop_settled(next);
    }

    /// Drops places that a later run of the same pattern makes useless: whatever fits from them fits from the run.
    fn keep_useful(&self, state: &mut State) {
        let mut useless_from = u32::MAX;
        let mut kept_from = state.len();
        for at in (0..state.len()).rev() {
            if self.is_useful(state[at], &mut useless_from) {
                kept_from -= 1;
                state[kept_from] = state[at];
            }
        }
        state.drain(..kept_from);
    }

    /// Asked for places from the last to the first; `useless_from` is that of the last run that was kept.
    fn is_useful(&self, place: u32, useless_from: &mut u32) -> bool {
        if place >= *useless_from {
            return false;
        }
        if self.symbols[place as usize].is_some_and(Symbol::is_run) {
            *useless_from = self.useless_from[place as usize];
        }
        true
    }

    /// The groups with a pattern that ends here.
    fn fitting(&self, state: &State) -> SmallVec<[usize; 8]> {
        let ends = state.iter().filter(|place| self.symbols[**place as usize].is_none());
        let groups = ends.map(|place| self.groups[*place as usize] as usize);
        let mut fitting = groups.collect::<SmallVec<[usize; 8]>>();
        fitting.sort_unstable();
        fitting.dedup();
        fitting
    }

    /// The characters that lead to different states: those that some place waits for, and one that none does.
    fn next_characters(&self, state: &State, alphabet: fn(char) -> bool) -> Vec<char> {
        let mut characters = Vec::new();
        let mut asks_for_classes = false;
        for symbol in state.iter().filter_map(|place| self.symbols[*place as usize]) {
            match symbol {
                Symbol::Char(c) => characters.push(c),
                Symbol::Fold('k') => characters.extend(['k', 'K', KELVIN]),
                Symbol::Fold(c) => characters.extend([c, c.to_ascii_uppercase()]),
                Symbol::RunInSegment | Symbol::OneInSegment => characters.push(':'),
                Symbol::RunInWord | Symbol::OneInWord => characters.extend([':', '/']),
                Symbol::OneOf(_) | Symbol::RunOf(_) => asks_for_classes = true,
                Symbol::Run | Symbol::One => {}
            }
        }
        characters.sort_unstable();
        characters.dedup();
        if asks_for_classes {
            return with_classes(characters, alphabet);
        }
        let other = unlisted(&characters, alphabet);
        characters.retain(|c| alphabet(*c));
        characters.extend(other);
        characters
    }
}

/// Blocks of characters that classes of letters and digits tell apart: each class holds a block or does not.
const BLOCKS: [&str; 4] =
    ["1234567890", "abcdef", "xyzghijklmnopqrstuvw", "XYZABCDEFGHIJKLMNOPQRSTUVW"];

/// The characters that some place waits for, one more of each block that is not used up, and one of no class.
fn with_classes(listed: Vec<char>, alphabet: fn(char) -> bool) -> Vec<char> {
    let is_free = |c: &char| alphabet(*c) && listed.binary_search(c).is_err();
    let of_blocks = BLOCKS.iter().filter_map(|block| block.chars().find(is_free));
    let mut characters = of_blocks.collect::<Vec<_>>();
    let of_no_class = "-_./".chars().chain('\u{a1}'..'\u{2fff}').find(is_free);
    characters.extend(of_no_class);
    characters.extend(listed.iter().copied().filter(|c| alphabet(*c)));
    characters.sort_unstable();
    characters
}

/// A character of the alphabet that is none of these, nor one of them in the other case.
fn unlisted(characters: &[char], alphabet: fn(char) -> bool) -> Option<char> {
    let is_free =
        |c: &char| alphabet(*c) && !characters.iter().any(|other| other.eq_ignore_ascii_case(c));
    // All of Unicode is too much to look through where the alphabet is small.
    let more = ('\u{a1}'..'\u{2fff}').filter(|c| c.is_alphabetic());
    READABLE.chars().chain(more).find(is_free)
}

/// A character that is none of these.
pub(crate) fn other_than(characters: &[char]) -> char {
    unlisted(characters, |_| true).unwrap_or('\u{fffd}')
}
