//! Patterns as tokens for the joint walk: one token a character, wildcards with the characters they take.

use super::variables::{Filled, Variables};
use crate::model::{Part, Pattern, Variable};

/// One step of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Token {
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
pub(super) enum Alphabet {
    Digit,
    Hex,
    Lower,
    Upper,
}

impl Alphabet {
    pub(super) fn takes(self, c: char) -> bool {
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

impl Token {
    /// Whether the token takes this character.
    pub(super) fn takes(self, c: char) -> bool {
        match self {
            Token::Char(own) => own == c,
            Token::Fold(lower) => c.to_lowercase().eq([lower]),
            Token::Run | Token::One => true,
            Token::RunInSegment | Token::OneInSegment => c != ':',
            Token::RunInWord | Token::OneInWord => !matches!(c, ':' | '/'),
            Token::OneOf(alphabet) | Token::RunOf(alphabet) => alphabet.takes(c),
        }
    }

    /// Whether the token takes all characters that another does.
    fn takes_all_of(self, other: Token) -> bool {
        match (self, other) {
            (_, Token::Char(c)) => self.takes(c),
            (Token::Char(_), _) => false,
            (_, Token::Fold(c)) => {
                let is_partial = matches!(self, Token::Fold(_) | Token::OneOf(_) | Token::RunOf(_));
                self == other || !is_partial && self.takes(c)
            }
            (Token::Fold(_), _) => false,
            (Token::OneOf(own) | Token::RunOf(own), Token::OneOf(other) | Token::RunOf(other)) => {
                own.includes(other)
            }
            (Token::OneOf(_) | Token::RunOf(_), _) => false,
            // All other tokens take all letters and digits.
            (_, Token::OneOf(_) | Token::RunOf(_)) => true,
            (Token::Run | Token::One, _) => true,
            (_, Token::Run | Token::One) => false,
            (Token::RunInSegment | Token::OneInSegment, _) => true,
            (_, Token::RunInSegment | Token::OneInSegment) => false,
            (Token::RunInWord | Token::OneInWord, Token::RunInWord | Token::OneInWord) => true,
        }
    }

    pub(super) fn is_run(self) -> bool {
        matches!(self, Token::Run | Token::RunInSegment | Token::RunInWord | Token::RunOf(_))
    }
}

/// How wildcards before the fifth colon behave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// No ARN: wildcards take colons.
    Text,
    /// They stay in their segment.
    Arn,
    /// No wildcards, no difference between upper and lower case.
    Folded,
}

/// A pattern ready for the walk.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Atom {
    /// This text only.
    Literal(Box<str>),
    /// All that begins with this text.
    Prefix(Box<str>),
    /// Anything else.
    Tokens {
        /// The steps.
        tokens: Box<[Token]>,
        /// The variables of unknown value in it, which stand as runs: a text that fits need not match.
        open: Option<Open>,
    },
    /// No text: a variable in it has no value, or it has too few segments.
    Nothing,
}

/// Variables of unknown value in a pattern.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(super) struct Open {
    /// Which, and how they are compared: patterns with the same words and steps are one test.
    words: String,
    /// Where the only variable stands, if nothing but characters is before it: its value is then the same piece of every text that
    /// matches.
    alone_at: Option<usize>,
}

impl Atom {
    /// What follows the only variable of a pattern, with all that comes before it. Patterns that are equal in the latter take the
    /// same piece of a text for its value.
    pub(super) fn around_variable(&self) -> Option<((&str, &[Token]), Atom)> {
        let Atom::Tokens { tokens, open: Some(Open { words, alone_at: Some(at) }) } = self else {
            return None;
        };
        let rest = Atom::Tokens { tokens: tokens[at + 1..].into(), open: None };
        Some(((words, &tokens[..*at]), rest))
    }

    /// Reads a pattern; variables are filled in.
    pub(super) fn read(pattern: &Pattern, style: Style, variables: &Variables) -> Atom {
        match (&*pattern.parts, style) {
            ([], _) => return Atom::Literal("".into()),
            ([Part::Literal(text)], Style::Text | Style::Arn) => {
                return Atom::Literal(text.clone());
            }
            ([Part::Any], _) => return Atom::Prefix("".into()),
            ([Part::Literal(text), Part::Any], _) => return Atom::Prefix(text.clone()),
            _ => {}
        }
        Builder { style, ..Builder::default() }.read(pattern, variables)
    }

    /// Whether a text fits; the answer of the walk, for one text.
    pub(super) fn fits(&self, text: &str) -> bool {
        match self {
            Atom::Literal(own) => **own == *text,
            Atom::Prefix(own) => text.starts_with(&**own),
            Atom::Tokens { tokens, .. } => fits(tokens, text),
            Atom::Nothing => false,
        }
    }

