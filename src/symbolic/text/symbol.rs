//! Symbols for the joint walk: one for a character, wildcards with the characters they take.

use crate::authz::{Class, Piece};

/// One step of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Symbol {
    /// This character.
    Char(char),
    /// This character, given in lower case, in either case.
    Fold(char),
    /// Any run.
    Run,
    /// Any run without a colon.
    RunInSegment,
    /// Any character.
    One,
    /// Any character but a colon.
    OneInSegment,
    /// Any run without a colon or a slash.
    RunInWord,
    /// Any character but a colon or a slash.
    OneInWord,
    /// Any character of a class of ASCII letters and digits.
    OneOf(Alphabet),
    /// Any run of them.
    RunOf(Alphabet),
}

/// A class of ASCII letters and digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Alphabet {
    Digit,
    Hex,
    Lower,
    Upper,
}

impl Alphabet {
    pub(crate) fn takes(self, c: char) -> bool {
        match self {
            Alphabet::Digit => c.is_ascii_digit(),
            Alphabet::Hex => c.is_ascii_digit() || matches!(c, 'a'..='f'),
            Alphabet::Lower => c.is_ascii_digit() || c.is_ascii_lowercase(),
            Alphabet::Upper => c.is_ascii_digit() || c.is_ascii_uppercase(),
        }
    }

    /// Whether all characters of the other are of this one.
    fn includes(self, other: Alphabet) -> bool {
        match (self, other) {
            (_, Alphabet::Digit) => true,
            (Alphabet::Hex, Alphabet::Hex) | (Alphabet::Lower, Alphabet::Hex) => true,
            _ => self == other,
        }
    }
}

impl Symbol {
    /// Whether the symbol takes this character.
    pub(crate) fn takes(self, c: char) -> bool {
        match self {
            Symbol::Char(own) => own == c,
            Symbol::Fold(lower) => c.to_lowercase().eq([lower]),
            Symbol::Run | Symbol::One => true,
            Symbol::RunInSegment | Symbol::OneInSegment => c != ':',
            Symbol::RunInWord | Symbol::OneInWord => !matches!(c, ':' | '/'),
            Symbol::OneOf(alphabet) | Symbol::RunOf(alphabet) => alphabet.takes(c),
        }
    }

    /// Whether the symbol takes all characters that another does.
    pub(crate) fn takes_all_of(self, other: Symbol) -> bool {
        match (self, other) {
            (_, Symbol::Char(c)) => self.takes(c),
            (Symbol::Char(_), _) => false,
            (_, Symbol::Fold(c)) => {
                let is_partial =
                    matches!(self, Symbol::Fold(_) | Symbol::OneOf(_) | Symbol::RunOf(_));
                self == other || !is_partial && self.takes(c)
            }
            (Symbol::Fold(_), _) => false,
            (
                Symbol::OneOf(own) | Symbol::RunOf(own),
                Symbol::OneOf(other) | Symbol::RunOf(other),
            ) => own.includes(other),
            (Symbol::OneOf(_) | Symbol::RunOf(_), _) => false,
            // All other symbols take all letters and digits.
            (_, Symbol::OneOf(_) | Symbol::RunOf(_)) => true,
            (Symbol::Run | Symbol::One, _) => true,
            (_, Symbol::Run | Symbol::One) => false,
            (Symbol::RunInSegment | Symbol::OneInSegment, _) => true,
            (_, Symbol::RunInSegment | Symbol::OneInSegment) => false,
            (Symbol::RunInWord | Symbol::OneInWord, Symbol::RunInWord | Symbol::OneInWord) => true,
        }
    }

    pub(crate) fn is_run(self) -> bool {
        matches!(self, Symbol::Run | Symbol::RunInSegment | Symbol::RunInWord | Symbol::RunOf(_))
    }
}

/// Adds the steps of a piece of a form.
pub(crate) fn push_piece(symbols: &mut Vec<Symbol>, piece: &Piece, partition: &str) {
    match piece {
        Piece::Literal(text) => symbols.extend(text.chars().map(Symbol::Char)),
        Piece::Partition => symbols.extend(partition.chars().map(Symbol::Char)),
        Piece::PublicAddress => symbols.extend([Symbol::One, Symbol::Run]),
        Piece::Run { class, least, is_exact } => {
            let (one, run) = steps(*class);
            symbols.extend(std::iter::repeat_n(one, *least));
            symbols.extend((!is_exact).then_some(run));
        }
    }
}

fn steps(class: Class) -> (Symbol, Symbol) {
    let of = |alphabet| (Symbol::OneOf(alphabet), Symbol::RunOf(alphabet));
    match class {
        Class::Digit => of(Alphabet::Digit),
        Class::Hex => of(Alphabet::Hex),
        Class::Lower => of(Alphabet::Lower),
        Class::Upper => of(Alphabet::Upper),
        Class::Word => (Symbol::OneInWord, Symbol::RunInWord),
        Class::Path => (Symbol::OneInSegment, Symbol::RunInSegment),
        Class::Any => (Symbol::One, Symbol::Run),
    }
}
