//! String literals: decodes them, and says which part of the text each decoded character came from.

use crate::finding::{Code, codes};
use std::ops::Range;

/// A mistake inside a literal, and the bytes of the body where it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Wrong {
    pub range: Range<usize>,
    pub code: Code,
    pub message: String,
    pub help: &'static str,
}

/// A part of a literal's body and its content.
pub(super) enum Piece<'a> {
    /// These characters, as written.
    Verbatim(Range<usize>, &'a str),
    /// An escape sequence.
    Escape(Range<usize>, char),
}

/// Length of the body up to the closing quote; `None` if it is not closed.
pub(super) fn body_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|byte| matches!(byte, b'"' | b'\\')) {
        at += found;
        if bytes[at] == b'"' {
            return Some(at);
        }
        // Skip the escaped character. If it has several bytes, none of them looks like a quote.
        at = (at + 2).min(bytes.len());
    }
    None
}

/// Length of a closed body without escapes and mistakes, whose content is its text as it is.
pub(super) fn plain_length(text: &str) -> Option<usize> {
    let end = text.bytes().position(|byte| byte == b'"' || byte == b'\\' || byte < 0x20)?;
    (text.as_bytes()[end] == b'"').then_some(end)
}

/// Decodes the body of a literal. A long body may have millions of mistakes, so each is reported at once and none is kept here.
pub(super) fn decode(body: &str, report: impl FnMut(Wrong)) -> String {
    let mut text = String::with_capacity(body.len());
    let take = |piece: Piece<'_>| match piece {
        Piece::Verbatim(_, characters) => text.push_str(characters),
        Piece::Escape(_, character) => text.push(character),
    };
    pieces(body, take, report);
    text
}

/// Walks the pieces of a body.
pub(super) fn pieces<'a>(
    body: &'a str,
    mut take: impl FnMut(Piece<'a>),
    mut report: impl FnMut(Wrong),
) {
    let mut at = 0;
    while at < body.len() {
        let rest = &body[at..];
        let run = rest.find('\\').unwrap_or(rest.len());
        if run > 0 {
            control_character(&rest[..run], at).into_iter().for_each(&mut report);
            take(Piece::Verbatim(at..at + run, &rest[..run]));
            at += run;
            continue;
        }
        match escape(rest) {
            Ok((length, character)) => {
                take(Piece::Escape(at..at + length, character));
                at += length;
            }
            Err((length, code, message, help)) => {
                report(Wrong { range: at..at + length, code, message, help });
                at += length;
            }
        }
    }
}

/// The first of a run. One report for each run is enough: a pasted line break rarely comes alone.
fn control_character(run: &str, at: usize) -> Option<Wrong> {
    let place = run.bytes().position(|byte| byte < 0x20)?;
    let byte = run.as_bytes()[place];
    let message = format!("a string cannot hold the control character U+{byte:04X} as it is");
    let help = "write `\\n` for a line break and `\\t` for a tab, or close the string before it";
    let range = at + place..at + place + 1;
    Some(Wrong { range, code: codes::CONTROL_CHARACTER, message, help })
}

type EscapeError = (usize, Code, String, &'static str);

/// Reads one escape sequence: its length and character.
fn escape(text: &str) -> Result<(usize, char), EscapeError> {
    let second = text[1..].chars().next();
    let character = match second {
        Some('"') => '"',
        Some('\\') => '\\',
        Some('/') => '/',
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => return unicode_escape(text),
        _ => {
            let length = 1 + second.map_or(0, char::len_utf8);
            let help = "an escape is one of `\\\" \\\\ \\/ \\b \\f \\n \\r \\t` or `\\u` with four hex digits; a backslash itself is `\\\\`";
            return Err((
                length,
                codes::BAD_ESCAPE,
                format!("`{}` is not an escape", &text[..length]),
                help,
            ));
        }
    };
    Ok((2, character))
}

fn unicode_escape(text: &str) -> Result<(usize, char), EscapeError> {
    let Some(first) = code_unit(text) else {
        let length = text.chars().take(6).map(char::len_utf8).sum();
        return Err((
            length,
            codes::BAD_ESCAPE,
            format!("`{}` is not an escape", &text[..length]),
            "`\\u` needs four hex digits",
        ));
    };
    if let Some(character) = char::from_u32(first) {
        return Ok((6, character));
    }
    let second = code_unit(&text[6..]).filter(|unit| (0xdc00..0xe000).contains(unit));
    match second {
        Some(second) if first < 0xdc00 => {
            let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            Ok((12, char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)))
        }
        _ => {
            let message = format!(
                "`{}` is half of a character: a surrogate that is not one of a pair",
                &text[..6]
            );
            Err((
                6,
                codes::LONE_SURROGATE,
                message,
                "write the character itself, or both halves of the pair",
            ))
        }
    }
}

/// The four hex digits of `\uXXXX`.
fn code_unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
}
