//! The requests of a step: what is known of them, and the values to try for what is not.

use super::assume::{fact, through_endpoint, told};
use super::catalogue::{IcaCaller, KeyFact, KeyKind, Step, Target, ValueType, catalogue};
use super::connection::Connection;
use super::context::{keys_used, resource_patterns};
use super::keys::keys_matching;
use super::values::{Compared, UNLISTED, candidates, is_session_name};
use crate::authz::{Caller, Context, ContextValue, Request};
use crate::aws::{self, KeySupport};
use crate::model::{Named, Statement};
use std::collections::BTreeSet;

/// A key whose value is open, and the values that are tried; `None`: it is absent.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Dimension {
    /// The key in lower case.
    pub key: String,
    pub kind: KeyKind,
    pub values: Vec<Option<String>>,
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
    pub assumes: Vec<&'static str>,
    /// Whether not all resources and values are among these.
    pub is_sampled: bool,
}

const SOURCE_IP: &str = "aws:sourceip";

/// Which assumptions are taken to fail.
pub(super) type Failing<'a> = Option<&'a str>;

/// Builds the space of a step for the statements that take part in its decision.
pub(super) fn space(connection: &Connection, caller: IcaCaller, step: &Step, statements: &[&Statement], failing: Failing<'_>) -> Space {
    let mut space = Space {
        callers: callers(connection, caller, statements),
        action: step.action.clone(),
        unsupported: Vec::new(),
        resources: resources(connection, step, statements),
        account: connection.account.clone(),
        fixed: Context::new(),
        open: Vec::new(),
        assumes: Vec::new(),
        is_sampled: matches!(step.resource, Target::Object | Target::Folder),
    };
    // What the user knows of a request is in it, whether or not a policy looks at it: an endpoint decides which policies bind.
    let known = connection.assume.iter().map(|assume| assume.key.clone()).filter(|key| told(key, connection, caller, step).is_some());
    let keys = keys_used(statements).into_iter().chain(known).collect::<BTreeSet<_>>();
    for key in &keys {
        add_key(&mut space, key, connection, caller, step, statements, failing);
    }
    let unsupported = |action: &str| keys.iter().filter(|key| !is_supported(key, action, step.resource)).cloned().collect();
    space.unsupported = step.actions().map(|action| (action.clone(), unsupported(action))).collect();
    space
}

fn add_key(
    space: &mut Space,
    key: &str,
    connection: &Connection,
    caller: IcaCaller,
    step: &Step,
    statements: &[&Statement],
    failing: Failing<'_>,
) {
    if is_derived(key, space) || !step.actions().any(|action| is_supported(key, action, step.resource)) {
        return;
    }
    if let Some(told) = told(key, connection, caller, step).or_else(|| follows(key, connection, caller, step)) {
        match told {
            Some(value) => space.fixed.set_one(key, value),
            None => space.fixed.remove(key),
        }
        return;
    }
    let mut fact = if is_supported(key, &step.action, step.resource) { fact(key, caller, step) } else { KeyFact::unknown() };
    // What comes over the internet has an address.
    if key == SOURCE_IP && through_endpoint(connection, caller, step) == Some(false) {
        (fact.absent, fact.assume) = (false, None);
    }
    if let Some(assumption) = fact.assume.as_deref().and_then(|name| catalogue().assumption(name)) {
        space.assumes.push(&assumption.id);
        if failing == Some(&assumption.id) {
            fact = fact.without_assumption();
        }
    }
    let value_type = catalogue().key(key).map_or(ValueType::Text, |row| row.value_type);
    add_fact(space, key, &fact, value_type, &Compared::collect(key, statements), &connection.prefix);
}

/// What follows from the bucket and from what the user said of other keys.
fn follows<'a>(key: &str, connection: &'a Connection, caller: IcaCaller, step: &Step) -> Option<Option<&'a str>> {
    match key {
        // Requests to STS go to an endpoint of ICA's choice, which need not be in the bucket's region.
        "aws:requestedregion" if step.resource != Target::FederatedUser => connection.region.as_deref().map(Some),
        // E1: there is no public address where a request comes through a VPC endpoint.
        SOURCE_IP if through_endpoint(connection, caller, step) == Some(true) => Some(None),
        _ => None,
    }
}

fn add_fact(space: &mut Space, key: &str, fact: &KeyFact, value_type: ValueType, compared: &Compared<'_>, prefix: &str) {
    match fact.kind {
        KeyKind::Absent => {}
        KeyKind::Known => space.fixed.set_one(key, fact.value.clone().unwrap_or_default()),
        KeyKind::Free | KeyKind::Hidden | KeyKind::Foreign => {
            let absent = fact.absent.then_some(None);
            space.is_sampled |= value_type == ValueType::Text && fact.values.is_empty();
            let values = candidates(fact, value_type, compared, prefix).into_iter().map(Some).chain(absent).collect();
            space.open.push(Dimension { key: key.to_owned(), kind: fact.kind, values });
        }
    }
}

/// Whether requests for an action can have the key. One that the reference data does not know at all may be newer than the data.
fn is_supported(key: &str, action: &str, target: Target) -> bool {
    let Some(action) = aws::action(action) else { return true };
    match aws::supports_key_on(action, target.resource_type(), key) {
        KeySupport::Supported | KeySupport::Global | KeySupport::Unknown => true,
        KeySupport::Unsupported | KeySupport::GlobalUnlisted => false,
    }
}

/// Keys that follow from caller and resource are filled in by `authz`.
fn is_derived(key: &str, space: &Space) -> bool {
    let probe = space.callers.first().zip(space.resources.iter().flatten().next());
    let request = probe.and_then(|(caller, resource)| request(space, &space.action, caller.clone(), resource, Context::new()));
    let absent_for_all = ["aws:username", "aws:principalservicename"];
    absent_for_all.contains(&key) || request.is_some_and(|request| request.context.get(key).is_some())
}

