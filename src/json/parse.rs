//! Reads the structure: values, objects, arrays. After an error reading goes on.

use super::{string, token};
use crate::finding::{Finding, Severity, codes};
use crate::source::{Source, Span};
use crate::tree::{Member, Name, Node, Value};
use std::collections::HashMap;

/// How deep objects and arrays may nest.
pub const MAX_DEPTH: usize = 128;

/// An object with more members than this finds duplicate names by hashing; a smaller one compares
/// them one by one.
const FEW: usize = 12;

/// How many problems are reported.
pub const MAX_PROBLEMS: usize = 50;

/// What was read and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The tree, as far as it could be read.
    pub root: Option<Node>,
    /// What is wrong, in the order of the text.
    pub problems: Vec<Finding>,
}

impl Parsed {
    /// Whether the text is JSON: a duplicate member is bad, but it is JSON.
    pub fn is_readable(&self) -> bool {
        self.root.is_some()
            && self.problems.iter().all(|problem| {
                problem.severity != Severity::Error || problem.code == codes::DUPLICATE_MEMBER
            })
    }
}

/// Reads a text.
///
/// ```
/// use ica_policy::{json, source::Sources};
/// let mut sources = Sources::new();
/// let id = sources.add_file("a.json", r#"{"a": [1, 2,], "b": tru}"#.to_owned()).unwrap();
/// let parsed = json::parse(sources.get(id));
/// assert_eq!(parsed.problems.len(), 2);
/// assert!(!parsed.is_readable());
/// ```
pub fn parse(source: &Source) -> Parsed {
    let mut reader = Reader {
        ended: false,
        text: &source.text,
        base: source.base,
        problems: Vec::new(),
        hidden: 0,
    };
    let root = reader.text();
    if reader.hidden > 0 {
        let end = source.span().hi;
        let message = format!("{} more problems are not shown", reader.hidden);
        reader.problems.push(Finding::new(codes::MORE_PROBLEMS, Span::new(end, end), message));
    }
    Parsed { root, problems: reader.problems }
}

struct Reader<'a> {
    /// Whether the text ended too early. One report is enough for all brackets that are open at the
    /// end.
    ended: bool,
    text: &'a str,
    base: u32,
    problems: Vec<Finding>,
    hidden: usize,
}

/// The rest of the text after a value, and the value. An error has been reported already and holds
/// the rest at which reading may go on.
type Read<'a, T> = Result<(&'a str, T), &'a str>;

