//! Statements and policies of each kind.

use super::conditions::conditions;
use super::texts::{action, principal, resource, some};
use crate::model::PolicyKind;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A policy of one to three statements, with the elements that its kind has.
///
/// ```
/// use ica_policy::{api::PolicyKind, strategies};
/// use proptest::prelude::*;
/// proptest!(|(policy in strategies::policy(PolicyKind::Resource))| {
///     let statements = policy["Statement"].as_array().unwrap();
///     prop_assert!(statements.iter().all(|one| one.get("Principal").or(one.get("NotPrincipal")).is_some()));
/// });
/// ```
pub fn policy(kind: PolicyKind) -> impl Strategy<Value = Value> {
    let version =
        prop_oneof![9 => Just(Some("2012-10-17")), 1 => Just(Some("2008-10-17")), 1 => Just(None)];
    (version, prop::collection::vec(statement(kind), 1..4)).prop_map(|(version, statements)| {
        let mut policy = Map::new();
        policy.extend(version.map(|version| ("Version".to_owned(), version.into())));
        policy.insert("Statement".to_owned(), statements.into());
        policy.into()
    })
}

/// A statement with the elements that its kind of policy has.
///
/// ```
/// use ica_policy::{api::PolicyKind, strategies};
/// use proptest::prelude::*;
/// proptest!(|(statement in strategies::statement(PolicyKind::Trust))| {
///     prop_assert!(statement.get("Resource").is_none() && statement.get("Principal").is_some());
/// });
/// ```
pub fn statement(kind: PolicyKind) -> impl Strategy<Value = Value> {
    let elements = (
        prop::sample::select(&["Allow", "Allow", "Deny"][..]),
        (prop::bool::weighted(0.15), some(action())),
        (prop::bool::weighted(0.15), some(resource())),
        (prop::bool::weighted(0.1), principals()),
        conditions(),
    );
    elements.prop_map(move |(effect, actions, resources, principals, conditions)| {
        let mut members = Map::from_iter([("Effect".to_owned(), effect.into())]);
        let mut put = |(not, values): (bool, Value), name: &str| {
            members.insert(if not { format!("Not{name}") } else { name.to_owned() }, values);
        };
        put(actions, "Action");
        if kind.has_resource() {
            put(resources, "Resource");
        }
        if kind.has_principal() {
            put(principals, "Principal");
        }
        if conditions.as_object().is_some_and(|block| !block.is_empty()) {
            members.insert("Condition".to_owned(), conditions);
        }
        fit(kind, &mut members);
        members.into()
    })
}

fn principals() -> impl Strategy<Value = Value> {
    let service = json!({"Service": "logging.s3.amazonaws.com"});
    prop_oneof![
        10 => some(principal()).prop_map(|names| json!({"AWS": names})),
        1 => Just(Value::from("*")),
        1 => Just(service),
    ]
}

/// What a kind of policy may not have, in words that it may have.
fn fit(kind: PolicyKind, members: &mut Map<String, Value>) {
    // A list of principals that excepts everybody or a service is in no policy that AWS describes.
    let odd = |names: &Value| names.get("AWS").is_none();
    match kind {
        PolicyKind::Rcp => {
            members.remove("NotPrincipal");
            members.insert("Principal".to_owned(), "*".into());
            members.insert("Effect".to_owned(), "Deny".into());
            let actions = members.remove("NotAction").or_else(|| members.remove("Action"));
            members.insert("Action".to_owned(), by_service(actions.unwrap_or_default()));
        }
        PolicyKind::Trust => {
            let names = members.remove("NotPrincipal");
            members.extend(names.map(|names| ("Principal".to_owned(), names)));
            members.remove("NotAction");
            members.insert("Action".to_owned(), "sts:AssumeRole".into());
        }
        PolicyKind::KmsKey => {
            members.remove("NotResource");
            members.remove("NotAction");
            members.insert("Resource".to_owned(), "*".into());
            members.insert("Action".to_owned(), json!(["kms:Decrypt", "kms:Describe*"]));
        }
        _ => {}
    }
    if members.get("NotPrincipal").is_some_and(odd) {
        let names = members.remove("NotPrincipal");
        members.extend(names.map(|names| ("Principal".to_owned(), names)));
    }
}

/// Actions that name their service: an RCP has no `*` alone (ORG:orgs_manage_policies_rcps_syntax).
fn by_service(actions: Value) -> Value {
    match actions {
        Value::Array(actions) => actions.into_iter().map(by_service).collect(),
        Value::String(action) if action == "*" => "s3:*".into(),
        action => action,
    }
}

/// The text of a policy in which some member may occur twice, with the same value or another one.
///
/// ```
/// use ica_policy::{api::PolicyKind, strategies};
/// use proptest::prelude::*;
/// proptest!(|(text in strategies::document(PolicyKind::Identity))| {
///     prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
/// });
/// ```
pub fn document(kind: PolicyKind) -> impl Strategy<Value = String> {
    let again = prop::option::weighted(0.3, prop::sample::select(AGAIN));
    (policy(kind), again).prop_map(|(policy, again)| {
        let text = policy.to_string();
        let Some((before, member)) = again else { return text };
        text.replacen(before, &format!("{member},{before}"), 1)
    })
}

/// A member, and one of the same name that is put before it.
const AGAIN: &[(&str, &str)] = &[
    ("\"Effect\":", "\"Effect\":\"Deny\""),
    ("\"Action\":", "\"Action\":\"s3:GetObject\""),
    ("\"Resource\":", "\"Resource\":\"*\""),
    ("\"Statement\":", "\"Statement\":[]"),
    ("\"Version\":", "\"Version\":\"2008-10-17\""),
    ("\"s3:prefix\":", "\"s3:prefix\":\"a\""),
    ("\"s3:prefix\":", "\"S3:Prefix\":\"a\""),
];
