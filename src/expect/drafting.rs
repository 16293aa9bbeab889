//! What a draft is made of: entries that hold, each decided as later ones are, and what was left out.

use super::decide::{Given, Status, decide};
use super::file::{Expectation, Expected};
use super::subject::Subject;
use crate::model::Statement;
use crate::product::KnownKey;
use crate::source::{Sources, Span};

/// What holds today.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Draft {
    /// As expectations; each holds.
    pub expectations: Vec<Expectation>,
    /// What was looked at and is no expectation.
    pub left_out: Vec<LeftOut>,
}

/// Something that is no expectation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeftOut {
    /// What it is about.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// The work of a draft.
pub(super) struct Drafting<'a> {
    pub subject: &'a Subject,
    pub sources: &'a Sources,
    pub given: Given<'a>,
    pub draft: Draft,
    /// Actions that an operation needs and that are not allowed today, each with its caller.
    pub stopped: Vec<(String, String)>,
}

/// An entry with nothing in it yet.
pub(super) fn entry(name: String, expected: Expected) -> Expectation {
    Expectation {
        name: Some(name),
        reason: None,
        expected,
        actions: Vec::new(),
        resources: Vec::new(),
        callers: Vec::new(),
        session_issuer: None,
        keys: Vec::new(),
        any: Vec::new(),
        span: Span::NOWHERE,
    }
}

impl Drafting<'_> {
    /// Whether an expectation holds for all requests.
    pub(super) fn holds(&self, expectation: &Expectation) -> bool {
        let parts = decide(self.subject, expectation, self.given, &mut |asked| asked.status);
        parts.is_ok_and(|parts| {
            !parts.is_empty() && parts.iter().all(|status| *status == Status::Holds)
        })
    }

    /// The expectation with as few of these keys known as it needs to hold.
    pub(super) fn with_keys(&self, bare: &Expectation, keys: &[KnownKey]) -> Option<Expectation> {
        let mut found = bare.clone();
        if self.holds(&found) {
            return Some(found);
        }
        found.keys = keys.to_vec();
        if keys.is_empty() || !self.holds(&found) {
            return None;
        }
        for key in keys {
            let mut fewer = found.clone();
            fewer.keys.retain(|own| own != key);
            if self.holds(&fewer) {
                found = fewer;
            }
        }
        Some(found)
    }

    /// Whether a statement is about an action that this caller needs and does not have today.
    pub(super) fn is_stopped(&self, caller: &str, statement: &Statement) -> bool {
        let is_about = |action: &String| may_concern(statement, action);
        self.stopped.iter().any(|(name, action)| name == caller && is_about(action))
    }

    pub(super) fn leave_out(&mut self, what: impl Into<String>, reason: impl Into<String>) {
        let left_out = LeftOut { what: what.into(), reason: reason.into() };
        if !self.draft.left_out.contains(&left_out) {
            self.draft.left_out.push(left_out);
        }
    }

    /// Adds an expectation, or its caller to one that says the same.
    pub(super) fn add(&mut self, new: Expectation) {
        let all = &mut self.draft.expectations;
        let is_same = |own: &&mut Expectation| {
            own.name == new.name
                && own.expected == new.expected
                && own.resources == new.resources
                && own.actions == new.actions
                && own.keys == new.keys
        };
        match all.iter_mut().find(is_same) {
            Some(own) => own.callers.extend(new.callers),
            None => all.push(new),
        }
    }
}

/// Whether a statement may be about an action, both as patterns: they agree up to the first wildcard.
pub(super) fn may_concern(statement: &Statement, action: &str) -> bool {
    let Some(element) = &statement.action else { return true };
    let action = action.to_ascii_lowercase();
    element.not
        || element.patterns.iter().any(|pattern| {
            let own = pattern.pattern.literal_start();
            let start = action.split(['*', '?']).next().unwrap_or_default();
            own.starts_with(start) || start.starts_with(own)
        })
}
