//! Matching a text against a pattern.

use super::tri::Tri;
use crate::authz::{Context, ContextValue};
use crate::model::{Part, Pattern, Shape, Variable};

/// What `*` and `?` before the fifth colon of an ARN match.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stars {
    /// Nothing beyond their segment.
    Bound,
    /// Any characters, colons included.
    Free,
}

#[derive(Clone, Copy)]
enum Token<'a> {
    Text(&'a str),
    Run(Beyond),
    One(Beyond),
}

/// What a wildcard takes beside other characters.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Beyond {
    colons: bool,
    slashes: bool,
}

impl Beyond {
    const ALL: Beyond = Beyond { colons: true, slashes: true };

    fn colons(colons: bool) -> Beyond {
        Beyond { colons, slashes: true }
    }

    fn takes(self, c: char) -> bool {
        match c {
            ':' => self.colons,
            '/' => self.slashes,
            _ => true,
        }
    }
}

/// Whether `text` matches; if variables are open, for some text in their place. If the key of a variable is absent and the variable has no default, the
/// pattern matches nothing (IAM:reference_policies_variables).
pub(super) fn matches(pattern: &Pattern, text: &str, context: &Context, stars: Stars) -> bool {
    match (pattern.shape, &*pattern.parts) {
        (Shape::Everything, _) => true,
        (Shape::Exact, [Part::Literal(literal)]) => **literal == *text,
        (Shape::Exact, _) => text.is_empty(),
        (Shape::Prefix, [Part::Literal(literal), _]) => text.starts_with(&**literal),
        (_, parts) if pattern.variables().next().is_some() => substituted(parts, context, stars)
            .is_some_and(|tokens| walk(tokens.len(), |at| tokens[at], text)),
        (_, parts) => pieces(parts, text)
            .unwrap_or_else(|| walk(parts.len(), |at| token(&parts[at], stars), text)),
    }
}

/// The answer for a pattern of texts and runs over any characters, which most are; `None` for others. Each text is taken at the first place
/// after the one before it: that leaves most to those that follow.
fn pieces(parts: &[Part], text: &str) -> Option<bool> {
    let is_text = |part: &Part| matches!(part, Part::Literal(_));
    let is_simple = |part: &Part| matches!(part, Part::Literal(_) | Part::Any);
    let is_cut = parts.windows(2).any(|pair| pair.iter().all(is_text));
    if is_cut || !parts.iter().all(is_simple) {
        return None;
    }
    let (mut rest, mut is_anchored) = (text, true);
    for (number, part) in parts.iter().enumerate() {
        let Part::Literal(piece) = part else {
            is_anchored = false;
            continue;
        };
        let is_last = number + 1 == parts.len();
        let after = match (is_anchored, is_last) {
            (true, true) => return Some(rest == &**piece),
            (true, false) => rest.strip_prefix(&**piece),
            (false, true) => return Some(rest.ends_with(&**piece)),
            (false, false) => rest.find(&**piece).map(|at| &rest[at + piece.len()..]),
        };
        let Some(after) = after else { return Some(false) };
        (rest, is_anchored) = (after, true);
    }
    Some(!is_anchored || rest.is_empty())
}

/// The same where variables may be open: then the pattern matches, or may match, or does not whatever they are.
pub(super) fn fits(pattern: &Pattern, text: &str, context: &Context, stars: Stars) -> Tri {
    match matches(pattern, text, context, stars) {
        true if is_open(pattern, context) => Tri::Maybe,
        found => Tri::from(found),
    }
}

/// Whether a pattern has a variable whose value is not known.
pub(super) fn is_open(pattern: &Pattern, context: &Context) -> bool {
    pattern.variables().any(|variable| context.is_open_variable(&variable.key))
}

/// Whether `text` equals the pattern without case. Only for patterns without wildcards.
pub(super) fn equals_ignore_case(pattern: &Pattern, text: &str, context: &Context) -> bool {
    let mut expected = String::new();
    for part in &pattern.parts {
        match part {
            Part::Literal(literal) => expected.push_str(literal),
            Part::Variable(variable) => match value(variable, context) {
                Some(value) => expected.push_str(value),
                None => return false,
            },
            _ => return false,
        }
    }
    expected.to_lowercase() == text.to_lowercase()
}

fn token(part: &Part, stars: Stars) -> Token<'_> {
    match part {
        Part::Literal(text) => Token::Text(text),
        Part::Any => Token::Run(Beyond::ALL),
        Part::AnyInSegment => Token::Run(Beyond::colons(stars == Stars::Free)),
        Part::AnyInWord => Token::Run(Beyond { colons: false, slashes: false }),
        Part::One => Token::One(Beyond::ALL),
        Part::OneInSegment => Token::One(Beyond::colons(stars == Stars::Free)),
        Part::Variable(_) => Token::Text(""), // `substituted` has replaced them
    }
}

/// Replaces the variables by their values, which are literal text. A colon in a value separates
/// segments like any other, so wildcards after it may be beyond the fifth colon.
fn substituted<'a>(
    parts: &'a [Part],
    context: &'a Context,
    stars: Stars,
) -> Option<Vec<Token<'a>>> {
    let mut colons = 0;
    let mut tokens = Vec::with_capacity(parts.len());
    for part in parts {
        let token = match part {
            Part::Variable(variable) if context.is_open_variable(&variable.key) => {
                // Its value may hold colons.
                colons = 5;
                Token::Run(Beyond::ALL)
            }
            Part::Variable(variable) => Token::Text(value(variable, context)?),
            Part::AnyInSegment if colons >= 5 => Token::Run(Beyond::ALL),
            Part::OneInSegment if colons >= 5 => Token::One(Beyond::ALL),
            part => token(part, stars),
        };
        if let Token::Text(text) = token {
            colons += text.matches(':').count();
        }
        tokens.push(token);
    }
    Some(tokens)
}

