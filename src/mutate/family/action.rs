//! Slips in the name of an action.

use super::typo;
use crate::mutate::kind;
use crate::mutate::slip::Slips;
use crate::mutate::word::{Role, Word};

pub(super) fn slips(word: &Word<'_>, slips: &mut Slips) {
    if word.role != Role::Action || word.text == "*" {
        return;
    }
    slips.write(kind::ACTION_EVERYTHING, word, "*");
    let Some((service, name)) = word.text.split_once(':') else { return };
    if name != "*" {
        slips.write(kind::SERVICE_WILDCARD, word, format!("{service}:*"));
    }
    if let Some(verb) = verb(name).filter(|verb| name != format!("{verb}*")) {
        slips.write(kind::VERB_WILDCARD, word, format!("{service}:{verb}*"));
    }
    if name.contains('*') {
        slips.write(
            kind::ACTION_STAR_LOST,
            word,
            format!("{service}:{}", name.replacen('*', "", 1)),
        );
        return;
    }
    if let Some(swapped) = typo::swapped(name) {
        slips.write(kind::ACTION_MISSPELT, word, format!("{service}:{swapped}"));
    }
    let other = name.strip_suffix('s').map_or_else(|| format!("{name}s"), str::to_owned);
    slips.write(kind::ACTION_NUMBER, word, format!("{service}:{other}"));
}

/// The first word of the name: `Get` of `GetObject`.
fn verb(name: &str) -> Option<&str> {
    let end = name.char_indices().skip(1).find(|(_, letter)| letter.is_ascii_uppercase())?.0;
    Some(&name[..end]).filter(|verb| verb.chars().all(|letter| letter.is_ascii_alphabetic()))
}
