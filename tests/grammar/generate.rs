//! Makes sentences of a grammar, rarely made choices first.

use super::cover::{Cover, choices};
use super::ebnf::{Grammar, Kind, Node};
use super::recognise::{Version, places, text_of};
use super::rng::Rng;
use super::value::Value;
use std::collections::HashMap;

/// How deep productions may use each other before the shortest way out is taken.
const DEEP: usize = 20;

/// What a range of characters is tried with, as far as it holds them.
const CHARACTERS: &[char] = &[
    'a',
    'Z',
    'q',
    '0',
    '7',
    '/',
    '-',
    '.',
    ':',
    ' ',
    '*',
    '?',
    '$',
    '{',
    '}',
    ',',
    '\'',
    '"',
    '\\',
    '\t',
    '\u{1}',
    '\0',
    'é',
    'ß',
    'İ',
    '\u{a0}',
    '\u{2028}',
    '\u{d7ff}',
    '\u{ffff}',
    '\u{1f600}',
    char::MAX,
];

pub struct Generator<'a> {
    grammar: &'a Grammar,
    pub rng: Rng,
    pub cover: Cover,
    pub version: Version,
    heights: HashMap<&'a str, usize>,
    depth: usize,
}

impl<'a> Generator<'a> {
    pub fn new(grammar: &'a Grammar, seed: u64) -> Generator<'a> {
        let heights = heights(grammar);
        let cover = Cover::default();
        Generator {
            grammar,
            rng: Rng::new(seed),
            cover,
            version: Version::Current,
            heights,
            depth: 0,
        }
    }

    /// A text of a production. Longer literal runs can make a text that reads otherwise: then the
    /// recogniser refuses it, and another one is made.
    pub fn text(&mut self, node: &'a Node) -> Option<String> {
        for _ in 0..20 {
            let mut text = String::new();
            if self.write(node, &mut text)
                && text_of(self.grammar, node, &text, self.version).is_sentence
            {
                return Some(text);
            }
        }
        None
    }

    fn is_deep(&self) -> bool {
        self.depth > DEEP
    }

    /// A choice: one that was seldom made, every other time.
    fn choose(&mut self, node: &Node, choices: usize) -> usize {
        let any = self.rng.below(choices);
        if self.rng.one_in(2) {
            return any;
        }
        let seldom = (0..choices).map(|turn| (any + turn) % choices);
        seldom.min_by_key(|choice| self.cover.hits(node, *choice)).unwrap_or(any)
    }

    /// Appends a text; whether there is one.
    fn write(&mut self, node: &'a Node, text: &mut String) -> bool {
        match &node.kind {
            Kind::Alt(nodes) => self.write_one(node, nodes, text),
            Kind::Seq(nodes) => nodes.iter().all(|node| self.write(node, text)),
            Kind::Times(times, inside) => (0..*times).all(|_| self.write(inside, text)),
            Kind::Opt(inside) => {
                let taken = if self.is_deep() { 0 } else { self.choose(node, 2) };
                let length = text.len();
                if taken == 1 && self.write(inside, text) {
                    self.cover.hit(node, 1);
                } else {
                    text.truncate(length);
                    self.cover.hit(node, 0);
                }
                true
            }
            Kind::Rep(inside) => self.write_many(node, inside, text),
            Kind::Except(inside, exception) => (0..20).any(|_| {
                let mut part = String::new();
                let made = self.write(inside, &mut part)
                    && !text_of(self.grammar, exception, &part, self.version).is_sentence;
                if made {
                    text.push_str(&part);
                }
                made
            }),
            Kind::Name(name) => {
                self.depth += 1;
                let made = self.write(self.grammar.body(name), text);
                self.depth -= 1;
                made
            }
            Kind::Text(literal) | Kind::NotBefore(literal, _) => {
                text.push_str(literal);
                true
            }
            Kind::Range(low, high) => {
                text.push(self.character(*low, *high));
                true
            }
            Kind::White => {
                text.push(*self.rng.pick(&[' ', '\t', '\n', '\u{a0}', '\u{2003}']));
                true
            }
            Kind::Version(current) => *current == (self.version == Version::Current),
            _ => false,
        }
    }

    fn write_one(&mut self, node: &'a Node, nodes: &'a [Node], text: &mut String) -> bool {
        let first = if self.is_deep() {
            let height = |choice: &usize| height(&nodes[*choice], &self.heights);
            (0..nodes.len()).min_by_key(height).unwrap_or_default()
        } else {
            self.choose(node, nodes.len())
        };
        let length = text.len();
        (0..nodes.len()).any(|turn| {
            let choice = (first + turn) % nodes.len();
            let made = self.write(&nodes[choice], text);
            if made {
                self.cover.hit(node, choice);
            } else {
                text.truncate(length);
            }
            made
        })
    }

    fn write_many(&mut self, node: &'a Node, inside: &'a Node, text: &mut String) -> bool {
        let choice = if self.is_deep() { 0 } else { self.choose(node, 3) };
        let wanted = if choice == 2 { 2 + self.rng.below(4) } else { choice };
        let mut made = 0;
        for _ in 0..wanted {
            let length = text.len();
            if !self.write(inside, text) {
                text.truncate(length);
                break;
            }
            made += 1;
        }
        self.cover.hit(node, made.min(2));
        true
    }

    fn character(&mut self, low: char, high: char) -> char {
        let fitting = CHARACTERS.iter().filter(|c| (low..=high).contains(*c)).collect::<Vec<_>>();
        match self.rng.below(8) {
            0 => low,
            1 if high != char::MAX => high,
            // Letters more often than the rest, so that texts stay readable.
            2..5 if fitting.contains(&&'a') => 'a',
            _ if fitting.is_empty() => low,
            _ => **self.rng.pick(&fitting),
        }
    }

    /// A value of a production over values.
    pub fn value(&mut self, node: &'a Node) -> Option<Value> {
        match &node.kind {
            Kind::Alt(nodes) if choices(node) > 0 => {
                let first = self.choose(node, nodes.len());
                (0..nodes.len()).find_map(|turn| {
                    let choice = (first + turn) % nodes.len();
                    let value = self.value(&nodes[choice])?;
                    self.cover.hit(node, choice);
                    Some(value)
                })
            }
            Kind::Name(name) => self.value(self.grammar.body(name)),
            Kind::Array(inside) => {
                let length = self.rng.below(4);
                (0..length).map(|_| self.value(inside)).collect::<Option<_>>().map(Value::Array)
            }
            Kind::Some(inside) => {
                let choice = self.choose(node, 4);
                self.cover.hit(node, choice);
                let Some(length) = choice.checked_sub(1) else { return self.value(inside) };
                (0..length).map(|_| self.value(inside)).collect::<Option<_>>().map(Value::Array)
            }
            Kind::Written(inside) => {
                if self.rng.one_in(3) {
                    let bare = *self.rng.pick(BARE);
                    let fits = text_of(self.grammar, inside, bare, self.version).is_sentence;
                    if fits {
                        return Some(unquoted(bare));
                    }
                }
                self.text(inside).map(Value::String)
            }
            Kind::AnyString => {
                let length = self.rng.below(5);
                let text = (0..length).map(|_| self.character('\0', char::MAX)).collect();
                Some(Value::String(text))
            }
            Kind::Object(inside) => self.object(inside),
            _ => self.text(node).map(Value::String),
        }
    }

    fn object(&mut self, inside: &'a Node) -> Option<Value> {
        let mut members = Vec::<(String, Value)>::new();
        for place in places(self.grammar, inside) {
            let wanted = match (place.required, place.many) {
                (true, _) => 1,
                (false, false) => self.choose(place.node, 2),
                // Few of each, since there may be several such places.
                (false, true) => self.rng.below(7).saturating_sub(4),
            };
            let mut made = 0;
            for _ in 0..wanted {
                let (name, value) = (self.text(place.name)?, self.value(place.value)?);
                let same = |known: &(String, Value)| known.0.to_lowercase() == name.to_lowercase();
                if !members.iter().any(same) {
                    members.push((name, value));
                    made += 1;
                }
            }
            if !place.required {
                self.cover.hit(place.node, made.min(2));
            }
        }
        self.rng.shuffle(&mut members);
        Some(Value::Object(members))
    }
}

/// Numbers and booleans that are tried without quotes.
const BARE: &[&str] = &["true", "false", "0", "-1", "17.5", "1e3", "2026", "1767225600"];

fn unquoted(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        number => Value::Number(number.to_owned()),
    }
}

/// How many productions a sentence of each production needs at least.
fn heights(grammar: &Grammar) -> HashMap<&str, usize> {
    let mut heights = HashMap::new();
    loop {
        let mut changed = false;
        for name in &grammar.names {
            let height = height(grammar.body(name), &heights);
            let known = heights.get(name.as_str()).copied().unwrap_or(usize::MAX);
            if height < known {
                heights.insert(name.as_str(), height);
                changed = true;
            }
        }
        if !changed {
            return heights;
        }
    }
}

fn height(node: &Node, heights: &HashMap<&str, usize>) -> usize {
    let each =
        |nodes: Vec<&Node>| nodes.into_iter().map(|node| height(node, heights)).collect::<Vec<_>>();
    match &node.kind {
        Kind::Alt(nodes) => each(nodes.iter().collect()).into_iter().min().unwrap_or_default(),
        Kind::Opt(_) | Kind::Rep(_) => 0,
        Kind::Except(inside, _) => height(inside, heights),
        Kind::Name(name) => {
            heights.get(name.as_str()).map_or(usize::MAX, |height| height.saturating_add(1))
        }
        _ => each(node.children()).into_iter().max().unwrap_or_default(),
    }
}
