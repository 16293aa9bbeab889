//! Requests with all layers.

use super::callers::{Caller, request};
use super::policies::policy;
use crate::model::PolicyKind;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A request with its layers, as a line of `ica-policy simulate --batch`; one of five asks through an access point.
///
/// ```
/// use ica_policy::strategies;
/// use proptest::prelude::*;
/// proptest!(ProptestConfig { cases: 20, ..ProptestConfig::default() }, |(line in strategies::line())| {
///     prop_assert!(line["principal"].is_string() && line.get("identity_policies").is_some());
/// });
/// ```
pub fn line() -> impl Strategy<Value = Value> {
    prop_oneof![4 => at_bucket().boxed(), 1 => at_access_point().boxed()]
}

fn at_bucket() -> impl Strategy<Value = Value> {
    let rare = |kind| prop::option::weighted(0.25, policy(kind));
    let layers = (
        prop::collection::vec(policy(PolicyKind::Identity), 0..3),
        prop::option::weighted(0.7, policy(PolicyKind::Resource)),
        rare(PolicyKind::Boundary),
        rare(PolicyKind::Session),
        rare(PolicyKind::Scp),
        rare(PolicyKind::Rcp),
        rare(PolicyKind::Vpce),
    );
    (request(), layers).prop_map(|(request, layers)| {
        let (identity, bucket, boundary, session, scp, rcp, vpce) = layers;
        let principal = request["principal"].as_str().unwrap_or_default().to_owned();
        let caller = Caller { principal, session_issuer: None };
        // Only users and sessions have policies of their own, and only sessions a session policy.
        let identity = if caller.has_policies() { identity } else { Vec::new() };
        let boundary = boundary.filter(|_| caller.has_policies());
        let session = session.filter(|_| caller.is_session());
        let mut line = request;
        let layers = json!({
            "identity_policies": identity, "resource_policy": bucket, "permissions_boundary": boundary,
            "session_policies": session.map(|policy| json!([policy])), "scps": scp.map(|policy| json!([[policy]])),
            "rcps": rcp.map(|policy| json!([[policy]])), "vpce_policies": vpce.map(|policy| json!([policy])),
        });
        if let (Some(line), Value::Object(layers)) = (line.as_object_mut(), layers) {
            line.extend(layers);
        }
        line
    })
}

/// Access points: of the account, of another one, and a Multi-Region one. The bucket `b` is behind them.
const ACCESS_POINTS: &[&str] = &[
    "arn:aws:s3:eu-central-1:111122223333:accesspoint/ap",
    "arn:aws:s3:eu-central-1:444455556666:accesspoint/ap",
    "arn:aws:s3::111122223333:accesspoint/m.mrap",
];

/// The resources of statements about access points.
const POINT_RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:*:*:accesspoint/ap/object/*",
    "arn:aws:s3:*:111122223333:accesspoint/*",
    "arn:aws:s3::*:accesspoint/m.mrap/object/a/*",
    "arn:aws:s3:::b/*",
];

/// Keys of statements about access points, with their values.
const POINT_CONDITIONS: &[Words] = &[
    ("StringEquals", "s3:DataAccessPointAccount", "111122223333"),
    ("StringNotEquals", "s3:DataAccessPointAccount", "444455556666"),
    ("ArnLike", "s3:DataAccessPointArn", "arn:aws:s3:*:111122223333:accesspoint/ap"),
    ("StringEquals", "aws:ResourceAccount", "111122223333"),
    ("StringNotEquals", "aws:ResourceAccount", "444455556666"),
    ("Null", "s3:DataAccessPointArn", "true"),
];

/// Operator, key and value.
type Words = (&'static str, &'static str, &'static str);

/// A line whose resource is an access point. Every policy of it has some words about access points.
fn at_access_point() -> impl Strategy<Value = Value> {
    let changes = prop::collection::vec(
        (
            prop::sample::select(POINT_RESOURCES),
            prop::option::weighted(0.3, prop::sample::select(POINT_CONDITIONS)),
        ),
        24,
    );
    let bucket = (
        prop::option::weighted(0.7, policy(PolicyKind::Resource)),
        prop::option::weighted(0.4, prop::sample::select(&["111122223333", "444455556666"][..])),
    );
    (at_bucket(), prop::sample::select(ACCESS_POINTS), bucket, changes).prop_map(
        |(line, point, (policy, account), changes)| {
            let key = line["resource"].as_str().and_then(|resource| resource.split_once('/'));
            let object = key.map(|(_, key)| format!("/object/{key}")).unwrap_or_default();
            let mut changes = changes.into_iter();
            let mut members = match line {
                Value::Object(members) => members,
                _ => Map::new(),
            };
            members.remove("resource_account");
            for (name, layer) in &mut members {
                if name.ends_with("policies") || name.ends_with("policy") || name == "scps" {
                    put_words(layer, &mut changes);
                }
            }
            members.insert("resource".to_owned(), format!("{point}{object}").into());
            members.insert("bucket".to_owned(), "b".into());
            members.insert("bucket_account".to_owned(), account.into());
            members.insert("bucket_policy".to_owned(), policy.into());
            members.into()
        },
    )
}

/// Gives the statements below a layer other resources, and some a condition.
fn put_words(value: &mut Value, changes: &mut impl Iterator<Item = (&'static str, Option<Words>)>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| put_words(item, changes)),
        Value::Object(members) if members.contains_key("Effect") => {
            let Some((resource, condition)) = changes.next() else { return };
            members.remove("NotResource");
            members.insert("Resource".to_owned(), resource.into());
            if let Some((operator, key, value)) = condition {
                members.insert("Condition".to_owned(), json!({operator: {key: value}}));
            }
        }
        Value::Object(members) => {
            members.values_mut().for_each(|member| put_words(member, changes))
        }
        _ => {}
    }
}
