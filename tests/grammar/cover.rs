//! Which choices of a grammar the generator has made.

use super::ebnf::{Grammar, Kind, Node};
use std::collections::BTreeMap;

/// How often each choice was made: the part and the number of the choice.
#[derive(Default)]
pub struct Cover(BTreeMap<(usize, usize), usize>);

impl Cover {
    pub fn hit(&mut self, node: &Node, choice: usize) {
        *self.0.entry((node.id, choice)).or_default() += 1;
    }

    pub fn hits(&self, node: &Node, choice: usize) -> usize {
        self.0.get(&(node.id, choice)).copied().unwrap_or_default()
    }

    /// Adds what was made elsewhere.
    pub fn add(&mut self, other: &Cover) {
        for (choice, hits) in &other.0 {
            *self.0.entry(*choice).or_default() += hits;
        }
    }

    /// The choices that were not made, of the productions that these use.
    pub fn missed(&self, grammar: &Grammar, from: &[&str]) -> (usize, Vec<String>) {
        let mut names = from.iter().flat_map(|name| grammar.reached(name)).collect::<Vec<_>>();
        names.sort_unstable();
        names.dedup();
        let (mut all, mut missed) = (0, Vec::new());
        for name in names {
            self.look(grammar.body(name), name, &mut all, &mut missed);
        }
        (all, missed)
    }

    fn look(&self, node: &Node, name: &str, all: &mut usize, missed: &mut Vec<String>) {
        let choices = choices(node);
        *all += choices;
        for choice in 0..choices {
            if self.hits(node, choice) == 0 {
                missed.push(format!("choice {choice} of `{name}`: {:?}", node.kind));
            }
        }
        // What an exception excludes is not made.
        let children = node.children();
        let made =
            if matches!(node.kind, Kind::Except(..)) { &children[..1] } else { &children[..] };
        made.iter().for_each(|child| self.look(child, name, all, missed));
    }
}

/// How many choices a part has: its alternatives; absent or present; none, one or several.
pub fn choices(node: &Node) -> usize {
    match &node.kind {
        Kind::Alt(nodes) => nodes.len(),
        Kind::Opt(_) => 2,
        Kind::Rep(_) => 3,
        Kind::Some(_) => 4,
        _ => 0,
    }
}
