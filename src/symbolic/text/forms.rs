//! Forms of values and of ARNs as patterns for the joint walk.

use super::atom::Atom;
use super::symbol::{Alphabet, Symbol, push_piece};
use crate::authz::{KeyRow, Piece, Shape, any_arn, request_key, shape};
use crate::aws;
use crate::aws::{ArnPart, ArnTemplate, Contents, ResourceType};

/// Digits of an account number.
pub(crate) const ACCOUNT_DIGITS: usize = 12;

/// The segments of an ARN, by the colons before them.
const PARTITION: usize = 1;
const ACCOUNT: usize = 4;

/// The partition of examples where the patterns do not ask for another.
const USUAL_PARTITION: &str = "aws";

/// The forms of a shape. `partitions` are those that patterns tell apart ([`partitions`]).
pub(crate) fn of_shape(shape: &Shape, partitions: &[&str]) -> Vec<Atom> {
    let mut atoms = Vec::new();
    for form in shape.forms() {
        let has_partition = form.contains(&Piece::Partition);
        for partition in partitions.iter().take(if has_partition { partitions.len() } else { 1 }) {
            let mut symbols = Vec::new();
            form.iter().for_each(|piece| push_piece(&mut symbols, piece, partition));
            atoms.push(atom(symbols));
        }
    }
    atoms
}

/// What the values of a key, given in lower case, look like, whoever asks; `None`: anything, or it has several forms.
pub(crate) fn of_key(key: &str) -> Option<Vec<Symbol>> {
    if request_key(key).is_some_and(KeyRow::has_shapes_by_caller) {
        return None;
    }
    let [form] = shape(key, None)?.forms() else { return None };
    let mut symbols = Vec::new();
    form.iter().for_each(|piece| push_piece(&mut symbols, piece, USUAL_PARTITION));
    (!form.contains(&Piece::Partition)).then_some(symbols)
}

/// The ARNs of a type of resource, as far as the patterns `asked` tell them apart.
pub(crate) fn of_resource(kind: &ResourceType, asked: &[Atom]) -> Vec<Atom> {
    let partitions = partitions(asked);
    kind.arns().flat_map(|template| of_template(template, &partitions, asked)).collect()
}

/// The ARNs that fit a template. `partitions` and owners are those that the patterns `asked` tell apart.
pub(crate) fn of_template(template: ArnTemplate, partitions: &[&str], asked: &[Atom]) -> Vec<Atom> {
    let has_partition = template.text().contains("${Partition}");
    let count = if has_partition { partitions.len() } else { 1 };
    let mut atoms = Vec::new();
    for owner in owners(template, asked) {
        let in_each = partitions.iter().take(count);
        atoms.extend(in_each.map(|partition| filled(template, partition, owner)));
    }
    atoms
}

/// Whose a resource is, by the segment of the account.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// An account.
    Account,
    /// AWS itself: managed policies, images, documents.
    Aws,
    /// The segment is empty.
    Nobody,
}

/// The owners that patterns tell apart: always some account. A pattern that spells out an account, or takes all, says
/// nothing of the others.
fn owners(template: ArnTemplate, asked: &[Atom]) -> Vec<Owner> {
    let is_open = template.text().split(':').nth(ACCOUNT).is_some_and(|own| own.contains("${"));
    let service = template.text().split(':').nth(2).unwrap_or_default();
    let mut owners = vec![Owner::Account];
    let is_near = |atom: &&Atom| is_open && service_of(atom).is_none_or(|named| named == service);
    for atom in asked.iter().filter(is_near) {
        let more: &[Owner] = match asked_account(atom) {
            Asks::Name(name) if name == "aws" => &[Owner::Aws],
            Asks::Name(name) if name.is_empty() => &[Owner::Nobody],
            Asks::Name(_) | Asks::Nothing => &[],
            Asks::Part => &[Owner::Aws, Owner::Nobody],
        };
        for owner in more {
            if !owners.contains(owner) {
                owners.push(*owner);
            }
        }
    }
    owners.retain(|owner| *owner != Owner::Nobody || template.may_lack_account());
    owners
}

