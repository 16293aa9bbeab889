//! All texts sorted into classes: two texts of one class fit exactly the same patterns. `../shared/symbolic.md`, "classes".

use super::class_table::{Classes, FoundClasses};
use super::{Atom, Bits, Budget, tree, walk};
use rustc_hash::FxHashMap;

/// Sorts all texts by the patterns they fit; only the texts that fit one of each of the lists `within`.
pub(crate) fn classes(atoms: &[Atom], within: &[Vec<u32>], budget: &mut Budget) -> Classes {
    if atoms.iter().any(|atom| matches!(atom, Atom::Symbols { .. })) {
        mixed(atoms, within, budget)
    } else {
        kept(tree::classes(atoms), within)
    }
}

/// The classes whose texts fit one of each of the lists.
fn kept(classes: Classes, within: &[Vec<u32>]) -> Classes {
    if within.is_empty() {
        return classes;
    }
    let fits = |class: usize, list: &Vec<u32>| {
        list.iter().any(|atom| classes.columns[*atom as usize].contains(class))
    };
    let is_within = |class: &usize| within.iter().all(|list| fits(*class, list));
    let wanted = (0..classes.witnesses.len()).filter(is_within).collect::<Vec<_>>();
    let column = |column: &Bits| {
        let mut kept = Bits::none(wanted.len());
        let own = wanted.iter().enumerate().filter(|(_, class)| column.contains(**class));
        own.for_each(|(number, _)| kept.insert(number));
        kept
    };
    Classes {
        witnesses: wanted.iter().map(|class| classes.witnesses[*class].clone()).collect(),
        columns: classes.columns.iter().map(column).collect(),
        is_complete: classes.is_complete,
    }
}

/// Literals get a class each, by fitting them to the other patterns; the others are walked jointly.
fn mixed(atoms: &[Atom], within: &[Vec<u32>], budget: &mut Budget) -> Classes {
    let mut literals: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    let mut wild = Vec::new();
    for (number, atom) in atoms.iter().enumerate() {
        match atom {
            Atom::Literal(text) => literals.entry(text).or_default().push(number),
            Atom::Prefix(_) | Atom::Symbols { .. } => wild.push(number),
            Atom::Nothing => {}
        }
    }
    let (mut found, is_complete) = walk_around(atoms, &wild, &literals, within, budget);
    let mut texts = literals.into_iter().collect::<Vec<_>>();
    texts.sort_unstable();
    for (text, own) in texts {
        if !is_within(atoms, within, text) {
            continue;
        }
        let fitting = wild.iter().copied().filter(|number| atoms[*number].fits(text));
        found.push((fitting.chain(own).collect(), text.to_owned()));
    }
    if !is_complete {
        found.extend(spelt(atoms, within));
    }
    columns(atoms.len(), found, is_complete)
}

fn is_within(atoms: &[Atom], within: &[Vec<u32>], text: &str) -> bool {
    within.iter().all(|wanted| wanted.iter().any(|number| atoms[*number as usize].fits(text)))
}

/// Texts of patterns with plain words in the place of wildcards, which a walk that was broken off may not have come to.
fn spelt(atoms: &[Atom], within: &[Vec<u32>]) -> FoundClasses {
    let texts = atoms
        .iter()
        .filter_map(Atom::spelt)
        .filter(|text| is_within(atoms, within, text))
        .collect::<Vec<_>>();
    let members =
        |text: &str| (0..atoms.len()).filter(|number| atoms[*number].fits(text)).collect();
    texts.into_iter().map(|text| (members(&text), text)).collect()
}

