//! The values that a dimension's tests tell apart: one file's worth of classes for each family of operators.

use super::class_table::Classes;
use super::classes::classes;
use super::forms::partitions;
use super::scale::{dates, holds, numbers};
use super::{Atom, Bits, Budget, Groups, TooMany, Values, forms};
use crate::authz::Shape;
use crate::aws::ValueType;
use crate::model::condition::{Relation, binary, date, numeric};
use ipnet::IpNet;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Pairs of patterns with variables that are looked at.
const MOST_PAIRS: usize = 400;

/// Variables of unknown value that one text may fit at once; beyond it the question is not decided.
const MOST_DIFFERING: usize = 6;

/// Classes that they may make of one dimension.
const MOST_SPLIT: usize = 20_000;

/// What is asked about the values of a dimension. Each entry is an atom, known by its place.
#[derive(Clone, Debug, Default)]
pub(crate) enum Tests {
    /// Nothing yet.
    #[default]
    Nothing,
    /// Patterns of texts, each once.
    Text(Vec<Atom>, FxHashMap<Atom, u32>),
    /// Comparisons of numbers.
    Number(Vec<(Relation, f64)>),
    /// Comparisons of dates, in nanoseconds.
    Date(Vec<(Relation, i128)>),
    /// Blocks of addresses.
    Address(Vec<IpNet>),
    /// Bytes.
    Binary(Vec<Vec<u8>>),
}

/// Two families of operators ask about one key, which needs values that both can read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Mixed;

impl Tests {
    /// Adds a pattern of texts.
    pub(crate) fn text(&mut self, atom: Atom) -> Result<u32, Mixed> {
        if matches!(self, Tests::Nothing) {
            *self = Tests::Text(Vec::new(), FxHashMap::default());
        }
        let Tests::Text(atoms, places) = self else { return Err(Mixed) };
        Ok(*places.entry(atom).or_insert_with_key(|atom| {
            atoms.push(atom.clone());
            atoms.len() as u32 - 1
        }))
    }

    /// Adds a pattern at the end, be it among the others or not; `None` if other things than texts are asked about.
    pub(crate) fn append(&mut self, atom: Atom) -> Option<u32> {
        let Tests::Text(atoms, _) = self else { return None };
        atoms.push(atom);
        Some(atoms.len() as u32 - 1)
    }

    /// Adds a comparison of numbers.
    pub(crate) fn number(&mut self, relation: Relation, limit: f64) -> Result<u32, Mixed> {
        if matches!(self, Tests::Nothing) {
            *self = Tests::Number(Vec::new());
        }
        let Tests::Number(atoms) = self else { return Err(Mixed) };
        Ok(place(atoms, (relation, limit)))
    }

    /// Adds a comparison of dates.
    pub(crate) fn date(&mut self, relation: Relation, limit: i128) -> Result<u32, Mixed> {
        if matches!(self, Tests::Nothing) {
            *self = Tests::Date(Vec::new());
        }
        let Tests::Date(atoms) = self else { return Err(Mixed) };
        Ok(place(atoms, (relation, limit)))
    }

    /// Adds a block of addresses.
    pub(crate) fn address(&mut self, net: IpNet) -> Result<u32, Mixed> {
        if matches!(self, Tests::Nothing) {
            *self = Tests::Address(Vec::new());
        }
        let Tests::Address(atoms) = self else { return Err(Mixed) };
        Ok(place(atoms, net))
    }

    /// Adds bytes.
    pub(crate) fn binary(&mut self, bytes: &[u8]) -> Result<u32, Mixed> {
        if matches!(self, Tests::Nothing) {
            *self = Tests::Binary(Vec::new());
        }
        let Tests::Binary(atoms) = self else { return Err(Mixed) };
        Ok(place(atoms, bytes.to_vec()))
    }
}

impl Tests {
    /// Only these atoms, in this order.
    pub(crate) fn only(&self, atoms: &[u32]) -> Tests {
        fn pick<T: Clone>(all: &[T], atoms: &[u32]) -> Vec<T> {
            atoms.iter().map(|number| all[*number as usize].clone()).collect()
        }
        match self {
            Tests::Nothing => Tests::Nothing,
            // Nothing is added to the part, so it needs no index.
            Tests::Text(all, _) => Tests::Text(pick(all, atoms), FxHashMap::default()),
            Tests::Number(all) => Tests::Number(pick(all, atoms)),
            Tests::Date(all) => Tests::Date(pick(all, atoms)),
            Tests::Address(all) => Tests::Address(pick(all, atoms)),
            Tests::Binary(all) => Tests::Binary(pick(all, atoms)),
        }
    }

