//! Texts with wildcards and variables, as lists of parts.

use super::doubt::Doubt;
use super::variable::{self, Braced, Variable};
use crate::source::Span;

/// One part of a pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// These characters.
    Literal(Box<str>),
    /// `*`: any run of characters.
    Any,
    /// `*` before the fifth colon of an ARN: any run without a colon.
    AnyInSegment,
    /// Any run without a colon or a slash: the name of an API, which a short name leaves out.
    AnyInWord,
    /// `?`: one character.
    One,
    /// `?` before the fifth colon of an ARN: one character that is not a colon.
    OneInSegment,
    /// A variable. Its value is literal text, also if it contains `*` or `?`.
    Variable(Variable),
}

/// The form of a pattern; simple forms are matched faster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Literal text only.
    Exact,
    /// A single `*`.
    Everything,
    /// Literal text and one `*` at the end.
    Prefix,
    /// Anything else.
    General,
}

/// A text with wildcards and variables.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern {
    /// The parts; no two literals are neighbours.
    pub parts: Box<[Part]>,
    /// The form.
    pub shape: Shape,
}

/// Which characters of a text have a meaning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Reading {
    /// `*` and `?` are wildcards.
    pub wildcards: bool,
    /// `${..}` are variables.
    pub variables: bool,
    /// What wildcards before the fifth colon match.
    pub segments: Segments,
}

/// What wildcards before the fifth colon of a text match.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Segments {
    /// Anything: the text is not an ARN.
    None,
    /// Nothing beyond their segment: the text is the value of an ARN operator
    /// (IAM:reference_policies_elements_condition_operators).
    Closed,
    /// Nothing beyond their segment, but a `*` that ends its segment runs on over colons: the text
    /// is a `Resource` (IAM:reference_policies_elements_resource).
    Open,
}

/// Longest pattern that is matched, in bytes. A managed policy has at most 6,144 characters
/// (IAM:reference_iam-quotas), a bucket policy 20 KB for all its statements (S3:add-bucket-policy).
pub const MAX_PATTERN_BYTES: usize = 8192;

/// Most wildcards in one pattern that is matched.
const MAX_WILDCARDS: usize = 64;

impl Pattern {
    /// Reads `text`, and returns the pattern with its problems. A variable that is not valid is
    /// kept as literal text; so is the whole text if it is too long to match.
    pub(super) fn parse(text: &str, reading: Reading) -> (Pattern, Vec<Problem>) {
        if let Some(error) = too_much(text, reading) {
            return (Pattern::literal(text), vec![error]);
        }
        let mut errors = Vec::new();
        let special =
            |c: char| reading.wildcards && matches!(c, '*' | '?') || reading.variables && c == '$';
        if !text.contains(special) {
            return (Pattern::literal(text), errors);
        }
        let mut builder = Builder::default();
        let mut rest = text;
        while !rest.is_empty() {
            let (plain, from_special) = rest.split_at(rest.find(special).unwrap_or(rest.len()));
            builder.text(plain);
            let Some(first) = from_special.chars().next() else { break };
            let after = &from_special[1..]; // the special characters are ASCII
            rest = match (first, after.strip_prefix('{')) {
                ('$', Some(inside)) => builder.variable(inside, &mut errors),
                ('*', _) => builder.wildcard(builder.star(reading.segments, after), after),
                ('?', _) => builder.wildcard(builder.question(reading.segments), after),
                _ => {
                    builder.text("$");
                    after
                }
            };
        }
        (Pattern::from_parts(builder.finish()), errors)
    }

    /// Appends this pattern to these parts. The last of the parts is not a literal.
    pub(super) fn behind(self, parts: impl IntoIterator<Item = Part>) -> Pattern {
        Pattern::from_parts(parts.into_iter().chain(self.parts).collect())
    }

    /// Literal text.
    pub fn literal(text: &str) -> Pattern {
        let parts = if text.is_empty() { Vec::new() } else { vec![Part::Literal(text.into())] };
        Pattern::from_parts(parts)
    }

    fn from_parts(parts: Vec<Part>) -> Pattern {
        let shape = match parts.as_slice() {
            [] | [Part::Literal(_)] => Shape::Exact,
            [Part::Any] => Shape::Everything,
            [Part::Literal(_), Part::Any] => Shape::Prefix,
            _ => Shape::General,
        };
        Pattern { parts: parts.into(), shape }
    }

    /// Its variables.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable(variable) => Some(variable),
            _ => None,
        })
    }

    /// Whether it contains a wildcard.
    pub fn has_wildcards(&self) -> bool {
        self.parts.iter().any(|part| !matches!(part, Part::Literal(_) | Part::Variable(_)))
    }

    /// The text before its first wildcard or variable.
    pub fn literal_start(&self) -> &str {
        match self.parts.first() {
            Some(Part::Literal(text)) => text,
            _ => "",
        }
    }

    /// The text, if it has neither wildcards nor variables.
    pub fn as_literal(&self) -> Option<&str> {
        match &*self.parts {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }
}

