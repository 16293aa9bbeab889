//! Words in texts.

/// Whether a text contains a name, in any case, and not as the beginning of a longer one.
pub(super) fn has_word(text: &str, name: &str) -> bool {
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    let ends = |behind: &str| !behind.starts_with(|letter: char| letter.is_alphanumeric());
    text.match_indices(&name).any(|(at, _)| ends(&text[at + name.len()..]))
}