fn value<'a>(variable: &'a Variable, context: &'a Context) -> Option<&'a str> {
    match context.get(&variable.key) {
        Some(ContextValue::One(value)) => Some(value),
        // Only single-valued keys can be variables (IAM:reference_policies_variables).
        Some(ContextValue::Many(_)) | None => variable.default.as_deref(),
    }
}

/// A `*`: its place in the pattern, and the rest of the text after what it has matched so far.
#[derive(Clone, Copy)]
struct Run<'t> {
    at: usize,
    rest: &'t str,
    beyond: Beyond,
}

/// The runs that can still match one character more.
///
/// Of the runs that cross colons only the last is kept. The runs before it matched as little as
/// they could, which leaves most to the rest, and it can match whatever they would. Of the runs
/// bound to their segment only the last one after it is kept, for the same reason: what the others
/// could give up is in the same segment. If the bound run reaches its colon, the run that crosses
/// colons is tried again.
#[derive(Default)]
struct Retries<'t> {
    free: Option<Run<'t>>,
    bound: Option<Run<'t>>,
}

impl<'t> Retries<'t> {
    fn note(&mut self, run: Run<'t>) {
        if run.beyond == Beyond::ALL {
            *self = Retries { free: Some(run), bound: None };
        } else {
            self.bound = Some(run);
        }
    }

    /// Lets a run match one character more.
    fn next(&mut self) -> Option<Run<'t>> {
        self.bound = self.bound.and_then(Run::longer);
        if self.bound.is_none() {
            self.free = self.free.and_then(Run::longer);
        }
        self.bound.or(self.free)
    }
}

impl Run<'_> {
    fn longer(self) -> Option<Self> {
        let rest = step(Token::One(self.beyond), self.rest)?;
        Some(Run { rest, ..self })
    }
}

/// Walks pattern and text together. On a mismatch a `*` before it matches one character more.
fn walk<'a>(len: usize, token_at: impl Fn(usize) -> Token<'a>, text: &str) -> bool {
    let (mut at, mut rest) = (0, text);
    let mut retries = Retries::default();
    loop {
        let stepped =
            if at == len { rest.is_empty().then_some(rest) } else { step(token_at(at), rest) };
        match stepped {
            Some(_) if at == len => return true,
            Some(after) => {
                if let Token::Run(beyond) = token_at(at) {
                    retries.note(Run { at, rest, beyond });
                }
                rest = after;
                at += 1;
            }
            None => {
                let Some(run) = retries.next() else { return false };
                rest = run.rest;
                at = run.at + 1;
            }
        }
    }
}

/// The rest of `text` after one token. A run matches nothing at first.
fn step<'t>(token: Token<'_>, text: &'t str) -> Option<&'t str> {
    match token {
        Token::Text(literal) => text.strip_prefix(literal),
        Token::Run(_) => Some(text),
        Token::One(beyond) => {
            let mut characters = text.chars();
            beyond.takes(characters.next()?).then_some(characters.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Tries all ways of matching the pattern, one after the other.
    fn naive(parts: &[Part], text: &str, stars: Stars) -> bool {
        let Some((first, others)) = parts.split_first() else { return text.is_empty() };
        match token(first, stars) {
            Token::Run(beyond) => {
                naive(others, text, stars)
                    || step(Token::One(beyond), text).is_some_and(|rest| naive(parts, rest, stars))
            }
            other => step(other, text).is_some_and(|rest| naive(others, rest, stars)),
        }
    }

    /// The parts of the ARN pattern of a resource as `model` reads them, but with `borders` instead of
    /// five colons before wildcards become free.
    fn arn_parts(text: &str, borders: usize) -> Vec<Part> {
        let mut colons = 0;
        let is_end = |after: &str| after.is_empty() || after.starts_with(':');
        let part = |(at, c): (usize, char)| {
            colons += usize::from(c == ':');
            match c {
                '*' if colons < borders && !is_end(&text[at + 1..]) => Part::AnyInSegment,
                '*' => Part::Any,
                '?' if colons < borders => Part::OneInSegment,
                '?' => Part::One,
                c => Part::Literal(c.to_string().into()),
            }
        };
        text.char_indices().map(part).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn a_pattern_matches_what_some_way_of_reading_it_matches(pattern in "[ab:*?]{0,9}", text in "[ab:]{0,10}", borders in 0_usize..6) {
            let parts = arn_parts(&pattern, borders);
            for stars in [Stars::Bound, Stars::Free] {
                let found = walk(parts.len(), |at| token(&parts[at], stars), &text);
                prop_assert_eq!(found, naive(&parts, &text, stars), "{} on {} with {:?}", pattern, text, stars);
            }
            let plain = pattern.replace('?', "b");
            let pieces_of = plain.split_inclusive('*').flat_map(|piece| {
                let literal = piece.trim_end_matches('*');
                let literal = (!literal.is_empty()).then(|| Part::Literal(literal.into()));
                literal.into_iter().chain(piece.ends_with('*').then_some(Part::Any))
            });
            let found = pieces(&pieces_of.collect::<Vec<_>>(), &text);
            prop_assert_eq!(found, Some(naive(&arn_parts(&plain, 0), &text, Stars::Free)), "{} on {}", plain, text);
        }
    }

    #[test]
    fn a_run_over_colons_is_tried_again_when_a_bound_one_fails() {
        let parts = arn_parts("arn:aws:*:a*b:x:y", 5);
        let fits = |text| walk(parts.len(), |at| token(&parts[at], Stars::Bound), text);
        assert!(fits("arn:aws:s:aX:z:aYb:x:y"));
    }
}