/// Walks the patterns with wildcards. A witness must not be one of the literals, which have classes of their own; where it is, the
/// literal takes part in the walk, until none is.
fn walk_around(
    atoms: &[Atom],
    wild: &[usize],
    literals: &FxHashMap<&str, Vec<usize>>,
    within: &[Vec<u32>],
    budget: &mut Budget,
) -> (FoundClasses, bool) {
    // Texts that only literals of `within` fit have their own classes; the walk is for the others.
    let of_wild = |list: &Vec<u32>| {
        (0..wild.len()).filter(|number| list.contains(&(wild[*number] as u32))).collect::<Vec<_>>()
    };
    let wanted = within.iter().map(of_wild).collect::<Vec<_>>();
    if wanted.iter().any(Vec::is_empty) {
        return (FoundClasses::new(), true);
    }
    let mut extra: Vec<&str> = Vec::new();
    loop {
        let in_the_way = extra.iter().map(|text| Atom::Literal((*text).into())).collect::<Vec<_>>();
        let walked =
            wild.iter().map(|number| &atoms[*number]).chain(&in_the_way).collect::<Vec<_>>();
        let (found, is_complete) = walk::walk(&walked, &wanted, budget);
        let is_free = |members: &[usize]| members.iter().all(|member| *member < wild.len());
        let free = found.into_iter().filter(|(members, _)| is_free(members)).collect::<Vec<_>>();
        let known = extra.len();
        for (_, witness) in &free {
            extra.extend(literals.get_key_value(witness.as_str()).map(|(text, _)| *text));
        }
        if extra.len() == known {
            let numbers =
                |members: Vec<usize>| members.into_iter().map(|member| wild[member]).collect();
            return (
                free.into_iter().map(|(members, witness)| (numbers(members), witness)).collect(),
                is_complete,
            );
        }
    }
}

