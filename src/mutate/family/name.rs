//! Slips in a name that somebody chose: a bucket, a user, a role, a tag.

use super::typo;
use crate::mutate::kind::{self, Kind};
use crate::mutate::slip::Slips;
use crate::mutate::word::{Role, Word};

/// What fingers do to a name.
type Typo = (&'static Kind, fn(&str) -> Option<String>);

const TYPOS: [Typo; 5] = [
    (kind::LETTER_LOST, typo::lost),
    (kind::LETTER_DOUBLED, typo::doubled),
    (kind::LETTERS_SWAPPED, typo::swapped),
    (kind::UNDERSCORE, |name| name.contains('-').then(|| name.replacen('-', "_", 1))),
    (kind::CASE_CHANGED, typo::other_case),
];

/// Operators whose values are no names.
const OF_NO_NAMES: [&str; 5] = ["Numeric", "Date", "Bool", "Ip", "Null"];

pub(super) fn slips(word: &Word<'_>, slips: &mut Slips) {
    let is_of_names = |operator: &str| !OF_NO_NAMES.iter().any(|of| operator.contains(of));
    let has_name = match word.role {
        Role::Resource | Role::Principal => true,
        Role::Value => word.condition.is_some_and(|condition| is_of_names(condition.operator)),
        _ => false,
    };
    let Some((before, name, after)) = name_in(word.text).filter(|_| has_name) else { return };
    for (kind, typo) in TYPOS {
        if let Some(other) = typo(name) {
            slips.write(kind, word, format!("{before}{other}{after}"));
        }
    }
}

/// The name in a text, with what stands around it: the bucket of an ARN of S3, the last name of another ARN, the first word of other texts.
fn name_in(text: &str) -> Option<(&str, &str, &str)> {
    let parts = text.splitn(6, ':').collect::<Vec<_>>();
    let start = match parts.as_slice() {
        ["arn", _, "s3", _, _, rest] => text.len() - rest.len(),
        ["arn", _, _, _, _, rest] => {
            let named = rest.trim_end_matches(['*', '/']);
            text.len() - rest.len() + named.rfind('/').map_or(0, |at| at + 1)
        }
        _ => 0,
    };
    let is_part = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    let rest = &text[start..];
    // A variable is no name.
    let from = rest.find(is_part).filter(|_| !rest.starts_with("${"))?;
    let length = rest[from..].find(|letter| !is_part(letter)).unwrap_or(rest.len() - from);
    let name = &rest[from..from + length];
    let is_name = name.chars().any(char::is_alphabetic) && name != "root";
    let end = start + from + length;
    is_name.then(|| (&text[..start + from], name, &text[end..]))
}
