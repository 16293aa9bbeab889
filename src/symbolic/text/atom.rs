//! Patterns as symbols for the joint walk; variables are filled in, or a run of what their values can be.

use super::symbol::{Alphabet, Symbol};
use super::variables::{Filled, Variables};
use crate::model::{Part, Pattern, Shape, Variable};
use smallvec::SmallVec;

/// How wildcards before the fifth colon behave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    /// No ARN: wildcards take colons.
    Text,
    /// They stay in their segment.
    Arn,
    /// No wildcards, no difference between upper and lower case.
    Folded,
}

/// A pattern ready for the walk.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Atom {
    /// This text only.
    Literal(Box<str>),
    /// All that begins with this text.
    Prefix(Box<str>),
    /// Anything else.
    Symbols {
        /// The steps.
        symbols: Box<[Symbol]>,
        /// The variables of unknown value in it. Each is a run of any text, so a text that fits need not match.
        open: Option<Open>,
    },
    /// No text: a variable in it has no value, or it has too few segments.
    Nothing,
}

/// Variables of unknown value in a pattern.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Open {
    /// Which, and how they are compared: patterns with the same words and steps are one test.
    words: String,
    /// Their keys.
    keys: Vec<Box<str>>,
    /// What follows the only variable, if nothing but characters precedes it: its value is then the same piece of every text
    /// that matches.
    alone_until: Option<usize>,
}

impl Atom {
    /// What follows the only variable of a pattern, with all that comes before it. Patterns that are equal in the latter take the
    /// same piece of a text for its value.
    pub(crate) fn around_variable(&self) -> Option<((&str, &[Symbol]), Atom)> {
        let Atom::Symbols { symbols, open: Some(Open { words, alone_until: Some(at), .. }) } = self
        else {
            return None;
        };
        let rest = Atom::Symbols { symbols: symbols[*at..].into(), open: None };
        Some(((words, &symbols[..*at]), rest))
    }

