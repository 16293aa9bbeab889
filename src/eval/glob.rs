//! Matching a text against a pattern.

use crate::authz::{Context, ContextValue};
use crate::model::{Part, Pattern, Shape, Variable};

/// How `*` and `?` before the fifth colon of an ARN behave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stars {
    /// They stay in their segment.
    Bound,
    /// A `*` that ends its segment runs on over colons.
    LastRunsOn,
    /// They match colons like anything else.
    Free,
}

#[derive(Clone, Copy)]
enum Token<'a> {
    Text(&'a str),
    Run { colons: bool },
    One { colons: bool },
}

/// Whether `text` matches. A pattern with a variable whose key is absent and that has no default matches nothing (D5).
pub(super) fn matches(pattern: &Pattern, text: &str, context: &Context, stars: Stars) -> bool {
    match (pattern.shape, &*pattern.parts) {
        (Shape::Everything, _) => true,
        (Shape::Exact, [Part::Literal(literal)]) => **literal == *text,
        (Shape::Exact, _) => text.is_empty(),
        (Shape::Prefix, [Part::Literal(literal), _]) => text.starts_with(&**literal),
        (_, parts) if pattern.variables().next().is_some() => {
            substituted(parts, context, stars).is_some_and(|tokens| walk(tokens.len(), |at| tokens[at], text))
        }
        (_, parts) => walk(parts.len(), |at| token(&parts[at], stars), text),
    }
}

/// Whether `text` is the pattern, in any case. Only for patterns without wildcards.
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
        Part::Any => Token::Run { colons: true },
        Part::AnyInSegment { last } => Token::Run { colons: stars == Stars::Free || (*last && stars == Stars::LastRunsOn) },
        Part::One => Token::One { colons: true },
        Part::OneInSegment => Token::One { colons: stars == Stars::Free },
        Part::Variable(_) => Token::Text(""), // `substituted` has taken them out
    }
}

/// Fills in the variables. Their values are literal text; a colon in one counts as a border of segments, so what follows it may
/// lie behind the fifth colon.
fn substituted<'a>(parts: &'a [Part], context: &'a Context, stars: Stars) -> Option<Vec<Token<'a>>> {
    let mut colons = 0;
    let mut tokens = Vec::with_capacity(parts.len());
    for part in parts {
        let token = match part {
            Part::Variable(variable) => Token::Text(value(variable, context)?),
            Part::AnyInSegment { .. } if colons >= 5 => Token::Run { colons: true },
            Part::OneInSegment if colons >= 5 => Token::One { colons: true },
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
        // Only single-valued keys can be variables (D5).
        Some(ContextValue::Many(_)) | None => variable.default.as_deref(),
    }
}

/// Goes along pattern and text together; on a mismatch the last `*` takes one character more. Earlier ones need no second try:
/// they took the least they could, which leaves the most to the rest.
fn walk<'a>(len: usize, token_at: impl Fn(usize) -> Token<'a>, text: &str) -> bool {
    let (mut at, mut rest) = (0, text);
    let mut retry: Option<(usize, &str, bool)> = None;
    loop {
        let stepped = if at == len { rest.is_empty().then_some(rest) } else { step(token_at(at), rest) };
        match stepped {
            Some(_) if at == len => return true,
            Some(after) => {
                if let Token::Run { colons } = token_at(at) {
                    retry = Some((at, rest, colons));
                }
                rest = after;
                at += 1;
            }
            None => {
                let Some((star, from, colons)) = retry else { return false };
                let mut characters = from.chars();
                match characters.next() {
                    Some(':') if !colons => return false,
                    None => return false,
                    Some(_) => {}
                }
                rest = characters.as_str();
                retry = Some((star, rest, colons));
                at = star + 1;
            }
        }
    }
}

/// What is left of `text` behind one token; a run takes nothing at first.
fn step<'t>(token: Token<'_>, text: &'t str) -> Option<&'t str> {
    match token {
        Token::Text(literal) => text.strip_prefix(literal),
        Token::Run { .. } => Some(text),
        Token::One { colons } => {
            let mut characters = text.chars();
            let first = characters.next()?;
            (colons || first != ':').then_some(characters.as_str())
        }
    }
}
