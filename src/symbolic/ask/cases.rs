//! The requests of a question in parts: in each one action stands for all that the policies do not tell apart, on one kind of resource,
//! and the layers combine by one formula.

use super::question::{Question, Who};
use super::region::{Class, like, region, satisfying};
use crate::authz::{
    Caller, Context, ContextValue, LayerId, Presence, Request, denies_bind, formula, may_have_key,
    presence, presence_for,
};
use crate::aws;
use crate::aws::{Action, ResourceType};
use crate::model::{Policy, Statement};
use crate::symbolic::domain::possible::OWNERS;
use crate::symbolic::domain::resources::{ResourceKind, Resources};
use crate::symbolic::subject::side::keys;
use crate::symbolic::text::glob::glob;
use crate::symbolic::text::symbol::{Atom, Style};
use crate::symbolic::text::variables::Variables;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

/// A part of the question.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The actions, as AWS writes them.
    pub actions: Vec<String>,
    pub resource_type: Option<&'static str>,
    /// The kind itself, to tell whether an ARN is one of it.
    pub shape: Option<&'static ResourceType>,
    /// Whether the data lacks the action: then nothing is known of its resource.
    pub is_unknown: bool,
    /// What its requests must fit, all of them, each as a policy that allows just that.
    pub region: Vec<Policy>,
    /// One of its requests, for all that does not hang on patterns.
    pub template: Request,
    /// Keys whose value is known, or that are absent.
    pub pinned: BTreeMap<String, Option<ContextValue>>,
}

/// The patterns of resources that statements have and that are asked about.
fn resource_atoms(question: &Question<'_>, statements: &[&Statement]) -> Vec<Atom> {
    let known = Variables::default();
    let of_statements = statements.iter().flat_map(|statement| statement.resource_patterns());
    let of_statements = of_statements.map(|pattern| Atom::read(pattern, Style::Arn, &known));
    let asked = question.resources.iter().map(|text| {
        let is_all = text == "*";
        Atom::read(&glob(text, !is_all), Style::Arn, &known)
    });
    let mut atoms = of_statements.chain(asked).collect::<Vec<_>>();
    atoms.dedup();
    atoms
}

/// Cuts a question into parts. Actions and resources that do not go together are in none.
pub(crate) fn cases(question: &Question<'_>) -> Vec<Case> {
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

const USER_ID: &str = "aws:userid";

/// The key that follows from the action where a service has one endpoint.
const REGION: &str = "aws:requestedregion";

fn presence_of(question: &Question<'_>, key: &str, action: Option<&str>) -> Presence {
    match &question.who {
        Who::Caller(caller, _) => presence_for(key, caller, action),
        Who::Anybody(_) => presence(key, None, action),
    }
}

/// The requests whose unique id is that of the role session: AWS makes up what comes before its name.
fn session_id(caller: &Caller) -> Option<Policy> {
    let Caller::RoleSession { arn, .. } = caller else { return None };
    let name = arn.resource().rsplit('/').next()?;
    Some(satisfying(vec![like(USER_ID, &format!("*:{name}"))]))
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
    let resources = Resources::new(&resource_atoms(question, statements));
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
                // What is pinned for one action of a class is so for all.
                let presence = |key: &String| match is_supported(action, kind, key) {
                    true => presence_of(question, key, Some(&lower)),
                    false => Presence::Never,
                };
                let presences = keys.iter().map(presence).collect::<Vec<_>>();
                let endpoint = keys.contains(REGION).then(|| service.prefix() == "iam");
                let resource = resources.kind_of(kind);
                // Resources that no pattern tells apart are one kind, whatever the service.
                let own = (resource == ResourceKind::Apart)
                    .then(|| (service.prefix(), kind.map(ResourceType::name)));
                let told = (
                    own,
                    resource,
                    fits.clone(),
                    (presences, endpoint),
                    features(question, action, kind),
                );
                let place = *places.entry(told).or_insert_with(|| {
                    classes.push(Class {
                        names: Vec::new(),
                        types: Vec::new(),
                        action: Some(action),
                        kind,
                    });
                    classes.len() - 1
                });
                classes[place].add(&name, kind);
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
        classes.push(Class {
            names: vec![text.clone()],
            types: Vec::new(),
            action: None,
            kind: None,
        });
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
    may_have_key(action, kind.map(ResourceType::name), key)
}

/// What the layers make of an action beside patterns: the formula, and which layers bind.
fn features(
    question: &Question<'_>,
    action: &'static Action,
    kind: Option<&'static ResourceType>,
) -> String {
    let class =
        Class { names: vec![action.to_string()], types: Vec::new(), action: Some(action), kind };
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
            name if name.contains("Account") => "111122223333",
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
    // The account in the ARN counts, which is open.
    let is_open_owner = |key: &str| {
        OWNERS.contains(&key)
            && question.account.is_none()
            && class.kind.is_some_and(|kind| kind.arn().split(':').nth(4) != Some(""))
    };
    let is_caller = matches!(question.who, Who::Caller(..));
    let follows = |key: &str| {
        template
            .context
            .get(key)
            .filter(|_| !is_open(key) && !is_open_owner(key))
            .filter(|_| is_caller || given.get(key).is_some())
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
    let presence = |key: &str, action| presence_of(question, key, action);
    let action = class.action.map(|_| template.action.as_str());
    for key in keys.iter().filter(|key| !is_open(key)) {
        if pinned.contains_key(key) {
            continue;
        }
        let unsupported = class.action.is_some_and(|action| !is_supported(action, class.kind, key));
        match (follows(key), presence(key, action)) {
            (Some(value), _) => drop(pinned.insert(key.clone(), Some(value))),
            (None, _) if unsupported => drop(pinned.insert(key.clone(), None)),
            (None, Presence::Never) => drop(pinned.insert(key.clone(), None)),
            (None, Presence::Always) => there.push(key.clone()),
            (None, Presence::Perhaps) => {}
        }
    }
    let own_id = (keys.contains(USER_ID) && !pinned.contains_key(USER_ID))
        .then(|| session_id(&template.caller))
        .flatten();
    Some(Case {
        actions: class.names.clone(),
        resource_type: class.resource_type(),
        shape: class.kind,
        is_unknown: class.action.is_none(),
        region: region(question, class, &there).into_iter().chain(own_id).collect(),
        template,
        pinned,
    })
}
