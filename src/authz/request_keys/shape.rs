//! The form of a key's values.

use crate::aws;
use std::net::IpAddr;

/// Characters of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Class {
    /// `0` to `9`.
    Digit,
    /// Digits and `a` to `f`.
    Hex,
    /// Digits and small letters of ASCII.
    Lower,
    /// Digits and capital letters of ASCII.
    Upper,
    /// All but `:` and `/`.
    Word,
    /// All but `:`.
    Path,
    /// All.
    Any,
}

impl Class {
    /// Whether the character is of this kind.
    pub fn contains(self, c: char) -> bool {
        match self {
            Class::Digit => c.is_ascii_digit(),
            Class::Hex => c.is_ascii_digit() || matches!(c, 'a'..='f'),
            Class::Lower => c.is_ascii_digit() || c.is_ascii_lowercase(),
            Class::Upper => c.is_ascii_digit() || c.is_ascii_uppercase(),
            Class::Word => !matches!(c, ':' | '/'),
            Class::Path => c != ':',
            Class::Any => true,
        }
    }

    fn example(self) -> char {
        match self {
            Class::Digit | Class::Hex => '1',
            Class::Upper => 'X',
            Class::Lower | Class::Word | Class::Path | Class::Any => 'x',
        }
    }
}

/// A piece of a form.
#[derive(Clone, PartialEq, Eq, Debug, Hash)]
pub enum Piece {
    /// This text.
    Literal(Box<str>),
    /// The name of one of AWS's partitions.
    Partition,
    /// An IP address of the internet.
    PublicAddress,
    /// Characters of a class: at least so many, and more unless the number is exact.
    Run {
        /// The characters.
        class: Class,
        /// The smallest number.
        least: usize,
        /// Whether it is the number.
        is_exact: bool,
    },
}

/// The forms of a key's values: a value has one of them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Shape {
    forms: Vec<Vec<Piece>>,
}

/// Digits of an account number.
const ACCOUNT_DIGITS: usize = 12;

impl Shape {
    /// Reads forms as `keys.toml` has them; `None` where a placeholder is not known.
    pub fn read<T: AsRef<str>>(forms: &[T]) -> Option<Shape> {
        let forms = forms.iter().map(|form| pieces(form.as_ref())).collect::<Option<Vec<_>>>()?;
        Some(Shape { forms })
    }

    /// The values themselves, if the forms spell them out.
    pub fn literals(&self) -> Option<Vec<&str>> {
        let mut literals = Vec::new();
        for form in &self.forms {
            let [Piece::Literal(text)] = form.as_slice() else { return None };
            literals.push(&**text);
        }
        Some(literals)
    }

    /// The forms, each as its pieces.
    pub fn forms(&self) -> &[Vec<Piece>] {
        &self.forms
    }

    /// Whether a value has one of the forms.
    ///
    /// ```
    /// use ica_policy::authz::Shape;
    /// let shape = Shape::read(&["arn:{partition}:iam::{account}:root"]).unwrap();
    /// assert!(shape.fits("arn:aws:iam::111122223333:root"));
    /// assert!(!shape.fits("arn:aws:iam::1:root"));
    /// assert!(!shape.fits("arn:made-up:iam::111122223333:root"));
    /// ```
    pub fn fits(&self, value: &str) -> bool {
        self.forms.iter().any(|form| fits(form, value))
    }

    /// A value of the first form.
    pub fn example(&self) -> String {
        let spell = |piece: &Piece| match piece {
            Piece::Literal(text) => text.to_string(),
            Piece::Partition => "aws".to_owned(),
            Piece::PublicAddress => "203.0.113.7".to_owned(),
            Piece::Run { class, least, .. } => class.example().to_string().repeat(*least),
        };
        self.forms.first().map(|form| form.iter().map(spell).collect()).unwrap_or_default()
    }
}

fn pieces(form: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = form;
    while let Some((literal, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal.into()));
        }
        pieces.push(placeholder(name)?);
        rest = after;
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Literal(rest.into()));
    }
    Some(pieces)
}

