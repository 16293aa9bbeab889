//! What the requests of a question must fit, as policies that allow just that.

use super::question::{Question, Who};
use crate::aws;
use crate::aws::{Action, ResourceType};
use crate::model::condition::string::Compare;
use crate::model::condition::{Test, Values};
use crate::model::{
    ActionPattern, Condition, Effect, Element, Pattern, Policy, PolicyKind, ResourceKind,
    ResourcePattern, Statement, Version,
};
use crate::source::{Span, Spanned};
use crate::symbolic::text::glob::glob;

/// What the requests must fit.
pub(crate) fn region(question: &Question<'_>, class: &Class, there: &[String]) -> Vec<Policy> {
    let named = class.names.iter().take(if class.action.is_some() { 1 } else { usize::MAX });
    let actions = named.map(|name| action_pattern(&name.to_ascii_lowercase())).collect();
    let resources = match (class.action, class.kind) {
        // Such an action has no resource, which only `*` asks about.
        (Some(_), None) if question.resources.iter().any(|text| text == "*") => {
            vec![literal_star()]
        }
        (Some(_), None) => Vec::new(),
        (None, _) => question.resources.iter().flat_map(|text| any_resource(text)).collect(),
        (Some(_), Some(_)) => question.resources.iter().map(|text| resource(text)).collect(),
    };
    let mut asked = statement(Some(element(false, actions)), element(false, resources));
    asked.conditions = there.iter().map(|key| is_there(key)).collect();
    let mut statements = vec![asked];
    if class.action.is_none() {
        // An action has a service and a name.
        let is_action = Some(element(false, vec![action_pattern("?*:?*")]));
        statements.push(statement(is_action, element(false, vec![everything()])));
        let known =
            aws::services().map(|service| action_pattern(&format!("{}:*", service.prefix())));
        let is_whole = class.names.iter().all(|name| !name.contains(['*', '?']));
        statements.extend((!is_whole).then(|| {
            statement(Some(element(true, known.collect())), element(false, vec![everything()]))
        }));
    }
    let asked = statements.into_iter().map(alone).chain(within_partition(question));
    let asked = asked.chain(of_owner(question));
    asked.chain(question.within.iter().cloned()).collect()
}

/// Resources whose ARN has an account are of the account that is asked about.
fn of_owner(question: &Question<'_>) -> Option<Policy> {
    let account = question.account.as_deref()?;
    let owners = [account, ""].map(|owner| resource(&format!("arn:*:*:*:{owner}:*")));
    let resources = owners.into_iter().chain([literal_star()]).collect();
    Some(alone(statement(None, element(false, resources))))
}

/// A known caller reaches nothing outside of its partition (`authz::ruled_out`), so nothing there is asked.
fn within_partition(question: &Question<'_>) -> Option<Policy> {
    let Who::Caller(caller, _) = &question.who else { return None };
    let own = format!("arn:{}:*:*:*:*", caller.partition()?);
    let resources = element(false, vec![literal_star(), resource(&own)]);
    Some(alone(statement(None, resources)))
}

/// A policy of one statement.
fn alone(statement: Statement) -> Policy {
    let span = Span::default();
    Policy {
        kind: PolicyKind::Identity,
        span,
        version: Version::V2012,
        version_span: None,
        statement_span: None,
        statements: vec![statement],
    }
}

/// Requests that satisfy the conditions.
pub(crate) fn satisfying(conditions: Vec<Condition>) -> Policy {
    let mut statement = statement(None, element(false, vec![everything()]));
    statement.conditions = conditions;
    alone(statement)
}

/// The key fits the ARN pattern; or it does not, or is absent.
pub(crate) fn arn_like(key: &str, pattern: &str, negated: bool) -> Condition {
    let operator = if negated { "ArnNotLike" } else { "ArnLike" };
    condition(operator, key, Test::Arn { negated, values: one(glob(pattern, true)) })
}

/// The key fits the pattern.
pub(crate) fn like(key: &str, pattern: &str) -> Condition {
    let values = one(glob(pattern, false));
    let test = Test::String { compare: Compare::Like, negated: false, values };
    condition("StringLike", key, test)
}

/// The key has this value; or it has not, or is absent.
pub(crate) fn equals(key: &str, value: &str, negated: bool) -> Condition {
    let operator = if negated { "StringNotEquals" } else { "StringEquals" };
    condition(
        operator,
        key,
        Test::String { compare: Compare::Exact, negated, values: one(Pattern::literal(value)) },
    )
}

fn element<T>(not: bool, patterns: Vec<T>) -> Element<T> {
    Element { not, patterns, span: Span::default() }
}

fn statement(
    action: Option<Element<ActionPattern>>,
    resource: Element<ResourcePattern>,
) -> Statement {
    Statement {
        index: 0,
        span: Span::default(),
        sid: None,
        effect: Spanned::new(Effect::Allow, Span::default()),
        principal: None,
        action: Some(action.unwrap_or_else(|| element(false, vec![action_pattern("*")]))),
        resource: Some(resource),
        conditions: Vec::new(),
        doubts: Vec::new(),
    }
}

fn action_pattern(text: &str) -> ActionPattern {
    ActionPattern { pattern: glob(text, false), span: Span::default(), doubt: None }
}

fn everything() -> ResourcePattern {
    ResourcePattern::everything(Span::default())
}

fn resource(text: &str) -> ResourcePattern {
    let kind =
        if text == "*" { ResourceKind::Everything } else { ResourceKind::Arn(glob(text, true)) };
    ResourcePattern { kind, ..everything() }
}

/// A request of an action that the data lacks is for one ARN or for none.
fn any_resource(text: &str) -> Vec<ResourcePattern> {
    if text == "*" {
        vec![literal_star(), resource("arn:?*:?*:*:*:?*")]
    } else {
        vec![resource(text)]
    }
}

/// The text `*`, which is what requests of actions without a resource have there.
fn literal_star() -> ResourcePattern {
    ResourcePattern { kind: ResourceKind::Arn(Pattern::literal("*")), ..everything() }
}

fn is_there(key: &str) -> Condition {
    condition("Null", key, Test::Null(one(false)))
}

fn condition(operator: &str, key: &str, test: Test) -> Condition {
    let span = Span::default();
    Condition {
        operator: Spanned::new(operator.to_owned(), span),
        quantifier: None,
        if_exists: false,
        key: Spanned::new(key.into(), span),
        test,
        span,
        doubts: Vec::new(),
    }
}

fn one<T>(value: T) -> Values<T> {
    let span = Span::default();
    Values { list: vec![Spanned::new(value, span)], doubts: Vec::new(), span }
}

/// A class of actions on one kind of resource.
pub(crate) struct Class {
    pub names: Vec<String>,
    /// The types of resources of these actions.
    pub types: Vec<&'static str>,
    /// Of these one stands for all; `None`: any text that fits.
    pub action: Option<&'static Action>,
    pub kind: Option<&'static ResourceType>,
}

impl Class {
    pub(crate) fn add(&mut self, name: &str, kind: Option<&'static ResourceType>) {
        if self.names.last().is_none_or(|last| last != name) {
            self.names.push(name.to_owned());
        }
        self.types.extend(kind.map(ResourceType::name).filter(|own| !self.types.contains(own)));
    }

    /// The type of resource, if all actions have one.
    pub(crate) fn resource_type(&self) -> Option<&'static str> {
        match self.types.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}
