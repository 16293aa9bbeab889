//! What a report on two documents is made of.

use super::place::position;
use crate::finding::Finding;
use crate::model::{Policy, Statement};
use crate::source::{Sources, Span};
use crate::symbolic::{Differences, Place, Region, Requests};

/// One of the two documents.
#[derive(Clone, Debug)]
pub struct Document {
    /// How the user calls it: a file, or a file of a revision.
    pub name: String,
    /// What it was read as; `None` where there is nothing.
    pub read_as: Option<String>,
    /// What it means.
    pub policy: Policy,
}

/// Two documents and in what they differ.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// The old one.
    pub old: &'a Document,
    /// The new one.
    pub new: &'a Document,
    /// The kind of policy that both were taken for, as `--kind` has it.
    pub kind: &'static str,
    /// The requests that were looked at.
    pub requests: Requests,
    /// In what they differ.
    pub differences: &'a Differences,
    /// What is wrong with the documents themselves.
    pub findings: &'a [Finding],
}

/// The patterns of the allowing statement's `Action` or `Resource` that hold requests of a region.
pub(super) struct Touched {
    /// They stand under `NotAction` or `NotResource`.
    pub all_but: bool,
    /// The patterns as written.
    pub patterns: Vec<String>,
}

impl Touched {
    fn new(sources: &Sources, all_but: bool, spans: &[Span]) -> Touched {
        let words = spans.iter().filter_map(|span| position(sources, *span));
        Touched { all_but, patterns: words.map(|at| at.text.trim_matches('"').to_owned()).collect() }
    }
}

impl Document {
    /// The actions of a region that this document allows.
    pub(super) fn actions(&self, sources: &Sources, region: &Region) -> Touched {
        let element = self.statement(region.allowed_by).and_then(|statement| statement.action.as_ref());
        Touched::new(sources, element.is_some_and(|element| element.not), &region.actions)
    }

    /// The resources of a region that this document allows.
    pub(super) fn resources(&self, sources: &Sources, region: &Region) -> Touched {
        let element = self.statement(region.allowed_by).and_then(|statement| statement.resource.as_ref());
        Touched::new(sources, element.is_some_and(|element| element.not), &region.resources)
    }

    /// A statement of it.
    pub(super) fn statement(&self, place: Place) -> Option<&Statement> {
        self.policy.statements.iter().find(|statement| statement.index == place.statement)
    }
}

/// The action of the example as AWS spells it, or else as the policy does.
pub(super) fn action_name(lower: &str, written: &Touched) -> String {
    if let Some(known) = crate::aws::action(lower) {
        return format!("{}:{}", known.service().prefix(), known.name());
    }
    written.patterns.iter().find(|text| text.eq_ignore_ascii_case(lower)).map_or_else(|| lower.to_owned(), Clone::clone)
}

/// A condition key as AWS spells it.
pub(super) fn key_name(lower: &str) -> String {
    let known = crate::aws::condition_key(lower).filter(|key| key.name.eq_ignore_ascii_case(lower));
    known.map_or_else(|| lower.to_owned(), |key| key.name.to_owned())
}
