//! What is known of the values of policy variables.

use crate::model::Variable;
use std::collections::BTreeMap;

/// The values of the keys that policies use as variables; one that is not listed is not known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Variables(BTreeMap<Box<str>, Option<String>>);

/// A variable filled in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Filled<'a> {
    /// This text, which is literal whatever it holds.
    Value(&'a str),
    /// The key is absent and there is no default: the pattern matches nothing (D5).
    Nothing,
    /// Not known.
    Unknown,
}

impl Variables {
    /// Settles a key, given in lower case; `None`: it is absent.
    pub fn set(&mut self, key: &str, value: Option<String>) {
        self.0.insert(key.into(), value);
    }

    /// These, and one more.
    #[must_use]
    pub fn with(mut self, key: &str, value: Option<String>) -> Variables {
        self.set(key, value);
        self
    }

    /// Whether a key, given in lower case, is settled.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    pub(crate) fn fill<'a>(&'a self, variable: &'a Variable) -> Filled<'a> {
        match (self.0.get(&variable.key), &variable.default) {
            (None, _) => Filled::Unknown,
            (Some(Some(value)), _) => Filled::Value(value),
            (Some(None), Some(default)) => Filled::Value(default),
            (Some(None), None) => Filled::Nothing,
        }
    }

    /// The keys with what they are.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().map(|(key, value)| (&**key, value.as_deref()))
    }
}
