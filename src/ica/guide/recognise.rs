//! Finds the message that a user pasted, even if it is cut off, broken over lines, in other case, or has names filled in.
//!
//! Only letters and digits are compared, so blanks, quotes, punctuation and line breaks do not count. The text between the fixed words of a
//! message may be anything. If no message matches that way, words are counted, and each may have a typing error.

use super::tables::{Message, guide};
use crate::finding::distance;
use serde::Serialize;
use std::collections::BTreeSet;

/// How a message matches a text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// Many of its words are in the text.
    Similar,
    /// The text is a part of it.
    Part,
    /// All of its fixed words are in the text, in order.
    Whole,
}

/// The fewest letters of a message by which a part of it is recognised.
const FEWEST_LETTERS: usize = 8;
/// The rarity of a word that at most three messages have.
const RARE: usize = 100 / 3;
/// The most messages that are offered.
const MOST_CANDIDATES: usize = 5;

/// The messages that match a text, the best first: whole before parts, more letters before fewer.
pub(super) fn recognise(text: &str) -> Vec<(&'static Message, Fit)> {
    let text = without_escapes(text);
    let forms = [letters(&text), letters(&without_log_prefixes(&text))];
    let best = |message| forms.iter().filter_map(|letters| fit(message, letters)).max();
    let mut found = guide()
        .messages
        .iter()
        .filter_map(|message| best(message).map(|fit| (fit, message)))
        .collect::<Vec<_>>();
    if found.is_empty() {
        found = similar(&text);
    }
    // The sort is stable: of equal matches the first of the page stays first.
    found.sort_by_key(|((fit, letters), message)| {
        std::cmp::Reverse((*fit, std::cmp::Reverse(message.vague), *letters))
    });
    found.into_iter().take(MOST_CANDIDATES).map(|((fit, _), message)| (message, fit)).collect()
}

/// The longest beginning of a line that is taken for that of a log.
const MOST_PREFIX: usize = 80;
const LOG_LEVELS: [&str; 6] = ["ERROR", "WARNING", "WARN", "INFO", "DEBUG", "FATAL"];

