//! Text as it leaves the program, for people and in JSON.
//!
//! Policies, settings, names of files and what git says may come from a stranger. A character that acts on a terminal or hides other
//! text appears as JSON writes it, `\u001b`: this changes nothing in JSON, and people find it in their file. What the runners of CI take
//! for a command is escaped in the same way.

use std::borrow::Cow;

/// The text without anything that acts. `styles`: whether the program itself has put styles into it.
pub fn visible(text: &str, styles: bool) -> Cow<'_, str> {
    let is_plain = |character: char| !is_hidden(character) || character == '\n';
    let has_command =
        || text.contains("##") || text.lines().any(|line| line.trim_start().starts_with("::"));
    if text.chars().all(is_plain) && !has_command() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 64);
    let mut rest = text;
    let mut begins_line = true;
    while let Some(character) = rest.chars().next() {
        if let Some(style) = style(rest).filter(|_| styles) {
            shown.push_str(style);
            rest = &rest[style.len()..];
            continue;
        }
        let is_break = character == '\n' || rest.starts_with("\r\n");
        if (is_hidden(character) && !is_break) || is_command(rest, begins_line) {
            escape(&mut shown, character);
        } else {
            shown.push(character);
        }
        begins_line = character == '\n' || begins_line && character.is_whitespace();
        rest = &rest[character.len_utf8()..];
    }
    Cow::Owned(shown)
}

/// Control characters but for the tab, marks of direction, other breaks of lines, and characters without width.
fn is_hidden(character: char) -> bool {
    match character {
        '\t' => false,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' => true,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' => true,
        _ => character.is_control(),
    }
}

/// GitHub reads `::name::` where a line begins, blanks aside, and `##[name]` anywhere; Azure and TeamCity `##name[`.
fn is_command(rest: &str, begins_line: bool) -> bool {
    let named = rest.strip_prefix("##");
    let named =
        named.map(|rest| rest.trim_start_matches(|letter: char| letter.is_ascii_alphabetic()));
    begins_line && rest.starts_with("::") || named.is_some_and(|rest| rest.starts_with('['))
}

/// A colour, bold, faint, italic, underlined, or the end of them. What hides text is no style of ours.
fn style(rest: &str) -> Option<&str> {
    let (numbers, _) = rest.strip_prefix("\u{1b}[")?.split_once('m')?;
    let is_ours = |number: &str| match number.parse::<u8>() {
        Ok(number) => matches!(number, 0..=4 | 22..=24 | 31..=37 | 39 | 90..=97),
        Err(_) => number.is_empty(),
    };
    let is_palette = numbers
        .strip_prefix("38;")
        .is_some_and(|numbers| numbers.split(';').all(|number| number.parse::<u8>().is_ok()));
    (is_palette || numbers.split(';').all(is_ours)).then(|| &rest[..numbers.len() + 3])
}

/// As JSON writes it.
fn escape(shown: &mut String, character: char) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        shown.push_str(&format!("\\u{unit:04x}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts() {
        for (text, shown) in [
            ("a\tb\r\nc\n", "a\tb\r\nc\n"),
            ("a\u{1b}[2Jb\rc", "a\\u001b[2Jb\\u000dc"),
            ("\u{202e}\u{85}\u{7f}\u{e0041}", "\\u202e\\u0085\\u007f\\udb40\\udc41"),
            ("::error::x", "\\u003a:error::x"),
            ("a\n \t::error::x", "a\n \t\\u003a:error::x"),
            ("arn:aws:s3:::b ::x", "arn:aws:s3:::b ::x"),
            ("x ##[error] ##vso[x] ## [x] #[", "x \\u0023#[error] \\u0023#vso[x] ## [x] #["),
        ] {
            assert_eq!(visible(text, false), shown, "{text:?}");
        }
    }

    #[test]
    fn styles_of_ours_stay_and_what_hides_does_not() {
        let ours = "\u{1b}[1m\u{1b}[31mx\u{1b}[0m\u{1b}[38;5;8mx";
        assert_eq!(visible(ours, true), ours);
        assert!(!visible(ours, false).contains('\u{1b}'));
        for hiding in ["\u{1b}[8m", "\u{1b}[0;8m", "\u{1b}[2J", "\u{1b}]0;x\u{7}", "\u{1b}[31"] {
            assert!(!visible(hiding, true).contains('\u{1b}'), "{hiding:?}");
        }
        assert_eq!(visible("\u{1b}[31m::error::", true), "\u{1b}[31m\\u003a:error::");
    }

    #[test]
    fn json_means_the_same() {
        let value =
            serde_json::json!({"a\u{202e}": ["##[x] \\##[y]", "\u{7f}\u{feff}\\\u{85}", "\n::x"]});
        let shown = visible(&value.to_string(), false).into_owned();
        assert!(shown.is_ascii(), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).ok(), Some(value));
    }
}
