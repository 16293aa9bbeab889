//! What a rule is, and what it is shown.

use super::covered::Covered;
use super::selection::Selection;
use crate::aws::{ConditionKey, condition_key};
use crate::finding::{Code, Finding};
use crate::model::{ActionPattern, Condition, Pattern, Policy, PolicyKind, Statement};
use crate::source::{Sources, Span};
use std::cell::{Cell, OnceCell};
use std::ops::Deref;

/// A policy and where it belongs.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The policy as lowered.
    pub policy: &'a Policy,
    /// The texts, for words as written.
    pub sources: &'a Sources,
    /// What it is attached to, if that is known. A rule that needs it finds nothing without.
    pub attached: Option<Attached<'a>>,
    /// Whether AWS itself gave the document, so that it has stored it.
    pub is_stored: bool,
}

impl Subject<'_> {
    /// Whether it is the policy of a bucket.
    pub(super) fn is_of_bucket(&self) -> bool {
        self.policy.kind == PolicyKind::Resource && self.attached.is_some()
    }
}

/// A subject with what several rules ask about it, each found once.
#[derive(Debug)]
pub struct Scene<'a> {
    subject: Subject<'a>,
    selection: &'a Selection,
    /// The text that holds the policy, and the address of its first byte.
    text: &'a str,
    base: u32,
    actions: OnceCell<CoveredActions>,
    /// The key of the condition that was asked about last.
    key: Cell<(Span, Option<ConditionKey>)>,
}

/// What the action patterns of a policy cover: one behind the other, and where those of each statement begin.
#[derive(Debug, Default)]
struct CoveredActions {
    all: Vec<Covered>,
    starts: Vec<usize>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(subject: Subject<'a>, selection: &'a Selection) -> Scene<'a> {
        let source = subject.sources.source_at(subject.policy.span.lo);
        let (text, base) = source.map_or(("", 0), |source| (&*source.text, source.base));
        let key = Cell::new((Span::NOWHERE, None));
        Scene { subject, selection, text, base, actions: OnceCell::new(), key }
    }

    /// Whether findings of this kind are wanted: those of opinions cost much and are dropped by most.
    pub(super) fn wants(&self, code: Code) -> bool {
        self.selection.has(code)
    }

    /// The key of a condition, if the data has it. The rules ask about one condition after the other.
    pub(super) fn key(&self, condition: &Condition) -> Option<ConditionKey> {
        let (place, known) = self.key.get();
        if place == condition.key.span {
            return known;
        }
        let found = condition_key(&condition.key.node);
        self.key.set((condition.key.span, found));
        found
    }

    /// The actions of AWS that each pattern of a statement covers, in the order of the patterns.
    pub(super) fn covered(&self, statement: &Statement) -> &[Covered] {
        let CoveredActions { all, starts } = self.all_covered();
        match starts.get(statement.index..) {
            Some([start, end, ..]) => &all[*start..*end],
            _ => &[],
        }
    }

    /// The actions of all statements, as meant and as written, with what they cover.
    pub(super) fn actions(
        &self,
    ) -> impl Iterator<Item = (&'a ActionPattern, &'a str, &Covered)> + use<'a, '_> {
        let lists = self.subject.policy.statements.iter().filter_map(|one| one.action.as_ref());
        let patterns = lists.flat_map(|list| &list.patterns).zip(&self.all_covered().all);
        patterns.map(|(pattern, covered)| (pattern, self.words(pattern.span), covered))
    }

    fn all_covered(&self) -> &CoveredActions {
        self.actions.get_or_init(|| {
            let mut found = CoveredActions::default();
            for statement in &self.subject.policy.statements {
                found.starts.push(found.all.len());
                let patterns = statement.action.iter().flat_map(|element| &element.patterns);
                found.all.extend(patterns.map(Covered::by));
            }
            found.starts.push(found.all.len());
            found
        })
    }

    /// The text of a place.
    pub(super) fn raw(&self, span: Span) -> &'a str {
        let place = |address: u32| address.checked_sub(self.base).map(|at| at as usize);
        let range = place(span.lo).zip(place(span.hi));
        let near = range.and_then(|(from, to)| self.text.get(from..to));
        near.unwrap_or_else(|| self.subject.sources.text(span))
    }

    /// The text of a place without its quotes.
    pub(super) fn words(&self, span: Span) -> &'a str {
        let text = self.raw(span);
        text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
    }
}

impl<'a> Deref for Scene<'a> {
    type Target = Subject<'a>;

    fn deref(&self) -> &Subject<'a> {
        &self.subject
    }
}

/// Whether every statement lists actions, and all of this service.
pub(super) fn has_only_actions_of(service: &str, policy: &Policy) -> bool {
    let of_service = |statement: &Statement| {
        let actions = statement.action.as_ref().filter(|element| !element.not);
        let actions = actions.map_or(&[][..], |element| &element.patterns);
        !actions.is_empty() && actions.iter().all(|action| action.names_service(service))
    };
    !policy.statements.is_empty() && policy.statements.iter().all(of_service)
}

/// The bucket that a policy is attached to, or asked about.
#[derive(Clone, Copy, Debug)]
pub struct Attached<'a> {
    /// Its name; `None` if only its kind is known.
    pub bucket: Option<&'a str>,
    /// Whether nobody said that it is the policy of a bucket: its actions are of S3.
    pub is_guess: bool,
}

impl Attached<'_> {
    /// Takes a policy for that of some bucket if all its actions are of S3. Policies of access
    /// points have ARNs with a region.
    pub fn guessed(policy: &Policy) -> Option<Self> {
        let has_region = |pattern: &Pattern| {
            let region = pattern.literal_start().split(':').nth(3);
            region.is_some_and(|region| !region.is_empty())
        };
        let mut resources = policy.statements.iter().flat_map(Statement::resource_patterns);
        let is_of_bucket = has_only_actions_of("s3", policy) && !resources.any(has_region);
        is_of_bucket.then_some(Attached { bucket: None, is_guess: true })
    }
}

/// What rules put their findings into.
pub type Sink = Vec<Finding>;

/// One rule, or a family of rules that differ by a table. It has one hook for each part of a policy and implements those that it needs.
pub trait Rule: Sync {
    /// What its findings are called.
    fn codes(&self) -> &'static [Code];
    /// Whether its findings are proved over all requests, which takes longer than a look at the words.
    fn is_proved(&self) -> bool {
        false
    }
    /// Looks at a policy as a whole.
    fn document(&self, _: &Scene<'_>, _: &mut Sink) {}
    /// Looks at a statement.
    fn statement(&self, _: &Scene<'_>, _: &Statement, _: &mut Sink) {}
    /// Looks at a condition and at the statement that has it.
    fn condition(&self, _: &Scene<'_>, _: &Statement, _: &Condition, _: &mut Sink) {}
}