    /// What each atom says of a value; `None` if it is none of the family's.
    pub(crate) fn answers(&self, text: &str) -> Option<Vec<bool>> {
        match self {
            Tests::Nothing => Some(Vec::new()),
            Tests::Text(atoms, _) => Some(atoms.iter().map(|atom| atom.fits(text)).collect()),
            Tests::Number(atoms) => {
                let value = numeric::value(text).ok()?;
                let asks = |(relation, limit): &(Relation, f64)| {
                    value.partial_cmp(limit).is_some_and(|order| holds(*relation, order))
                };
                Some(atoms.iter().map(asks).collect())
            }
            Tests::Date(atoms) => {
                let value = date::value(text).ok()?;
                Some(
                    atoms
                        .iter()
                        .map(|(relation, limit)| holds(*relation, value.cmp(limit)))
                        .collect(),
                )
            }
            Tests::Address(nets) => {
                let address: std::net::IpAddr = text.parse().ok()?;
                Some(nets.iter().map(|net| net.contains(&address)).collect())
            }
            Tests::Binary(values) => {
                let bytes = binary::value(text).ok()?;
                Some(values.iter().map(|value| *value == bytes).collect())
            }
        }
    }

    /// Whether no value is asked about.
    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self, Tests::Nothing)
    }

    /// How many atoms there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Tests::Nothing => 0,
            Tests::Text(atoms, _) => atoms.len(),
            Tests::Number(atoms) => atoms.len(),
            Tests::Date(atoms) => atoms.len(),
            Tests::Address(nets) => nets.len(),
            Tests::Binary(values) => values.len(),
        }
    }

    /// The patterns, if texts are asked about.
    pub(crate) fn atoms(&self) -> &[Atom] {
        match self {
            Tests::Text(atoms, _) => atoms,
            _ => &[],
        }
    }
}

fn place<T: PartialEq>(atoms: &mut Vec<T>, atom: T) -> u32 {
    let known = atoms.iter().position(|known| *known == atom);
    let place = known.unwrap_or_else(|| {
        atoms.push(atom);
        atoms.len() - 1
    });
    place as u32
}

/// What the values of a dimension can be at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Domain {
    pub kind: ValueType,
    /// Whether numbers are whole and not negative, and dates whole seconds.
    pub is_whole: bool,
    /// The form of its texts.
    pub shape: Option<&'static Shape>,
}

impl Default for Domain {
    fn default() -> Self {
        Domain { kind: ValueType::String, is_whole: false, shape: None }
    }
}

impl Domain {
    /// A value for when nothing but presence is asked.
    fn example(self) -> String {
        let usual = match self.kind {
            ValueType::String => "x",
            ValueType::Arn => "arn:aws:s3:::example-bucket",
            ValueType::Bool => "true",
            ValueType::Numeric => "1",
            ValueType::Date => "2026-01-01T00:00:00Z",
            ValueType::Ip => "203.0.113.7",
            ValueType::Binary => "eA==",
        };
        match self.shape {
            Some(shape) if !shape.fits(usual) => shape.example(),
            _ => usual.to_owned(),
        }
    }

    /// The texts that the domain has, as patterns; none: all.
    pub(crate) fn texts(self, tests: &[Atom]) -> Vec<Atom> {
        self.shape.map_or_else(Vec::new, |shape| forms::of_shape(shape, &partitions(tests)))
    }
}

impl Values {
    /// Sorts the values of the domain by the groups of atoms that hold. Texts are only those that fit one of each of the lists of atoms
    /// `within`, in which a group lies or does not.
    pub(crate) fn new(
        tests: &Tests,
        domain: Domain,
        groups: Groups,
        within: &[Vec<u32>],
        budget: &mut Budget,
    ) -> Result<Values, TooMany> {
        match tests {
            // What is asked of other statements may be left out here, and then any value will do.
            _ if tests.len() == 0 => Ok(Values {
                witnesses: vec![domain.example()],
                is_complete: true,
                ..Values::default()
            }),
            Tests::Nothing => Ok(Values::default()),
            Tests::Text(atoms, _) => texts(atoms, domain, groups, within, budget),
            Tests::Number(atoms) => Ok(match domain.shape.and_then(Shape::literals) {
                Some(values) => these_numbers(&values, atoms).grouped(groups),
                None => numbers(atoms, domain.is_whole).grouped(groups),
            }),
            Tests::Date(atoms) => Ok(dates(atoms, domain.is_whole).grouped(groups)),
            Tests::Address(nets) => Ok(addresses(nets, domain.shape.is_some()).grouped(groups)),
            Tests::Binary(values) => Ok(bytes(values).grouped(groups)),
        }
    }

