//! Object keys to try: made from the words of the policies.
//!
//! Until all keys can be reasoned over, an object step is tried on keys that the policies could tell apart.

use crate::model::{Part, Pattern};

/// The part of a pattern behind the bucket's name: what it says about keys. `None`: the pattern is about other resources.
/// Wildcards may stand for the bucket's name, so what follows any of them is tried as well.
pub(super) fn keys_matching(pattern: &Pattern, bucket_arn: &str, prefix: &str) -> Vec<String> {
    let stem = format!("{bucket_arn}/{prefix}");
    let keys = continuations(&pattern.parts, &stem).into_iter().map(|rest| format!("{prefix}{rest}"));
    keys.collect()
}

/// Values that begin with `prefix` and match the pattern.
pub(super) fn values_matching(pattern: &Pattern, prefix: &str) -> Vec<String> {
    continuations(&pattern.parts, prefix).into_iter().map(|rest| format!("{prefix}{rest}")).collect()
}

/// All texts, up to the choice of what wildcards stand for, that continue `stem` to a match: the pattern is walked along the stem,
/// and from each place that it can have reached there, the rest of the pattern is spelt out.
fn continuations(parts: &[Part], stem: &str) -> Vec<String> {
    let symbols = symbols(parts);
    let mut live = vec![0];
    skip_runs(&symbols, &mut live);
    for c in stem.chars() {
        let mut next = Vec::new();
        for &at in &live {
            match symbols.get(at) {
                Some(Symbol::Run) => next.push(at),
                Some(Symbol::One) => next.push(at + 1),
                Some(Symbol::Char(expected)) if *expected == c => next.push(at + 1),
                _ => {}
            }
        }
        skip_runs(&symbols, &mut next);
        live = next;
    }
    let mut texts = live.into_iter().flat_map(|at| ["", "x"].map(|run| spell(&symbols[at..], run))).collect::<Vec<_>>();
    texts.sort_unstable();
    texts.dedup();
    texts
}

#[derive(Clone, Copy, PartialEq)]
enum Symbol {
    Char(char),
    One,
    Run,
}

/// A variable may stand for any text, so it is tried like `*`.
fn symbols(parts: &[Part]) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    for part in parts {
        match part {
            Part::Literal(text) => symbols.extend(text.chars().map(Symbol::Char)),
            Part::One | Part::OneInSegment => symbols.push(Symbol::One),
            Part::Any | Part::AnyInSegment { .. } | Part::Variable(_) => symbols.push(Symbol::Run),
        }
    }
    symbols
}

/// A run may be empty, so whoever stands before one stands behind it as well.
fn skip_runs(symbols: &[Symbol], live: &mut Vec<usize>) {
    let mut at = 0;
    while at < live.len() {
        let place = live[at];
        if symbols.get(place) == Some(&Symbol::Run) && !live.contains(&(place + 1)) {
            live.push(place + 1);
        }
        at += 1;
    }
    live.sort_unstable();
    live.dedup();
}

fn spell(symbols: &[Symbol], run: &str) -> String {
    let mut text = String::new();
    for symbol in symbols {
        match symbol {
            Symbol::Char(c) => text.push(*c),
            Symbol::One => text.push('x'),
            Symbol::Run => text.push_str(run),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, prefix: &str, expected: &[&str]) {
        let mut parts = Vec::new();
        for piece in pattern.split_inclusive('*') {
            let literal = piece.trim_end_matches('*');
            parts.push(Part::Literal(literal.into()));
            parts.extend(piece.ends_with('*').then_some(Part::Any));
        }
        let texts = continuations(&parts, prefix);
        for expected in expected {
            assert!(texts.iter().any(|text| text == expected), "{pattern} below {prefix}: {texts:?} lacks {expected}");
        }
        assert_eq!(texts.is_empty(), expected.is_empty(), "{texts:?}");
    }

    #[test]
    fn a_pattern_is_continued_from_the_prefix() {
        check("b/*.bam", "b/ica/", &[".bam", "x.bam"]);
        check("b/ica/raw/*", "b/ica/", &["raw/", "raw/x"]);
        check("b/*/raw/*", "b/ica/", &["raw/", "raw/x"]);
        check("b/other/*", "b/ica/", &[]);
    }
}