/// What a pattern says of the account.
fn asked_account(atom: &Atom) -> Asks {
    let spelt = |text: &str, is_whole: bool| {
        let segments = text.split(':').collect::<Vec<_>>();
        match segments.get(ACCOUNT) {
            Some(account) if is_whole || segments.len() > ACCOUNT + 1 => {
                Asks::Name((*account).to_owned())
            }
            Some(account) if !account.is_empty() => Asks::Part,
            _ => Asks::Nothing,
        }
    };
    let symbols = match atom {
        Atom::Literal(text) => return spelt(text, true),
        Atom::Prefix(text) => return spelt(text, false),
        Atom::Symbols { symbols, .. } => symbols,
        Atom::Nothing => return Asks::Nothing,
    };
    let mut rest: &[Symbol] = symbols;
    for seen in 0..ACCOUNT {
        if takes_what_is_left(rest, ACCOUNT + 1 - seen) {
            return Asks::Nothing;
        }
        match rest.iter().position(|symbol| symbol.takes(':')) {
            Some(at) if rest[at] == Symbol::Char(':') => rest = &rest[at + 1..],
            // A wildcard runs over colons: words behind it may be those of the account.
            _ if rest.iter().all(|symbol| symbol.is_run()) => return Asks::Nothing,
            _ => return Asks::Part,
        }
    }
    let end = rest.iter().position(|symbol| symbol.takes(':')).unwrap_or(rest.len());
    match &rest[..end] {
        [Symbol::RunInSegment] => Asks::Nothing,
        [] if rest.first() == Some(&Symbol::Run) => Asks::Nothing,
        own => {
            let plain =
                |symbol: &Symbol| if let Symbol::Char(c) = symbol { Some(*c) } else { None };
            own.iter().map(plain).collect::<Option<String>>().map_or(Asks::Part, Asks::Name)
        }
    }
}

/// Whether a pattern takes the rest of every ARN that has so many colons in it.
fn takes_what_is_left(rest: &[Symbol], colons: usize) -> bool {
    let is_in_turn = |(at, symbol): (usize, &Symbol)| {
        *symbol == if at % 2 == 0 { Symbol::Run } else { Symbol::Char(':') }
    };
    rest.len() % 2 == 1 && rest.len() / 2 <= colons && rest.iter().enumerate().all(is_in_turn)
}

/// Any ARN of a resource, for unknown actions.
pub(crate) fn of_any_resource(partitions: &[&str]) -> Vec<Atom> {
    of_shape(any_arn(), partitions)
}

fn filled(template: ArnTemplate, partition: &str, owner: Owner) -> Atom {
    let mut symbols = Vec::new();
    for part in template.parts() {
        let segment = symbols.iter().filter(|symbol| **symbol == Symbol::Char(':')).count();
        match part {
            ArnPart::Literal(text) => symbols.extend(text.chars().map(Symbol::Char)),
            ArnPart::Variable(_) if segment == PARTITION => {
                symbols.extend(partition.chars().map(Symbol::Char))
            }
            ArnPart::Variable(_) if segment == ACCOUNT => match owner {
                Owner::Account => symbols.extend([Symbol::OneOf(Alphabet::Digit); ACCOUNT_DIGITS]),
                Owner::Aws => symbols.extend("aws".chars().map(Symbol::Char)),
                Owner::Nobody => {}
            },
            ArnPart::Variable(contents) => symbols.extend(match contents {
                Contents::Word => [Symbol::OneInWord, Symbol::RunInWord],
                Contents::Path => [Symbol::OneInSegment, Symbol::RunInSegment],
                Contents::Any => [Symbol::One, Symbol::Run],
            }),
        }
    }
    atom(symbols)
}

/// The service that a pattern of ARNs spells out, if nothing before it takes a colon.
pub(crate) fn service_of(atom: &Atom) -> Option<String> {
    let symbols = match atom {
        Atom::Literal(text) => return text.split(':').nth(2).map(str::to_owned),
        // The last segment goes on.
        Atom::Prefix(text) => {
            return text
                .split(':')
                .nth(2)
                .filter(|_| text.matches(':').count() > 2)
                .map(str::to_owned);
        }
        Atom::Symbols { symbols, .. } => symbols,
        Atom::Nothing => return None,
    };
    let mut rest: &[Symbol] = symbols;
    for _ in 0..2 {
        let at = rest.iter().position(|symbol| symbol.takes(':'))?;
        rest = (rest[at] == Symbol::Char(':')).then(|| &rest[at + 1..])?;
    }
    let end = rest.iter().position(|symbol| !matches!(symbol, Symbol::Char(_)))?;
    let text = rest[..rest.len().min(end)].iter().filter_map(|symbol| match symbol {
        Symbol::Char(c) => Some(*c),
        _ => None,
    });
    let text = text.collect::<String>();
    text.split_once(':').map(|(service, _)| service.to_owned())
}

