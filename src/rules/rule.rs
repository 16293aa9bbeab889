//! What a rule is, and what it is shown.

use crate::finding::{Code, Finding};
use crate::model::{ActionPattern, Condition, Policy, Statement};
use crate::source::Sources;

/// A policy and where it belongs.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The policy as lowered.
    pub policy: &'a Policy,
    /// The texts, for words as written.
    pub sources: &'a Sources,
    /// What it is attached to, if that is known. A rule that needs it finds nothing without.
    pub attached: Option<Attached<'a>>,
}

impl<'a> Subject<'a> {
    /// The actions of all statements, as meant and as written.
    pub(super) fn actions(&self) -> impl Iterator<Item = (&'a ActionPattern, &'a str)> + use<'a> {
        let sources = self.sources;
        let lists = self.policy.statements.iter().filter_map(|statement| statement.action.as_ref());
        lists
            .flat_map(|list| &list.patterns)
            .map(|pattern| (pattern, sources.text(pattern.span).trim_matches('"')))
    }
}

/// What a policy is attached to, or asked about.
#[derive(Clone, Copy, Debug)]
pub struct Attached<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// The account that owns it.
    pub account: &'a str,
}

/// What rules put their findings into.
pub type Sink = Vec<Finding>;

/// One rule. It has one hook for each part of a policy and implements those that it needs.
pub trait Rule: Sync {
    /// What its findings are called.
    fn code(&self) -> Code;
    /// Looks at a policy as a whole.
    fn document(&self, _: &Subject<'_>, _: &mut Sink) {}
    /// Looks at a statement.
    fn statement(&self, _: &Subject<'_>, _: &Statement, _: &mut Sink) {}
    /// Looks at a condition.
    fn condition(&self, _: &Subject<'_>, _: &Condition, _: &mut Sink) {}
}