/// Why a text with wildcards of somebody who asks is beyond what is matched.
pub fn beyond_limits(text: &str) -> Option<String> {
    let reading = Reading { wildcards: true, variables: false, segments: Segments::None };
    too_much(text, reading).map(|problem| problem.reason)
}

/// The problem of a text that is beyond a limit. It does not quote the text, which would make a
/// message that nobody can read.
fn too_much(text: &str, reading: Reading) -> Option<Problem> {
    let wildcards = if reading.wildcards { text.matches(['*', '?']).count() } else { 0 };
    let limit = |has: String, most: usize| Problem {
        reason: format!(
            "the text has {has}, at most {most} are matched; this is a limit of ica-policy, not of AWS"
        ),
        is_limit: true,
    };
    if text.len() > MAX_PATTERN_BYTES {
        return Some(limit(format!("{} bytes", text.len()), MAX_PATTERN_BYTES));
    }
    (wildcards > MAX_WILDCARDS).then(|| limit(format!("{wildcards} wildcards"), MAX_WILDCARDS))
}

/// Why a text may or may not count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Problem {
    /// The reason, for a person.
    pub reason: String,
    /// Whether it is a limit of this program, not an error that AWS would report.
    pub is_limit: bool,
}

impl Problem {
    /// The doubt about the text at a place.
    pub(super) fn at(self, span: Span) -> Doubt {
        Doubt { span, reason: self.reason, is_limit: self.is_limit }
    }
}

/// A problem for which AWS would refuse the text.
impl From<String> for Problem {
    fn from(reason: String) -> Problem {
        Problem { reason, is_limit: false }
    }
}

#[derive(Default)]
struct Builder {
    parts: Vec<Part>,
    literal: String,
    colons: usize,
}

impl Builder {
    fn text(&mut self, text: &str) {
        self.colons += text.matches(':').count();
        self.literal.push_str(text);
    }

    /// Adds a part and returns the text after it.
    fn wildcard<'a>(&mut self, part: Part, after: &'a str) -> &'a str {
        self.flush();
        self.parts.push(part);
        after
    }

    fn star(&self, segments: Segments, after: &str) -> Part {
        let runs_on = segments == Segments::Open && (after.is_empty() || after.starts_with(':'));
        if self.is_in_segment(segments) && !runs_on { Part::AnyInSegment } else { Part::Any }
    }

    fn question(&self, segments: Segments) -> Part {
        if self.is_in_segment(segments) { Part::OneInSegment } else { Part::One }
    }

    fn is_in_segment(&self, segments: Segments) -> bool {
        segments != Segments::None && self.colons < 5
    }

    /// Reads the text after `${` and returns the text after the closing brace.
    fn variable<'a>(&mut self, text: &'a str, errors: &mut Vec<Problem>) -> &'a str {
        let Some((inside, rest)) = text.split_once('}') else {
            errors.push(format!("`${{{text}` has no closing brace").into());
            self.text("${");
            return text;
        };
        match variable::parse(inside) {
            Ok(Braced::Literal(c)) => self.text(c.encode_utf8(&mut [0; 4])),
            Ok(Braced::Variable(variable)) => return self.wildcard(Part::Variable(variable), rest),
            Err(error) => {
                errors.push(error.into());
                self.text(&format!("${{{inside}}}"));
            }
        }
        rest
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.parts.push(Part::Literal(std::mem::take(&mut self.literal).into()));
        }
    }

    fn finish(mut self) -> Vec<Part> {
        self.flush();
        self.parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lit(text: &str) -> Part {
        Part::Literal(text.into())
    }

    #[track_caller]
    fn check(text: &str, reading: Reading, expected: &[Part]) {
        assert_eq!(&*Pattern::parse(text, reading).0.parts, expected, "{text}");
    }

    const FULL: Reading = Reading { wildcards: true, variables: true, segments: Segments::None };

    #[test]
    fn escapes_are_literal_characters() {
        check("a${*}b${?}${$}", FULL, &[lit("a*b?$")]);
        check("a*b?", Reading { wildcards: false, ..FULL }, &[lit("a*b?")]);
        check("${*}", Reading { variables: false, ..FULL }, &[lit("${"), Part::Any, lit("}")]);
    }

    #[test]
    fn wildcards_of_an_arn_know_their_segment() {
        let arn = Reading { segments: Segments::Closed, ..FULL };
        let inside = Part::AnyInSegment;
        check("arn:aws:s3:::b/*", arn, &[lit("arn:aws:s3:::b/"), Part::Any]);
        check("arn:*:s3:::?", arn, &[lit("arn:"), inside.clone(), lit(":s3:::"), Part::One]);
        let resource = Reading { segments: Segments::Open, ..FULL };
        check("arn:a*b", resource, &[lit("arn:a"), inside, lit("b")]);
        check("arn:a*:?", resource, &[lit("arn:a"), Part::Any, lit(":"), Part::OneInSegment]);
    }

    #[test]
    fn a_wrong_variable_is_literal_and_reported() {
        let (pattern, errors) = Pattern::parse("x${a", FULL);
        assert_eq!(pattern.as_literal(), Some("x${a"));
        assert_eq!(errors.len(), 1);
    }
}
