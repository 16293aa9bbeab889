//! A call of the AWS CLI that people make by hand.

use serde::Serialize;

/// A call, and what to know about it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Command {
    /// The words, for a POSIX shell.
    pub command: String,
    /// What to know before it is made; may be empty.
    pub note: &'static str,
}

/// Quotes a text for a POSIX shell, if it needs that.
pub fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@%+,".contains(letter);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => in_quotes(text),
    }
}

/// Puts a text into quotes of a POSIX shell.
pub fn in_quotes(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn what_a_shell_reads_otherwise_is_quoted() {
        assert_eq!(quoted("file://a/b-1.json"), "file://a/b-1.json");
        assert_eq!(quoted("it's; $(x)"), "'it'\\''s; $(x)'");
        assert_eq!(quoted(""), "''");
    }
}
