//! Slips in an ARN, and where it ends.

use super::typo;
use crate::aws;
use crate::mutate::kind;
use crate::mutate::slip::Slips;
use crate::mutate::word::{Role, Word};

pub(super) fn slips(word: &Word<'_>, slips: &mut Slips) {
    if !matches!(word.role, Role::Resource | Role::Principal | Role::Value) {
        return;
    }
    if word.role == Role::Resource && word.text != "*" {
        slips.write(kind::RESOURCE_EVERYTHING, word, "*");
    }
    region(word, slips);
    if let Some(other) = typo::swapped_digits(word.text) {
        slips.write(kind::ACCOUNT_DIGITS, word, other);
    }
    let parts = word.text.splitn(6, ':').collect::<Vec<_>>();
    let &[arn, partition, service, region, account, rest] = parts.as_slice() else {
        return pattern_end(word, slips);
    };
    if arn != "arn" {
        return pattern_end(word, slips);
    }
    let with = |partition: &str, account: &str, rest: &str| {
        format!("arn:{partition}:{service}:{region}:{account}:{rest}")
    };
    if partition == "aws" {
        slips.write(kind::PARTITION_WRONG, word, with("aws-cn", account, rest));
    }
    if let Some(other) = typo::swapped_digits(account) {
        slips.write(kind::ACCOUNT_DIGITS, word, with(partition, &other, rest));
    }
    if word.role == Role::Resource && word.text.contains("::") {
        slips.write(kind::COLON_LOST, word, word.text.replacen("::", ":", 1));
    }
    if word.role != Role::Principal {
        pattern_end(word, slips);
        folder(word, rest, &|rest| with(partition, account, rest), slips);
    }
}

/// Whether stars in the word are wildcards.
fn has_wildcards(word: &Word<'_>) -> bool {
    let is_like = |operator: &str| operator.contains("Like") || operator.contains("Arn");
    word.role == Role::Resource
        || word.condition.is_some_and(|condition| is_like(condition.operator))
}

/// The end of a pattern: `/*`, `*`, `/`.
fn pattern_end(word: &Word<'_>, slips: &mut Slips) {
    let text = word.text;
    if text == "*" || !has_wildcards(word) {
        return;
    }
    if let Some(start) = text.strip_suffix("/*") {
        slips.write(kind::SLASH_STAR_LOST, word, start);
        slips.write(kind::SLASH_LOST, word, format!("{start}*"));
    }
    match text.strip_suffix('*') {
        Some(start) => slips.write(kind::STAR_LOST, word, start),
        None => {
            slips.write(kind::SLASH_STAR_ADDED, word, format!("{}/*", text.trim_end_matches('/')));
            slips.write(kind::STAR_ADDED, word, format!("{text}*"));
        }
    }
}

/// The first folder below the name: `b/folder/*` becomes `b/*`.
fn folder(word: &Word<'_>, rest: &str, with: &dyn Fn(&str) -> String, slips: &mut Slips) {
    let parts = rest.splitn(3, '/').collect::<Vec<_>>();
    if let (&[name, _, below], Role::Resource) = (parts.as_slice(), word.role) {
        slips.write(kind::FOLDER_LOST, word, with(&format!("{name}/{below}")));
    }
}

/// The first name of a region in the text, replaced by another.
fn region(word: &Word<'_>, slips: &mut Slips) {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let mut names = word.text.split(|letter: char| !is_part(letter));
    let Some(name) = names.find(|name| aws::region(name).is_some()) else { return };
    let other = if name == "us-east-1" { "us-west-2" } else { "us-east-1" };
    slips.write(kind::REGION_WRONG, word, word.text.replacen(name, other, 1));
}