/// What follows an item.
enum Separator<'a> {
    /// A comma; the next item begins here.
    Next(&'a str),
    /// The end: the rest from the closing bracket on, if there is one.
    End(&'a str),
}

impl<'a> Reader<'a> {
    fn offset(&self, rest: &str) -> u32 {
        (self.text.len() - rest.len()) as u32
    }

    /// The span from where `from` begins to where `to` begins.
    fn span(&self, from: &str, to: &str) -> Span {
        Span::new(self.base + self.offset(from), self.base + self.offset(to))
    }

    /// The span of the first `length` bytes of `rest`.
    fn span_of(&self, rest: &str, length: usize) -> Span {
        let start = self.base + self.offset(rest);
        Span::new(start, start + length as u32)
    }

    fn report(&mut self, problem: Finding) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem)
        } else {
            self.hidden += 1
        }
    }

    /// `text`
    fn text(&mut self) -> Option<Node> {
        let mut rest = self.text;
        if let Some(after) = rest.strip_prefix('\u{feff}') {
            let problem = Finding::new(
                codes::BYTE_ORDER_MARK,
                self.span(rest, after),
                "the text begins with a byte order mark",
            );
            self.report(
                problem.help("save it as UTF-8 without a byte order mark; AWS may refuse it"),
            );
            rest = after;
        }
        rest = self.space(rest);
        if rest.is_empty() {
            self.report(Finding::new(
                codes::EXPECTED_VALUE,
                self.span(rest, rest),
                "expected a value, the text is empty",
            ));
            return None;
        }
        let (rest, root) = match self.value(rest, 0) {
            Ok((rest, node)) => (rest, Some(node)),
            Err(rest) => (rest, None),
        };
        let rest = self.space(rest);
        if root.is_some() && !rest.is_empty() {
            let length = rest.find('\n').unwrap_or(rest.len()).min(60);
            let length =
                (0..=length).rev().find(|&at| rest.is_char_boundary(at)).unwrap_or_default();
            let problem = Finding::new(
                codes::TRAILING_TEXT,
                self.span_of(rest, length),
                "there is text behind the end of the document",
            );
            self.report(problem.help("a file holds one JSON document; take out what follows it"));
        }
        root
    }

    /// `space`, and comments, which are reported.
    fn space(&mut self, mut rest: &'a str) -> &'a str {
        loop {
            rest = token::space(rest).map_or(rest, |(after, _)| after);
            if !rest.starts_with(['/', '#']) {
                return rest;
            }
            let Ok((after, _)) = token::comment(rest) else { return rest };
            let problem =
                Finding::new(codes::COMMENT, self.span(rest, after), "JSON has no comments");
            self.report(problem.help("take it out; a statement's `Sid` can say what it is for"));
            rest = after;
        }
    }

    /// `value`
    fn value(&mut self, rest: &'a str, depth: usize) -> Read<'a, Node> {
        match rest.as_bytes().first() {
            Some(b'{' | b'[') if depth >= MAX_DEPTH => Err(self.too_deep(rest)),
            Some(b'{') => Ok(self.object(rest, depth)),
            Some(b'[') => Ok(self.array(rest, depth)),
            Some(b'"') => {
                let (after, text) = self.string(rest)?;
                Ok((after, Node { value: Value::String(text), span: self.span(rest, after) }))
            }
            _ => self.scalar(rest),
        }
    }

    /// `number`, `true`, `false`, `null`
    fn scalar(&mut self, rest: &'a str) -> Read<'a, Node> {
        let (after, word) = token::word(rest).unwrap_or((rest, ""));
        let value = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => match token::number(rest) {
                Ok((after_number, number)) if after_number.len() == after.len() => {
                    Value::Number(number.to_owned())
                }
                _ => return Err(self.no_value(rest, word)),
            },
        };
        Ok((after, Node { value, span: self.span(rest, after) }))
    }

    /// Reports text that is not a value where a value is expected, and returns the rest after it.
    fn no_value(&mut self, rest: &'a str, word: &str) -> &'a str {
        let length = if word.is_empty() {
            rest.chars().next().map_or(0, char::len_utf8)
        } else {
            word.len()
        };
        let span = self.span_of(rest, length);
        let problem = match word.chars().next() {
            None if rest.is_empty() => {
                Finding::new(codes::EXPECTED_VALUE, span, "expected a value, the text ends here")
            }
            None => Finding::new(
                codes::EXPECTED_VALUE,
                span,
                format!("expected a value, found `{}`", &rest[..length]),
            ),
            Some(quote @ ('\'' | '‘' | '’' | '“' | '”')) => Finding::new(
                codes::WRONG_QUOTES,
                span,
                format!("expected a value, found the quote `{quote}`"),
            )
            .help("strings are written in straight double quotes: `\"`"),
            Some(first) if first.is_ascii_digit() || matches!(first, '-' | '+' | '.') => {
                let help = "numbers have no leading zero or plus sign, and digits on both sides of the point";
                Finding::new(codes::BAD_NUMBER, span, format!("`{word}` is not a number"))
                    .help(help)
            }
            Some(_) => {
                let help = "words are written in double quotes; without them there are `true`, `false` and `null`";
                Finding::new(
                    codes::UNQUOTED_WORD,
                    span,
                    format!("expected a value, found the word `{word}`"),
                )
                .help(help)
            }
        };
        self.report(problem);
        // Punctuation is left to the caller. Anything else is consumed, so that reading always
        // makes progress.
        if word.is_empty() { rest } else { &rest[length..] }
    }

    fn too_deep(&mut self, rest: &'a str) -> &'a str {
        let message = format!("objects and lists nest deeper than {MAX_DEPTH} levels here");
        self.report(Finding::new(codes::NESTING_LIMIT, self.span_of(rest, 1), message));
        skip(rest)
    }

    /// `string`
    fn string(&mut self, rest: &'a str) -> Read<'a, String> {
        let body = &rest[1..];
        if let Some(length) = string::plain_length(body) {
            return Ok((&body[length + 1..], body[..length].to_owned()));
        }
        let Some(length) = string::body_length(body) else {
            let line = body.find('\n').unwrap_or(body.len());
            let problem = Finding::new(
                codes::UNTERMINATED_STRING,
                self.span_of(rest, 1 + line),
                "expected `\"` at the end of the string",
            );
            self.report(problem);
            return Err(&body[line..]);
        };
        let text = string::decode(&body[..length], |wrong| {
            let span = self.span_of(&body[wrong.range.start..], wrong.range.len());
            self.report(Finding::new(wrong.code, span, wrong.message).help(wrong.help));
        });
        Ok((&body[length + 1..], text))
    }

    /// `array`
    fn array(&mut self, open: &'a str, depth: usize) -> (&'a str, Node) {
        let mut items = Vec::new();
        let mut rest = self.space(&open[1..]);
        if !rest.starts_with(']') {
            loop {
                rest = match self.value(rest, depth + 1) {
                    Ok((after, item)) => {
                        items.push(item);
                        after
                    }
                    Err(after) => skip(after),
                };
                match self.separator(open, rest, ']') {
                    Separator::Next(after) => rest = after,
                    Separator::End(after) => {
                        rest = after;
                        break;
                    }
                }
            }
        }
        let rest = rest.strip_prefix(']').unwrap_or(rest);
        (rest, Node { value: Value::Array(items), span: self.span(open, rest) })
    }

    /// `object`
    fn object(&mut self, open: &'a str, depth: usize) -> (&'a str, Node) {
        let mut members = Vec::new();
        let mut rest = self.space(&open[1..]);
        if !rest.starts_with('}') {
            loop {
                rest = match self.member(rest, depth) {
                    Ok((after, member)) => {
                        members.push(member);
                        after
                    }
                    Err(after) => skip(after),
                };
                match self.separator(open, rest, '}') {
                    Separator::Next(after) => rest = after,
                    Separator::End(after) => {
                        rest = after;
                        break;
                    }
                }
            }
        }
        let rest = rest.strip_prefix('}').unwrap_or(rest);
        self.duplicates(&members);
        (rest, Node { value: Value::Object(members), span: self.span(open, rest) })
    }

    /// `member`
    fn member(&mut self, rest: &'a str, depth: usize) -> Read<'a, Member> {
        if !rest.starts_with('"') {
            return Err(self.no_name(rest));
        }
        let (after, text) = self.string(rest)?;
        let name = Name { text, span: self.span(rest, after) };
        let after = self.space(after);
        let Some(after_colon) = after.strip_prefix(':') else {
            let problem = Finding::new(
                codes::MISSING_COLON,
                self.span_of(after, 0),
                format!("expected `:` behind the name `{}`", name.text),
            );
            self.report(problem);
            return Err(after);
        };
        let after = self.space(after_colon);
        let (after, value) = self.value(after, depth + 1)?;
        Ok((after, Member { name, value }))
    }

    fn no_name(&mut self, rest: &'a str) -> &'a str {
        let (after, word) = token::word(rest).unwrap_or((rest, ""));
        let length = if word.is_empty() {
            rest.chars().next().map_or(0, char::len_utf8)
        } else {
            word.len()
        };
        let message = match &rest[..length] {
            "" => "expected a member, the text ends here".to_owned(),
            found => format!("expected a member, found `{found}`"),
        };
        self.report(
            Finding::new(codes::EXPECTED_MEMBER, self.span_of(rest, length), message)
                .help("a member is a name in double quotes, a colon and a value"),
        );
        after
    }

    /// Reads the separator between two items, or the end after the last one. Reports a missing or
    /// superfluous comma.
    fn separator(&mut self, open: &'a str, rest: &'a str, close: char) -> Separator<'a> {
        let rest = self.space(rest);
        let Some(first) = rest.chars().next() else {
            let kind = if close == ']' { "list" } else { "object" };
            let problem = Finding::new(
                codes::MISSING_BRACKET,
                self.span_of(rest, 0),
                format!("expected `{close}` at the end of the {kind}"),
            );
            if !std::mem::replace(&mut self.ended, true) {
                self.report(problem.related(self.span_of(open, 1), "it begins here"));
            }
            return Separator::End(rest);
        };
        if first == close {
            return Separator::End(rest);
        }
        if first == ',' {
            let after = self.space(&rest[1..]);
            if after.starts_with(close) {
                let problem = Finding::new(
                    codes::TRAILING_COMMA,
                    self.span_of(rest, 1),
                    format!("there is a comma before `{close}`"),
                );
                self.report(problem.help("take it out: JSON has no comma behind the last item"));
                return Separator::End(after);
            }
            return Separator::Next(after);
        }
        if matches!(first, ']' | '}') {
            let problem = Finding::new(
                codes::WRONG_BRACKET,
                self.span_of(rest, 1),
                format!("expected `{close}` or `,`, found `{first}`"),
            );
            self.report(problem.related(self.span_of(open, 1), "to close this"));
            return Separator::End(rest);
        }
        let problem = Finding::new(
            codes::MISSING_COMMA,
            self.span_of(rest, first.len_utf8()),
            format!("expected `,` or `{close}`, found `{first}`"),
        );
        self.report(problem);
        Separator::Next(rest)
    }

    fn duplicates(&mut self, members: &[Member]) {
        // Most objects are small, and comparing a few names is faster than hashing them.
        let mut seen = HashMap::with_capacity(if members.len() > FEW { members.len() } else { 0 });
        for (number, member) in members.iter().enumerate() {
            let name = &member.name;
            let first = if members.len() > FEW {
                seen.insert(name.text.as_str(), name.span)
            } else {
                members[..number]
                    .iter()
                    .rfind(|before| before.name == *name)
                    .map(|before| before.name.span)
            };
            if let Some(first) = first {
                let problem = Finding::new(
                    codes::DUPLICATE_MEMBER,
                    name.span,
                    format!("`{}` occurs twice in this object", name.text),
                );
                self.report(
                    problem
                        .related(first, "first written here")
                        .help("most readers keep only the last; write it once"),
                );
            }
        }
    }
}

/// Skips to the comma or closing bracket that ends the item. Brackets and strings inside the item
/// are passed over.
fn skip(text: &str) -> &str {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' | b',' if depth == 0 => break,
            b'}' | b']' => depth -= 1,
            b'"' => at += string::body_length(&text[at + 1..]).map_or(0, |length| length + 1),
            _ => {}
        }
        at += 1;
    }
    // Only ASCII bytes end the loop, so this is the border of a character.
    &text[at.min(text.len())..]
}
