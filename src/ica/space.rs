//! The requests of a step: what is known of them, and the values to try for what is not.

use super::assume::{fact, through_endpoint, told};
use super::assumption::Assumption;
use super::catalogue::{IcaCaller, KeyFact, KeyKind, Step, Target};
use super::claims::keep_own_claims;
use super::context::keys_used;
use super::environment::settled_header;
use super::kms::{self, ENCRYPTION_CONTEXT, caller_account, via_service};
use super::setup::Setup as Connection;
use super::setup::{KmsKey, key_in_use};
use super::token;
use super::values::{
    MOST_KEY, candidates, compared_with, fills_variable, is_session_character, is_session_name,
};
use crate::authz::{Caller, CallerKind, Context, ContextValue, Request, may_have_key};
use crate::aws;
use crate::model::{Arn, Named, Pattern, Statement};
use crate::symbolic::{Comparison, Rest, Undecided, Variables, Way, rests};
use std::collections::BTreeSet;

/// Characters of the id of a key that AWS manages.
const KEY_ID: usize = 36;

/// Assignments of values to open variables that are told apart when keys are classified.
const MOST_ASSIGNMENTS: usize = 64;

/// A key whose value is open, and the values that are tried; `None`: it is absent.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Dimension {
    /// The key in lower case.
    pub key: String,
    pub kind: KeyKind,
    pub values: Vec<Option<ContextValue>>,
}

/// The requests of a step.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Space {
    pub callers: Vec<Caller>,
    action: String,
    /// By action, the keys that its requests cannot have though those of another one can.
    unsupported: Vec<(String, Vec<String>)>,
    /// Resources, grouped: all of one group are asked for, but which group is not known.
    pub resources: Vec<Vec<String>>,
    pub account: String,
    /// What is known.
    pub fixed: Context,
    /// What is not.
    pub open: Vec<Dimension>,
    /// Assumptions about keys that the policies look at.
    pub assumes: Vec<Assumption>,
    /// Whether the user said what the session is named.
    session_is_known: bool,
    /// Whether a variable is filled from an open key, of which only some values are among these.
    pub has_open_variable: bool,
}

const SOURCE_IP: &str = "aws:sourceip";

/// Builds the space of a step for the statements that take part in its decision: one value of each class that they tell apart.
pub(super) fn space(
    connection: &Connection,
    caller: IcaCaller,
    step: &Step,
    statements: &[&Statement],
    failing: Option<Assumption>,
) -> Result<Space, Undecided> {
    let mut space = Space {
        callers: callers(connection, caller, step, statements, failing)?,
        action: step.action.clone(),
        unsupported: Vec::new(),
        resources: vec![vec![some_resource(connection, step)]],
        account: owner(connection, step.resource).to_owned(),
        fixed: Context::new(),
        open: Vec::new(),
        assumes: Vec::new(),
        session_is_known: caller == IcaCaller::OidcRole && connection.session_name.is_some(),
        has_open_variable: false,
    };
    // What the user knows of a request is in it, whether or not a policy looks at it: an endpoint decides which policies bind.
    let known = connection
        .assume
        .iter()
        .map(|assume| assume.key.clone())
        .filter(|key| told(key, connection, caller, step).is_some());
    let keys = keys_used(statements).into_iter().chain(known).collect::<BTreeSet<_>>();
    let mut open = Vec::new();
    for key in &keys {
        open.extend(
            add_if_known(&mut space, key, connection, caller, step, failing)
                .map(|fact| (key.as_str(), fact)),
        );
    }
    let stem = |key: &str| match key {
        ENCRYPTION_CONTEXT => format!("arn:aws:s3:::{}/{}", connection.bucket, connection.prefix),
        _ => connection.prefix.clone(),
    };
    add_open(&mut space, open, statements, &stem, caller.kind(step.resource))?;
    space.resources = resources(&space, connection, step, statements)?;
    let unsupported = |action: &str| {
        keys.iter().filter(|key| !is_supported(key, action, step.resource)).cloned().collect()
    };
    space.unsupported =
        step.actions().map(|action| (action.clone(), unsupported(action))).collect();
    Ok(space)
}

