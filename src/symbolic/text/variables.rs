//! What is known of the values of policy variables.

use super::symbol::Symbol;
use crate::model::Variable;
use std::collections::{BTreeMap, BTreeSet};

/// The values of the keys that policies use as variables; one that is not listed is not known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Variables {
    known: BTreeMap<Box<str>, Known>,
    /// What the values of keys look like; of others nothing is known.
    forms: BTreeMap<Box<str>, Box<[Symbol]>>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Known {
    /// Its value; `None`: it is absent.
    Is(Option<String>),
    /// It has some value, so defaults do not count; it is none of these.
    Not(BTreeSet<String>),
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
        /// What its values look like.
        form: &'a [Symbol],
    },
}

impl Variables {
    /// Settles a key, given in lower case; `None`: it is absent.
    pub fn set(&mut self, key: &str, value: Option<String>) {
        self.known.insert(key.into(), Known::Is(value));
    }

    /// These, and one more.
    #[must_use]
    pub fn with(mut self, key: &str, value: Option<String>) -> Variables {
        self.set(key, value);
        self
    }

    /// These, and a key, given in lower case, that has some value, but none of those.
    #[must_use]
    pub(crate) fn with_other(mut self, key: &str, values: BTreeSet<String>) -> Variables {
        self.known.insert(key.into(), Known::Not(values));
        self
    }

    /// Whether the value of a key, given in lower case, is settled.
    pub(crate) fn has(&self, key: &str) -> bool {
        matches!(self.known.get(key), Some(Known::Is(_)))
    }

    /// Whether a key, given in lower case, is absent.
    pub(crate) fn is_absent(&self, key: &str) -> bool {
        matches!(self.known.get(key), Some(Known::Is(None)))
    }

    /// Whether a key, given in lower case, may be absent.
    pub(crate) fn may_be_absent(&self, key: &str) -> bool {
        !matches!(self.known.get(key), Some(Known::Not(_)))
    }

    /// These, and what the values of a key, given in lower case, look like.
    #[must_use]
    pub(crate) fn with_form(mut self, key: &str, form: Vec<Symbol>) -> Variables {
        self.forms.insert(key.into(), form.into());
        self
    }

    /// What the values of a key, given in lower case, look like.
    pub(crate) fn form(&self, key: &str) -> &[Symbol] {
        self.forms.get(key).map_or(&[Symbol::Run], |form| form)
    }

    pub(crate) fn fill<'a>(&'a self, variable: &'a Variable) -> Filled<'a> {
        let form = self.form(&variable.key);
        match (self.known.get(&variable.key), &variable.default) {
            (None, _) => Filled::Unknown { may_be_absent: true, form },
            (Some(Known::Not(_)), _) => Filled::Unknown { may_be_absent: false, form },
            (Some(Known::Is(Some(value))), _) => Filled::Value(value),
            (Some(Known::Is(None)), Some(default)) => Filled::Value(default),
            (Some(Known::Is(None)), None) => Filled::Nothing,
        }
    }

    /// The keys of which something is known.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(|key| &**key)
    }

    /// Whether something is known of a key, given in lower case.
    pub(crate) fn tells(&self, key: &str) -> bool {
        self.known.contains_key(key)
    }

    /// The keys whose value is settled with what they are.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.known.iter().filter_map(|(key, known)| match known {
            Known::Is(value) => Some((&**key, value.as_deref())),
            Known::Not(_) => None,
        })
    }

    /// The keys that have some value which is not known, with what it is not.
    pub(crate) fn others(&self) -> impl Iterator<Item = (&str, &BTreeSet<String>)> {
        self.known.iter().filter_map(|(key, known)| match known {
            Known::Not(values) => Some((&**key, values)),
            Known::Is(_) => None,
        })
    }
}
