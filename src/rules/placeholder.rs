//! Words of an example or of a template that nobody has replaced: `YOUR_BUCKET_NAME`, `<bucket>`, `${bucket}`, `{{ bucket }}`.
//!
//! AWS takes such words as they are, and they then match nothing. A variable of AWS has a colon in its name (IAM:reference_policies_variables),
//! so `${bucket}` is one of a template. The names of examples are those of AWS's guides, of ICA's page and of `ica-policy generate`.

use super::lint::manual::rule_code;
use super::rule::{Rule, Scene, Sink};
use crate::finding::{Code, Finding};
use crate::source::Span;
use std::borrow::Cow;
use std::collections::BTreeSet;

rule_code! {
    /// A word of an example or of a template that nobody has replaced.
    ///
    /// AWS takes it as it is, and it matches nothing. A variable of AWS has a colon in its name.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::YOUR_BUCKET_NAME/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:username}/*"}
    /// ```
    /// What to do: write what it stands for.
    ///
    /// Source: IAM:reference_policies_variables.
    pub CODE: Warning "placeholder" [] "a word of an example or a template that was not replaced, as in `YOUR_BUCKET_NAME` or `${bucket}`"
}

/// How the names of examples begin.
const EXAMPLES: [&str; 7] =
    ["YOUR_", "YOUR-", "DOC-EXAMPLE-", "amzn-s3-demo-", "REPLACE_", "REPLACE-", "ICA_OIDC_"];

/// How names of hosts end that nobody can have (RFC 2606); `ica-policy generate` writes such a one where it does not know the host.
const NO_HOST: &str = ".invalid";

/// The longest name between brackets, in letters.
const MOST_LETTERS: usize = 60;

/// Brackets of templates.
const BRACKETS: [(&str, &str); 3] = [("${", "}"), ("{{", "}}"), ("<", ">")];

/// A finding for each such word, at its first place.
#[derive(Debug)]
pub(super) struct Placeholder;

impl Rule for Placeholder {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn document(&self, scene: &Scene<'_>, sink: &mut Sink) {
        let document = scene.raw(scene.policy.span);
        if !may_have_one(document) {
            return;
        }
        let mut told = BTreeSet::new();
        let base = scene.policy.span.lo;
        for (start, raw, text) in values(document) {
            for (at, word) in placeholders(&text) {
                if !told.insert(word.to_owned()) {
                    continue;
                }
                // With escapes in it the words of the value are not those of the file.
                let (from, length) =
                    if raw == text { (start + at, word.len()) } else { (start, raw.len()) };
                let lo = base + from as u32;
                let span = Span::new(lo, lo + length as u32);
                let message = format!("`{word}` is a placeholder that was not replaced");
                let help = format!("write what it stands for in place of `{word}`, wherever it is");
                sink.push(Finding::new(CODE, span, message).help(help));
            }
        }
    }
}

/// Whether a text may have a placeholder, or an escape that stands for a letter of one. Most texts have none, and this reads them once.
fn may_have_one(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some((last, before)) = bytes.split_last() else { return false };
    // Many letters at a time: without a way out the loop takes several in one step.
    let blocks = before.chunks(BLOCK).zip(bytes[1..].chunks(BLOCK));
    let is_near = |(firsts, seconds): (&[u8], &[u8])| {
        let pairs = firsts.iter().zip(seconds);
        pairs.fold(false, |found, (first, second)| found | begins_one(*first, *second))
    };
    let is_there = |at: usize| {
        let second = bytes.get(at + 1).copied().unwrap_or_default();
        begins_one(bytes[at], second) && is_one(&bytes[at..])
    };
    let is_in = |(number, block): (usize, _)| {
        let start = number * BLOCK;
        is_near(block) && (start..(start + BLOCK).min(bytes.len())).any(is_there)
    };
    matches!(last, b'<' | b'\\') || blocks.enumerate().any(is_in)
}

/// Letters that are looked at together.
const BLOCK: usize = 64;

/// Whether two letters can begin a placeholder.
fn begins_one(first: u8, second: u8) -> bool {
    let is = |pair: &[u8; 2]| (first == pair[0]) & (second == pair[1]);
    (first == b'<')
        | (first == b'\\')
        | is(b"${")
        | is(b"{{")
        | is(b".i")
        | is(b"YO")
        | is(b"DO")
        | is(b"am")
        | is(b"RE")
        | is(b"IC")
}

/// Whether a text begins with a placeholder or with an escape.
fn is_one(bytes: &[u8]) -> bool {
    let begins = |start: &str| bytes.starts_with(start.as_bytes());
    begins("<")
        || begins("\\")
        || begins("${")
        || begins("{{")
        || begins(NO_HOST)
        || EXAMPLES.iter().any(|start| begins(start))
}

/// Whether a text has a placeholder.
pub fn with_placeholder(text: &str) -> bool {
    !placeholders(text).is_empty()
}

/// The texts of a document, each with its offset, as it is written and as it is meant; those of `Sid` and `Id` have no effect.
fn values(document: &str) -> Vec<(usize, &str, Cow<'_, str>)> {
    let mut values = Vec::new();
    let mut rest = 0;
    let mut is_name = false;
    while let Some(start) = document[rest..].find('"').map(|at| rest + at + 1) {
        let Some(length) = end_of_string(&document[start..]) else { break };
        let raw = &document[start..start + length];
        rest = start + length + 1;
        let is_member = document[rest..].trim_start().starts_with(':');
        if !is_name || is_member {
            values.push((start, raw, meant(raw)));
        }
        is_name = is_member && matches!(raw, "Sid" | "Id");
    }
    values
}

/// Where a string ends that began before the text.
fn end_of_string(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    })
}