    /// Reads a pattern; variables are filled in.
    pub(crate) fn read(pattern: &Pattern, style: Style, variables: &Variables) -> Atom {
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

    /// The texts of this form.
    pub(crate) fn of_form(symbols: &[Symbol]) -> Atom {
        Atom::Symbols { symbols: symbols.into(), open: None }
    }

    /// Whether a text fits; the answer of the walk, for one text.
    pub(crate) fn fits(&self, text: &str) -> bool {
        match self {
            Atom::Literal(own) => **own == *text,
            Atom::Prefix(own) => text.starts_with(&**own),
            Atom::Symbols { symbols, .. } => fits(symbols, text),
            Atom::Nothing => false,
        }
    }

    /// The same for the value of an ARN operator, which must have six parts to match anything (D4).
    pub(crate) fn read_arn(pattern: &Pattern, variables: &Variables) -> Atom {
        let atom = Atom::read(pattern, Style::Arn, variables);
        let colons = match &atom {
            Atom::Literal(text) | Atom::Prefix(text) => text.matches(':').count(),
            Atom::Symbols { symbols, .. } => {
                symbols.iter().filter(|symbol| **symbol == Symbol::Char(':')).count()
            }
            Atom::Nothing => 0,
        };
        if colons < 5 && !atom.may_differ() { Atom::Nothing } else { atom }
    }

    /// A text that fits, with a plain word in the place of each wildcard.
    pub(crate) fn spelt(&self) -> Option<String> {
        let mut symbols = Vec::new();
        self.append_symbols(&mut symbols);
        let spell = |symbol: &Symbol| match symbol {
            Symbol::Char(c) | Symbol::Fold(c) => *c,
            Symbol::OneOf(Alphabet::Digit | Alphabet::Hex) => '1',
            Symbol::RunOf(Alphabet::Digit | Alphabet::Hex) => '1',
            Symbol::OneOf(Alphabet::Upper) | Symbol::RunOf(Alphabet::Upper) => 'X',
            _ => 'x',
        };
        (*self != Atom::Nothing).then(|| symbols.iter().map(spell).collect())
    }

    /// Whether a variable of unknown value decides too.
    pub(crate) fn may_differ(&self) -> bool {
        matches!(self, Atom::Symbols { open: Some(_), .. })
    }

    /// The keys of its variables of unknown value.
    pub(crate) fn open_keys(&self) -> &[Box<str>] {
        match self {
            Atom::Symbols { open: Some(open), .. } => &open.keys,
            _ => &[],
        }
    }

    /// Whether some text may fit both: a quick look at how they begin, which may say so where none does.
    pub(crate) fn may_meet(&self, other: &Atom) -> bool {
        match (self, other) {
            (Atom::Nothing, _) | (_, Atom::Nothing) => false,
            (Atom::Literal(text), pattern) | (pattern, Atom::Literal(text)) => pattern.fits(text),
            (Atom::Prefix(left), Atom::Prefix(right)) => {
                left.starts_with(&**right) || right.starts_with(&**left)
            }
            (Atom::Symbols { symbols: left, .. }, Atom::Symbols { symbols: right, .. }) => {
                may_meet(left, right)
            }
            _ => self.head().zip(other.head()).all(|(left, right)| left == right),
        }
    }

    /// Whether every text that matches the other matches this: seen from the words alone, so it may say no where it is so.
    pub(crate) fn includes(&self, other: &Atom) -> bool {
        match (self, other) {
            _ if self == other => true,
            (_, Atom::Nothing) => true,
            (Atom::Nothing | Atom::Symbols { open: Some(_), .. }, _) => false,
            (_, Atom::Literal(text)) => self.fits(text),
            (Atom::Literal(_), _) => false,
            (Atom::Prefix(start), Atom::Prefix(text)) => text.starts_with(&**start),
            (Atom::Prefix(start), Atom::Symbols { symbols, .. }) => {
                let mut symbols = symbols.iter();
                start.chars().all(|c| symbols.next() == Some(&Symbol::Char(c)))
            }
            (Atom::Symbols { symbols, .. }, _) => {
                self.may_meet(other) && takes_pattern(symbols, other)
            }
        }
    }

    /// Whether it is a pattern whose texts a walk must find.
    pub(crate) fn is_walked(&self) -> bool {
        matches!(self, Atom::Symbols { .. })
    }

    /// What every fitting text begins with.
    pub(crate) fn start(&self) -> String {
        self.head().collect()
    }

    /// The characters that every fitting text begins with.
    fn head(&self) -> Box<dyn Iterator<Item = char> + '_> {
        match self {
            Atom::Literal(text) | Atom::Prefix(text) => Box::new(text.chars()),
            Atom::Symbols { symbols, .. } => {
                Box::new(symbols.iter().map_while(|symbol| match symbol {
                    Symbol::Char(c) => Some(*c),
                    _ => None,
                }))
            }
            Atom::Nothing => Box::new(std::iter::empty()),
        }
    }

    /// Adds the steps of the pattern.
    pub(crate) fn append_symbols(&self, out: &mut Vec<Symbol>) {
        match self {
            Atom::Literal(text) => out.extend(text.chars().map(Symbol::Char)),
            Atom::Prefix(text) => out.extend(text.chars().map(Symbol::Char).chain([Symbol::Run])),
            Atom::Symbols { symbols, .. } => out.extend(symbols),
            Atom::Nothing => {}
        }
    }
}

/// Walks the set of places that the text can have reached, in ascending order.
fn fits(symbols: &[Symbol], text: &str) -> bool {
    if !may_fit(symbols, text) {
        return false;
    }
    let mut here = Places::new();
    arrive(&mut here, 0, symbols);
    let mut next = Places::new();
    for c in text.chars() {
        next.clear();
        for at in &here {
            if let Some(symbol) = symbols.get(*at).filter(|symbol| symbol.takes(c)) {
                arrive(&mut next, if symbol.is_run() { *at } else { at + 1 }, symbols);
            }
        }
        // Most texts part from a pattern early.
        if next.is_empty() {
            return false;
        }
        std::mem::swap(&mut here, &mut next);
    }
    here.last() == Some(&symbols.len())
}

