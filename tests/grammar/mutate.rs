//! Single edits of texts and values. What they put in comes from lists that were written without
//! the grammar, so that a word that the grammar forgot is tried as well.

use super::rng::Rng;
use super::value::{Path, Value};
use std::ops::Range;

/// What edits put in.
#[derive(Clone, Copy)]
pub struct Alphabet {
    pub characters: &'static [char],
    pub words: &'static [&'static str],
    pub names: &'static [&'static str],
}

/// Edits a text at one place, and says which bytes of the new text are its trace.
pub fn text(rng: &mut Rng, text: &str, alphabet: &Alphabet) -> (String, Range<usize>) {
    let places = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect::<Vec<_>>();
    let number = rng.below(places.len());
    let at = places[number];
    let next = places.get(number + 1).copied().unwrap_or(at);
    let behind = places.get(number + 2).copied().unwrap_or(next);
    let put = match rng.below(6) {
        0 if !alphabet.words.is_empty() => (*rng.pick(alphabet.words)).to_owned(),
        1 => text[next..behind].to_owned() + &text[at..next],
        2 | 3 => String::new(),
        _ => rng.pick(alphabet.characters).to_string(),
    };
    let end = match rng.below(3) {
        _ if put.is_empty() => next,
        _ if put.len() > 4 => word_end(text, at),
        0 => next,
        1 if put.len() == behind - at => behind,
        _ => at,
    };
    let edited = format!("{}{put}{}", &text[..at], &text[end..]);
    (edited, at..at + put.len())
}

/// The end of the word that begins here.
fn word_end(text: &str, at: usize) -> usize {
    let end = text[at..].find(|c: char| !c.is_alphanumeric());
    end.map_or(text.len(), |end| at + end)
}

/// An edited value.
pub struct Edited {
    pub value: Value,
    /// The innermost value that holds the edit.
    pub path: Path,
    /// Whether a member or item was put in or taken out: then others may be wrong beside it.
    pub beside: bool,
}

/// Edits a value at one place.
pub fn value(rng: &mut Rng, whole: &Value, alphabet: &Alphabet) -> Edited {
    let mut edited = whole.clone();
    let path = rng.pick(&whole.paths()).clone();
    let node = edited.at_mut(&path);
    let other = other(rng, node, alphabet);
    let (inner, beside) = match node {
        Value::String(old) if !rng.one_in(3) => {
            *old = text(rng, old, alphabet).0;
            (None, false)
        }
        Value::Object(members) if !rng.one_in(4) => members_edited(rng, members, alphabet),
        Value::Array(items) if !rng.one_in(3) => (items_edited(rng, items, alphabet), true),
        node => {
            *node = other;
            (None, false)
        }
    };
    Edited { value: edited, path: path.into_iter().chain(inner).collect(), beside }
}

fn word(rng: &mut Rng, alphabet: &Alphabet) -> Value {
    Value::String((*rng.pick(alphabet.words)).to_owned())
}

/// A value that may stand in the place of another.
fn other(rng: &mut Rng, node: &Value, alphabet: &Alphabet) -> Value {
    match rng.below(8) {
        0 => Value::Null,
        1 => Value::Number((*rng.pick(&["0", "1", "-1.5", "1e5"])).to_owned()),
        2 => Value::Bool(true),
        3 => Value::Array(Vec::new()),
        4 => Value::Object(Vec::new()),
        5 => Value::Array(vec![node.clone()]),
        6 => Value::String(String::new()),
        _ => word(rng, alphabet),
    }
}

fn members_edited(
    rng: &mut Rng,
    members: &mut Vec<(String, Value)>,
    alphabet: &Alphabet,
) -> (Option<usize>, bool) {
    let at = rng.below(members.len() + 1);
    let name = (*rng.pick(alphabet.names)).to_owned();
    if at == members.len() {
        let value = word(rng, alphabet);
        members.push((name, value));
        return (Some(at), true);
    }
    match rng.below(5) {
        0 | 1 => {
            members.remove(at);
            return (None, true);
        }
        2 if rng.one_in(2) => {
            let old = &members[at].0;
            members[at].0 = old.strip_prefix("Not").map_or(format!("Not{old}"), str::to_owned);
        }
        2 => members[at].0 = name,
        3 => members[at].0 = text(rng, &members[at].0, alphabet).0,
        _ => members.push(members[at].clone()),
    }
    (Some(at), true)
}

fn items_edited(rng: &mut Rng, items: &mut Vec<Value>, alphabet: &Alphabet) -> Option<usize> {
    let at = rng.below(items.len() + 1);
    if at == items.len() {
        items.push(word(rng, alphabet));
        return Some(at);
    }
    if rng.one_in(2) {
        items.remove(at);
        return None;
    }
    items.push(items[at].clone());
    Some(at)
}