fn atom(symbols: Vec<Symbol>) -> Atom {
    let literal = |symbol: &Symbol| if let Symbol::Char(c) = symbol { Some(*c) } else { None };
    match symbols.iter().map(literal).collect::<Option<String>>() {
        Some(text) => Atom::Literal(text.into()),
        None => Atom::Symbols { symbols: symbols.into(), open: None },
    }
}

/// The partitions that patterns tell apart: those that they spell out, the usual one, and one that stands for all
/// others. Where a wildcard lies inside of the name, all.
pub(crate) fn partitions(atoms: &[Atom]) -> Vec<&'static str> {
    let all = || aws::partitions().iter().map(|partition| partition.name);
    let mut named = vec![USUAL_PARTITION];
    let mut is_asked = false;
    for atom in atoms {
        match asked_partition(atom) {
            Asks::Name(name) => {
                is_asked = true;
                named.extend(all().filter(|known| *known == name));
            }
            Asks::Nothing => {}
            Asks::Part => return all().collect(),
        }
    }
    named.sort_unstable();
    named.dedup();
    let other = all().find(|known| !named.contains(known));
    named.extend(other.filter(|_| is_asked));
    named
}

/// What a pattern says of a segment of an ARN.
enum Asks {
    Name(String),
    Nothing,
    /// Some part of it, or how long it is.
    Part,
}

fn asked_partition(atom: &Atom) -> Asks {
    let symbols = match atom {
        Atom::Literal(text) => {
            let name = text.split(':').nth(1);
            return name.map_or(Asks::Nothing, |name| Asks::Name(name.to_owned()));
        }
        Atom::Prefix(text) => {
            let mut segments = text.split(':');
            return match (segments.next(), segments.next(), segments.next()) {
                (_, Some(name), Some(_)) => Asks::Name(name.to_owned()),
                (_, None | Some(""), None) => Asks::Nothing,
                _ => Asks::Part,
            };
        }
        Atom::Symbols { symbols, .. } => symbols,
        Atom::Nothing => return Asks::Nothing,
    };
    let colon = |symbols: &[Symbol]| symbols.iter().position(|symbol| symbol.takes(':'));
    match colon(symbols).map(|at| (symbols[at], &symbols[at + 1..])) {
        None => Asks::Nothing,
        Some((Symbol::Char(':'), rest)) => {
            in_segment(&rest[..colon(rest).unwrap_or(rest.len())], rest)
        }
        Some(_) if asks_of_length(symbols) => Asks::Part,
        Some(_) if chunks(symbols).any(|chunk| may_lie_in_partition(&chunk)) => Asks::Part,
        Some(_) => Asks::Nothing,
    }
}

/// Whether a pattern counts characters that may be those of the partition.
fn asks_of_length(symbols: &[Symbol]) -> bool {
    let is_one = |symbol: &Symbol| {
        matches!(symbol, Symbol::One | Symbol::OneInSegment | Symbol::OneInWord | Symbol::OneOf(_))
    };
    symbols.iter().any(is_one)
}

/// `own`: the symbols of the segment that cannot take a colon.
fn in_segment(own: &[Symbol], rest: &[Symbol]) -> Asks {
    let ends_here = rest.get(own.len()).is_none_or(|symbol| *symbol == Symbol::Char(':'));
    let plain = |symbol: &Symbol| if let Symbol::Char(c) = symbol { Some(*c) } else { None };
    match own {
        [Symbol::RunInSegment] if ends_here => Asks::Nothing,
        [] if !ends_here && rest[0] == Symbol::Run => {
            let rest = &rest[1..];
            if asks_of_length(rest) || chunks(rest).any(|chunk| may_lie_in_partition(&chunk)) {
                Asks::Part
            } else {
                Asks::Nothing
            }
        }
        _ if ends_here => {
            own.iter().map(plain).collect::<Option<String>>().map_or(Asks::Part, Asks::Name)
        }
        _ => Asks::Part,
    }
}

