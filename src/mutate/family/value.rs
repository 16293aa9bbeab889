//! Slips in the values of conditions, and in variables.

use super::key::near;
use super::typo;
use crate::mutate::kind;
use crate::mutate::slip::Slips;
use crate::mutate::word::{Role, Word};

pub(super) fn slips(word: &Word<'_>, slips: &mut Slips) {
    if matches!(word.role, Role::Value | Role::Resource) {
        variable(word, slips);
    }
    let Some(condition) = word.condition.filter(|_| word.role == Role::Value) else { return };
    if word.text == "true" || word.text == "false" {
        let other = if word.text == "true" { "false" } else { "true" };
        slips.write(kind::FLAG_FLIPPED, word, other);
    }
    let of = |name: &str| condition.operator.contains(name);
    if of("Ip") {
        range(word, slips);
    } else if of("Numeric") && word.text.chars().nth(1).is_some() {
        let mut shorter = word.text.chars();
        shorter.next_back();
        slips.write(kind::NUMBER_WRONG, word, shorter.as_str());
    } else if of("Numeric") {
        slips.write(kind::NUMBER_WRONG, word, format!("{}0", word.text));
    } else if of("Date") {
        date(word, slips);
    } else if of("Like") && word.text != "*" && !word.text.contains(':') {
        slips.write(kind::VALUE_EVERYTHING, word, "*");
    }
}

/// The range of addresses eight bits wider and narrower; sixteen for IPv6.
fn range(word: &Word<'_>, slips: &mut Slips) {
    let (address, length) = word.text.split_once('/').unwrap_or((word.text, ""));
    let (all, step) = if address.contains(':') { (128, 16) } else { (32, 8) };
    let Ok(length) = (if length.is_empty() { Ok(all) } else { length.parse::<u8>() }) else {
        return;
    };
    slips.write(kind::RANGE_WIDER, word, format!("{address}/{}", length.saturating_sub(step)));
    if length < all {
        let narrower = length.saturating_add(step).min(all);
        slips.write(kind::RANGE_NARROWER, word, format!("{address}/{narrower}"));
        slips.write(kind::RANGE_LOST, word, address);
    }
}

/// The date a year later.
fn date(word: &Word<'_>, slips: &mut Slips) {
    let year = word.text.get(..4).and_then(|year| year.parse::<u16>().ok());
    if let (Some(year), Some(rest)) = (year, word.text.get(4..)) {
        slips.write(kind::DATE_WRONG, word, format!("{:04}{rest}", year.saturating_add(1)));
    }
}

/// The first variable of the text.
fn variable(word: &Word<'_>, slips: &mut Slips) {
    let Some((before, rest)) = word.text.split_once("${") else { return };
    let Some((name, after)) = rest.split_once('}') else { return };
    slips.write(kind::DOLLAR_LOST, word, format!("{before}{{{name}}}{after}"));
    let Some((service, key)) = name.split_once(':') else { return };
    if let Some(key) = typo::lost(key) {
        let misspelt = format!("{before}${{{service}:{key}}}{after}");
        slips.write(kind::VARIABLE_MISSPELT, word, misspelt);
    }
    if let Some(other) = near(name) {
        slips.write(kind::VARIABLE_MOVED, word, format!("{before}${{{other}}}{after}"));
    }
}
