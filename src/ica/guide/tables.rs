//! The tables behind the pages: `checks.toml`, `troubleshooting.toml`, `requirements.toml`, `newer_pages.toml`, `notes.toml`, `words.toml`.

use crate::product::Assumption;
use crate::product::verdict::ReasonKind;
use serde::Deserialize;
use std::sync::LazyLock;

/// A setting of the bucket that is checked besides the policies: a row of `checks.toml`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
pub struct Setting {
    /// Stable name in kebab case.
    pub id: String,
    /// The names of its steps in a report of `check`.
    pub steps: Vec<String>,
    /// A short title.
    pub title: String,
    /// What it is.
    pub about: String,
    /// The operations in which a failure is a reason.
    pub operations: Vec<String>,
    /// What is assumed where it cannot be judged.
    #[serde(default)]
    pub assumption: Option<Assumption>,
    /// Whether `check` judges it.
    pub judged: bool,
    /// The flag that gives it to `check`.
    pub flag: String,
    /// The AWS CLI call that shows it.
    pub look: String,
    /// What a user sees where it is wrong.
    pub breaks: String,
    /// What to change.
    pub change: String,
    /// The source.
    pub source: String,
}

/// A check that shows the cause of a message before ICA does.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Predictor {
    /// An operation that is not allowed, for reasons of these kinds.
    Operation {
        /// Its name.
        operation: String,
        /// The kinds of reasons.
        kinds: Vec<ReasonKind>,
    },
    /// A setting of the bucket.
    Setting {
        /// Its name in `checks.toml`.
        check: String,
    },
}

/// A message that a user sees: a row of `troubleshooting.toml`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Stable name in kebab case.
    pub id: String,
    /// The type that the page gives.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its words, with `{..}` for what is filled in.
    pub message: String,
    /// Other forms of it.
    #[serde(default)]
    pub also: Vec<String>,
    /// For how many causes AWS says it, on a scale from 0, one cause: a message that is less vague comes first.
    #[serde(default)]
    pub vague: u8,
    /// The source.
    pub source: String,
    /// What it means.
    pub means: String,
    /// What predicts it.
    #[serde(default)]
    pub predicted: Vec<Predictor>,
    /// Why no file shows the cause, or not every one.
    #[serde(default)]
    pub not_visible: Option<String>,
    /// Commands that show the cause.
    pub run: Vec<String>,
    /// What to change.
    pub change: String,
}

/// What covers a requirement of the page.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields, bound(deserialize = "'de: 'static"))]
pub enum Cover {
    /// An operation, or one action of it.
    Operation {
        /// Its name.
        operation: String,
        /// The action of one of its steps.
        #[serde(default)]
        action: Option<String>,
    },
    /// A setting of the bucket.
    Setting {
        /// Its name in `checks.toml`.
        check: String,
    },
    /// A message with what to do about it.
    Message {
        /// Its name in `troubleshooting.toml`.
        message: String,
    },
    /// An assumption that reports list.
    Assumption {
        /// Its name in `assumptions.toml`.
        assumption: Assumption,
    },
}

/// A requirement or restriction of the ICA page, or of a newer one: a row of `requirements.toml` or `newer_pages.toml`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
pub struct Requirement {
    /// Its place on the page.
    pub place: String,
    /// The requirement, in our words.
    pub says: String,
    /// The page's own words; none of a newer page.
    pub words: Vec<String>,
    /// What covers it.
    #[serde(default)]
    pub covered: Vec<Cover>,
    /// Why no file shows it, or not all of it.
    #[serde(default)]
    pub not_visible: Option<String>,
}

/// What an administrator should know of an operation: a row of `notes.toml`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The operation.
    pub operation: String,
    /// Who does what, in order.
    pub happens: String,
    /// What mostly blocks it.
    pub causes: Vec<String>,
    /// AWS CLI calls that show it by hand.
    #[serde(rename = "try")]
    pub tries: Vec<String>,
    /// The source.
    pub source: String,
}