/// The runs of plain characters between wildcards.
fn chunks(symbols: &[Symbol]) -> impl Iterator<Item = String> + '_ {
    let is_plain = |symbol: &Symbol| matches!(symbol, Symbol::Char(_) | Symbol::Fold(_));
    symbols.split(move |symbol| !is_plain(symbol)).map(|chunk| {
        let spell = |symbol: &Symbol| match symbol {
            Symbol::Char(c) | Symbol::Fold(c) => Some(*c),
            _ => None,
        };
        chunk.iter().filter_map(spell).collect()
    })
}

/// Whether some place of the chunk in an ARN touches the name of the partition.
fn may_lie_in_partition(chunk: &str) -> bool {
    let names = || aws::partitions().iter().map(|partition| partition.name);
    let head = chunk.split(':').next().unwrap_or_default();
    match chunk.split_once(':') {
        _ if chunk.is_empty() => false,
        None => names().any(|name| name.contains(chunk)),
        // `n:aws-cn:..` touches from the left, `cn:s3:..` from the right.
        Some((_, rest)) => {
            let next = rest.split(':').next().unwrap_or_default();
            let is_last = !rest.contains(':');
            !head.is_empty() && names().any(|name| name.ends_with(head))
                || "arn".ends_with(head)
                    && !next.is_empty()
                    && names()
                        .any(|name| if is_last { name.starts_with(next) } else { name == next })
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::super::atom::{Style, glob};
    use super::super::variables::Variables;
    use super::*;

    #[track_caller]
    fn check(pattern: &str, is_arn: bool, wanted: &[&str]) {
        let atom = Atom::read(&glob(pattern, is_arn), Style::Text, &Variables::default());
        let mut found = partitions(&[atom]);
        found.sort_unstable();
        assert_eq!(found, wanted, "{pattern}");
    }

    #[test]
    fn only_partitions_that_patterns_tell_apart_are_tried() {
        check("arn:aws:iam::*:user/*", true, &["aws", "aws-cn"]);
        check("arn:aws-cn:iam::*:user/*", true, &["aws", "aws-cn", "aws-eusc"]);
        check("arn:*:iam::*:user/*", true, &["aws"]);
        check("arn:*", false, &["aws"]);
        check("*", false, &["aws"]);
        check("*:role/x", false, &["aws"]);
        check("*/x", false, &["aws"]);
    }

    #[test]
    fn a_part_of_the_name_asks_for_all() {
        for pattern in [
            "arn:aws-*:iam::*:user/*",
            "arn:aws*",
            "*cn:iam::*",
            "*:aws-us*",
            "*gov*",
            "arn:*????:iam::*",
        ] {
            let atom = Atom::read(&glob(pattern, false), Style::Text, &Variables::default());
            assert_eq!(partitions(&[atom]).len(), aws::partitions().len(), "{pattern}");
        }
    }

    #[test]
    fn owners_are_told_apart_only_where_a_pattern_names_them() {
        let accounts = |pattern: &str| {
            let atom = Atom::read(&glob(pattern, false), Style::Text, &Variables::default());
            asked_account(&atom)
        };
        for pattern in ["arn:aws:ec2:*:*:*", "arn:*:*:*:*:*", "arn:aws:ec2:eu-central-1:*:*"] {
            assert!(matches!(accounts(pattern), Asks::Nothing), "{pattern}");
        }
        for pattern in ["arn:aws:ec2:*:a*:*", "arn:aws:ec2:*:*:*:*:*", "arn:aws:ec2:*::*"] {
            assert!(matches!(accounts(pattern), Asks::Part), "{pattern}");
        }
    }

    #[test]
    fn forms_hold_what_their_shape_holds() {
        let shape = Shape::read(&["arn:{partition}:iam::{account}:user/{path}"]).unwrap();
        let atoms = of_shape(&shape, &["aws", "aws-cn"]);
        let fits = |text: &str| atoms.iter().any(|atom| atom.fits(text));
        assert!(fits("arn:aws-cn:iam::111122223333:user/a/b"));
        assert!(!fits("arn:aws-iso:iam::111122223333:user/a"));
        assert!(!fits("arn:aws:iam::1:user/a"));
    }
}