fn placeholder(name: &str) -> Option<Piece> {
    let (name, count) = match name.split_once(':') {
        Some((name, count)) => (name, Some(count.parse::<usize>().ok()?)),
        None => (name, None),
    };
    let run = |class| Piece::Run { class, least: count.unwrap_or(1), is_exact: false };
    Some(match name {
        "partition" => Piece::Partition,
        "public" => Piece::PublicAddress,
        "account" => Piece::Run { class: Class::Digit, least: ACCOUNT_DIGITS, is_exact: true },
        "hex" => run(Class::Hex),
        "lower" => run(Class::Lower),
        "upper" => run(Class::Upper),
        "word" => run(Class::Word),
        "path" => run(Class::Path),
        "any" => run(Class::Any),
        _ => return None,
    })
}

/// Tries each length of the first piece.
fn fits(form: &[Piece], value: &str) -> bool {
    let Some((piece, form)) = form.split_first() else { return value.is_empty() };
    match piece {
        Piece::Literal(text) => value.strip_prefix(&**text).is_some_and(|rest| fits(form, rest)),
        Piece::Partition => aws::partitions()
            .iter()
            .any(|known| value.strip_prefix(known.name).is_some_and(|rest| fits(form, rest))),
        Piece::PublicAddress => form.is_empty() && value.parse().is_ok_and(is_public),
        Piece::Run { class, least, is_exact } => {
            let ends = value.char_indices().map(|(at, c)| (at + c.len_utf8(), c));
            let fitting = ends.take_while(|(_, c)| class.contains(*c)).map(|(end, _)| end);
            let mut long_enough = std::iter::once(0).chain(fitting).skip(*least);
            if *is_exact {
                return long_enough.next().is_some_and(|end| fits(form, &value[end..]));
            }
            // Behind the last piece only the whole rest will do.
            if form.is_empty() {
                return long_enough.last() == Some(value.len());
            }
            long_enough.any(|end| fits(form, &value[end..]))
        }
    }
}

/// Whether an address is not of a private network or a single machine. Those that RFCs keep for documentation count:
/// examples of policies use them.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => !(four.is_private() || four.is_loopback() || four.is_link_local()),
        IpAddr::V6(six) => {
            !(six.is_unique_local() || six.is_unicast_link_local() || six.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    #[track_caller]
    fn check(form: &str, good: &[&str], bad: &[&str]) {
        let shape = Shape::read(&[form]).unwrap();
        good.iter().for_each(|text| assert!(shape.fits(text), "{text}"));
        bad.iter().for_each(|text| assert!(!shape.fits(text), "{text}"));
        assert!(shape.fits(&shape.example()), "{}", shape.example());
    }

    #[test]
    fn accounts_have_twelve_digits() {
        check("{account}", &["111122223333"], &["", "1", "11112222333x", "1111222233334"]);
    }

    #[test]
    fn ids_have_a_prefix_and_a_least_length() {
        check("o-{lower:10}", &["o-a1b2c3d4e5", "o-a1b2c3d4e5f6"], &["o-a", "o-A1B2C3D4E5", "x"]);
        let role = "AROAXXXXXXXXXXXXXXXX:s";
        check("AROA{upper:16}:{word}", &[role], &["AROAXXXXXXXXXXXXXXXX", "AROA:s"]);
    }

    #[test]
    fn a_path_ends_at_a_colon() {
        let form = "arn:{partition}:iam::{account}:user/{path}";
        let user = "arn:aws-cn:iam::111122223333:user/a/b";
        check(form, &[user], &["arn:aws:iam::111122223333:user/", "arn:aws:iam::1:user/a"]);
    }

    #[test]
    fn unknown_placeholders_are_refused() {
        assert_eq!(Shape::read(&["{colour}"]), None);
        assert_eq!(Shape::read(&["{word:many}"]), None);
        assert_eq!(Shape::read(&["{word"]), None);
    }
}
