//! The requests of a question in parts: in each one action stands for all that the policies do not tell apart, on one kind of resource,
//! and the layers combine by one formula.

use super::can::{Question, Who};
use super::region::{glob, region};
use super::token::{Atom, Style};
use super::variables::Variables;
use crate::authz::{
    Caller, Context, ContextValue, LayerId, Presence, Request, denies_bind, formula, presence,
};
use crate::aws::{self, Action, KeySupport, ResourceType};
use crate::model::{Policy, Statement};
use std::collections::{BTreeMap, BTreeSet};

/// A part of the question.
#[derive(Clone, Debug)]
pub(super) struct Case {
    /// The actions, as AWS writes them.
    pub actions: Vec<String>,
    pub resource_type: Option<&'static str>,
    /// The kind itself, to tell whether an ARN is one of it.
    pub shape: Option<&'static ResourceType>,
    /// What its requests must fit, all of them, each as a policy that allows just that.
    pub region: Vec<Policy>,
    /// One of its requests, for all that does not hang on patterns.
    pub template: Request,
    /// Keys whose value is known, or that are absent.
    pub pinned: BTreeMap<String, Option<ContextValue>>,
}

impl Case {
    /// The same, of requests that fit this too.
    pub(super) fn with(&self, within: Policy) -> Case {
        let mut case = self.clone();
        case.region.push(within);
        case
    }
}

/// A class of actions on one kind of resource.
pub(super) struct Class {
    pub names: Vec<String>,
    /// Of these one stands for all; `None`: any text that fits.
    pub action: Option<&'static Action>,
    pub kind: Option<&'static ResourceType>,
}

/// Cuts a question into parts. Actions and resources that do not go together are in none.
pub(super) fn cases(question: &Question<'_>) -> Vec<Case> {
    let policies = question.who.policies();
    let statements = policies
        .iter()
        .copied()
        .chain(&question.within)
        .flat_map(|policy| &policy.statements)
        .collect::<Vec<_>>();
    let keys = keys(&statements);
    let mut cases = Vec::new();
    for class in classes(question, &statements, &keys) {
        for present in presences(question, &class) {
            cases.extend(case(question, &class, &keys, &present));
        }
    }
    cases
}

/// The condition keys that statements look at, or fill variables with.
fn keys(statements: &[&Statement]) -> BTreeSet<String> {
    let compared = statements
        .iter()
        .flat_map(|statement| &statement.conditions)
        .map(|condition| condition.key.node.to_string());
    let filled = statements
        .iter()
        .flat_map(|statement| statement.variables())
        .map(|variable| variable.key.to_string());
    compared.chain(filled).collect()
}

fn classes(
    question: &Question<'_>,
    statements: &[&Statement],
    keys: &BTreeSet<String>,
) -> Vec<Class> {
    let patterns = statements
        .iter()
        .filter_map(|statement| statement.action.as_ref())
        .flat_map(|element| &element.patterns);
    let patterns = patterns
        .map(|pattern| Atom::read(&pattern.pattern, Style::Text, &Variables::default()))
        .collect::<Vec<_>>();
    let asked = question.actions.iter().map(|text| text.to_ascii_lowercase()).collect::<Vec<_>>();
    let atoms = asked
        .iter()
        .map(|text| Atom::read(&glob(text, false), Style::Text, &Variables::default()))
        .collect::<Vec<_>>();
    let mut classes: Vec<Class> = Vec::new();
    let mut places = BTreeMap::new();
    for service in aws::services() {
        let start = format!("{}:", service.prefix());
        if !asked.iter().any(|text| may_begin(text, &start)) {
            continue;
        }
        for action in service.actions() {
            let name = format!("{start}{}", action.name());
            let lower = name.to_ascii_lowercase();
            if !atoms.iter().any(|atom| atom.fits(&lower)) {
                continue;
            }
            let fits = patterns.iter().map(|atom| atom.fits(&lower)).collect::<Vec<_>>();
            let kinds = action.resource_types().map(Some).collect::<Vec<_>>();
            for kind in if kinds.is_empty() { vec![None] } else { kinds } {
                let support =
                    keys.iter().map(|key| is_supported(action, kind, key)).collect::<Vec<_>>();
                let told = (
                    service.prefix(),
                    kind.map(ResourceType::name),
                    fits.clone(),
                    support,
                    features(question, action, kind),
                );
                let place = *places.entry(told).or_insert_with(|| {
                    classes.push(Class { names: Vec::new(), action: Some(action), kind });
                    classes.len() - 1
                });
                classes[place].names.push(name.clone());
            }
        }
    }
    // What the data does not know in full stays a text.
    let known = |text: &str| {
        aws::services().any(|service| {
            text.strip_prefix(service.prefix()).is_some_and(|rest| rest.starts_with(':'))
        })
    };
    for text in question
        .actions
        .iter()
        .filter(|text| !known(&text.to_ascii_lowercase()) || is_unknown_action(text))
    {
        classes.push(Class { names: vec![text.clone()], action: None, kind: None });
    }
    classes
}

/// A whole name that the data lacks.
fn is_unknown_action(text: &str) -> bool {
    !text.contains(['*', '?']) && aws::action(text).is_none()
}

/// Whether some text that the pattern fits may begin so: up to its first wildcard both must be the same.
fn may_begin(pattern: &str, start: &str) -> bool {
    let plain = pattern.split(['*', '?']).next().unwrap_or_default();
    start.starts_with(plain) || plain.starts_with(start)
}

fn is_supported(action: &Action, kind: Option<&ResourceType>, key: &str) -> bool {
    let support = match kind {
        Some(kind) => aws::supports_key_on(action, kind.name(), key),
        None => aws::supports_key(action, key),
    };
    !matches!(support, KeySupport::Unsupported | KeySupport::GlobalUnlisted)
}

