//! What is wrong with a file of settings. The message repeats words of the file only if it is such a file: a stranger may have named any
//! file, or made a link to it, and the report may be public.

use serde::de::value::Error;
use serde::de::{Deserializer, Error as _, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

/// What is wrong with a text in TOML.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TomlFault {
    /// Whether it is TOML.
    pub is_toml: bool,
    /// Whether it has a name that such files have at the top, so that it is one of them.
    pub is_ours: bool,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The words of the reader, without texts of the file; words of ours if it is another file.
    pub message: String,
}

impl TomlFault {
    /// What the reader of TOML says of a text. `names` are those that such files have at the top.
    pub fn new(error: &toml::de::Error, text: &str, names: &[&str]) -> TomlFault {
        let table = text.parse::<toml::Table>().ok();
        let is_known = |name: &str| names.contains(&name);
        let is_ours = match &table {
            Some(table) => table.keys().any(|name| is_known(name)),
            None => top_names(text).any(is_known),
        };
        let before = error.span().and_then(|span| text.get(..span.start));
        let message = match (is_ours, &table) {
            (true, _) => without_text(error.message()),
            (false, Some(_)) => {
                format!("it has no setting that such a file has; there are {}", names.join(", "))
            }
            (false, None) => "it is no TOML".to_owned(),
        };
        TomlFault {
            is_toml: table.is_some(),
            is_ours,
            line: before.map(|before| before.matches('\n').count() + 1),
            message,
        }
    }

    /// The message after its line.
    pub fn with_line(&self) -> String {
        let line = self.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        format!("{line}{}", self.message)
    }
}

/// The names at the top of a text that cannot be read.
fn top_names(text: &str) -> impl Iterator<Item = &str> {
    let mut is_at_top = true;
    text.lines().filter_map(move |line| {
        let line = line.trim_start();
        let end = if line.starts_with('[') { ']' } else { '=' };
        is_at_top &= end == '=';
        let (name, _) = line.trim_start_matches('[').split_once(end)?;
        (end == ']' || is_at_top).then(|| name.trim())
    })
}

/// The message without a text of the file that it quotes.
fn without_text(message: &str) -> String {
    let quoted = (message.find(" string \""), message.rfind("\", expected "));
    match quoted {
        (Some(from), Some(to)) if from < to => {
            format!("{} string{}", &message[..from], &message[to + 1..])
        }
        _ => message.to_owned(),
    }
}

/// The names that a type has in a file.
pub fn names_of<T: Deserialize<'static>>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // Nothing is read: the type is asked what it wants.
    let _ = T::deserialize(Names(&mut names)).is_ok();
    names
}

/// A reader that only notes the names that are wanted.
struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("nothing is read"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        Err(Error::custom("nothing is read"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(alias = "also")]
        _strict: Option<bool>,
    }

    fn fault(text: &str) -> TomlFault {
        let error = toml::from_str::<File>(text).err().unwrap();
        TomlFault::new(&error, text, &["strict", "list"])
    }

    #[test]
    fn words_are_told_of_a_file_that_has_a_known_name_at_the_top() {
        for text in ["strict = true\nhunter2 = 1", "hunter2 = 1\n[[list]]", "[list]\nhunter2"] {
            assert!(fault(text).is_ours, "{text}");
        }
        for text in
            ["hunter2 = 1", "[hunter2]\nstrict = true", "[hunter2]\nstrict = true\n]", "strict"]
        {
            let fault = fault(text);
            assert!(!fault.is_ours && !fault.message.contains("hunter2"), "{fault:?}");
        }
    }

    #[test]
    fn texts_are_not_told() {
        assert_eq!(
            without_text("invalid type: string \"a\\\", expected b\", expected a boolean"),
            "invalid type: string, expected a boolean"
        );
        assert_eq!(
            without_text("invalid type: integer `5`, expected a string"),
            "invalid type: integer `5`, expected a string"
        );
    }

    #[test]
    fn the_names_of_a_type_are_those_of_its_file() {
        assert!(names_of::<File>().contains(&"also"), "{:?}", names_of::<File>());
    }
}