/// Few places are reached at a time.
type Places = SmallVec<[usize; 8]>;

/// Adds a place, not before the last, and those behind it that a run reaches without taking anything. A place that is there has them.
fn arrive(places: &mut Places, at: usize, symbols: &[Symbol]) {
    if places.last().is_some_and(|last| *last >= at) {
        return;
    }
    let runs = symbols[at..].iter().take_while(|symbol| symbol.is_run()).count();
    places.extend(at..=at + runs);
}

/// Compares how each segment of a pattern and of a text begins, as far as nothing in the pattern runs over a colon: a quick look, which may
/// say so where the text does not fit.
fn may_fit(mut symbols: &[Symbol], mut text: &str) -> bool {
    loop {
        let mut characters = text.chars();
        for symbol in symbols {
            match symbol {
                Symbol::Char(own) if characters.next() == Some(*own) => {}
                Symbol::Char(_) => return false,
                _ => break,
            }
        }
        match (behind_colon(symbols), text.split_once(':')) {
            (Some(rest), Some((_, behind))) => (symbols, text) = (rest, behind),
            (Some(_), None) => return false,
            (None, _) => return true,
        }
    }
}

/// Compares how two patterns begin, and how their segments do as far as nothing runs over a colon.
fn may_meet(mut left: &[Symbol], mut right: &[Symbol]) -> bool {
    loop {
        let differing = left
            .iter()
            .zip(right)
            .find(|(left, right)| left != right || !matches!(left, Symbol::Char(_)));
        if let Some((Symbol::Char(_), Symbol::Char(_))) = differing {
            return false;
        }
        match (behind_colon(left), behind_colon(right)) {
            (Some(rest), Some(other)) => (left, right) = (rest, other),
            _ => return true,
        }
    }
}

/// What follows the first colon that every text of a pattern has in the same segment; `None` if there is none.
fn behind_colon(symbols: &[Symbol]) -> Option<&[Symbol]> {
    let at = symbols.iter().position(|symbol| symbol.takes(':'))?;
    (symbols[at] == Symbol::Char(':')).then(|| &symbols[at + 1..])
}

/// Walks the set of places that all texts of a pattern reach alike: a run of it is taken by a run here.
fn takes_pattern(symbols: &[Symbol], pattern: &Atom) -> bool {
    let mut steps = Vec::new();
    pattern.append_symbols(&mut steps);
    let mut here = vec![false; symbols.len() + 1];
    let mut next = here.clone();
    reach(&mut here, 0, symbols);
    for step in steps {
        next.fill(false);
        let takes =
            |symbol: &Symbol| symbol.takes_all_of(step) && (symbol.is_run() || !step.is_run());
        for (at, symbol) in
            symbols.iter().enumerate().filter(|(at, symbol)| here[*at] && takes(symbol))
        {
            reach(&mut next, if symbol.is_run() { at } else { at + 1 }, symbols);
        }
        if !next.contains(&true) {
            return false;
        }
        std::mem::swap(&mut here, &mut next);
    }
    here[symbols.len()]
}

/// Marks a place, and those behind it that a run reaches without taking anything.
fn reach(places: &mut [bool], from: usize, symbols: &[Symbol]) {
    let mut at = from;
    places[at] = true;
    while symbols.get(at).is_some_and(|symbol| symbol.is_run()) {
        at += 1;
        places[at] = true;
    }
}

struct Builder {
    style: Style,
    symbols: Vec<Symbol>,
    colons: usize,
    open: Option<Open>,
}