/// A word of reports, of the ICA page or of AWS: a row of `words.toml`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// Stable name in kebab case.
    pub id: String,
    /// Other names for the same.
    #[serde(default)]
    pub also: Vec<String>,
    /// A short title.
    pub title: String,
    /// What it is.
    pub means: String,
    /// What to do about it, or where to look.
    #[serde(default, rename = "do")]
    pub advice: Option<String>,
    /// Names of other pages.
    #[serde(default)]
    pub see: Vec<String>,
    /// The source.
    pub source: String,
}

/// All tables.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Guide {
    /// Settings of the bucket.
    pub settings: Vec<Setting>,
    /// Messages, in the order of the page; those that are not on it at the end.
    pub messages: Vec<Message>,
    /// Requirements, in the order of the page.
    pub requirements: Vec<Requirement>,
    /// What newer pages ask for, in our words.
    pub newer: Vec<Requirement>,
    /// Notes on operations.
    pub notes: Vec<Note>,
    /// Words of reports, of the ICA page and of AWS.
    pub words: Vec<Word>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
struct Settings {
    check: Vec<Setting>,
}

#[derive(Deserialize)]
struct Messages {
    entry: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
struct Requirements {
    requirement: Vec<Requirement>,
}

#[derive(Deserialize)]
struct Notes {
    note: Vec<Note>,
}

#[derive(Deserialize)]
struct Words {
    word: Vec<Word>,
}

/// The tables, read once.
pub fn guide() -> &'static Guide {
    static GUIDE: LazyLock<Guide> = LazyLock::new(|| {
        // The texts are part of the program and a test reads them, so an error here cannot reach a user.
        let settings =
            toml::from_str::<Settings>(include_str!("checks.toml")).map(|table| table.check);
        let messages = toml::from_str::<Messages>(include_str!("troubleshooting.toml"))
            .map(|table| table.entry);
        let requirements = toml::from_str::<Requirements>(include_str!("requirements.toml"))
            .map(|table| table.requirement);
        let newer = toml::from_str::<Requirements>(include_str!("newer_pages.toml"))
            .map(|table| table.requirement);
        let notes = toml::from_str::<Notes>(include_str!("notes.toml")).map(|table| table.note);
        let words = toml::from_str::<Words>(include_str!("words.toml")).map(|table| table.word);
        Guide {
            settings: settings.unwrap_or_default(),
            messages: messages.unwrap_or_default(),
            requirements: requirements.unwrap_or_default(),
            newer: newer.unwrap_or_default(),
            notes: notes.unwrap_or_default(),
            words: words.unwrap_or_default(),
        }
    });
    &GUIDE
}

impl Guide {
    /// The setting of that name, or whose step in reports has that name.
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.is_named(name))
    }

    /// The message of that name.
    pub fn message(&self, id: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.id == id)
    }

    /// The note on an operation.
    pub fn note(&self, operation: &str) -> Option<&Note> {
        self.notes.iter().find(|note| note.operation == operation)
    }
}

impl Setting {
    /// Whether it, or one of its steps in reports, has that name, in any case.
    pub fn is_named(&self, name: &str) -> bool {
        self.id.eq_ignore_ascii_case(name)
            || self.steps.iter().any(|step| step.eq_ignore_ascii_case(name))
    }
}

impl Message {
    /// Its own words and other forms of it.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.message.as_str()).chain(self.also.iter().map(String::as_str))
    }
}

impl Requirement {
    /// Whether an operation covers it.
    pub fn is_covered_by_operation(&self, id: &str) -> bool {
        self.covered
            .iter()
            .any(|cover| matches!(cover, Cover::Operation { operation, .. } if operation == id))
    }

    /// Whether a setting covers it.
    pub fn is_covered_by_setting(&self, id: &str) -> bool {
        self.covered.iter().any(|cover| matches!(cover, Cover::Setting { check } if check == id))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    #[test]
    fn the_tables_can_be_read() {
        toml::from_str::<Settings>(include_str!("checks.toml")).unwrap();
        toml::from_str::<Messages>(include_str!("troubleshooting.toml")).unwrap();
        toml::from_str::<Requirements>(include_str!("requirements.toml")).unwrap();
        toml::from_str::<Requirements>(include_str!("newer_pages.toml")).unwrap();
        toml::from_str::<Notes>(include_str!("notes.toml")).unwrap();
        toml::from_str::<Words>(include_str!("words.toml")).unwrap();
    }
}