/// The text without escapes: Terraform and Go write `<` as `\u003c`.
fn meant(raw: &str) -> Cow<'_, str> {
    let text = raw.contains('\\').then(|| serde_json::from_str(&format!("\"{raw}\"")).ok());
    text.flatten().map_or(Cow::Borrowed(raw), Cow::Owned)
}

/// The placeholders in a text, with their offsets in bytes.
fn placeholders(text: &str) -> Vec<(usize, &str)> {
    if !may_have_one(text) {
        return Vec::new();
    }
    let mut found = BRACKETS
        .iter()
        .flat_map(|(open, close)| text.match_indices(open).map(move |(at, _)| (at, *open, *close)))
        .filter_map(|(at, open, close)| {
            let inner = &text[at + open.len()..];
            // A name is short: who looks further looks at the whole text for each bracket.
            let end = inner.char_indices().take(MOST_LETTERS);
            let end = end.take_while(|(_, letter)| {
                is_letter_of_name(*letter) || matches!(letter, '.' | ' ')
            });
            let end = end.last().map_or(0, |(at, letter)| at + letter.len_utf8());
            let name = &inner[..end];
            let is_whole = inner[end..].starts_with(close);
            let fits = is_whole && is_name(if open == "{{" { name.trim() } else { name });
            fits.then(|| (at, &text[at..at + open.len() + end + close.len()]))
        })
        .collect::<Vec<_>>();
    found.extend(text.match_indices(NO_HOST).filter_map(|(at, end)| {
        let name = text[..at].trim_end_matches(|letter| is_letter_of_name(letter) || letter == '.');
        let after = text[at + end.len()..].chars().next();
        let is_whole = !after.is_some_and(|letter| is_letter_of_name(letter) || letter == '.');
        (is_whole && name.len() < at).then(|| (name.len(), &text[name.len()..at + end.len()]))
    }));
    for start in EXAMPLES {
        found.extend(text.match_indices(start).filter_map(|(at, _)| {
            let is_inside = text[..at]
                .ends_with(|before: char| before.is_ascii_alphanumeric() || before == '_');
            let rest = &text[at..];
            let end = rest.find(|letter: char| !is_letter_of_name(letter)).unwrap_or(rest.len());
            (!is_inside).then(|| (at, &rest[..end]))
        }));
    }
    found.sort_unstable();
    // `<YOUR_BUCKET>` is one.
    let mut end = 0;
    found.retain(|(at, word)| {
        let is_new = *at >= end;
        end = end.max(at + word.len());
        is_new
    });
    found
}

/// Whether a text between brackets is the name of something, as no variable of AWS is.
fn is_name(text: &str) -> bool {
    let letter = |letter: char| is_letter_of_name(letter) || matches!(letter, '.' | ' ');
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.chars().all(letter)
}

fn is_letter_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::{EXAMPLES, may_have_one, placeholders, values};

    /// The look at the first letters knows all examples.
    #[test]
    fn each_example_is_looked_for() {
        for start in EXAMPLES {
            assert!(may_have_one(&format!("x{start}")), "{start}");
        }
        assert!(!may_have_one("{\"a\": \"YOURS $ a.b\"}"));
    }

    #[test]
    fn words_that_were_not_replaced() {
        for (text, word) in [
            ("\"arn:aws:s3:::YOUR_BUCKET_NAME/ica/*\"", "YOUR_BUCKET_NAME"),
            ("\"arn:aws:s3:::${bucket}/*\"", "${bucket}"),
            ("\"ICA_OIDC_ISSUER:aud\"", "ICA_OIDC_ISSUER"),
            ("\"arn:aws:s3:::${var.bucket_name}\"", "${var.bucket_name}"),
            ("\"arn:aws:s3:::{{ bucket }}\"", "{{ bucket }}"),
            ("\"arn:aws:iam::<ACCOUNT ID>:root\"", "<ACCOUNT ID>"),
            ("\"arn:aws:s3:::<YOUR_BUCKET>\"", "<YOUR_BUCKET>"),
            ("\"arn:aws:s3:::amzn-s3-demo-bucket/*\"", "amzn-s3-demo-bucket"),
            ("\"arn:aws:iam::111122223333:oidc-provider/tokens.invalid\"", "tokens.invalid"),
            ("\"ICA_ISSUER.invalid:aud\"", "ICA_ISSUER.invalid"),
        ] {
            let found = placeholders(text).into_iter().map(|(_, word)| word).collect::<Vec<_>>();
            assert_eq!(found, [word], "{text}");
        }
    }

    #[test]
    fn names_have_no_effect_and_escapes_are_read() {
        let document = r#"{"Id": "<id>", "Statement": [{"Sid": "For <team>", "Resource": "arn:aws:s3:::\u003cbucket\u003e/*", "Principal": {"AWS": "<arn>"}}]}"#;
        let texts = values(document).into_iter().map(|(_, _, text)| text);
        let found = texts
            .flat_map(|text| {
                placeholders(&text).iter().map(|(_, word)| (*word).to_owned()).collect::<Vec<_>>()
            })
            .collect::<Vec<_>>();
        assert_eq!(found, ["<bucket>", "<arn>"]);
    }

    #[test]
    fn words_that_are_meant() {
        for text in [
            "${aws:username}",
            "${aws:PrincipalTag/team, 'none'}",
            "${*}",
            "${?}",
            "${$}",
            "{\"a\": {\"b\": 1}}",
            "a < b > c",
            "s3:your_x",
            "MYYOUR_X",
            "a.invalid.example.com",
            "arn:aws:s3:::b/.invalidated",
        ] {
            assert_eq!(placeholders(text), [], "{text}");
        }
    }
}
