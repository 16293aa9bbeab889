//! The values of a variable with which a pattern fits a text. A variable is literal, so its value is a piece of the text.

use super::{Atom, Style, Variables};
use crate::model::{Part, Pattern, Shape};

/// Values of one variable in one pattern and text; of more the shortest are taken.
const MOST_FILLINGS: usize = 8;

/// The values of a variable, its key given in lower case, with which the pattern may fit the text. Other variables
/// that are not known may have any value.
pub(crate) fn fillings(
    key: &str,
    pattern: &Pattern,
    style: Style,
    text: &str,
    known: &Variables,
) -> Vec<String> {
    let holds = |part: &Part| matches!(part, Part::Variable(variable) if &*variable.key == key);
    let Some(at) = pattern.parts.iter().position(holds) else { return Vec::new() };
    let part = |parts: &[Part], style| {
        let pattern = Pattern { parts: parts.into(), shape: Shape::General };
        Atom::read(&pattern, style, known)
    };
    // The value may hold colons, so wildcards behind it are free.
    let free = if style == Style::Arn { Style::Text } else { style };
    let before = part(&pattern.parts[..at], style);
    let behind = part(&pattern.parts[at + 1..], free);
    let places = || (0..=text.len()).filter(|place| text.is_char_boundary(*place));
    let ends = places().filter(|end| behind.fits(&text[*end..])).collect::<Vec<_>>();
    let starts = places().filter(|start| before.fits(&text[..*start]));
    let mut pieces = starts
        .flat_map(|start| {
            ends.iter().filter(move |end| **end >= start).map(move |end| (start, *end))
        })
        .collect::<Vec<_>>();
    pieces.sort_by_key(|(start, end)| end - start);
    let form = Atom::of_form(known.form(key));
    let mut found: Vec<String> = Vec::new();
    for (start, end) in pieces {
        let value = &text[start..end];
        let is_new = found.iter().all(|known| known != value);
        let fits = || {
            let filled = known.clone().with(key, Some(value.to_owned()));
            Atom::read(pattern, style, &filled).fits(text)
        };
        if is_new && form.fits(value) && fits() {
            found.push(value.to_owned());
        }
        if found.len() == MOST_FILLINGS {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Variable;

    fn pattern(text: &str) -> Pattern {
        let variable = Part::Variable(Variable { key: "aws:username".into(), default: None });
        let part = |piece: &str| match piece {
            "$" => variable.clone(),
            "*" => Part::Any,
            "?" => Part::One,
            text => Part::Literal(text.into()),
        };
        Pattern { parts: text.split(' ').map(part).collect(), shape: Shape::General }
    }

    #[track_caller]
    fn check(words: &str, text: &str, expected: &[&str]) {
        let none = Variables::default();
        let found = fillings("aws:username", &pattern(words), Style::Text, text, &none);
        assert_eq!(found, expected);
    }

    #[test]
    fn values_are_pieces_of_the_text() {
        check("b/ic $ /*", "b/ica/x", &[]);
        check("b/ic $ / *", "b/ica/x", &["a"]);
        check("b/ $", "b/ica", &["ica"]);
        check("b/ $ / *", "b/a/b", &["a"]);
        check("$ - $", "ab-ab", &["ab"]);
        check("$ - $", "ab-ac", &[]);
        check("* $ ?", "ab", &["", "a"]);
        check("c $", "b", &[]);
    }

    /// `MOST_FILLINGS`: of many values the shortest are taken.
    #[test]
    fn of_many_values_the_shortest_are_taken() {
        let all = (0..=MOST_FILLINGS).map(|end| &"abcdefghijkl"[..end]).collect::<Vec<_>>();
        check("$ *", "abcdefg", &all[..MOST_FILLINGS]);
        check("$ *", "abcdefghijkl", &all[..MOST_FILLINGS]);
    }
}