/// What the layers make of an action beside patterns: the formula, and which layers bind.
fn features(
    question: &Question<'_>,
    action: &'static Action,
    kind: Option<&'static ResourceType>,
) -> String {
    let class = Class {
        names: vec![format!("{}:{}", action.service().prefix(), action.name())],
        action: Some(action),
        kind,
    };
    match (&question.who, template(question, &class, Context::new())) {
        (Who::Caller(_, layers), Some(request)) => {
            let binding = layers
                .ids()
                .filter(|layer| denies_bind(*layer, &request))
                .collect::<Vec<LayerId>>();
            format!("{:?} {binding:?} {:?}", formula(&request, layers), makes_user_session(&class))
        }
        _ => String::new(),
    }
}

fn makes_user_session(class: &Class) -> bool {
    class
        .names
        .iter()
        .any(|name| ["sts:GetFederationToken", "sts:GetSessionToken"].contains(&name.as_str()))
}

/// The keys whose presence changes how layers combine, and each way they can be.
fn presences(question: &Question<'_>, class: &Class) -> Vec<Vec<(&'static str, bool)>> {
    let Who::Caller(_, layers) = &question.who else { return vec![Vec::new()] };
    let endpoint = (!layers.vpce.is_absent()).then_some("aws:sourcevpce");
    let temporary =
        makes_user_session(class).then_some(["aws:tokenissuetime", "aws:multifactorauthpresent"]);
    let keys = endpoint.into_iter().chain(temporary.into_iter().flatten());
    let open = keys.filter(|key| question.context.iter().all(|(own, _)| own != key));
    let both = |ways: Vec<Vec<(&'static str, bool)>>, key| {
        ways.into_iter()
            .flat_map(|way| {
                [true, false].map(|there| way.iter().copied().chain([(key, there)]).collect())
            })
            .collect()
    };
    open.fold(vec![Vec::new()], both)
}

/// A request of the class; `None` if the caller cannot make one.
fn template(question: &Question<'_>, class: &Class, context: Context) -> Option<Request> {
    let caller = match &question.who {
        Who::Anybody(_) => Caller::Anonymous,
        Who::Caller(caller, _) => (*caller).clone(),
    };
    let action = class
        .names
        .first()
        .map(|name| name.replace(['*', '?'], "x"))
        .filter(|name| name.contains(':'));
    let action = action.unwrap_or_else(|| "x:x".to_owned());
    let resource = class.kind.map_or_else(|| "*".to_owned(), |kind| instance(kind.arn()));
    let request =
        Request::new(caller, &action, &resource, question.account.as_deref(), context).ok()?;
    request.check_given().ok().map(|()| request)
}

/// An ARN of a kind.
fn instance(template: &str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(before);
        text.push_str(match name {
            "Partition" => "aws",
            "Account" => "111122223333",
            "Region" => "eu-central-1",
            _ => "x",
        });
        rest = after;
    }
    text + rest
}

fn case(
    question: &Question<'_>,
    class: &Class,
    keys: &BTreeSet<String>,
    present: &[(&'static str, bool)],
) -> Option<Case> {
    let mut context = Context::new();
    question
        .context
        .iter()
        .filter_map(|(key, value)| Some((key, value.clone()?)))
        .for_each(|(key, value)| context.set(key, value));
    let given = context.clone();
    // Some value, to have the key there.
    present.iter().filter(|(_, there)| *there).for_each(|(key, _)| context.set_one(key, "true"));
    let template = template(question, class, context)?;
    let is_open = |key: &str| present.iter().any(|(own, there)| own == &key && *there);
    let is_caller = matches!(question.who, Who::Caller(..));
    let follows = |key: &str| {
        template
            .context
            .get(key)
            .filter(|_| !is_open(key) && (is_caller || given.get(key).is_some()))
            .cloned()
    };
    let mut pinned = question.context.iter().cloned().collect::<BTreeMap<_, _>>();
    let mut there = present
        .iter()
        .filter(|(_, there)| *there)
        .map(|(key, _)| (*key).to_owned())
        .collect::<Vec<_>>();
    present
        .iter()
        .filter(|(_, there)| !there)
        .for_each(|(key, _)| drop(pinned.insert((*key).to_owned(), None)));
    for key in keys.iter().filter(|key| !is_open(key)) {
        if pinned.contains_key(key) {
            continue;
        }
        let unsupported = class.action.is_some_and(|action| !is_supported(action, class.kind, key));
        let caller = if let Who::Caller(caller, _) = &question.who { Some(*caller) } else { None };
        match follows(key) {
            Some(value) => drop(pinned.insert(key.clone(), Some(value))),
            None if unsupported || is_caller && cannot_be(question, &template, key) => {
                drop(pinned.insert(key.clone(), None))
            }
            None => match presence(key, caller) {
                Presence::Always => there.push(key.clone()),
                Presence::Never => drop(pinned.insert(key.clone(), None)),
                Presence::Open => {}
            },
        }
    }
    Some(Case {
        actions: class.names.clone(),
        resource_type: class.kind.map(ResourceType::name),
        shape: class.kind,
        region: region(question, class, &there),
        template,
        pinned,
    })
}

/// Whether the caller has no such key.
fn cannot_be(question: &Question<'_>, template: &Request, key: &str) -> bool {
    let mut context = template.context.clone();
    context.set_one(key, "x");
    let Request { caller, action, resource, .. } = template;
    let request =
        Request::new(caller.clone(), action, resource, question.account.as_deref(), context);
    request.is_err() || request.is_ok_and(|request| request.check_given().is_err())
}