    /// The class of a value, by what the atoms say of it.
    pub(crate) fn class_of(&self, tests: &Tests, text: &str) -> Option<usize> {
        let answers = self.groups.any(tests.answers(text)?.into_iter());
        let agrees = |class: &usize| {
            let mut columns = self.columns.iter().enumerate();
            columns.all(|(atom, column)| column.contains(*class) == answers[self.groups.of(atom)])
        };
        (0..self.witnesses.len()).find(agrees)
    }
}

fn texts(
    atoms: &[Atom],
    domain: Domain,
    groups: Groups,
    within: &[Vec<u32>],
    budget: &mut Budget,
) -> Result<Values, TooMany> {
    if domain.kind == ValueType::Bool {
        let is_wanted = |text: &&str| {
            within.iter().all(|list| list.iter().any(|atom| atoms[*atom as usize].fits(text)))
        };
        let words = ["true", "false"].into_iter().filter(is_wanted).collect::<Vec<_>>();
        let show = |text: &&str| (*text).to_owned();
        return Ok(Values::by_asking(&words, atoms, show, |atom, text| atom.fits(text)));
    }
    if atoms.iter().any(Atom::may_differ) {
        // Which pattern fits decides what its variable must be.
        let found = classes(atoms, &Groups::alone(atoms.len()), within, budget);
        return split_differing(atoms, found);
    }
    let Classes { witnesses, columns, is_complete } = classes(atoms, &groups, within, budget);
    let found = Values { witnesses, columns, is_complete, groups: Groups::alone(atoms.len()) };
    Ok(found.grouped(groups))
}

/// A pattern with a variable of unknown value may or may not match a text that fits: each class becomes one for each possibility.
/// That is more than can happen, as two such patterns may exclude each other in ways that are not looked at; whoever uses it must try
/// what it finds.
fn split_differing(atoms: &[Atom], found: Classes) -> Result<Values, TooMany> {
    let Classes { witnesses, columns, is_complete } = found;
    let mut split: Vec<(usize, Vec<usize>)> = Vec::new();
    let facts = Facts::new(atoms);
    for class in 0..witnesses.len() {
        let differing = (0..atoms.len())
            .filter(|atom| atoms[*atom].may_differ() && columns[*atom].contains(class))
            .collect::<Vec<_>>();
        if differing.len() > MOST_DIFFERING || split.len() > MOST_SPLIT {
            return Err(TooMany);
        }
        for choice in 0..1_usize << differing.len() {
            let in_choice = |(bit, _): &(usize, &usize)| choice & (1 << bit) != 0;
            let (matching, left_out): (Vec<_>, Vec<_>) =
                differing.iter().enumerate().partition(in_choice);
            let atoms = |part: Vec<(usize, &usize)>| {
                part.into_iter().map(|(_, atom)| *atom).collect::<Vec<_>>()
            };
            let (matching, left_out) = (atoms(matching), atoms(left_out));
            if facts.allow(&matching, &left_out) {
                split.push((class, left_out));
            }
        }
    }
    let column = |atom: usize| {
        let mut column = Bits::none(split.len());
        for (number, (class, left_out)) in split.iter().enumerate() {
            if columns[atom].contains(*class) && !left_out.contains(&atom) {
                column.insert(number);
            }
        }
        column
    };
    let columns = (0..atoms.len()).map(column).collect();
    Ok(Values {
        groups: Groups::alone(atoms.len()),
        witnesses: split.iter().map(|(class, _)| witnesses[*class].clone()).collect(),
        columns,
        is_complete,
    })
}

/// What is known of patterns with the same variable at the same place: they take the same piece of a text for its value, so whether
/// they match depends on the rest of the text.
struct Facts {
    /// A text that matches the first matches the second.
    within: Vec<(usize, usize)>,
    /// No text matches both.
    apart: Vec<(usize, usize)>,
}

