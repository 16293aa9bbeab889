//! Names of condition keys with a variable part.

/// The name of a key with a variable part.
#[derive(Debug)]
pub(super) struct Pattern {
    pub name: &'static str,
    before: &'static [u8],
    after: &'static [u8],
}

impl Pattern {
    pub(super) fn new(name: &'static str) -> Option<Self> {
        let (before, after) = name.split_once('*')?;
        Some(Self { name, before: before.as_bytes(), after: after.as_bytes() })
    }

    /// Whether this is a name of the key.
    pub(super) fn names(&self, name: &str) -> bool {
        let bytes = name.as_bytes();
        bytes.len() > self.before.len() + self.after.len()
            && bytes[..self.before.len()].eq_ignore_ascii_case(self.before)
            && bytes[bytes.len() - self.after.len()..].eq_ignore_ascii_case(self.after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_part_is_anything_but_empty() {
        let names =
            |pattern, name: &str| Pattern::new(pattern).is_some_and(|pattern| pattern.names(name));
        assert!(names("aws:ResourceTag/*", "AWS:resourcetag/team"));
        assert!(names("aws:ResourceTag/*", "aws:ResourceTag/a/b"));
        assert!(names("events:Metadata/*/Matcher", "events:Metadata/é/matcher"));
        assert!(!names("aws:ResourceTag/*", "aws:ResourceTag/"));
        assert!(!names("aws:TagKeys", "aws:TagKeys"));
        assert!(!names("aws:ResourceTag/*", "aws:ResourceTé/x"));
    }
}