/// One request of the space; `None` if its context contradicts the caller.
pub(super) fn request(space: &Space, action: &str, caller: Caller, resource: &str, mut context: Context) -> Option<Request> {
    let unsupported = space.unsupported.iter().filter(|(of, _)| of == action).flat_map(|(_, keys)| keys);
    unsupported.for_each(|key| context.remove(key));
    let resource_account = if resource.contains(":sts:") { None } else { Some(space.account.as_str()) };
    Request::new(caller, action, resource, resource_account, context).ok()
}

fn resources(connection: &Connection, step: &Step, statements: &[&Statement]) -> Vec<Vec<String>> {
    let bucket = format!("arn:aws:s3:::{}", connection.bucket);
    match step.resource {
        Target::Bucket => vec![vec![bucket]],
        Target::Object => {
            vec![object_keys(connection, &bucket, statements).into_iter().map(|key| format!("{bucket}/{key}")).collect()]
        }
        Target::Folder => {
            let keys = object_keys(connection, &bucket, statements);
            let folders = keys.iter().map(|key| format!("{bucket}/{}/", key.trim_end_matches('/'))).collect::<BTreeSet<_>>();
            vec![folders.into_iter().collect()]
        }
        Target::FederatedUser => {
            let account = connection.user.account();
            session_names(connection, statements)
                .into_iter()
                .map(|name| vec![format!("arn:aws:sts::{account}:federated-user/{name}")])
                .collect()
        }
    }
}

/// Keys below the prefix that the policies could tell apart: plain ones, nested ones, and those made from the policies' own words.
fn object_keys(connection: &Connection, bucket: &str, statements: &[&Statement]) -> BTreeSet<String> {
    let prefix = &connection.prefix;
    let plain = ["sample.txt", "run/a/sample.txt", "folder/", UNLISTED];
    let mut keys = plain.iter().map(|key| format!("{prefix}{key}")).collect::<BTreeSet<_>>();
    for pattern in statements.iter().flat_map(|statement| resource_patterns(statement)) {
        keys.extend(keys_matching(pattern, bucket, prefix).into_iter().filter(|key| key.len() > prefix.len()));
    }
    keys
}

fn callers(connection: &Connection, caller: IcaCaller, statements: &[&Statement]) -> Vec<Caller> {
    match caller {
        IcaCaller::IamUser => vec![Caller::User { arn: connection.user.clone() }],
        IcaCaller::FederatedSession => {
            let account = connection.user.account();
            let arns =
                session_names(connection, statements).into_iter().map(|name| format!("arn:aws:sts::{account}:federated-user/{name}"));
            arns.filter_map(|arn| Caller::parse(&arn, Some(connection.user.as_str())).ok()).collect()
        }
        IcaCaller::CrossAccountRole => {
            connection.cross_account_role.iter().flat_map(|role| role_sessions(role.as_str(), statements)).collect()
        }
    }
}

/// The names that a federated session could have: ICA chooses it and does not say how.
fn session_names(connection: &Connection, statements: &[&Statement]) -> Vec<String> {
    if let Some(name) = &connection.session_name {
        return vec![name.clone()];
    }
    let stem = format!("arn:aws:sts::{}:federated-user/", connection.user.account());
    let mut names = BTreeSet::from(["ica-session".to_owned(), "other-session".to_owned()]);
    names.extend(named_sessions(statements, &stem));
    for pattern in statements.iter().flat_map(|statement| resource_patterns(statement)) {
        names.extend(super::keys::values_matching(pattern, &stem).into_iter().filter_map(|arn| arn.strip_prefix(&stem).map(str::to_owned)));
    }
    for key in ["aws:principalarn", "aws:userid"] {
        let stem = if key == "aws:userid" { format!("{}:", connection.user.account()) } else { stem.clone() };
        let compared = Compared::collect(key, statements);
        names.extend(compared.values_below(&stem).into_iter().filter_map(|value| value.strip_prefix(&stem).map(str::to_owned)));
    }
    names.into_iter().filter(|name| is_session_name(name)).collect()
}

fn role_sessions(role: &str, statements: &[&Statement]) -> Vec<Caller> {
    let account = role.split(':').nth(4).unwrap_or_default();
    let name = role.rsplit('/').next().unwrap_or_default();
    let stem = format!("arn:aws:sts::{account}:assumed-role/{name}/");
    let mut names = BTreeSet::from(["ica-session".to_owned()]);
    names.extend(named_sessions(statements, &stem));
    names.into_iter().filter_map(|session| Caller::parse(&format!("{stem}{session}"), Some(role)).ok()).collect()
}

/// The names of sessions that principals spell out.
fn named_sessions(statements: &[&Statement], stem: &str) -> Vec<String> {
    let patterns = statements.iter().flat_map(|statement| statement.principal.iter().flat_map(|element| &element.patterns));
    let arns = patterns.filter_map(|pattern| match &pattern.named {
        Named::FederatedSession(arn) | Named::RoleSession(arn) => arn.strip_prefix(stem),
        _ => None,
    });
    arns.map(str::to_owned).collect()
}

/// Sets a key of an assignment; several-valued keys get one value.
pub(super) fn set(context: &mut Context, key: &str, value: Option<&str>) {
    match value {
        None => context.remove(key),
        Some(value) if aws::condition_key_type(key).is_some_and(|known| known.multi_valued) => {
            context.set(key, ContextValue::Many(vec![value.to_owned()]))
        }
        Some(value) => context.set_one(key, value),
    }
}