impl Default for Builder {
    fn default() -> Self {
        Builder { style: Style::Text, symbols: Vec::new(), colons: 0, open: None }
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
                    Filled::Unknown { may_be_absent, form } => {
                        self.unknown(variable, may_be_absent, form);
                    }
                },
                Part::Any => self.symbols.push(Symbol::Run),
                Part::One => self.symbols.push(Symbol::One),
                Part::AnyInSegment => self.symbols.push(if self.is_free() {
                    Symbol::Run
                } else {
                    Symbol::RunInSegment
                }),
                Part::AnyInWord => self.symbols.push(Symbol::RunInWord),
                Part::OneInSegment => self.symbols.push(if self.is_free() {
                    Symbol::One
                } else {
                    Symbol::OneInSegment
                }),
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
                self.symbols.extend(text.to_lowercase().chars().map(Symbol::Fold));
                // Beyond ASCII upper and lower case do not pair up one to one.
                if !text.is_ascii() {
                    let open = self.open.get_or_insert_default();
                    open.words.push_str(text);
                    open.alone_until = None;
                }
            }
            _ => self.symbols.extend(text.chars().map(Symbol::Char)),
        }
    }

    fn unknown(&mut self, variable: &Variable, may_be_absent: bool, form: &[Symbol]) {
        let is_first = self.open.is_none()
            && self.is_free()
            && self.symbols.iter().all(|symbol| matches!(symbol, Symbol::Char(_)));
        let default = variable.default.iter().filter(|_| may_be_absent);
        let has_case = |symbol: &Symbol| match symbol {
            Symbol::OneOf(alphabet) | Symbol::RunOf(alphabet) => *alphabet != Alphabet::Digit,
            symbol => matches!(symbol, Symbol::Char(_) | Symbol::Fold(_)),
        };
        let is_any =
            default.clone().count() > 0 || self.style == Style::Folded && form.iter().any(has_case);
        self.symbols.extend(if is_any { &[Symbol::Run] } else { form });
        let alone_until = is_first.then_some(self.symbols.len());
        let style = match self.style {
            Style::Text => 't',
            Style::Folded => 'f',
            Style::Arn => 'a',
        };
        let open = self.open.get_or_insert_default();
        open.alone_until = alone_until;
        // The same variable compared in another way is another test. Keys hold no quotes and braces, so nothing is confused.
        open.keys.push(variable.key.clone());
        open.words.push(style);
        open.words.push_str(&variable.key);
        open.words.extend(default.flat_map(|default| ["'", default, "'"]));
        open.words.push('}');
    }

    fn finish(self) -> Atom {
        let literal: Option<String> = self
            .symbols
            .iter()
            .map(|symbol| if let Symbol::Char(c) = symbol { Some(*c) } else { None })
            .collect();
        match literal {
            // A variable may have only one value and still be absent.
            Some(text) if self.open.is_none() => Atom::Literal(text.into()),
            _ => Atom::Symbols { symbols: self.symbols.into(), open: self.open },
        }
    }
}

/// A text with wildcards and without variables; those of an ARN know their segment.
pub(crate) fn glob(text: &str, is_arn: bool) -> Pattern {
    let mut parts = Vec::new();
    let (mut plain, mut colons) = (String::new(), 0);
    for c in text.chars() {
        let bound = is_arn && colons < 5;
        let part = match c {
            '*' if bound => Part::AnyInSegment,
            '*' => Part::Any,
            '?' if bound => Part::OneInSegment,
            '?' => Part::One,
            _ => {
                colons += usize::from(c == ':');
                plain.push(c);
                continue;
            }
        };
        if !plain.is_empty() {
            parts.push(Part::Literal(std::mem::take(&mut plain).into()));
        }
        parts.push(part);
    }
    if !plain.is_empty() {
        parts.push(Part::Literal(plain.into()));
    }
    Pattern {
        shape: if parts.len() == 1 && matches!(parts[0], Part::Literal(_)) {
            Shape::Exact
        } else {
            Shape::General
        },
        parts: parts.into(),
    }
}