/// Sets a key if it is known; gives what is known of it if not.
fn add_if_known(
    space: &mut Space,
    key: &str,
    connection: &Connection,
    caller: IcaCaller,
    step: &Step,
    failing: Option<Assumption>,
) -> Option<KeyFact> {
    if is_derived(key, space)
        || !step.actions().any(|action| is_supported(key, action, step.resource))
    {
        return None;
    }
    let told = told(key, connection, caller, step).map(|told| told.map(str::to_owned));
    if let Some(known) = told.or_else(|| follows(key, connection, caller, step)) {
        match known {
            Some(value) => space.fixed.set_one(key, value),
            None => space.fixed.remove(key),
        }
        return None;
    }
    let mut fact = if is_supported(key, &step.action, step.resource) {
        kms::header(key, connection, step)
            .unwrap_or_else(|| settled_header(key, fact(key, caller, step), connection))
    } else {
        KeyFact::unknown()
    };
    // What comes over the internet has an address.
    if key == SOURCE_IP && through_endpoint(connection, caller, step) == Some(false) {
        (fact.absent, fact.assume) = (false, None);
    }
    if let Some(assumption) = fact.assume {
        space.assumes.push(assumption);
        if failing == Some(assumption) {
            fact = fact.without_assumption();
        }
    }
    match fact.kind {
        KeyKind::Absent => None,
        KeyKind::Known => {
            space.fixed.set_one(key, fact.value.clone().unwrap_or_default());
            None
        }
        KeyKind::Free | KeyKind::Hidden | KeyKind::Foreign => Some(fact),
    }
}

