//! Shows text from a long line. AWS's answers hold a whole policy in one line, which no terminal
//! can show.

use crate::source::{Sources, Span};

/// Lines up to this many characters are drawn whole.
pub(super) const LONG_LINE: usize = 300;

/// Characters shown on each side of the text.
const MARGIN: usize = 50;

/// The most characters of the text itself that are shown.
const MOST: usize = 160;

/// Whether the lines around a span are too long to be drawn.
pub(super) fn is_on_long_line(sources: &Sources, span: Span) -> bool {
    let Some(source) = sources.source_at(span.lo) else { return false };
    let (lo, hi) = ((span.lo - source.base) as usize, (span.hi - source.base) as usize);
    let before = source
        .text
        .get(..lo)
        .map_or(0, |text| text.len() - text.rfind('\n').map_or(0, |at| at + 1));
    let after = source.text.get(hi..).map_or(0, |text| text.find('\n').unwrap_or(text.len()));
    let longest = source
        .text
        .get(lo..hi)
        .and_then(|text| text.lines().map(str::len).max())
        .unwrap_or_default();
    before.max(after).max(longest) > LONG_LINE
}

/// Two lines: the decoded text with its surroundings, and the marks below.
pub(super) fn excerpt(sources: &Sources, span: Span) -> Option<(String, String)> {
    let source = sources.source_at(span.lo)?;
    let (lo, hi) = ((span.lo - source.base) as usize, (span.hi - source.base) as usize);
    let before = source.text.get(..lo)?.chars().rev().take(MARGIN).collect::<Vec<_>>();
    let words = source.text.get(lo..hi)?.chars().collect::<Vec<_>>();
    let after = source.text.get(hi..)?.chars().take(MARGIN);
    let cut = words.len() > MOST;
    let mut shown = words.into_iter().take(MOST).map(plain).collect::<String>();
    if cut {
        shown.push('…');
    }
    let start = before.into_iter().rev().map(plain).collect::<String>();
    let marks = format!(
        "{}{}",
        " ".repeat(start.chars().count() + 1),
        "─".repeat(shown.chars().count().max(1))
    );
    Some((format!("…{start}{shown}{}…", after.map(plain).collect::<String>()), marks))
}

/// Replaces control characters: line breaks and tabs would separate the marks from the text.
fn plain(character: char) -> char {
    if character.is_control() { ' ' } else { character }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    #[test]
    fn marks_stand_below_the_words() {
        let mut sources = Sources::new();
        let text = format!("{}\"words\"{}", "a".repeat(400), "b".repeat(400));
        let id = sources.add_file("a", text).unwrap();
        let span = sources.get(id).span_of(400..407);
        assert!(is_on_long_line(&sources, span));
        let (line, marks) = excerpt(&sources, span).unwrap();
        let marked = line
            .chars()
            .zip(marks.chars())
            .filter(|(_, mark)| *mark == '─')
            .map(|(character, _)| character)
            .collect::<String>();
        assert_eq!(marked, "\"words\"");
    }
}
