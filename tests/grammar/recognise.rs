//! Says whether a text or a value is a sentence of a production, by trying everything.

use super::ebnf::{Grammar, Kind, Node};
use super::value::Value;
use std::collections::HashMap;
use std::rc::Rc;

/// Whether a document has variables, which its version decides.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Version {
    Current,
    Older,
}

/// Whether the text is a sentence, and the byte behind which no sentence goes on.
pub struct Verdict {
    pub is_sentence: bool,
    pub farthest: usize,
}

pub fn text(grammar: &Grammar, production: &str, text: &str, version: Version) -> Verdict {
    text_of(grammar, grammar.body(production), text, version)
}

pub fn text_of(grammar: &Grammar, node: &Node, text: &str, version: Version) -> Verdict {
    let mut run = Run {
        grammar,
        text: text.chars().collect(),
        version,
        known: HashMap::new(),
        farthest: 0,
        excepted: 0,
    };
    let ends = run.ends(node, 0);
    let is_sentence = ends.contains(&run.text.len());
    let farthest = text.chars().take(run.farthest).map(char::len_utf8).sum();
    Verdict { is_sentence, farthest }
}

struct Run<'a> {
    grammar: &'a Grammar,
    text: Vec<char>,
    version: Version,
    known: HashMap<(usize, usize), Rc<Vec<usize>>>,
    /// The last place at which a character was wanted.
    farthest: usize,
    /// How many exceptions are being looked at: they do not say what is wanted.
    excepted: usize,
}

impl Run<'_> {
    /// Where a part may end that begins at `from`.
    fn ends(&mut self, node: &Node, from: usize) -> Rc<Vec<usize>> {
        if let Some(known) = self.known.get(&(node.id, from)) {
            return Rc::clone(known);
        }
        let ends = Rc::new(self.find(node, from));
        self.known.insert((node.id, from), Rc::clone(&ends));
        ends
    }

    fn find(&mut self, node: &Node, from: usize) -> Vec<usize> {
        match &node.kind {
            Kind::Alt(nodes) => {
                let ends = nodes.iter().flat_map(|node| self.ends(node, from).to_vec()).collect();
                sorted(ends)
            }
            Kind::Seq(nodes) => self.sequence(nodes.iter(), from),
            Kind::Times(times, inside) => {
                self.sequence(std::iter::repeat_n(&**inside, *times), from)
            }
            Kind::Opt(inside) => {
                let mut ends = self.ends(inside, from).to_vec();
                ends.push(from);
                sorted(ends)
            }
            Kind::Rep(inside) => self.repeated(inside, from),
            Kind::Except(inside, exception) => {
                let ends = self.ends(inside, from);
                self.excepted += 1;
                let not = self.ends(exception, from);
                self.excepted -= 1;
                ends.iter().copied().filter(|end| !not.contains(end)).collect()
            }
            Kind::Name(name) => {
                let grammar = self.grammar;
                self.ends(grammar.body(name), from).to_vec()
            }
            Kind::Text(text) => self.literal(text, from),
            Kind::Range(low, high) => self.one(from, |c| (*low..=*high).contains(&c)),
            Kind::White => self.one(from, char::is_whitespace),
            Kind::NotBefore(text, next) => {
                let ends = self.literal(text, from);
                ends.into_iter().filter(|end| self.literal(next, *end).is_empty()).collect()
            }
            Kind::Version(current) => {
                if *current == (self.version == Version::Current) {
                    vec![from]
                } else {
                    Vec::new()
                }
            }
            Kind::TooBig => self.too_big(from),
            // Forms of values are no text.
            _ => Vec::new(),
        }
    }

    fn sequence<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>, from: usize) -> Vec<usize> {
        nodes.fold(vec![from], |starts, node| {
            let ends = starts.iter().flat_map(|start| self.ends(node, *start).to_vec());
            sorted(ends.collect())
        })
    }

    fn repeated(&mut self, inside: &Node, from: usize) -> Vec<usize> {
        let mut ends = vec![from];
        let mut at = 0;
        while at < ends.len() {
            for end in self.ends(inside, ends[at]).iter() {
                if !ends.contains(end) {
                    ends.push(*end);
                }
            }
            at += 1;
        }
        sorted(ends)
    }

    fn wanted(&mut self, at: usize) {
        if self.excepted == 0 {
            self.farthest = self.farthest.max(at);
        }
    }

    fn one(&mut self, from: usize, fits: impl Fn(char) -> bool) -> Vec<usize> {
        self.wanted(from);
        if self.text.get(from).copied().is_some_and(fits) { vec![from + 1] } else { Vec::new() }
    }

    fn literal(&mut self, text: &str, from: usize) -> Vec<usize> {
        let mut at = from;
        for c in text.chars() {
            self.wanted(at);
            if self.text.get(at) != Some(&c) {
                return Vec::new();
            }
            at += 1;
        }
        vec![at]
    }

    fn too_big(&self, from: usize) -> Vec<usize> {
        let ends = from + 1..=self.text.len();
        let is_too_big = |end: &usize| {
            let text = self.text[from..*end].iter().collect::<String>();
            text.ends_with(|c: char| c.is_ascii_digit() || c == '.')
                && text.parse::<f64>().is_ok_and(f64::is_infinite)
        };
        ends.filter(is_too_big).collect()
    }
}

