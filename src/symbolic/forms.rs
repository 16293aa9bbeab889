//! Forms of values and of ARNs as patterns for the joint walk.

use super::token::{Alphabet, Atom, Token};
use crate::authz::{Class, Piece, Shape, any_arn};
use crate::aws::{self, ArnPart, ArnTemplate, Contents, ResourceType};

/// Digits of an account number.
pub(super) const ACCOUNT_DIGITS: usize = 12;

/// The segments of an ARN, by the colons before them.
const PARTITION: usize = 1;
const ACCOUNT: usize = 4;

/// The partition of examples where the patterns do not ask for another.
const USUAL_PARTITION: &str = "aws";

/// The forms of a shape. `partitions` are those that patterns tell apart ([`partitions`]).
pub(super) fn of_shape(shape: &Shape, partitions: &[&str]) -> Vec<Atom> {
    let mut atoms = Vec::new();
    for form in shape.forms() {
        let has_partition = form.contains(&Piece::Partition);
        for partition in partitions.iter().take(if has_partition { partitions.len() } else { 1 }) {
            let mut tokens = Vec::new();
            form.iter().for_each(|piece| push(&mut tokens, piece, partition));
            atoms.push(atom(tokens));
        }
    }
    atoms
}

/// The ARNs of a type of resource, as far as the patterns `asked` tell them apart.
pub(super) fn of_resource(kind: &ResourceType, asked: &[Atom]) -> Vec<Atom> {
    let partitions = partitions(asked);
    kind.arns().flat_map(|template| of_template(template, &partitions, asked)).collect()
}

/// The ARNs that fit a template. `partitions` and owners are those that the patterns `asked` tell apart.
pub(super) fn of_template(template: ArnTemplate, partitions: &[&str], asked: &[Atom]) -> Vec<Atom> {
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
    let tokens = match atom {
        Atom::Literal(text) => return spelt(text, true),
        Atom::Prefix(text) => return spelt(text, false),
        Atom::Tokens { tokens, .. } => tokens,
        Atom::Nothing => return Asks::Nothing,
    };
    let mut rest: &[Token] = tokens;
    for _ in 0..ACCOUNT {
        match rest.iter().position(|token| token.takes(':')) {
            Some(at) if rest[at] == Token::Char(':') => rest = &rest[at + 1..],
            // A wildcard runs over colons: words behind it may be those of the account.
            _ if rest.iter().all(|token| token.is_run()) => return Asks::Nothing,
            _ => return Asks::Part,
        }
    }
    let end = rest.iter().position(|token| token.takes(':')).unwrap_or(rest.len());
    match &rest[..end] {
        [Token::RunInSegment] => Asks::Nothing,
        [] if rest.first() == Some(&Token::Run) => Asks::Nothing,
        own => {
            let plain = |token: &Token| if let Token::Char(c) = token { Some(*c) } else { None };
            own.iter().map(plain).collect::<Option<String>>().map_or(Asks::Part, Asks::Name)
        }
    }
}

/// Any ARN of a resource, for actions of which nothing is known.
pub(super) fn of_any_resource(partitions: &[&str]) -> Vec<Atom> {
    of_shape(any_arn(), partitions)
}

fn filled(template: ArnTemplate, partition: &str, owner: Owner) -> Atom {
    let mut tokens = Vec::new();
    for part in template.parts() {
        let segment = tokens.iter().filter(|token| **token == Token::Char(':')).count();
        match part {
            ArnPart::Literal(text) => tokens.extend(text.chars().map(Token::Char)),
            ArnPart::Variable(_) if segment == PARTITION => {
                tokens.extend(partition.chars().map(Token::Char))
            }
            ArnPart::Variable(_) if segment == ACCOUNT => match owner {
                Owner::Account => tokens.extend([Token::OneOf(Alphabet::Digit); ACCOUNT_DIGITS]),
                Owner::Aws => tokens.extend("aws".chars().map(Token::Char)),
                Owner::Nobody => {}
            },
            ArnPart::Variable(contents) => tokens.extend(match contents {
                Contents::Word => [Token::OneInWord, Token::RunInWord],
                Contents::Path => [Token::OneInSegment, Token::RunInSegment],
                Contents::Any => [Token::One, Token::Run],
            }),
        }
    }
    atom(tokens)
}

/// The service that a pattern of ARNs spells out, if nothing before it takes a colon.
pub(super) fn service_of(atom: &Atom) -> Option<String> {
    let tokens = match atom {
        Atom::Literal(text) => return text.split(':').nth(2).map(str::to_owned),
        // The last segment goes on.
        Atom::Prefix(text) => {
            return text
                .split(':')
                .nth(2)
                .filter(|_| text.matches(':').count() > 2)
                .map(str::to_owned);
        }
        Atom::Tokens { tokens, .. } => tokens,
        Atom::Nothing => return None,
    };
    let mut rest: &[Token] = tokens;
    for _ in 0..2 {
        let at = rest.iter().position(|token| token.takes(':'))?;
        rest = (rest[at] == Token::Char(':')).then(|| &rest[at + 1..])?;
    }
    let end = rest.iter().position(|token| !matches!(token, Token::Char(_)))?;
    let text = rest[..rest.len().min(end)].iter().filter_map(|token| match token {
        Token::Char(c) => Some(*c),
        _ => None,
    });
    let text = text.collect::<String>();
    text.split_once(':').map(|(service, _)| service.to_owned())
}