impl Facts {
    fn new(atoms: &[Atom]) -> Facts {
        let mut facts = Facts { within: Vec::new(), apart: Vec::new() };
        let known = atoms
            .iter()
            .enumerate()
            .filter_map(|(number, atom)| Some((number, atom.around_variable()?)))
            .collect::<Vec<_>>();
        let pairs = known.iter().flat_map(|first| known.iter().map(move |second| (first, second)));
        for ((first, (before, rest)), (second, (other, other_rest))) in pairs.take(MOST_PAIRS) {
            if first == second || before != other {
                continue;
            }
            let both = [rest.clone(), other_rest.clone()];
            let found = classes(&both, &Groups::alone(2), &[], &mut Budget::default());
            if !found.is_complete {
                continue;
            }
            let (own, others) = (&found.columns[0], &found.columns[1]);
            if !own.meets(others) {
                facts.apart.push((*first, *second));
            }
            if own.iter().all(|class| others.contains(class)) {
                facts.within.push((*first, *second));
            }
        }
        facts
    }

    /// Whether a text can match the ones and not the others.
    fn allow(&self, matching: &[usize], left_out: &[usize]) -> bool {
        let breaks_within = |(first, second): &(usize, usize)| {
            matching.contains(first) && left_out.contains(second)
        };
        let breaks_apart = |(first, second): &(usize, usize)| {
            matching.contains(first) && matching.contains(second)
        };
        !self.within.iter().any(breaks_within) && !self.apart.iter().any(breaks_apart)
    }
}

/// Addresses set aside for documentation (RFC 5737, 3849): what a person recognises as an example.
const EXAMPLES: [&str; 4] = ["203.0.113.7", "198.51.100.7", "192.0.2.7", "2001:db8::7"];

/// Of the numbers that a key has those that the comparisons tell apart.
fn these_numbers(values: &[&str], atoms: &[(Relation, f64)]) -> Values {
    let holds = |(relation, limit): &(Relation, f64), text: &&str| {
        numeric::value(text)
            .ok()
            .and_then(|value| value.partial_cmp(limit))
            .is_some_and(|order| holds(*relation, order))
    };
    Values::by_asking(values, atoms, |text| (*text).to_owned(), holds)
}

/// Blocks of addresses of private networks and single machines (RFC 1122, 1918, 3927, 4193, 4291).
const PRIVATE: [&str; 8] = [
    "10.0.0.0/8",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
];

/// `is_public`: only addresses of the internet.
fn addresses(nets: &[IpNet], is_public: bool) -> Values {
    let private = PRIVATE.iter().filter(|_| is_public).filter_map(|net| net.parse().ok());
    let private = private.collect::<Vec<IpNet>>();
    let of_four = |net: &IpNet| match net {
        IpNet::V4(net) => {
            Some((u128::from(u32::from(net.network())), u128::from(u32::from(net.broadcast()))))
        }
        IpNet::V6(_) => None,
    };
    let of_six = |net: &IpNet| match net {
        IpNet::V6(net) => Some((u128::from(net.network()), u128::from(net.broadcast()))),
        IpNet::V4(_) => None,
    };
    let all = || nets.iter().chain(&private);
    let four = intervals(all().filter_map(of_four), u128::from(u32::MAX))
        .into_iter()
        .map(|range| (range, false));
    let six = intervals(all().filter_map(of_six), u128::MAX).into_iter().map(|range| (range, true));
    let found = four.chain(six).collect::<Vec<_>>();
    // The intervals are in order, so those of a net are neighbours.
    let holding = |net: &IpNet| {
        let (range, six) = match of_four(net) {
            Some(range) => (Some(range), false),
            None => (of_six(net), true),
        };
        let (first, last) = range.unwrap_or_default();
        let begin = found.partition_point(|((low, _), own)| (*own, *low) < (six, first));
        let end = found.partition_point(|((low, _), own)| (*own, *low) <= (six, last));
        begin..end
    };
    let mut is_seen = vec![true; found.len()];
    private.iter().flat_map(&holding).for_each(|number| is_seen[number] = false);
    // The numbers of the intervals that are seen.
    let seen = (0..found.len()).filter(|number| is_seen[*number]).collect::<Vec<_>>();
    let ranges = nets.iter().map(|net| {
        let Range { start, end } = holding(net);
        let number = |of: usize| seen.partition_point(|seen| *seen < of);
        number(start)..number(end)
    });
    let witnesses = seen.iter().map(|number| {
        let ((low, high), six) = found[*number];
        example(low, high, six)
    });
    Values::of_ranges(witnesses.collect(), ranges)
}

