//! One joint walk over all patterns of a dimension, shortest texts first.
//!
//! A state is the sorted list of places that are still live. The first state that is reached for each set of fitting patterns is a
//! class, and the way to it its shortest text.

use super::classes::Found;
use super::token::{Atom, Token};
use rustc_hash::FxHashSet;
use smallvec::SmallVec;

/// States that a walk may have, beside [`STATES_PER_TOKEN`] for each token. From experiment (`../shared/symbolic.md`).
const STATES: usize = 1_000;
const STATES_PER_TOKEN: usize = 3;

/// Characters for places where any will do; the first are the most readable.
const READABLE: &str = "xyzabcdefghijklmnopqrstuvw0123456789-_./";

type State = SmallVec<[u32; 8]>;

/// All patterns, their tokens one behind the other, each pattern with an end mark.
struct Patterns {
    /// `None` marks an end.
    tokens: Vec<Option<Token>>,
    /// For each place the first place of its pattern that is of no use once this one is live.
    useless_from: Vec<u32>,
    starts: Vec<u32>,
}

/// Walks; gives for each class the patterns that fit, by their place in `atoms`, and a text. If `within` is not empty, only the texts
/// that fit one of these are walked. Also says whether the walk came to its end.
pub(super) fn walk(atoms: &[&Atom], within: &[usize]) -> (Found, bool) {
    let patterns = Patterns::new(atoms);
    let limit = STATES + STATES_PER_TOKEN * patterns.tokens.len();
    let mut walk = Walk { patterns: &patterns, seen: FxHashSet::default(), steps: Vec::new(), states: Vec::new() };
    let mut found = Found::new();
    let mut known = FxHashSet::default();
    walk.add(patterns.start(), 0, None);
    let mut at = 0;
    while at < walk.states.len() {
        if walk.states.len() > limit {
            return (found, false);
        }
        let state = walk.states[at].clone();
        let fitting = patterns.fitting(&state);
        let is_wanted = within.is_empty() || within.iter().any(|number| fitting.contains(number));
        if is_wanted && known.insert(fitting.clone()) {
            found.push((fitting.to_vec(), walk.spell(at)));
        }
        for c in patterns.next_characters(&state) {
            let next = patterns.step(&state, c);
            if patterns.is_alive(&next, within) {
                walk.add(next, at, Some(c));
            }
        }
        at += 1;
    }
    (found, true)
}

struct Walk<'a> {
    patterns: &'a Patterns,
    seen: FxHashSet<State>,
    states: Vec<State>,
    /// For each state the one it was reached from, and by which character.
    steps: Vec<(usize, Option<char>)>,
}

impl Walk<'_> {
    fn add(&mut self, state: State, from: usize, by: Option<char>) {
        let state = self.patterns.without_useless(state);
        if self.seen.insert(state.clone()) {
            self.states.push(state);
            self.steps.push((from, by));
        }
    }

    /// The characters on the way to a state.
    fn spell(&self, state: usize) -> String {
        let way = std::iter::successors(Some(self.steps[state]), |(from, by)| by.map(|_| self.steps[*from]));
        let mut characters = way.filter_map(|(_, by)| by).collect::<Vec<_>>();
        characters.reverse();
        characters.into_iter().collect()
    }
}

impl Patterns {
    fn new(atoms: &[&Atom]) -> Patterns {
        let mut patterns = Patterns { tokens: Vec::new(), useless_from: Vec::new(), starts: Vec::with_capacity(atoms.len()) };
        let mut tokens = Vec::new();
        for atom in atoms {
            tokens.clear();
            atom.append_tokens(&mut tokens);
            patterns.starts.push(patterns.tokens.len() as u32);
            patterns.push(&tokens);
        }
        patterns
    }

    fn push(&mut self, tokens: &[Token]) {
        let start = self.tokens.len() as u32;
        // A run takes what the places before it would take; one that stays in its segment only what lies in the same segment.
        let mut segment = start;
        for (at, token) in tokens.iter().enumerate() {
            let place = start + at as u32;
            let useless = match token {
                Token::Run => start,
                Token::RunInSegment => segment,
                _ => place,
            };
            if matches!(token, Token::Char(':') | Token::Fold(':') | Token::Run | Token::One) {
                segment = place + 1;
            }
            self.useless_from.push(useless);
            self.tokens.push(Some(*token));
        }
        self.useless_from.push(self.tokens.len() as u32);
        self.tokens.push(None);
    }

    fn start(&self) -> State {
        let mut state = State::new();
        self.starts.iter().for_each(|start| self.reach(&mut state, *start));
        state
    }

    /// Whether a text of `within` can still come of a state.
    fn is_alive(&self, state: &State, within: &[usize]) -> bool {
        let end = |number: usize| self.starts.get(number + 1).copied().unwrap_or(self.tokens.len() as u32);
        within.is_empty() || within.iter().any(|number| state.iter().any(|place| (self.starts[*number]..end(*number)).contains(place)))
    }

    /// Adds a place, and those behind it that a run reaches without taking anything.
    fn reach(&self, state: &mut State, place: u32) {
        let mut place = place;
        state.push(place);
        while self.tokens[place as usize].is_some_and(Token::is_run) {
            place += 1;
            state.push(place);
        }
    }

    fn step(&self, state: &State, c: char) -> State {
        let mut next = State::new();
        for &place in state {
            match self.tokens[place as usize] {
                Some(token) if token.takes(c) => self.reach(&mut next, if token.is_run() { place } else { place + 1 }),
                _ => {}
            }
        }
        next
    }

    /// Drops places that a later run of the same pattern makes useless: whatever fits from them fits from the run.
    fn without_useless(&self, mut state: State) -> State {
        state.sort_unstable();
        state.dedup();
        let mut useless_from = u32::MAX;
        let mut kept = State::new();
        for &place in state.iter().rev().filter(|place| self.is_useful(**place, &mut useless_from)) {
            kept.push(place);
        }
        kept.reverse();
        kept
    }

    /// Asked for places from the last to the first; `useless_from` is that of the last run that was kept.
    fn is_useful(&self, place: u32, useless_from: &mut u32) -> bool {
        if place >= *useless_from {
            return false;
        }
        if self.tokens[place as usize].is_some_and(Token::is_run) {
            *useless_from = self.useless_from[place as usize];
        }
        true
    }

    /// The patterns that end here.
    fn fitting(&self, state: &State) -> SmallVec<[usize; 8]> {
        let ends = state.iter().filter(|place| self.tokens[**place as usize].is_none());
        ends.map(|place| self.starts.partition_point(|start| start <= place) - 1).collect()
    }

    /// The characters that lead to different states: those that some place waits for, and one that none does.
    fn next_characters(&self, state: &State) -> Vec<char> {
        let mut characters = Vec::new();
        for token in state.iter().filter_map(|place| self.tokens[*place as usize]) {
            match token {
                Token::Char(c) => characters.push(c),
                Token::Fold(c) => characters.extend([c, c.to_ascii_uppercase()]),
                Token::RunInSegment | Token::OneInSegment => characters.push(':'),
                Token::Run | Token::One => {}
            }
        }
        characters.sort_unstable();
        characters.dedup();
        characters.push(unlisted(&characters));
        characters
    }
}

/// A character that is none of these, nor one of them in the other case.
pub(super) fn unlisted(characters: &[char]) -> char {
    let is_free = |c: &char| !characters.iter().any(|other| other.eq_ignore_ascii_case(c));
    let more = ('\u{a1}'..).filter(|c| c.is_alphabetic());
    READABLE.chars().chain(more).find(is_free).unwrap_or('\u{fffd}')
}