fn push(tokens: &mut Vec<Token>, piece: &Piece, partition: &str) {
    match piece {
        Piece::Literal(text) => tokens.extend(text.chars().map(Token::Char)),
        Piece::Partition => tokens.extend(partition.chars().map(Token::Char)),
        Piece::PublicAddress => tokens.extend([Token::One, Token::Run]),
        Piece::Run { class, least, is_exact } => {
            let (one, run) = steps(*class);
            tokens.extend(std::iter::repeat_n(one, *least));
            tokens.extend((!is_exact).then_some(run));
        }
    }
}

fn steps(class: Class) -> (Token, Token) {
    let of = |alphabet| (Token::OneOf(alphabet), Token::RunOf(alphabet));
    match class {
        Class::Digit => of(Alphabet::Digit),
        Class::Hex => of(Alphabet::Hex),
        Class::Lower => of(Alphabet::Lower),
        Class::Upper => of(Alphabet::Upper),
        Class::Word => (Token::OneInWord, Token::RunInWord),
        Class::Path => (Token::OneInSegment, Token::RunInSegment),
        Class::Any => (Token::One, Token::Run),
    }
}

fn atom(tokens: Vec<Token>) -> Atom {
    let literal = |token: &Token| if let Token::Char(c) = token { Some(*c) } else { None };
    match tokens.iter().map(literal).collect::<Option<String>>() {
        Some(text) => Atom::Literal(text.into()),
        None => Atom::Tokens { tokens: tokens.into(), open: None },
    }
}

/// The partitions that patterns tell apart: those that they spell out, the usual one, and one that stands for all
/// others. Where a wildcard lies inside of the name, all.
pub(super) fn partitions(atoms: &[Atom]) -> Vec<&'static str> {
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
    let tokens = match atom {
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
        Atom::Tokens { tokens, .. } => tokens,
        Atom::Nothing => return Asks::Nothing,
    };
    let colon = |tokens: &[Token]| tokens.iter().position(|token| token.takes(':'));
    match colon(tokens).map(|at| (tokens[at], &tokens[at + 1..])) {
        None => Asks::Nothing,
        Some((Token::Char(':'), rest)) => {
            in_segment(&rest[..colon(rest).unwrap_or(rest.len())], rest)
        }
        Some(_) if asks_of_length(tokens) => Asks::Part,
        Some(_) if chunks(tokens).any(|chunk| may_lie_in_partition(&chunk)) => Asks::Part,
        Some(_) => Asks::Nothing,
    }
}

/// Whether a pattern counts characters that may be those of the partition.
fn asks_of_length(tokens: &[Token]) -> bool {
    let is_one = |token: &Token| {
        matches!(token, Token::One | Token::OneInSegment | Token::OneInWord | Token::OneOf(_))
    };
    tokens.iter().any(is_one)
}

/// `own`: the tokens of the segment that cannot take a colon.
fn in_segment(own: &[Token], rest: &[Token]) -> Asks {
    let ends_here = rest.get(own.len()).is_none_or(|token| *token == Token::Char(':'));
    let plain = |token: &Token| if let Token::Char(c) = token { Some(*c) } else { None };
    match own {
        [Token::RunInSegment] if ends_here => Asks::Nothing,
        [] if !ends_here && rest[0] == Token::Run => {
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
fn chunks(tokens: &[Token]) -> impl Iterator<Item = String> + '_ {
    let is_plain = |token: &Token| matches!(token, Token::Char(_) | Token::Fold(_));
    tokens.split(move |token| !is_plain(token)).map(|chunk| {
        let spell = |token: &Token| match token {
            Token::Char(c) | Token::Fold(c) => Some(*c),
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
    use super::super::token::Style;
    use super::super::variables::Variables;
    use super::*;
    use crate::symbolic::region::glob;

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
    fn forms_hold_what_their_shape_holds() {
        let shape = Shape::read(&["arn:{partition}:iam::{account}:user/{path}"]).unwrap();
        let atoms = of_shape(&shape, &["aws", "aws-cn"]);
        let fits = |text: &str| atoms.iter().any(|atom| atom.fits(text));
        assert!(fits("arn:aws-cn:iam::111122223333:user/a/b"));
        assert!(!fits("arn:aws-iso:iam::111122223333:user/a"));
        assert!(!fits("arn:aws:iam::1:user/a"));
    }
}
