//! Classes of actions, on kinds of resources, that the policies of a question do not tell apart.

use super::cell::Limit;
use super::resources::{ResourceKind, Resources};
use super::{Question, Who};
use crate::authz::{
    Caller, CallerKind, Context, Formula, KeyRow, LayerId, Presence, Request, denies_bind, formula,
    may_have_key, presence, presence_for, request_key,
};
use crate::aws::{self, Action, ResourceType};
use crate::model::Statement;
use crate::symbolic::boxes::Name;
use crate::symbolic::text::{Atom, Style, Variables, glob};
use std::collections::{BTreeMap, BTreeSet};

/// The key that follows from the action where a service has one endpoint.
const REGION: &str = "aws:requestedregion";

/// Service-linked roles, which no RCP binds.
const SERVICE_ROLE: &str = ":role/aws-service-role/";

/// An account that examples have where none is known.
const ACCOUNT: &str = "111122223333";

/// The condition keys that statements look at, or fill variables with.
pub(crate) fn keys(statements: &[&Statement]) -> BTreeSet<String> {
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

/// A class of actions on one kind of resource.
#[derive(Default)]
pub(crate) struct Class {
    pub names: Vec<String>,
    /// The types of resources of these actions.
    types: Vec<&'static str>,
    /// One of these actions, which represents all; `None`: any text that fits.
    pub action: Option<&'static Action>,
    pub kind: Option<&'static ResourceType>,
    pub variants: Vec<Variant>,
}

impl Class {
    fn add(&mut self, name: &str, kind: Option<&'static ResourceType>) {
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

/// Resources of a kind that the layers treat alike.
#[derive(Clone)]
pub(crate) struct Variant {
    pub limits: Vec<Limit>,
    /// One of them.
    pub resource: String,
    /// Whether the caller's account owns them.
    pub is_own: bool,
}

/// What the layers make of an action on a resource: the formula, and which layers bind.
#[derive(PartialEq)]
pub(crate) struct Features(Option<Formula>, Vec<LayerId>);

pub(crate) struct Cutter<'a> {
    pub question: &'a Question<'a>,
    pub beyond: Option<&'a str>,
    pub keys: BTreeSet<String>,
    /// The kinds of callers that can have the policies.
    pub askers: Vec<CallerKind>,
}

impl Cutter<'_> {
    pub(crate) fn classes(&self, statements: &[&Statement]) -> Vec<Class> {
        let elements = statements.iter().filter_map(|statement| statement.action.as_ref());
        let patterns = elements.flat_map(|element| &element.patterns);
        let known = Variables::default();
        let patterns = patterns.map(|pattern| Atom::read(&pattern.pattern, Style::Text, &known));
        let patterns = patterns.collect::<Vec<_>>();
        let asked =
            self.question.actions.iter().map(|text| text.to_ascii_lowercase()).collect::<Vec<_>>();
        let atoms = asked.iter().map(|text| text_atom(text)).collect::<Vec<_>>();
        let resources = Resources::new(&self.resource_atoms(statements));
        let mut classes: Vec<Class> = Vec::new();
        let mut places = BTreeMap::new();
        let mut seen: Vec<Vec<Features>> = Vec::new();
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
                        true => self.presence(key, Some(&lower)),
                        false => Presence::Never,
                    };
                    let presences = self.keys.iter().map(presence).collect::<Vec<_>>();
                    let endpoint = self.keys.contains(REGION).then(|| service.prefix() == "iam");
                    let resource = resources.kind_of(kind);
                    // Resources that no pattern tells apart are one kind, whatever the service.
                    let own = (resource == ResourceKind::Apart)
                        .then(|| (service.prefix(), kind.map(ResourceType::name)));
                    let (variants, features) = self.variants(&name, kind);
                    let features =
                        seen.iter().position(|own| *own == features).unwrap_or_else(|| {
                            seen.push(features);
                            seen.len() - 1
                        });
                    let beside = (features, makes_user_session(&name));
                    let distinct = (own, resource, fits.clone(), (presences, endpoint), beside);
                    let place = *places.entry(distinct).or_insert_with(|| {
                        classes.push(Class {
                            action: Some(action),
                            kind,
                            variants,
                            ..Class::default()
                        });
                        classes.len() - 1
                    });
                    classes[place].add(&name, kind);
                }
            }
        }
        classes.extend(self.unknown_actions());
        classes
    }

    /// What the data does not know in full stays a text.
    fn unknown_actions(&self) -> impl Iterator<Item = Class> {
        let has_service = |text: &str| aws::service(text.split(':').next().unwrap_or_default());
        let is_unknown = move |text: &&String| {
            has_service(&text.to_ascii_lowercase()).is_none() || is_unknown_action(text)
        };
        let variant = Variant { limits: Vec::new(), resource: "*".to_owned(), is_own: false };
        self.question.actions.iter().filter(is_unknown).map(move |text| Class {
            names: vec![text.clone()],
            variants: vec![variant.clone()],
            ..Class::default()
        })
    }

    /// The patterns of resources that statements have and that are asked about.
    fn resource_atoms(&self, statements: &[&Statement]) -> Vec<Atom> {
        let known = Variables::default();
        let of_statements = statements.iter().flat_map(|statement| statement.resource_patterns());
        let of_statements = of_statements.map(|pattern| Atom::read(pattern, Style::Arn, &known));
        let asked = self.question.resources.iter().map(|text| resource(text));
        let mut atoms = of_statements.chain(asked).collect::<Vec<_>>();
        atoms.dedup();
        atoms
    }

    pub(crate) fn presence(&self, key: &str, action: Option<&str>) -> Presence {
        match &self.question.who {
            Who::Caller(caller, _) => presence_for(key, caller, action),
            Who::Anybody(_) => presence(key, None, action),
        }
    }

    /// The resources of a kind as far as the layers tell them apart, with what they make of each. One if they make the same of all.
    fn variants(
        &self,
        action: &str,
        kind: Option<&'static ResourceType>,
    ) -> (Vec<Variant>, Vec<Features>) {
        let plain = |resource| Variant { limits: Vec::new(), resource, is_own: false };
        let (Some(kind), Who::Caller(caller, layers)) = (kind, &self.question.who) else {
            let resource =
                kind.map_or_else(|| "*".to_owned(), |kind| instance(kind.arn(), None, None));
            let features = vec![self.features(action, &resource)];
            return (vec![plain(resource)], features);
        };
        let has_account = kind.arn().split(':').nth(4).is_some_and(|part| part.contains("Account"));
        let given = self.question.account.as_deref();
        let own = given.or(caller.account());
        let instance = |account| instance(kind.arn(), account, caller.partition());
        let mut variants = vec![Variant { is_own: own.is_some(), ..plain(instance(own)) }];
        if has_account && given.is_none() {
            let of = |accounts: &[&str], not| {
                let atoms = accounts.iter().map(|account| of_account(account)).collect();
                Limit { name: Name::Resource, atoms, not }
            };
            let near = own.iter().copied().chain([""]).collect::<Vec<_>>();
            let near_or_aws = [near.as_slice(), &["aws"]].concat();
            let other = if own == Some(ACCOUNT) { "444455556666" } else { ACCOUNT };
            variants[0].limits.push(of(&near, false));
            let others = [(other, of(&near_or_aws, true)), ("aws", of(&["aws"], false))];
            variants.extend(others.map(|(account, limit)| Variant {
                limits: vec![limit],
                ..plain(instance(Some(account)))
            }));
        }
        if !layers.rcps.is_empty() && kind.arn().contains(":role/") {
            let atom = text_atom(&format!("*{SERVICE_ROLE}*"));
            let limit = |not| Limit { name: Name::Resource, atoms: vec![atom.clone()], not };
            let with = |variant: &Variant, not, resource| {
                let limits = variant.limits.iter().cloned().chain([limit(not)]).collect();
                Variant { limits, resource, ..variant.clone() }
            };
            variants = variants
                .iter()
                .flat_map(|own| {
                    let linked = own.resource.replace(":role/", SERVICE_ROLE);
                    [with(own, true, own.resource.clone()), with(own, false, linked)]
                })
                .collect();
        }
        let features = variants.iter().map(|variant| self.features(action, &variant.resource));
        let mut features = features.collect::<Vec<_>>();
        if features.iter().all(|other| *other == features[0]) {
            variants.truncate(1);
            features.truncate(1);
            variants[0].limits.clear();
            variants[0].is_own &= given.is_some() || !has_account;
        }
        (variants, features)
    }

    fn features(&self, action: &str, resource: &str) -> Features {
        let request = self.request(action, resource, Context::new());
        let (Who::Caller(_, layers), Some(request)) = (&self.question.who, request) else {
            return Features(None, Vec::new());
        };
        let binding = layers.ids().filter(|layer| denies_bind(*layer, &request)).collect();
        Features(Some(formula(&request, layers)), binding)
    }

    /// A request; `None` if the caller cannot make it.
    pub(crate) fn request(
        &self,
        action: &str,
        resource: &str,
        context: Context,
    ) -> Option<Request> {
        let (caller, context) = match &self.question.who {
            Who::Anybody(_) => (Caller::Anonymous, of_anybody(context)),
            Who::Caller(caller, _) => ((*caller).clone(), context),
        };
        let action = action.replace(['*', '?'], "x");
        let action = if action.contains(':') { action.as_str() } else { "x:x" };
        let account = self.question.account.as_deref();
        let request = Request::new(caller, action, resource, account, context).ok()?;
        request.check_given().ok().map(|()| request)
    }
}

