//! All texts sorted into classes: two texts of one class fit exactly the same patterns. `../shared/symbolic.md`, "classes".

use super::class_table::{Classes, FoundClasses};
use super::{Atom, Bits, Budget, Groups, tree, walk};
use rustc_hash::{FxHashMap, FxHashSet};

/// Sorts all texts by the groups of patterns they fit; only the texts that fit one of each of the lists `within`, in which a group lies
/// or does not.
pub(crate) fn classes(
    atoms: &[Atom],
    groups: &Groups,
    within: &[Vec<u32>],
    budget: &mut Budget,
) -> Classes {
    if atoms.iter().any(|atom| matches!(atom, Atom::Symbols { .. })) {
        mixed(atoms, groups, within, budget)
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
fn mixed(atoms: &[Atom], groups: &Groups, within: &[Vec<u32>], budget: &mut Budget) -> Classes {
    let mut literals: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    let mut wild = Vec::new();
    for (number, atom) in atoms.iter().enumerate() {
        match atom {
            Atom::Literal(text) => literals.entry(text).or_default().push(number),
            Atom::Prefix(_) | Atom::Symbols { .. } => wild.push(number),
            Atom::Nothing => {}
        }
    }
    let (mut found, is_complete) = walk_around(atoms, (&wild, groups), &literals, within, budget);
    let mut texts = literals.into_iter().collect::<Vec<_>>();
    texts.sort_unstable();
    for (text, own) in texts {
        if !is_within(atoms, within, text) {
            continue;
        }
        let fitting = wild.iter().copied().filter(|number| atoms[*number].fits(text));
        found.push((groups.fitting(fitting.chain(own)), text.to_owned()));
    }
    if !is_complete {
        found.extend(spelt(atoms, groups, within, budget));
    }
    let mut known = FxHashSet::default();
    found.retain(|(fitting, _)| known.insert(fitting.clone()));
    columns(atoms.len(), groups, found, is_complete)
}

fn is_within(atoms: &[Atom], within: &[Vec<u32>], text: &str) -> bool {
    within.iter().all(|wanted| wanted.iter().any(|number| atoms[*number as usize].fits(text)))
}

/// Texts of patterns with plain words in the place of wildcards, which a walk that was broken off may not have come to: of each group
/// some, as far as the budget goes.
fn spelt(
    atoms: &[Atom],
    groups: &Groups,
    within: &[Vec<u32>],
    budget: &mut Budget,
) -> FoundClasses {
    let mut of_group = vec![0; groups.len()];
    let mut found = FoundClasses::new();
    for (number, atom) in atoms.iter().enumerate() {
        let seen = &mut of_group[groups.of(number)];
        if *seen == MOST_SPELT {
            continue;
        }
        let Some(text) = atom.spelt() else { continue };
        if budget.spend(atoms.len() * text.len()).is_err() {
            break;
        }
        *seen += 1;
        if is_within(atoms, within, &text) {
            let fitting = (0..atoms.len()).filter(|number| atoms[*number].fits(&text));
            found.push((groups.fitting(fitting), text));
        }
    }
    found
}

/// Patterns of one group that are spelt out.
const MOST_SPELT: usize = 32;

/// Walks the patterns with wildcards. A witness must not be one of the literals, which have classes of their own; where it is, the
/// literal takes part in the walk, until none is.
fn walk_around(
    atoms: &[Atom],
    (wild, groups): (&[usize], &Groups),
    literals: &FxHashMap<&str, Vec<usize>>,
    within: &[Vec<u32>],
    budget: &mut Budget,
) -> (FoundClasses, bool) {
    // Texts that only literals of `within` fit have their own classes; the walk is for the others.
    let of_wild = |list: &Vec<u32>| {
        let list = list.iter().collect::<FxHashSet<_>>();
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
        let parted = groups.only(wild).and_alone(in_the_way.len());
        let (found, is_complete) = walk::walk(&walked, (&parted, groups.len()), &wanted, budget);
        let is_free = |fitting: &[usize]| fitting.iter().all(|group| *group < groups.len());
        let free = found.into_iter().filter(|(fitting, _)| is_free(fitting)).collect::<Vec<_>>();
        let known = extra.len();
        for (_, witness) in &free {
            extra.extend(literals.get_key_value(witness.as_str()).map(|(text, _)| *text));
        }
        if extra.len() == known {
            return (free, is_complete);
        }
    }
}

fn columns(atoms: usize, groups: &Groups, found: FoundClasses, is_complete: bool) -> Classes {
    let mut of_groups = vec![Bits::none(found.len()); groups.len()];
    let mut witnesses = Vec::with_capacity(found.len());
    for (class, (fitting, witness)) in found.into_iter().enumerate() {
        fitting.into_iter().for_each(|group| of_groups[group].insert(class));
        witnesses.push(witness);
    }
    let columns = (0..atoms).map(|atom| of_groups[groups.of(atom)].clone()).collect();
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
            let groups = Groups::alone(atoms.len());
            let classes = classes(&atoms, &groups, &[], &mut Budget::default());
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
            let both = [first.clone(), second.clone()];
            let classes = classes(&both, &Groups::alone(2), &[], &mut Budget::default());
            let (own, others) = (&classes.columns[0], &classes.columns[1]);
            prop_assert!(first.may_meet(&second) || !own.meets(others));
            prop_assert!(!first.includes(&second) || others.iter().all(|class| own.contains(class)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// In groups there is one class, the first, for each set of groups that some class of the single patterns fits.
        #[test]
        fn groups_join_the_classes_of_their_patterns(
            atoms in prop::collection::vec(atom(), 1..5),
            lists in prop::collection::vec(prop::collection::vec(0_u32..5, 0..4), 0..3),
        ) {
            let lists = lists.into_iter().map(|list| list.into_iter().filter(|atom| (*atom as usize) < atoms.len()).collect::<Vec<_>>());
            let lists = lists.collect::<Vec<_>>();
            let groups = Groups::of_lists(atoms.len(), lists.iter().map(Vec::as_slice));
            let sorted = |groups: &Groups| {
                let found = classes(&atoms, groups, &[], &mut Budget::default());
                assert!(found.is_complete);
                let class = |class: usize| groups_of(groups, &found, class);
                (0..found.witnesses.len()).map(class).collect::<Vec<_>>()
            };
            fn groups_of(groups: &Groups, found: &Classes, class: usize) -> Vec<usize> {
                groups.fitting((0..found.columns.len()).filter(|atom| found.columns[*atom].contains(class)))
            }
            let each = sorted(&Groups::alone(atoms.len()));
            let mut expected = each.into_iter().map(|fitting| groups.fitting(fitting.into_iter())).collect::<Vec<_>>();
            let mut together = sorted(&groups);
            for list in [&mut expected, &mut together] {
                list.sort();
                list.dedup();
            }
            prop_assert_eq!(together, expected);
        }
    }

    /// Patterns that tell more texts apart than anybody can look at.
    fn many(so_many: usize) -> Vec<Atom> {
        let symbols = |number: usize| {
            let word = format!("{number}");
            let symbols = [Symbol::Run].into_iter().chain(word.chars().map(Symbol::Char));
            let symbols = symbols.chain([Symbol::Run, Symbol::Char('a'), Symbol::Run]);
            Atom::Symbols { symbols: symbols.collect(), open: None }
        };
        (0..so_many).map(symbols).collect()
    }

    /// A long list is asked as a whole, so it makes two classes, and finding them costs little.
    #[test]
    fn a_list_of_patterns_makes_two_classes() {
        let atoms = many(1_000);
        let list = (0..1_000).collect::<Vec<u32>>();
        let groups = Groups::of_lists(atoms.len(), [list.as_slice()]);
        let mut budget = Budget::default();
        let all = budget.left();
        let found = classes(&atoms, &groups, &[], &mut budget);
        assert!(found.is_complete);
        assert_eq!(found.witnesses.len(), 2);
        assert!(all - budget.left() < 1_000_000, "it cost {}", all - budget.left());
    }

    /// Each limit of a walk ends it and says so: states, places, work. What was found until then exists.
    #[test]
    fn limits_end_a_walk_and_say_so() {
        let atoms = many(30);
        let groups = Groups::alone(atoms.len());
        let ended = |mut budget: Budget| {
            let found = classes(&atoms, &groups, &[], &mut budget);
            assert!(!found.is_complete && !found.witnesses.is_empty());
            budget
        };
        assert!(!ended(Budget::default()).is_exhausted());
        let mut narrow = Budget::default();
        narrow.places = 2_000;
        assert!(!ended(narrow).is_exhausted());
        let mut poor = Budget::default();
        poor.spend(poor.left() - 5_000).unwrap();
        assert!(ended(poor).is_exhausted());
    }

    /// A walk that was made before gives the same and costs the same.
    #[test]
    fn a_walk_is_not_cheaper_the_second_time() {
        let atoms = many(12);
        let groups = Groups::alone(atoms.len());
        let run = || {
            let mut budget = Budget::default();
            (classes(&atoms, &groups, &[], &mut budget), budget.left())
        };
        assert_eq!(run(), run());
        let mut poor = Budget::default();
        poor.spend(poor.left() - 5_000).unwrap();
        assert!(!classes(&atoms, &groups, &[], &mut poor).is_complete);
    }

    #[test]
    fn within_some_patterns_only_their_texts_are_sorted() {
        let atoms = [
            Atom::Prefix("a".into()),
            Atom::Literal("ab".into()),
            Atom::Symbols { symbols: [Symbol::Run, Symbol::Char('b')].into(), open: None },
        ];
        let found = classes(&atoms, &Groups::alone(3), &[vec![0]], &mut Budget::default());
        assert!(found.witnesses.iter().all(|text| text.starts_with('a')), "{:?}", found.witnesses);
        assert_eq!(found.witnesses.iter().find(|text| *text == "ab").unwrap(), "ab");
        assert_eq!(
            found.witnesses.len(),
            3,
            "a text of its own, the literal, and one that ends in b"
        );
    }
}