fn columns(atoms: usize, found: FoundClasses, is_complete: bool) -> Classes {
    let mut columns = vec![Bits::none(found.len()); atoms];
    let mut witnesses = Vec::with_capacity(found.len());
    for (class, (members, witness)) in found.into_iter().enumerate() {
        members.into_iter().for_each(|atom| columns[atom].insert(class));
        witnesses.push(witness);
    }
    Classes { witnesses, columns, is_complete }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::super::symbol::{Alphabet, Symbol};
    use super::*;
    use aws_smt_strings::regular_expressions::{ReManager, RegLan};
    use aws_smt_strings::smt_strings::SmtString;
    use proptest::prelude::*;

    /// Patterns over few characters, so that they meet; `:` because some wildcards stop at it.
    fn atom() -> impl Strategy<Value = Atom> {
        let symbol = prop_oneof![
            3 => prop::sample::select(vec!['a', 'b', ':', '/']).prop_map(Symbol::Char),
            2 => Just(Symbol::Run),
            1 => Just(Symbol::RunInSegment),
            1 => Just(Symbol::One),
            1 => Just(Symbol::OneInSegment),
            1 => Just(Symbol::RunInWord),
            1 => Just(Symbol::OneInWord),
            1 => Just(Symbol::Fold('a')),
            1 => Just(Symbol::OneOf(Alphabet::Digit)),
            1 => Just(Symbol::RunOf(Alphabet::Hex)),
            1 => Just(Symbol::OneOf(Alphabet::Lower)),
            1 => Just(Symbol::RunOf(Alphabet::Upper)),
        ];
        let text = || prop::collection::vec(prop::sample::select(vec!['a', 'b', ':', '/']), 0..4);
        prop_oneof![
            3 => prop::collection::vec(symbol, 0..6).prop_map(|symbols| Atom::Symbols { symbols: symbols.into(), open: None }),
            1 => text().prop_map(|text| Atom::Literal(text.into_iter().collect::<String>().into())),
            1 => text().prop_map(|text| Atom::Prefix(text.into_iter().collect::<String>().into())),
        ]
    }

    /// The same pattern as a regular expression of the other library.
    fn expression(manager: &mut ReManager, atom: &Atom) -> RegLan {
        let mut symbols = Vec::new();
        atom.append_symbols(&mut symbols);
        let mut parts = Vec::new();
        for symbol in symbols {
            let any = manager.all_chars();
            let colon = manager.char(u32::from(':'));
            let in_segment = manager.diff(any, colon);
            let slash = manager.char(u32::from('/'));
            let in_word = manager.diff(in_segment, slash);
            parts.push(match symbol {
                Symbol::Char(c) => manager.char(u32::from(c)),
                Symbol::Fold(c) => {
                    let (lower, upper) = (
                        manager.char(u32::from(c)),
                        manager.char(u32::from(c.to_ascii_uppercase())),
                    );
                    manager.union(lower, upper)
                }
                Symbol::Run => manager.star(any),
                Symbol::RunInSegment => manager.star(in_segment),
                Symbol::One => any,
                Symbol::OneInSegment => in_segment,
                Symbol::RunInWord => manager.star(in_word),
                Symbol::OneInWord => in_word,
                Symbol::OneOf(alphabet) => letters(manager, alphabet),
                Symbol::RunOf(alphabet) => {
                    let one = letters(manager, alphabet);
                    manager.star(one)
                }
            });
        }
        manager.concat_list(parts)
    }

    /// A class of letters and digits, spelt out.
    fn letters(manager: &mut ReManager, alphabet: Alphabet) -> RegLan {
        let more = match alphabet {
            Alphabet::Digit => None,
            Alphabet::Hex => Some(('a', 'f')),
            Alphabet::Lower => Some(('a', 'z')),
            Alphabet::Upper => Some(('A', 'Z')),
        };
        let digits = manager.range(u32::from('0'), u32::from('9'));
        match more {
            None => digits,
            Some((first, last)) => {
                let more = manager.range(u32::from(first), u32::from(last));
                manager.union(digits, more)
            }
        }
    }

    fn members(classes: &Classes, class: usize) -> Vec<bool> {
        classes.columns.iter().map(|column| column.contains(class)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// A combination of patterns has a class exactly if the other library finds a text for it, and the text that stands for the
        /// class is one.
        #[test]
        fn classes_are_the_combinations_that_have_texts(atoms in prop::collection::vec(atom(), 1..5)) {
            let classes = classes(&atoms, &[], &mut Budget::default());
            prop_assert!(classes.is_complete);
            let mut manager = ReManager::new();
            let expressions = atoms.iter().map(|atom| expression(&mut manager, atom)).collect::<Vec<_>>();
            for choice in 0..1_usize << atoms.len() {
                let wanted = (0..atoms.len()).map(|number| choice & (1 << number) != 0).collect::<Vec<_>>();
                let mut both = manager.full();
                for (expression, inside) in expressions.iter().zip(&wanted) {
                    let part = if *inside { *expression } else { manager.complement(expression) };
                    both = manager.inter(both, part);
                }
                let found = (0..classes.witnesses.len()).find(|class| members(&classes, *class) == wanted);
                prop_assert_eq!(found.is_none(), manager.is_empty_re(both), "{:?}", wanted);
                if let Some(class) = found {
                    let text = SmtString::from(classes.witnesses[class].as_str());
                    prop_assert!(manager.str_in_re(&text, both), "{:?} is no text of {:?}", classes.witnesses[class], wanted);
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// What the words alone tell of two patterns holds of all their texts.
        #[test]
        fn quick_looks_are_never_wrong(first in atom(), second in atom()) {
            let classes = classes(&[first.clone(), second.clone()], &[], &mut Budget::default());
            let (own, others) = (&classes.columns[0], &classes.columns[1]);
            prop_assert!(first.may_meet(&second) || !own.meets(others));
            prop_assert!(!first.includes(&second) || others.iter().all(|class| own.contains(class)));
        }
    }

    #[test]
    fn within_some_patterns_only_their_texts_are_sorted() {
        let atoms = [
            Atom::Prefix("a".into()),
            Atom::Literal("ab".into()),
            Atom::Symbols { symbols: [Symbol::Run, Symbol::Char('b')].into(), open: None },
        ];
        let found = classes(&atoms, &[vec![0]], &mut Budget::default());
        assert!(found.witnesses.iter().all(|text| text.starts_with('a')), "{:?}", found.witnesses);
        assert_eq!(found.witnesses.iter().find(|text| *text == "ab").unwrap(), "ab");
        assert_eq!(
            found.witnesses.len(),
            3,
            "a text of its own, the literal, and one that ends in b"
        );
    }
}