/// The keys that tell nothing of the caller. Of those that do, each class of callers says whether it has them: whoever stands for all of them in
/// a request does not.
fn of_anybody(mut context: Context) -> Context {
    let is_of_caller = |key: &str| {
        presence(key, Some(CallerKind::Anonymous), None) == Presence::Never
            || request_key(key).is_some_and(KeyRow::has_shapes_by_caller)
    };
    let keys = context.iter().map(|(key, _)| key.to_owned()).filter(|key| is_of_caller(key));
    keys.collect::<Vec<_>>().iter().for_each(|key| context.remove(key));
    context
}

pub(crate) fn text_atom(text: &str) -> Atom {
    Atom::read(&glob(text, false), Style::Text, &Variables::default())
}

pub(crate) fn arn_atom(text: &str) -> Atom {
    Atom::read(&glob(text, true), Style::Arn, &Variables::default())
}

/// A resource that is asked about; `*` is any.
pub(crate) fn resource(text: &str) -> Atom {
    if text == "*" { Atom::Prefix("".into()) } else { arn_atom(text) }
}

pub(crate) fn of_account(account: &str) -> Atom {
    arn_atom(&format!("arn:*:*:*:{account}:*"))
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

pub(crate) fn is_supported(action: &Action, kind: Option<&ResourceType>, key: &str) -> bool {
    may_have_key(action, kind.map(ResourceType::name), key)
}

pub(crate) fn makes_user_session(name: &str) -> bool {
    ["sts:GetFederationToken", "sts:GetSessionToken"].contains(&name)
}

/// An ARN of a kind.
fn instance(template: &str, account: Option<&str>, partition: Option<&str>) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(before);
        text.push_str(match name {
            "Partition" => partition.unwrap_or("aws"),
            name if name.contains("Account") => account.unwrap_or(ACCOUNT),
            "Region" => "eu-central-1",
            _ => "x",
        });
        rest = after;
    }
    text + rest
}
