//! Texts inside other texts: a policy that is a string of another document, plain or
//! percent-encoded.

use super::string::{Piece, pieces};
use crate::source::{Encoding, How, Run, SourceId, Sources, Span, TooLarge};
use crate::tree::Node;

/// Adds the text of a string node as a source of its own. Its spans lead back into the literal.
///
/// # Errors
/// [`TooLarge`] when the address space is full.
pub fn derive(sources: &mut Sources, node: &Node) -> Result<SourceId, TooLarge> {
    let literal = sources.text(node.span);
    let body =
        literal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default();
    let start = node.span.lo + 1;
    let mut builder = Builder::default();
    let take = |piece: Piece<'_>| match piece {
        Piece::Verbatim(range, text) => builder.push(text, range, start, How::Verbatim),
        Piece::Escape(range, character) => {
            builder.push(character.encode_utf8(&mut [0; 4]), range, start, How::Encoded)
        }
    };
    // What is wrong in it has been told when the document was read.
    pieces(body, take, |_| ());
    sources.add_derived(builder.text, builder.runs, Encoding::JsonString)
}

/// Decodes percent-encoding (RFC 3986). Bytes that are not valid UTF-8 stay encoded.
///
/// # Errors
/// [`TooLarge`] when the address space is full.
pub fn derive_percent(sources: &mut Sources, id: SourceId) -> Result<SourceId, TooLarge> {
    let source = sources.get(id);
    let (text, start) = (source.text.as_str(), source.base);
    let mut builder = Builder::default();
    let mut at = 0;
    while at < text.len() {
        let run = text[at..].find('%').unwrap_or(text.len() - at);
        builder.push(&text[at..at + run], at..at + run, start, How::Verbatim);
        at += run;
        let bytes = encoded_bytes(&text[at..]);
        match std::str::from_utf8(&bytes) {
            Ok(decoded) if !bytes.is_empty() => {
                for (number, character) in decoded.char_indices() {
                    let from = at + 3 * number;
                    builder.push(
                        character.encode_utf8(&mut [0; 4]),
                        from..from + 3 * character.len_utf8(),
                        start,
                        How::Encoded,
                    );
                }
                at += 3 * bytes.len();
            }
            _ if at < text.len() => {
                builder.push("%", at..at + 1, start, How::Verbatim);
                at += 1;
            }
            _ => {}
        }
    }
    sources.add_derived(builder.text, builder.runs, Encoding::Percent)
}

/// The bytes of consecutive `%XX`.
fn encoded_bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(byte) = rest
        .strip_prefix('%')
        .and_then(|rest| rest.get(..2))
        .and_then(|digits| u8::from_str_radix(digits, 16).ok())
    {
        bytes.push(byte);
        rest = &rest[3..];
    }
    bytes
}

#[derive(Default)]
struct Builder {
    text: String,
    runs: Vec<Run>,
}

impl Builder {
    fn push(&mut self, text: &str, from: std::ops::Range<usize>, start: u32, how: How) {
        if text.is_empty() {
            return;
        }
        let to = Span::new(start + from.start as u32, start + from.end as u32);
        self.runs.push(Run { at: self.text.len() as u32, len: text.len() as u32, to, how });
        self.text.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;
    use crate::json::parse;

    /// Finds `needle` in the inner policy and compares the file's text at its place with
    /// `expected`.
    #[track_caller]
    fn check(file: &str, percent: bool, needle: &str, expected: &str) {
        let mut sources = Sources::new();
        let id = sources.add_file("answer.json", file.to_owned()).unwrap();
        let root = parse(sources.get(id)).root.unwrap();
        let mut inner = derive(&mut sources, root.get("Policy").unwrap()).unwrap();
        if percent {
            inner = derive_percent(&mut sources, inner).unwrap();
        }
        let at = sources.get(inner).text.find(needle).unwrap();
        let span = sources.get(inner).span_of(at..at + needle.len());
        assert_eq!(sources.trace(span).unwrap().text(), expected);
    }

    #[test]
    fn spans_lead_back_through_escapes() {
        check(r#"{"Policy": "{\"Sid\":\"a\u00e9b\"}"}"#, false, "\"aéb\"", r#"\"a\u00e9b\""#);
        check(r#"{"Policy": "{\"Sid\":1}"}"#, false, "Sid", "Sid");
    }

    #[test]
    fn spans_lead_back_through_percent_encoding() {
        check(r#"{"Policy": "%7B%22Sid%22%3A%22%C3%A9%22%7D"}"#, true, "\"é\"", "%22%C3%A9%22");
    }
}