fn sorted(mut ends: Vec<usize>) -> Vec<usize> {
    ends.sort_unstable();
    ends.dedup();
    ends
}

/// Whether a value is a sentence of a production over values.
pub fn value(grammar: &Grammar, production: &str, value: &Value, version: Version) -> bool {
    value_of(grammar, grammar.body(production), value, version)
}

pub fn value_of(grammar: &Grammar, node: &Node, value: &Value, version: Version) -> bool {
    let fits = |node: &Node, value: &Value| value_of(grammar, node, value, version);
    match (&node.kind, value) {
        (Kind::Alt(nodes), _) => nodes.iter().any(|node| fits(node, value)),
        (Kind::Name(name), _) => fits(grammar.body(name), value),
        (Kind::Array(inside), Value::Array(items)) => items.iter().all(|item| fits(inside, item)),
        (Kind::Some(inside), Value::Array(items)) => {
            items.iter().all(|item| fits(inside, item)) || fits(inside, value)
        }
        (Kind::Some(inside), _) => fits(inside, value),
        (Kind::Written(inside), Value::String(text) | Value::Number(text)) => {
            text_of(grammar, inside, text, version).is_sentence
        }
        (Kind::Written(inside), Value::Bool(truth)) => {
            text_of(grammar, inside, &truth.to_string(), version).is_sentence
        }
        (Kind::Object(inside), Value::Object(members)) => object(grammar, inside, members, version),
        (Kind::AnyString, Value::String(_)) => true,
        (Kind::Array(_) | Kind::Object(_) | Kind::Written(_) | Kind::AnyString, _) => false,
        (_, Value::String(text)) => text_of(grammar, node, text, version).is_sentence,
        _ => false,
    }
}

/// One member that an object may have.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub name: &'a Node,
    pub value: &'a Node,
    pub required: bool,
    /// Any number of them, whose names differ in more than case.
    pub many: bool,
    /// The part that says so, for an optional one.
    pub node: &'a Node,
}

/// The members that the inside of `object{ .. }` lists.
pub fn places<'a>(grammar: &'a Grammar, node: &'a Node) -> Vec<Place<'a>> {
    let with = |inside: &'a Node, many: bool| {
        let places = places(grammar, inside).into_iter();
        places.map(move |place| Place { required: false, many, node, ..place }).collect()
    };
    match &node.kind {
        Kind::Seq(nodes) => nodes.iter().flat_map(|node| places(grammar, node)).collect(),
        Kind::Opt(inside) => with(inside, false),
        Kind::Rep(inside) => with(inside, true),
        Kind::Name(name) => places(grammar, grammar.body(name)),
        Kind::Member(name, value) => {
            vec![Place { name, value, required: true, many: false, node }]
        }
        _ => Vec::new(),
    }
}

fn object(grammar: &Grammar, inside: &Node, members: &[(String, Value)], version: Version) -> bool {
    let places = places(grammar, inside);
    let mut used = vec![0; places.len()];
    let mut open = Vec::new();
    for (name, value) in members {
        let fitting = places.iter().position(|place| {
            text_of(grammar, place.name, name, version).is_sentence
                && value_of(grammar, place.value, value, version)
        });
        let Some(place) = fitting else { return false };
        used[place] += 1;
        if places[place].many {
            // Operators with different values have names of their own, so that case counts there.
            open.push((place, name.to_lowercase()));
        }
    }
    let all = open.len();
    open.sort();
    open.dedup();
    open.len() == all
        && places
            .iter()
            .zip(used)
            .all(|(place, used)| place.many || used <= 1 && (used == 1 || !place.required))
}
