//! Forms of values and of ARNs as patterns for the joint walk.

use super::token::{Alphabet, Atom, Token};
use crate::authz::{Class, Piece, Shape, any_arn};
use crate::aws::{self, ArnPart, ArnTemplate, Contents, ResourceType};

/// Digits of an account number.
const ACCOUNT_DIGITS: usize = 12;

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

/// The ARNs of a type of resource.
pub(super) fn of_resource(kind: &ResourceType, partitions: &[&str]) -> Vec<Atom> {
    kind.arns().flat_map(|template| of_template(template, partitions)).collect()
}

/// The ARNs that fit a template.
pub(super) fn of_template(template: ArnTemplate, partitions: &[&str]) -> Vec<Atom> {
    let has_partition = template.text().contains("${Partition}");
    let count = if has_partition { partitions.len() } else { 1 };
    partitions.iter().take(count).map(|partition| in_partition(template, partition)).collect()
}

/// Any ARN of a resource, for actions of which nothing is known.
pub(super) fn of_any_resource(partitions: &[&str]) -> Vec<Atom> {
    of_shape(any_arn(), partitions)
}

fn in_partition(template: ArnTemplate, partition: &str) -> Atom {
    let mut tokens = Vec::new();
    for part in template.parts() {
        let segment = tokens.iter().filter(|token| **token == Token::Char(':')).count();
        match part {
            ArnPart::Literal(text) => tokens.extend(text.chars().map(Token::Char)),
            ArnPart::Variable(_) if segment == PARTITION => {
                tokens.extend(partition.chars().map(Token::Char))
            }
            ArnPart::Variable(_) if segment == ACCOUNT => {
                tokens.extend([Token::OneOf(Alphabet::Digit); ACCOUNT_DIGITS])
            }
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

/// What a pattern says of the partition, the second segment of an ARN.
enum Asks {
    Name(String),
    Nothing,
    /// Some part of its name, or how long it is.
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
        Some(_) if chunks(tokens).any(|chunk| may_lie_in_partition(&chunk)) => Asks::Part,
        Some(_) => Asks::Nothing,
    }
}

/// `own`: the tokens of the segment that cannot take a colon.
fn in_segment(own: &[Token], rest: &[Token]) -> Asks {
    let ends_here = rest.get(own.len()).is_none_or(|token| *token == Token::Char(':'));
    let plain = |token: &Token| if let Token::Char(c) = token { Some(*c) } else { None };
    match own {
        [Token::RunInSegment] if ends_here => Asks::Nothing,
        [] if !ends_here && rest[0] == Token::Run => {
            if chunks(&rest[1..]).any(|chunk| may_lie_in_partition(&chunk)) {
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
        for pattern in ["arn:aws-*:iam::*:user/*", "arn:aws*", "*cn:iam::*", "*:aws-us*", "*gov*"] {
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
