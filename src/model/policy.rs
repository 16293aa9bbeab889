//! A policy and its statements.

use super::doubt::Doubt;
use super::kind::PolicyKind;
use super::version::Version;
use super::{
    ActionPattern, Condition, Pattern, PrincipalPattern, ResourceKind, ResourcePattern, Variable,
};
use crate::source::{Span, Spanned};

/// The effect of a statement that applies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Effect {
    /// It grants.
    Allow,
    /// It forbids, whatever else grants.
    Deny,
    /// The value cannot be read: it may be either.
    Unclear,
}

/// `Action`, `Resource` or `Principal`, or its `Not` form.
#[derive(Clone, PartialEq, Debug)]
pub struct Element<T> {
    /// Whether it is the `Not` form.
    pub not: bool,
    /// The patterns; one that matches is enough.
    pub patterns: Vec<T>,
    /// The addresses of the value.
    pub span: Span,
}

/// One statement.
#[derive(Clone, PartialEq, Debug)]
pub struct Statement {
    /// Its number in the policy, from 0.
    pub index: usize,
    /// The whole object.
    pub span: Span,
    /// Its name.
    pub sid: Option<Spanned<String>>,
    /// What it does.
    pub effect: Spanned<Effect>,
    /// The principals it concerns; `None` if this kind of policy has no principals.
    pub principal: Option<Element<PrincipalPattern>>,
    /// The actions it concerns. `None` only with a doubt.
    pub action: Option<Element<ActionPattern>>,
    /// The resources it concerns. `None` in trust policies and where the service needs none
    /// (`aws::resource_policy`), elsewhere only with a doubt.
    pub resource: Option<Element<ResourcePattern>>,
    /// Its conditions; all must hold.
    pub conditions: Vec<Condition>,
    /// Whether it has a `Condition` without operators.
    pub has_empty_condition: bool,
    /// Doubts about the statement as a whole.
    pub doubts: Vec<Doubt>,
}

impl Statement {
    /// The ARN patterns of its resources.
    pub fn resource_patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.resource.iter().flat_map(|element| &element.patterns).filter_map(|pattern| {
            match &pattern.kind {
                ResourceKind::Arn(pattern) => Some(pattern),
                ResourceKind::Everything => None,
            }
        })
    }

    /// The patterns with which its conditions compare texts.
    pub fn condition_patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.conditions.iter().flat_map(|condition| condition.test.patterns())
    }

    /// All its doubts: of the statement itself, and of its actions, resources, principals and
    /// conditions.
    pub fn all_doubts(&self) -> impl Iterator<Item = &Doubt> {
        fn of<T>(
            element: Option<&Element<T>>,
            doubt: fn(&T) -> Option<&Doubt>,
        ) -> impl Iterator<Item = &Doubt> {
            element.into_iter().flat_map(|element| &element.patterns).filter_map(doubt)
        }
        let actions = of(self.action.as_ref(), |pattern| pattern.doubt.as_ref());
        let resources = of(self.resource.as_ref(), |pattern| pattern.doubt.as_ref());
        let principals = of(self.principal.as_ref(), |pattern| pattern.doubt.as_ref());
        let conditions = self
            .conditions
            .iter()
            .flat_map(|condition| condition.doubts.iter().chain(condition.test.doubts()));
        self.doubts.iter().chain(actions).chain(resources).chain(principals).chain(conditions)
    }

    /// Whether another name for the operator of a condition changes this condition and no other.
    pub fn has_operator_of_its_own(&self, condition: &Condition, other: &str) -> bool {
        let shared = |one: &Condition| {
            one.key.span != condition.key.span
                && (one.operator.span == condition.operator.span || one.operator.node == other)
        };
        !self.conditions.iter().any(shared)
    }

    /// The variables in its resources and conditions.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.resource_patterns().chain(self.condition_patterns()).flat_map(Pattern::variables)
    }
}

/// A policy document.
#[derive(Clone, PartialEq, Debug)]
pub struct Policy {
    /// What it is used as.
    pub kind: PolicyKind,
    /// The whole document.
    pub span: Span,
    /// The version of its language.
    pub version: Version,
    /// The span of the version, if there is one.
    pub version_span: Option<Span>,
    /// The span of the word `Statement`, if present.
    pub statement_span: Option<Span>,
    /// Its statements, in order.
    pub statements: Vec<Statement>,
}

impl Policy {
    /// The same with other statements.
    #[must_use]
    pub fn with(&self, statements: Vec<Statement>) -> Policy {
        let &Policy { kind, span, version, version_span, statement_span, .. } = self;
        Policy { kind, span, version, version_span, statement_span, statements }
    }
}
