//! Shows text from a long line. AWS's answers hold a whole policy in one line, which no terminal
//! can show.

use super::place::Shown;

/// The most characters shown on each side of the text.
const MARGIN: usize = 50;

/// Whether the lines around some words have more characters than there is room for.
pub(super) fn is_on_long_line(Shown { source, range, .. }: &Shown, room: usize) -> bool {
    let text = &source.text;
    let before = text
        .get(..range.start)
        .map_or(0, |text| text.len() - text.rfind('\n').map_or(0, |at| at + 1));
    let after = text.get(range.end..).map_or(0, |text| text.find('\n').unwrap_or(text.len()));
    let longest = text
        .get(range.clone())
        .and_then(|text| text.lines().map(str::len).max())
        .unwrap_or_default();
    let is_one_line = longest == range.len();
    let line = if is_one_line { before + longest + after } else { longest };
    line.max(before).max(after) > room
}

/// The characters that an excerpt is drawn with.
#[derive(Clone, Copy)]
pub(super) struct Ink {
    dots: &'static str,
    line: &'static str,
}

impl Ink {
    pub(super) fn new(ascii: bool) -> Ink {
        if ascii { Ink { dots: "...", line: "-" } } else { Ink { dots: "…", line: "─" } }
    }
}

/// Two lines of at most so many columns: the decoded text with its surroundings, and the marks below.
pub(super) fn excerpt(
    Shown { source, range, .. }: &Shown,
    room: usize,
    Ink { dots, line }: Ink,
) -> Option<(String, String)> {
    let words = squeezed(source.text.get(range.clone())?.chars());
    // Dots on both sides, and behind words that are cut.
    let most = room.saturating_sub(3 * dots.chars().count()).max(1);
    let margin = (most.saturating_sub(words.len()) / 2).min(MARGIN);
    let cut = if words.len() > most { dots } else { "" };
    let shown = words.into_iter().take(most).collect::<String>() + cut;
    let before = squeezed(source.text.get(..range.start)?.chars().rev().take(MARGIN * 4));
    let start = before.into_iter().take(margin).rev().collect::<String>();
    let after = squeezed(source.text.get(range.end..)?.chars().take(MARGIN * 4));
    let end = after.into_iter().take(margin).collect::<String>();
    let marks = format!(
        "{}{}",
        " ".repeat(start.chars().count() + dots.chars().count()),
        line.repeat(shown.chars().count().max(1))
    );
    Some((format!("{dots}{start}{shown}{end}{dots}"), marks))
}

/// The characters with one blank for each run of white space and control characters: line breaks would separate the marks
/// from the text.
fn squeezed(characters: impl Iterator<Item = char>) -> Vec<char> {
    let mut squeezed = Vec::new();
    for character in characters {
        let is_blank = character.is_whitespace() || character.is_control();
        match (is_blank, squeezed.last()) {
            (true, Some(' ')) => {}
            (true, _) => squeezed.push(' '),
            (false, _) => squeezed.push(character),
        }
    }
    squeezed
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
        assert!(is_on_long_line(&place.shown, 300));
        let (line, marks) = excerpt(&place.shown, 100, Ink::new(false)).unwrap();
        let marked = line
            .chars()
            .zip(marks.chars())
            .filter(|(_, mark)| *mark == '─')
            .map(|(character, _)| character)
            .collect::<String>();
        assert_eq!(marked, "\"words\"");
    }
}