/// The intervals between the ends of all ranges.
fn intervals(ranges: impl Iterator<Item = (u128, u128)>, max: u128) -> Vec<(u128, u128)> {
    let mut starts = ranges
        .flat_map(|(first, last)| [Some(first), last.checked_add(1)])
        .flatten()
        .collect::<Vec<_>>();
    starts.push(0);
    starts.retain(|start| *start <= max);
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).map(|next| next - 1).chain([max]);
    starts.iter().copied().zip(ends).collect()
}

fn example(low: u128, high: u128, six: bool) -> String {
    let number = |text: &str| match text.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(address)) if !six => Some(u128::from(u32::from(address))),
        Ok(std::net::IpAddr::V6(address)) if six => Some(u128::from(address)),
        _ => None,
    };
    let known = EXAMPLES
        .iter()
        .find(|text| number(text).is_some_and(|number| (low..=high).contains(&number)));
    if let Some(text) = known {
        return (*text).to_owned();
    }
    let inside = low.saturating_add(1).min(high);
    match u32::try_from(inside) {
        Ok(four) if !six => std::net::Ipv4Addr::from(four).to_string(),
        _ => std::net::Ipv6Addr::from(inside).to_string(),
    }
}

fn bytes(values: &[Vec<u8>]) -> Values {
    use base64::Engine;
    let longest = values.iter().map(Vec::len).max().unwrap_or(0);
    let mut all = values.to_vec();
    all.push(vec![b'x'; longest + 1]);
    let show = |bytes: &Vec<u8>| base64::engine::general_purpose::STANDARD.encode(bytes);
    Values::by_asking(&all, values, show, |atom, value| atom == value)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;
    use crate::model::{Part, Pattern, Shape, Variable};
    use crate::symbolic::text::{Style, Variables};

    /// A pattern that begins with a variable of unknown value.
    fn open(key: &str, rest: Part) -> Atom {
        let variable = Part::Variable(Variable { key: key.into(), default: None });
        let pattern = Pattern { parts: [variable, rest].into(), shape: Shape::General };
        Atom::read(&pattern, Style::Text, &Variables::default())
    }

    fn split(open: usize, texts: usize) -> Result<usize, TooMany> {
        let key = |number: usize| format!("aws:principaltag/k{number}");
        let variables = (0..open).map(|number| self::open(&key(number), Part::Any));
        let literals = (0..texts).map(|number| Atom::Literal(format!("t{number}").into()));
        let atoms = variables.chain(literals).collect::<Vec<_>>();
        let found = classes(&atoms, &Groups::alone(atoms.len()), &[], &mut Budget::default());
        assert!(found.is_complete);
        split_differing(&atoms, found).map(|values| values.witnesses.len())
    }

    /// `MOST_DIFFERING` and `MOST_SPLIT`: what makes more classes is not told apart.
    #[test]
    fn variables_that_make_too_many_classes_are_not_told_apart() {
        assert_eq!(split(2, 3), Ok(4 * 4));
        assert!(split(MOST_DIFFERING, 100).unwrap() > 6_000);
        assert_eq!(split(MOST_DIFFERING, 400), Err(TooMany));
        assert_eq!(split(MOST_DIFFERING + 1, 1), Err(TooMany));
    }

    /// `MOST_PAIRS`: what is known of two patterns is not looked for in all pairs; then more is taken to be possible.
    #[test]
    fn of_many_patterns_not_all_pairs_are_known() {
        let ending = |number: usize| {
            open("aws:principaltag/k", Part::Literal(format!("-{number:02}").into()))
        };
        let facts = Facts::new(&(0..21).map(ending).collect::<Vec<_>>());
        assert!(!facts.allow(&[0, 1], &[]) && !facts.allow(&[18, 20], &[]));
        assert!(facts.allow(&[19, 20], &[]) && facts.allow(&[0], &[1]));
        let fewer = Facts::new(&(0..20).map(ending).collect::<Vec<_>>());
        assert!(!fewer.allow(&[18, 19], &[]));
    }
}
