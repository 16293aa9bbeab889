//! What fingers do to a name.

/// The text without the letter in its middle.
pub(super) fn lost(name: &str) -> Option<String> {
    let (before, letter, after) = middle(name)?;
    (name.chars().count() > 2 && letter != '*').then(|| format!("{before}{after}"))
}

/// The text with the letter in its middle doubled.
pub(super) fn doubled(name: &str) -> Option<String> {
    let (before, letter, after) = middle(name)?;
    Some(format!("{before}{letter}{letter}{after}"))
}

/// The text with two neighbours swapped: the first two in the second half that differ.
pub(super) fn swapped(name: &str) -> Option<String> {
    let mut letters = name.chars().collect::<Vec<_>>();
    let half = letters.len() / 2;
    let differ = |at: &usize| {
        let pair = [letters[*at], letters[*at + 1]];
        pair[0] != pair[1] && pair.iter().all(|letter| letter.is_alphanumeric())
    };
    let last = letters.len().saturating_sub(1);
    let at = (half..last).chain(0..half.min(last)).find(differ)?;
    letters.swap(at, at + 1);
    Some(letters.into_iter().collect())
}

/// The text with its first letter in the other case.
pub(super) fn other_case(name: &str) -> Option<String> {
    let at = name.find(|letter: char| letter.is_ascii_alphabetic())?;
    let letter = name[at..].chars().next()?;
    let other = if letter.is_ascii_uppercase() {
        letter.to_ascii_lowercase()
    } else {
        letter.to_ascii_uppercase()
    };
    Some(format!("{}{other}{}", &name[..at], &name[at + 1..]))
}

/// Twelve digits with two neighbours swapped: the first two that differ.
pub(super) fn swapped_digits(account: &str) -> Option<String> {
    let mut digits = account.bytes().collect::<Vec<_>>();
    if digits.len() != 12 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let at = (0..11).find(|at| digits[*at] != digits[*at + 1])?;
    digits.swap(at, at + 1);
    String::from_utf8(digits).ok()
}

/// The letter in the middle of the letters and digits, with what stands around it.
fn middle(name: &str) -> Option<(&str, char, &str)> {
    let letters =
        name.char_indices().filter(|(_, letter)| letter.is_alphanumeric()).collect::<Vec<_>>();
    let (at, letter) = *letters.get(letters.len() / 2)?;
    Some((&name[..at], letter, &name[at + letter.len_utf8()..]))
}