/// The lines without what a log writes before each, so that a message that is broken over lines is in one piece: from a
/// digit at the beginning to the level.
fn without_log_prefixes(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let is_log = line.starts_with(|c: char| c.is_ascii_digit());
        let is_apart = |at: usize| line[..at].ends_with([' ', '[', '|', '<']);
        let ends = LOG_LEVELS.iter().filter_map(|level| {
            line.find(level).filter(|at| is_apart(*at)).map(|at| at + level.len())
        });
        match ends.min().filter(|end| is_log && *end <= MOST_PREFIX) {
            Some(end) => &line[end..],
            None => line,
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The best match of the forms of a message, with the number of matching letters.
fn fit(message: &Message, letters: &str) -> Option<(Fit, usize)> {
    message.forms().filter_map(|form| fit_form(&runs(form), letters)).max()
}

fn fit_form(runs: &[String], letters: &str) -> Option<(Fit, usize)> {
    if let Some(fixed) = whole(runs, letters) {
        return Some((Fit::Whole, fixed));
    }
    let enough = |fixed: usize| fixed >= FEWEST_LETTERS && fixed * 3 >= letters.len();
    part(runs, letters).filter(|fixed| enough(*fixed)).map(|fixed| (Fit::Part, fixed))
}

/// The number of letters of all runs, if the text has them in order.
fn whole(runs: &[String], letters: &str) -> Option<usize> {
    let mut rest = letters;
    for run in runs {
        rest = rest.split_once(run.as_str())?.1;
    }
    Some(runs.iter().map(String::len).sum())
}

/// The number of matching letters, if the text begins and ends inside of the message.
fn part(runs: &[String], letters: &str) -> Option<usize> {
    let starts = runs
        .iter()
        .enumerate()
        .flat_map(|(number, run)| run.char_indices().map(move |(at, _)| (number, at)));
    starts
        .filter_map(|(number, at)| part_from(&runs[number][at..], &runs[number + 1..], letters))
        .max()
}

fn part_from(first: &str, others: &[String], letters: &str) -> Option<usize> {
    if first.starts_with(letters) {
        return Some(letters.len());
    }
    let mut rest = letters.strip_prefix(first)?;
    let mut fixed = first.len();
    for run in others {
        match rest.split_once(run.as_str()) {
            Some((_, behind)) => rest = behind,
            // The text ends inside of this run, or in what is filled in before it.
            None => return Some(fixed + cut(run, rest)),
        }
        fixed += run.len();
    }
    // After the last fixed words only a filled-in value may follow.
    let is_open = others.last().is_some_and(String::is_empty);
    (is_open || rest.is_empty()).then_some(fixed)
}

/// How many letters of the beginning of a run are at the end of the text.
fn cut(run: &str, rest: &str) -> usize {
    run.char_indices()
        .map(|(at, _)| at)
        .filter(|at| rest.ends_with(&run[..*at]))
        .max()
        .unwrap_or_default()
}

/// Messages that share many words with the text, if none matches better.
fn similar(text: &str) -> Vec<((Fit, usize), &'static Message)> {
    let pasted = words(text);
    let messages = || guide().messages.iter();
    let rarity = |word: &str| {
        100 / messages().filter(|message| words(&message.message).contains(word)).count().max(1)
    };
    let is_in = |word: &str| pasted.iter().any(|other| is_near(word, other));
    messages()
        .filter_map(|message| {
            let fixed = words(&fixed_words(&message.message));
            let common = fixed.iter().filter(|word| is_in(word)).collect::<Vec<_>>();
            let weight = |words: &mut dyn Iterator<Item = &String>| {
                words.map(|word| rarity(word)).sum::<usize>()
            };
            let (all, found) = (weight(&mut fixed.iter()), weight(&mut common.iter().copied()));
            let of_message = found * 100 / all.max(1);
            let of_text = common.len() * 100 / pasted.len().max(1);
            // Words that many messages have say nothing, however many there are.
            let is_telling = common.iter().any(|word| rarity(word) >= RARE);
            let is_enough = of_message >= 60 || of_text >= 60 && of_message >= 20;
            (common.len() >= 2 && is_telling && is_enough)
                .then_some(((Fit::Similar, of_message), message))
        })
        .collect()
}

/// Equal, or a word of five letters or more has one wrong, missing or extra letter.
fn is_near(word: &str, other: &str) -> bool {
    word == other || word.len() >= 5 && other.len() >= 5 && distance(word, other) <= 1
}

/// The fixed words before, between and behind the places where ICA fills something in, as letters; empty where there are none.
fn runs(message: &str) -> Vec<String> {
    fixed_words(message).split('\0').map(letters).collect()
}

/// A message with a zero byte for each place that is filled in.
fn fixed_words(message: &str) -> String {
    let pieces = message.split('{').enumerate();
    let fixed = pieces.map(|(number, piece)| {
        if number == 0 { piece } else { piece.split_once('}').map_or("", |(_, behind)| behind) }
    });
    fixed.collect::<Vec<_>>().join("\0")
}

/// Letters and digits in lower case.
pub(super) fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn words(text: &str) -> BTreeSet<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Logs have messages inside of JSON strings: the `n` of `\n` does not belong to the message.
fn without_escapes(text: &str) -> String {
    ["\\n", "\\r", "\\t", "\\\""]
        .iter()
        .fold(text.to_owned(), |text, escape| text.replace(escape, " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_what_is_fixed() {
        assert_eq!(runs("Container '{name}' is in {region}!"), ["container", "isin", ""]);
        assert_eq!(runs("{a}{b}"), [""; 3]);
        assert_eq!(runs("broken {"), ["broken", ""]);
    }

    #[test]
    fn a_part_may_begin_and_end_anywhere() {
        let runs = runs("Storage Container '{name}' does not exist");
        assert_eq!(part(&runs, "containeracmedoesnot"), Some(9 + 7));
        assert_eq!(part(&runs, "doesnotex"), Some(9));
        assert_eq!(part(&runs, "somethingelse"), None);
        assert_eq!(part(&runs, "containeracme"), Some(9));
        assert_eq!(part(&super::runs("a missing name"), "namemore"), None);
    }
}
