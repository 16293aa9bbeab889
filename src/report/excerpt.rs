//! Shows text from a long line. AWS's answers hold a whole policy in one line, which no terminal
//! can show.

use super::place::Shown;

/// Lines up to this many characters are drawn whole.
pub(super) const LONG_LINE: usize = 300;

/// Characters shown on each side of the text.
const MARGIN: usize = 50;

/// The most characters of the text itself that are shown.
const MOST: usize = 160;

/// Whether the lines around some words are too long to be drawn.
pub(super) fn is_on_long_line(Shown { source, range, .. }: &Shown) -> bool {
    let text = &source.text;
    let before = text
        .get(..range.start)
        .map_or(0, |text| text.len() - text.rfind('\n').map_or(0, |at| at + 1));
    let after = text.get(range.end..).map_or(0, |text| text.find('\n').unwrap_or(text.len()));
    let longest = text
        .get(range.clone())
        .and_then(|text| text.lines().map(str::len).max())
        .unwrap_or_default();
    before.max(after).max(longest) > LONG_LINE
}

/// Two lines: the decoded text with its surroundings, and the marks below.
pub(super) fn excerpt(Shown { source, range, .. }: &Shown) -> Option<(String, String)> {
    let before = source.text.get(..range.start)?.chars().rev().take(MARGIN).collect::<Vec<_>>();
    let words = source.text.get(range.clone())?.chars().collect::<Vec<_>>();
    let after = source.text.get(range.end..)?.chars().take(MARGIN);
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
    use crate::report::place::position;
    use crate::source::Sources;

    #[test]
    fn marks_stand_below_the_words() {
        let mut sources = Sources::new();
        let text = format!("{}\"words\"{}", "a".repeat(400), "b".repeat(400));
        let id = sources.add_file("a", text).unwrap();
        let span = sources.get(id).span_of(400..407);
        let place = position(&sources, span).unwrap();
        assert!(is_on_long_line(&place.shown));
        let (line, marks) = excerpt(&place.shown).unwrap();
        let marked = line
            .chars()
            .zip(marks.chars())
            .filter(|(_, mark)| *mark == '─')
            .map(|(character, _)| character)
            .collect::<String>();
        assert_eq!(marked, "\"words\"");
    }
}
