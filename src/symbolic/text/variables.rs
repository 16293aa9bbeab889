//! What is known of the values of policy variables.

use crate::model::Variable;
use std::collections::BTreeMap;

/// The values of the keys that policies use as variables; one that is not listed is not known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Variables(BTreeMap<Box<str>, Known>);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Known {
    /// Its value; `None`: it is absent.
    Is(Option<String>),
    /// It has some value, so defaults do not count.
    Present,
}

/// A variable filled in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Filled<'a> {
    /// This text, which is literal whatever it holds.
    Value(&'a str),
    /// The key is absent and there is no default: the pattern matches nothing (D5).
    Nothing,
    /// Not known. `may_be_absent`: the default may count.
    Unknown {
        /// Whether the key may be absent.
        may_be_absent: bool,
    },
}

impl Variables {
    /// Settles a key, given in lower case; `None`: it is absent.
    pub fn set(&mut self, key: &str, value: Option<String>) {
        self.0.insert(key.into(), Known::Is(value));
    }

    /// These, and one more.
    #[must_use]
    pub fn with(mut self, key: &str, value: Option<String>) -> Variables {
        self.set(key, value);
        self
    }

    /// These, and a key, given in lower case, that has some value.
    #[must_use]
    pub(crate) fn with_present(mut self, key: &str) -> Variables {
        self.0.insert(key.into(), Known::Present);
        self
    }

    /// Whether the value of a key, given in lower case, is settled.
    pub(crate) fn has(&self, key: &str) -> bool {
        matches!(self.0.get(key), Some(Known::Is(_)))
    }

    /// Whether a key, given in lower case, may be absent.
    pub(crate) fn may_be_absent(&self, key: &str) -> bool {
        self.0.get(key) != Some(&Known::Present)
    }

    pub(crate) fn fill<'a>(&'a self, variable: &'a Variable) -> Filled<'a> {
        match (self.0.get(&variable.key), &variable.default) {
            (None, _) => Filled::Unknown { may_be_absent: true },
            (Some(Known::Present), _) => Filled::Unknown { may_be_absent: false },
            (Some(Known::Is(Some(value))), _) => Filled::Value(value),
            (Some(Known::Is(None)), Some(default)) => Filled::Value(default),
            (Some(Known::Is(None)), None) => Filled::Nothing,
        }
    }

    /// The keys whose value is settled with what they are.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().filter_map(|(key, known)| match known {
            Known::Is(value) => Some((&**key, value.as_deref())),
            Known::Present => None,
        })
    }

    /// The keys that have some value which is not known.
    pub(crate) fn present(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, known)| **known == Known::Present).map(|(key, _)| &**key)
    }
}
