//! Errors planted in a grammar: every alternative that may be dropped, every literal that may be
//! another, every part whose number may be wrong.

use super::ebnf::{Grammar, Kind, Node};

#[derive(Clone, Debug)]
pub struct Plant {
    pub production: String,
    pub what: String,
    path: Vec<usize>,
    change: Change,
}

#[derive(Clone, Debug)]
enum Change {
    Drop(usize),
    OtherText(String),
    Required,
    AtMostOne,
    NoException,
}

/// All errors of these productions.
pub fn plants(grammar: &Grammar, productions: &[&str]) -> Vec<Plant> {
    let mut found = Vec::new();
    for name in productions {
        look(name, grammar.body(name), &mut Vec::new(), &mut found);
    }
    found
}

fn look(name: &str, node: &Node, path: &mut Vec<usize>, into: &mut Vec<Plant>) {
    let mut add = |what: String, change: Change| {
        into.push(Plant { production: name.to_owned(), what, path: path.clone(), change });
    };
    match &node.kind {
        Kind::Alt(nodes) => {
            for (number, node) in nodes.iter().enumerate() {
                let what = match &node.kind {
                    Kind::Text(text) => format!("without `{text}`"),
                    Kind::Name(name) => format!("without {name}"),
                    _ => format!("without alternative {number}"),
                };
                add(what, Change::Drop(number));
            }
        }
        Kind::Text(text) => {
            let other = other(text);
            add(format!("`{other}` instead of `{text}`"), Change::OtherText(other));
        }
        Kind::Opt(_) => add("required instead of optional".to_owned(), Change::Required),
        Kind::Rep(_) => add("at most one instead of any number".to_owned(), Change::AtMostOne),
        Kind::Except(..) => add("without the exception".to_owned(), Change::NoException),
        _ => {}
    }
    for (number, child) in node.children().into_iter().enumerate() {
        path.push(number);
        look(name, child, path, into);
        path.pop();
    }
}

/// The text with another last character.
fn other(text: &str) -> String {
    let last = text.chars().last().unwrap_or('x');
    let start = &text[..text.len() - last.len_utf8().min(text.len())];
    let next = char::from_u32(last as u32 + 1).unwrap_or('x');
    format!("{start}{next}")
}

/// The grammar with the error.
pub fn apply(grammar: &Grammar, plant: &Plant) -> Grammar {
    let mut changed = grammar.clone();
    let mut node = changed.productions.get_mut(&plant.production).unwrap();
    for step in &plant.path {
        node = node.children_mut().swap_remove(*step);
    }
    match (&plant.change, &mut node.kind) {
        (Change::Drop(number), Kind::Alt(nodes)) => {
            nodes.remove(*number);
        }
        (Change::OtherText(other), Kind::Text(text)) => text.clone_from(other),
        (Change::Required, Kind::Opt(inside)) | (Change::NoException, Kind::Except(inside, _)) => {
            let inside = (**inside).clone();
            *node = inside;
        }
        (Change::AtMostOne, Kind::Rep(inside)) => node.kind = Kind::Opt(inside.clone()),
        _ => {}
    }
    changed
}
