//! Classes where all patterns are texts and beginnings of texts: they lie in each other or apart, so no walk is needed.

use super::class_table::Classes;
use super::walk::other_than;
use super::{Atom, Bits};

/// A beginning of texts that the sorted list has entered and not left.
struct Open<'a> {
    text: &'a str,
    atoms: Vec<usize>,
    first_class: usize,
}

/// The classes of literals and prefixes.
pub(crate) fn classes(atoms: &[Atom]) -> Classes {
    let sorted = sorted(atoms);
    let mut witnesses: Vec<String> = Vec::new();
    let mut members: Vec<(usize, std::ops::Range<usize>)> = Vec::new();
    let mut open: Vec<Open<'_>> = Vec::new();
    // Texts outside of all patterns, unless one takes everything.
    if sorted.first().is_none_or(|(text, is_literal, _)| *is_literal || !text.is_empty()) {
        witnesses.push(outside(&sorted, ""));
    }
    for (at, (text, is_literal, atom)) in sorted.iter().enumerate() {
        let same = at
            .checked_sub(1)
            .is_some_and(|before| sorted[before].0 == *text && sorted[before].1 == *is_literal);
        match (is_literal, same) {
            (true, true) => {
                let last = witnesses.len() - 1;
                members.push((*atom, last..last + 1));
            }
            (true, false) => {
                close(&mut open, text, witnesses.len(), &mut members);
                members.push((*atom, witnesses.len()..witnesses.len() + 1));
                witnesses.push((*text).to_owned());
            }
            (false, true) => {
                open.iter_mut().last().into_iter().for_each(|open| open.atoms.push(*atom))
            }
            (false, false) => {
                close(&mut open, text, witnesses.len(), &mut members);
                open.push(Open { text, atoms: vec![*atom], first_class: witnesses.len() });
                witnesses.push(outside(&sorted[at..], text));
            }
        }
    }
    while let Some(last) = open.pop() {
        last.atoms
            .into_iter()
            .for_each(|atom| members.push((atom, last.first_class..witnesses.len())));
    }
    fill(atoms.len(), witnesses, members)
}

/// Sorted by text, a beginning before the text that is equal to it.
fn sorted(atoms: &[Atom]) -> Vec<(&str, bool, usize)> {
    let entries = atoms.iter().enumerate().filter_map(|(number, atom)| match atom {
        Atom::Literal(text) => Some((&**text, true, number)),
        Atom::Prefix(text) => Some((&**text, false, number)),
        Atom::Symbols { .. } | Atom::Nothing => None,
    });
    let mut entries = entries.collect::<Vec<_>>();
    entries.sort_unstable();
    entries
}

/// Leaves the beginnings that `text` does not have.
fn close(
    open: &mut Vec<Open<'_>>,
    text: &str,
    classes: usize,
    members: &mut Vec<(usize, std::ops::Range<usize>)>,
) {
    while let Some(last) = open.pop_if(|last| !text.starts_with(last.text)) {
        last.atoms.into_iter().for_each(|atom| members.push((atom, last.first_class..classes)));
    }
}

/// A text that begins with `start` and neither is one of the entries nor begins with a longer one.
fn outside(entries: &[(&str, bool, usize)], start: &str) -> String {
    let inside = || entries.iter().take_while(|(text, _, _)| text.starts_with(start));
    if inside().all(|(text, is_literal, _)| text.len() > start.len() || !is_literal) {
        return start.to_owned();
    }
    let next =
        inside().filter_map(|(text, _, _)| text[start.len()..].chars().next()).collect::<Vec<_>>();
    format!("{start}{}", other_than(&next))
}

fn fill(
    atoms: usize,
    witnesses: Vec<String>,
    members: Vec<(usize, std::ops::Range<usize>)>,
) -> Classes {
    let mut columns = vec![Bits::none(witnesses.len()); atoms];
    for (atom, range) in members {
        range.for_each(|class| columns[atom].insert(class));
    }
    Classes { witnesses, columns, is_complete: true }
}