    /// The same for the value of an ARN operator, which must have six parts to match anything (D4).
    pub(super) fn read_arn(pattern: &Pattern, variables: &Variables) -> Atom {
        let atom = Atom::read(pattern, Style::Arn, variables);
        let colons = match &atom {
            Atom::Literal(text) | Atom::Prefix(text) => text.matches(':').count(),
            Atom::Tokens { tokens, .. } => {
                tokens.iter().filter(|token| **token == Token::Char(':')).count()
            }
            Atom::Nothing => 0,
        };
        if colons < 5 && !atom.may_differ() { Atom::Nothing } else { atom }
    }

    /// A text that fits, with a plain word in the place of each wildcard.
    pub(super) fn spelt(&self) -> Option<String> {
        let mut tokens = Vec::new();
        self.append_tokens(&mut tokens);
        let spell = |token: &Token| match token {
            Token::Char(c) | Token::Fold(c) => *c,
            Token::OneOf(Alphabet::Digit | Alphabet::Hex) => '1',
            Token::RunOf(Alphabet::Digit | Alphabet::Hex) => '1',
            Token::OneOf(Alphabet::Upper) | Token::RunOf(Alphabet::Upper) => 'X',
            _ => 'x',
        };
        (*self != Atom::Nothing).then(|| tokens.iter().map(spell).collect())
    }

    /// Whether a variable of unknown value decides too.
    pub(super) fn may_differ(&self) -> bool {
        matches!(self, Atom::Tokens { open: Some(_), .. })
    }

    /// Whether some text may fit both: a quick look at how they begin, which may say so where none does.
    pub(super) fn may_meet(&self, other: &Atom) -> bool {
        match (self, other) {
            (Atom::Nothing, _) | (_, Atom::Nothing) => false,
            (Atom::Literal(text), pattern) | (pattern, Atom::Literal(text)) => pattern.fits(text),
            (Atom::Prefix(left), Atom::Prefix(right)) => {
                left.starts_with(&**right) || right.starts_with(&**left)
            }
            (Atom::Tokens { tokens: left, .. }, Atom::Tokens { tokens: right, .. }) => {
                may_meet(left, right)
            }
            _ => self.head().zip(other.head()).all(|(left, right)| left == right),
        }
    }

    /// Whether every text that matches the other matches this: seen from the words alone, so it may say no where it is so.
    pub(super) fn includes(&self, other: &Atom) -> bool {
        match (self, other) {
            _ if self == other => true,
            (_, Atom::Nothing) => true,
            (Atom::Nothing | Atom::Tokens { open: Some(_), .. }, _) => false,
            (_, Atom::Literal(text)) => self.fits(text),
            (Atom::Literal(_), _) => false,
            (Atom::Prefix(start), Atom::Prefix(text)) => text.starts_with(&**start),
            (Atom::Prefix(start), Atom::Tokens { tokens, .. }) => {
                let mut tokens = tokens.iter();
                start.chars().all(|c| tokens.next() == Some(&Token::Char(c)))
            }
            (Atom::Tokens { tokens, .. }, _) => {
                self.may_meet(other) && takes_pattern(tokens, other)
            }
        }
    }

    /// Whether it is a pattern whose texts a walk must find.
    pub(super) fn is_walked(&self) -> bool {
        matches!(self, Atom::Tokens { .. })
    }

    /// What every fitting text begins with.
    pub(super) fn start(&self) -> String {
        self.head().collect()
    }

    /// The characters that every fitting text begins with.
    fn head(&self) -> Box<dyn Iterator<Item = char> + '_> {
        match self {
            Atom::Literal(text) | Atom::Prefix(text) => Box::new(text.chars()),
            Atom::Tokens { tokens, .. } => Box::new(tokens.iter().map_while(|token| match token {
                Token::Char(c) => Some(*c),
                _ => None,
            })),
            Atom::Nothing => Box::new(std::iter::empty()),
        }
    }

    /// Adds the steps of the pattern.
    pub(super) fn append_tokens(&self, out: &mut Vec<Token>) {
        match self {
            Atom::Literal(text) => out.extend(text.chars().map(Token::Char)),
            Atom::Prefix(text) => out.extend(text.chars().map(Token::Char).chain([Token::Run])),
            Atom::Tokens { tokens, .. } => out.extend(tokens),
            Atom::Nothing => {}
        }
    }
}

/// Walks the set of places that the text can have reached.
fn fits(tokens: &[Token], text: &str) -> bool {
    let mut here = vec![false; tokens.len() + 1];
    let mut next = here.clone();
    reach(&mut here, 0, tokens);
    for c in text.chars() {
        next.fill(false);
        for (at, token) in
            tokens.iter().enumerate().filter(|(at, token)| here[*at] && token.takes(c))
        {
            reach(&mut next, if token.is_run() { at } else { at + 1 }, tokens);
        }
        // Most texts part from a pattern early.
        if !next.contains(&true) {
            return false;
        }
        std::mem::swap(&mut here, &mut next);
    }
    here[tokens.len()]
}