/// Adds the keys that are open. What a key is compared with may hold variables, so those that fill them come first.
fn add_open(
    space: &mut Space,
    mut open: Vec<(&str, KeyFact)>,
    statements: &[&Statement],
    stem: &dyn Fn(&str) -> String,
    kind: CallerKind,
) -> Result<(), Undecided> {
    while !open.is_empty() {
        let waits = |key: &str| {
            let compared = compared_with(key, statements);
            let needed = compared
                .iter()
                .flat_map(|(pattern, _)| pattern.variables())
                .map(|variable| &*variable.key)
                .collect::<BTreeSet<_>>();
            open.iter().any(|(other, _)| needed.contains(other))
        };
        let Some(next) = open.iter().position(|(key, _)| !waits(key)) else {
            let keys =
                open.iter().map(|(key, _)| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
            return Err(Undecided {
                reason: format!("{keys} are compared with each other, and none is known"),
                span: None,
            });
        };
        let (key, fact) = open.remove(next);
        add_fact(space, key, &fact, statements, (&stem(key), kind))?;
    }
    Ok(())
}

/// What follows from the bucket and from what the user said of other keys.
fn follows(
    key: &str,
    connection: &Connection,
    caller: IcaCaller,
    step: &Step,
) -> Option<Option<String>> {
    match key {
        // Requests to STS go to an endpoint of ICA's choice, which need not be in the bucket's region.
        "aws:requestedregion" if step.resource.is_at_bucket() => {
            connection.region.clone().map(Some)
        }
        "aws:requestedregion" if step.resource == Target::Key => {
            key_in_use(connection).map(|key| Some(key.region().to_owned()))
        }
        "kms:viaservice" => key_in_use(connection).map(|key| Some(via_service(connection, key))),
        "kms:calleraccount" => {
            caller_account(connection, caller).map(|account| Some(account.to_owned()))
        }
        "sts:rolesessionname" => connection.session_name.clone().map(Some),
        // E1: there is no public address where a request comes through a VPC endpoint.
        SOURCE_IP if through_endpoint(connection, caller, step) == Some(true) => Some(None),
        _ => None,
    }
}

fn add_fact(
    space: &mut Space,
    key: &str,
    fact: &KeyFact,
    statements: &[&Statement],
    (prefix, kind): (&str, CallerKind),
) -> Result<(), Undecided> {
    space.has_open_variable |= fact.values.is_empty() && fills_variable(key, statements);
    let known = assignments(space, statements)?;
    let values = candidates(key, fact, kind, statements, prefix, &known)?;
    let values = values.into_iter().map(Some).chain(fact.absent.then_some(None)).collect();
    space.open.push(Dimension { key: key.to_owned(), kind: fact.kind, values });
    Ok(())
}

/// Whether requests for an action can have the key. One that the reference data does not know at all may be newer than the data.
fn is_supported(key: &str, action: &str, target: Target) -> bool {
    let Some(action) = aws::action(action) else { return true };
    may_have_key(action, Some(target.resource_type()), key)
}

/// Keys that follow from caller and resource are filled in by `authz`.
fn is_derived(key: &str, space: &Space) -> bool {
    let probe = space.callers.first().zip(space.resources.iter().flatten().next());
    let request = probe.and_then(|(caller, resource)| {
        request(space, &space.action, caller.clone(), resource, Context::new())
    });
    request.is_some_and(|request| request.context.get(key).is_some())
}

/// One request of the space; `None` if its context contradicts the caller.
pub(super) fn request(
    space: &Space,
    action: &str,
    caller: Caller,
    resource: &str,
    mut context: Context,
) -> Option<Request> {
    let unsupported =
        space.unsupported.iter().filter(|(of, _)| of == action).flat_map(|(_, keys)| keys);
    unsupported.for_each(|key| context.remove(key));
    keep_own_claims(&mut context, &caller);
    let caller = with_session_of(caller, &context, space.session_is_known)?;
    Request::new(caller, action, resource, Some(&space.account), context).ok()
}

/// The session of a role whose name is that of the unique id; `None` where it is known to have another.
fn with_session_of(caller: Caller, context: &Context, is_known: bool) -> Option<Caller> {
    let (Caller::RoleSession { arn, role }, Some(ContextValue::One(id))) =
        (&caller, context.get("aws:userid"))
    else {
        return Some(caller);
    };
    let (before, own) = arn.as_str().rsplit_once('/')?;
    match id.rsplit_once(':').map(|(_, name)| name).filter(|name| !name.is_empty() && *name != own)
    {
        None => Some(caller),
        Some(_) if is_known => None,
        Some(name) => {
            let role = role.as_ref().map(Arn::as_str);
            Caller::parse(&format!("{before}/{name}"), role).ok()
        }
    }
}

/// The account that owns what a step is about.
fn owner(connection: &Connection, target: Target) -> &str {
    match target {
        Target::Bucket | Target::Object | Target::Folder => &connection.account,
        Target::FederatedUser | Target::Role => connection.customer.account(),
        Target::Key => key_in_use(connection).map_or(&connection.account, KmsKey::account),
    }
}

/// A resource of a step, for what holds of all of them.
fn some_resource(connection: &Connection, step: &Step) -> String {
    match step.resource {
        Target::Bucket => format!("arn:aws:s3:::{}", connection.bucket),
        Target::Object | Target::Folder => {
            format!("arn:aws:s3:::{}/{}x", connection.bucket, connection.prefix)
        }
        Target::FederatedUser => {
            format!("arn:aws:sts::{}:federated-user/x", connection.customer.account())
        }
        Target::Role => connection.customer.arn().as_str().to_owned(),
        Target::Key => {
            key_in_use(connection).map_or_else(String::new, KmsKey::words).replace('*', "x")
        }
    }
}

fn resources(
    space: &Space,
    connection: &Connection,
    step: &Step,
    statements: &[&Statement],
) -> Result<Vec<Vec<String>>, Undecided> {
    let stem = format!("arn:aws:s3:::{}/{}", connection.bucket, connection.prefix);
    match step.resource {
        Target::Bucket | Target::Role => Ok(vec![vec![some_resource(connection, step)]]),
        Target::Object => Ok(vec![object_keys(space, &stem, "", statements)?]),
        Target::Folder => Ok(vec![object_keys(space, &stem, "/", statements)?]),
        Target::FederatedUser => {
            let account = connection.customer.account();
            let names = session_names(connection, step, statements)?;
            Ok(names
                .into_iter()
                .map(|name| vec![format!("arn:aws:sts::{account}:federated-user/{name}")])
                .collect())
        }
        Target::Key => keys(space, connection, step, statements),
    }
}

/// Keys below the prefix, one for each class that the policies tell apart. Object keys may hold any character.
fn object_keys(
    space: &Space,
    stem: &str,
    ending: &'static str,
    statements: &[&Statement],
) -> Result<Vec<String>, Undecided> {
    let patterns = statements.iter().flat_map(|statement| statement.resource_patterns());
    let comparisons = patterns
        .map(|pattern| Comparison { pattern, way: Way::Resource, stem })
        .collect::<Vec<_>>();
    let keys = rests(
        &comparisons,
        &assignments(space, statements)?,
        &Rest { at_least: 1, at_most: MOST_KEY, ending, alphabet: |_| true },
    )?;
    Ok(keys.into_iter().map(|key| format!("{stem}{key}")).collect())
}

/// The key; of the one that AWS manages the id is not known, so one of each class that the policies tell apart.
fn keys(
    space: &Space,
    connection: &Connection,
    step: &Step,
    statements: &[&Statement],
) -> Result<Vec<Vec<String>>, Undecided> {
    let Some(key @ KmsKey::AwsManaged { .. }) = key_in_use(connection) else {
        return Ok(vec![vec![some_resource(connection, step)]]);
    };
    let stem = key.stem();
    let patterns = statements.iter().flat_map(|statement| statement.resource_patterns());
    let comparisons = patterns
        .map(|pattern| Comparison { pattern, way: Way::Resource, stem: &stem })
        .collect::<Vec<_>>();
    let is_of_id = |c: char| c.is_ascii_hexdigit() || c == '-';
    let id = Rest { at_least: KEY_ID, at_most: KEY_ID, ending: "", alphabet: is_of_id };
    let ids = rests(&comparisons, &assignments(space, statements)?, &id)?;
    Ok(ids.into_iter().map(|id| vec![format!("{stem}{id}")]).collect())
}

/// What the variables of the statements may be filled with: by each caller, and by the values of open keys that are tried.
fn assignments(space: &Space, statements: &[&Statement]) -> Result<Vec<Variables>, Undecided> {
    let keys = statements
        .iter()
        .flat_map(|statement| statement.variables())
        .map(|variable| &*variable.key)
        .collect::<BTreeSet<_>>();
    let mut all = Vec::new();
    for caller in &space.callers {
        let resource = space.resources.iter().flatten().next().map_or("*", String::as_str);
        let probe = request(space, &space.action, caller.clone(), resource, space.fixed.clone());
        let context = probe.map(|request| request.context).unwrap_or_default();
        let mut own = vec![Variables::default()];
        for key in &keys {
            let values = values_of(key, &context, &space.open);
            let with = |value: &Option<String>| {
                own.iter().cloned().map(|known| known.with(key, value.clone())).collect::<Vec<_>>()
            };
            own = values.iter().flat_map(with).collect();
            if own.len() > MOST_ASSIGNMENTS {
                let reason =
                    format!("the variables may be filled in more than {MOST_ASSIGNMENTS} ways");
                return Err(Undecided { reason, span: None });
            }
        }
        all.extend(own);
    }
    all.dedup();
    Ok(all)
}

/// The values that a key may fill in; with several values a key fills in nothing (D5).
fn values_of(key: &str, context: &Context, open: &[Dimension]) -> Vec<Option<String>> {
    let single = |value: &ContextValue| match value {
        ContextValue::One(text) => Some(text.clone()),
        ContextValue::Many(_) => None,
    };
    match open.iter().find(|dimension| dimension.key == key) {
        Some(dimension) => {
            dimension.values.iter().map(|value| value.as_ref().and_then(single)).collect()
        }
        None => vec![context.get(key).and_then(single)],
    }
}

/// Those who may be the caller: one for each class of names that the policies tell apart.
pub(super) fn callers(
    connection: &Connection,
    caller: IcaCaller,
    step: &Step,
    statements: &[&Statement],
    failing: Option<Assumption>,
) -> Result<Vec<Caller>, Undecided> {
    let customer = connection.customer.arn();
    match caller {
        IcaCaller::OidcRole if step.resource == Target::Role => {
            Ok(token::callers(connection, step, failing))
        }
        IcaCaller::OidcRole => {
            Ok(role_sessions(customer.as_str(), connection.session_name.as_deref(), statements))
        }
        IcaCaller::IamUser => Ok(vec![Caller::User { arn: customer.clone() }]),
        IcaCaller::FederatedSession => {
            let account = customer.account();
            let names = session_names(connection, step, statements)?;
            let arns = names
                .into_iter()
                .map(|name| format!("arn:aws:sts::{account}:federated-user/{name}"));
            Ok(arns.filter_map(|arn| Caller::parse(&arn, Some(customer.as_str())).ok()).collect())
        }
        IcaCaller::CrossAccountRole => Ok(connection
            .cross_account_role
            .iter()
            .flat_map(|role| role_sessions(role.as_str(), None, statements))
            .collect()),
    }
}

/// The names that a federated session could have, one for each class that the policies tell apart: ICA chooses it and does not say how.
fn session_names(
    connection: &Connection,
    step: &Step,
    statements: &[&Statement],
) -> Result<Vec<String>, Undecided> {
    if let Some(name) = &connection.session_name {
        return Ok(vec![name.clone()]);
    }
    let arn_stem = format!("arn:aws:sts::{}:federated-user/", connection.customer.account());
    let id_stem = format!("{}:", connection.customer.account());
    let named = named_sessions(statements, &arn_stem)
        .iter()
        .map(|name| Pattern::literal(&format!("{arn_stem}{name}")))
        .collect::<Vec<_>>();
    let mut comparisons = named
        .iter()
        .map(|pattern| Comparison { pattern, way: Way::Text, stem: &arn_stem })
        .collect::<Vec<_>>();
    if step.resource == Target::FederatedUser {
        let patterns = statements.iter().flat_map(|statement| statement.resource_patterns());
        comparisons.extend(patterns.map(|pattern| Comparison {
            pattern,
            way: Way::Resource,
            stem: &arn_stem,
        }));
    }
    for (key, stem) in [("aws:principalarn", &arn_stem), ("aws:userid", &id_stem)] {
        let compared = compared_with(key, statements);
        comparisons.extend(compared.into_iter().map(|(pattern, way)| Comparison {
            pattern,
            way,
            stem,
        }));
    }
    let rest = Rest { at_least: 2, at_most: 32, ending: "", alphabet: is_session_character };
    let names = rests(&comparisons, &[Variables::default()], &rest)?;
    Ok(names.into_iter().filter(|name| is_session_name(name)).collect())
}

fn role_sessions(role: &str, known: Option<&str>, statements: &[&Statement]) -> Vec<Caller> {
    let account = role.split(':').nth(4).unwrap_or_default();
    let name = role.rsplit('/').next().unwrap_or_default();
    let stem = format!("arn:aws:sts::{account}:assumed-role/{name}/");
    let mut names = BTreeSet::from([known.unwrap_or("ica-session").to_owned()]);
    if known.is_none() {
        names.extend(named_sessions(statements, &stem));
    }
    names
        .into_iter()
        .filter_map(|session| Caller::parse(&format!("{stem}{session}"), Some(role)).ok())
        .collect()
}

/// The names of sessions that principals spell out.
fn named_sessions(statements: &[&Statement], stem: &str) -> Vec<String> {
    let patterns = statements
        .iter()
        .flat_map(|statement| statement.principal.iter().flat_map(|element| &element.patterns));
    let arns = patterns.filter_map(|pattern| match &pattern.named {
        Named::FederatedSession(arn) | Named::RoleSession(arn) => arn.strip_prefix(stem),
        _ => None,
    });
    arns.map(str::to_owned).collect()
}

/// Sets a key of an assignment.
pub(super) fn set(context: &mut Context, key: &str, value: Option<&ContextValue>) {
    match value {
        None => context.remove(key),
        Some(value) => context.set(key, value.clone()),
    }
}
