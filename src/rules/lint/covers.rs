//! Whether every text that one pattern matches is matched by another, by their words alone.

use crate::model::{Part, Pattern, Shape};
use smallvec::{SmallVec, smallvec};

/// A character or a wildcard of a pattern.
#[derive(Clone, Copy, PartialEq)]
enum Token<'a> {
    Letter(char),
    Part(&'a Part),
}

/// Whether `wide` matches whatever `narrow` matches. "No" may also mean that it takes more than a look at the words.
pub(super) fn covers(wide: &Pattern, narrow: &Pattern) -> bool {
    match (wide.shape, &*wide.parts) {
        (Shape::Everything, _) => true,
        (Shape::Exact, _) => narrow.shape == Shape::Exact && wide == narrow,
        (Shape::Prefix, [Part::Literal(start), _]) => narrow.literal_start().starts_with(&**start),
        _ => {
            let has_start = narrow.literal_start().starts_with(wide.literal_start());
            has_start
                && has_end(wide, narrow)
                && has_words(wide, narrow)
                && walk(&tokens(wide), &tokens(narrow))
        }
    }
}

/// Whether the last letters of one are those of the other: only letters fit letters.
fn has_end(wide: &Pattern, narrow: &Pattern) -> bool {
    match (wide.parts.last(), narrow.parts.last()) {
        (Some(Part::Literal(wide)), Some(Part::Literal(narrow))) => narrow.ends_with(&**wide),
        (Some(Part::Literal(_)), _) => false,
        _ => true,
    }
}

/// Whether each literal part of the wide pattern occurs in a literal part of the narrow one.
fn has_words(wide: &Pattern, narrow: &Pattern) -> bool {
    let has = |text: &str| {
        narrow.parts.iter().any(|part| match part {
            Part::Literal(own) => is_within(text.as_bytes(), own.as_bytes()),
            _ => false,
        })
    };
    // The last texts differ most often.
    wide.parts.iter().rev().all(|part| match part {
        Part::Literal(text) => has(text),
        _ => true,
    })
}

/// Whether `other` contains `text`, which is short.
fn is_within(text: &[u8], other: &[u8]) -> bool {
    let Some(first) = text.first() else { return true };
    let last = (other.len() + 1).saturating_sub(text.len());
    (0..last).any(|at| other[at] == *first && other[at..].starts_with(text))
}

fn tokens(pattern: &Pattern) -> SmallVec<[Token<'_>; 64]> {
    let mut tokens = SmallVec::new();
    for part in &pattern.parts {
        match part {
            Part::Literal(text) => tokens.extend(text.chars().map(Token::Letter)),
            part => tokens.push(Token::Part(part)),
        }
    }
    tokens
}

/// The places of `wide` that are reached after each token of `narrow`.
fn walk(wide: &[Token<'_>], narrow: &[Token<'_>]) -> bool {
    let mut places: [SmallVec<[bool; 128]>; 2] =
        [smallvec![false; wide.len() + 1], smallvec![false; wide.len() + 1]];
    let [reached, next] = &mut places;
    let (mut reached, mut next) = (&mut **reached, &mut **next);
    reached[0] = true;
    past_runs(wide, reached);
    for token in narrow {
        next.fill(false);
        for (place, own) in wide.iter().enumerate().filter(|(place, _)| reached[*place]) {
            if is_run(own) {
                next[place] |= takes(own, token);
            } else {
                next[place + 1] |= own == token || takes_one(own, token);
            }
        }
        past_runs(wide, next);
        std::mem::swap(&mut reached, &mut next);
    }
    reached[wide.len()]
}

/// A run may be empty.
fn past_runs(wide: &[Token<'_>], reached: &mut [bool]) {
    for (place, token) in wide.iter().enumerate() {
        if reached[place] && is_run(token) {
            reached[place + 1] = true;
        }
    }
}

fn is_run(token: &Token<'_>) -> bool {
    matches!(token, Token::Part(Part::Any | Part::AnyInSegment | Part::AnyInWord))
}

/// Whether a run takes all that a token stands for.
fn takes(run: &Token<'_>, token: &Token<'_>) -> bool {
    match (run, token) {
        (Token::Part(Part::Any), _) => true,
        (Token::Part(Part::AnyInSegment), Token::Letter(letter)) => *letter != ':',
        (Token::Part(Part::AnyInWord), Token::Letter(letter)) => !":/".contains(*letter),
        (
            Token::Part(Part::AnyInSegment),
            Token::Part(Part::AnyInSegment | Part::OneInSegment | Part::AnyInWord),
        ) => true,
        (run, token) => run == token,
    }
}

fn takes_one(one: &Token<'_>, token: &Token<'_>) -> bool {
    match (one, token) {
        (Token::Part(Part::One), Token::Letter(_) | Token::Part(Part::OneInSegment)) => true,
        (Token::Part(Part::OneInSegment), Token::Letter(letter)) => *letter != ':',
        _ => false,
    }
}