/// Compares how two patterns begin, and how their segments do as far as nothing runs over a colon.
fn may_meet(mut left: &[Token], mut right: &[Token]) -> bool {
    loop {
        let differing = left
            .iter()
            .zip(right)
            .find(|(left, right)| left != right || !matches!(left, Token::Char(_)));
        if let Some((Token::Char(_), Token::Char(_))) = differing {
            return false;
        }
        match (behind_colon(left), behind_colon(right)) {
            (Some(rest), Some(other)) => (left, right) = (rest, other),
            _ => return true,
        }
    }
}

/// What follows the first colon that every text of a pattern has in the same segment; `None` if there is none.
fn behind_colon(tokens: &[Token]) -> Option<&[Token]> {
    let at = tokens.iter().position(|token| token.takes(':'))?;
    (tokens[at] == Token::Char(':')).then(|| &tokens[at + 1..])
}

/// Walks the set of places that all texts of a pattern reach alike: a run of it is taken by a run here.
fn takes_pattern(tokens: &[Token], pattern: &Atom) -> bool {
    let mut steps = Vec::new();
    pattern.append_tokens(&mut steps);
    let mut here = vec![false; tokens.len() + 1];
    let mut next = here.clone();
    reach(&mut here, 0, tokens);
    for step in steps {
        next.fill(false);
        let takes = |token: &Token| token.takes_all_of(step) && (token.is_run() || !step.is_run());
        for (at, token) in tokens.iter().enumerate().filter(|(at, token)| here[*at] && takes(token))
        {
            reach(&mut next, if token.is_run() { at } else { at + 1 }, tokens);
        }
        if !next.contains(&true) {
            return false;
        }
        std::mem::swap(&mut here, &mut next);
    }
    here[tokens.len()]
}

/// Marks a place, and those behind it that a run reaches without taking anything.
fn reach(places: &mut [bool], from: usize, tokens: &[Token]) {
    let mut at = from;
    places[at] = true;
    while tokens.get(at).is_some_and(|token| token.is_run()) {
        at += 1;
        places[at] = true;
    }
}

struct Builder {
    style: Style,
    tokens: Vec<Token>,
    colons: usize,
    open: Option<Open>,
}

impl Default for Builder {
    fn default() -> Self {
        Builder { style: Style::Text, tokens: Vec::new(), colons: 0, open: None }
    }
}

impl Builder {
    fn read(mut self, pattern: &Pattern, variables: &Variables) -> Atom {
        for part in &pattern.parts {
            match part {
                Part::Literal(text) => self.text(text),
                Part::Variable(variable) => match variables.fill(variable) {
                    Filled::Value(text) => self.text(text),
                    Filled::Nothing => return Atom::Nothing,
                    Filled::Unknown => self.unknown(variable),
                },
                Part::Any => self.tokens.push(Token::Run),
                Part::One => self.tokens.push(Token::One),
                Part::AnyInSegment => {
                    self.tokens.push(if self.is_free() { Token::Run } else { Token::RunInSegment })
                }
                Part::AnyInWord => self.tokens.push(Token::RunInWord),
                Part::OneInSegment => {
                    self.tokens.push(if self.is_free() { Token::One } else { Token::OneInSegment })
                }
            }
        }
        self.finish()
    }

    /// Wildcards are free outside of ARNs, and behind the fifth colon. A variable of unknown value may hold colons.
    fn is_free(&self) -> bool {
        self.colons >= 5 || self.open.is_some() || self.style == Style::Text
    }

    fn text(&mut self, text: &str) {
        self.colons += text.matches(':').count();
        match self.style {
            Style::Folded => {
                self.tokens.extend(text.to_lowercase().chars().map(Token::Fold));
                // Beyond ASCII upper and lower case do not pair up one to one.
                if !text.is_ascii() {
                    let open = self.open.get_or_insert_default();
                    open.words.push_str(text);
                    open.alone_at = None;
                }
            }
            _ => self.tokens.extend(text.chars().map(Token::Char)),
        }
    }

    fn unknown(&mut self, variable: &Variable) {
        let is_first = self.open.is_none()
            && self.is_free()
            && self.tokens.iter().all(|token| matches!(token, Token::Char(_)));
        let alone_at = is_first.then_some(self.tokens.len());
        self.tokens.push(Token::Run);
        let style = match self.style {
            Style::Text => 't',
            Style::Folded => 'f',
            Style::Arn => 'a',
        };
        let open = self.open.get_or_insert_default();
        open.alone_at = alone_at;
        // The same variable compared in another way is another test. Keys hold no quotes and braces, so nothing is confused.
        open.words.push(style);
        open.words.push_str(&variable.key);
        open.words.extend(variable.default.iter().flat_map(|default| ["'", default, "'"]));
        open.words.push('}');
    }

    fn finish(self) -> Atom {
        let literal: Option<String> = self
            .tokens
            .iter()
            .map(|token| if let Token::Char(c) = token { Some(*c) } else { None })
            .collect();
        match literal {
            Some(text) => Atom::Literal(text.into()),
            None => Atom::Tokens { tokens: self.tokens.into(), open: self.open },
        }
    }
}
