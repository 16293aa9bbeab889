//! Random requests and policies over a small alphabet, so that they often match.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};

/// A runner that always begins with the same cases. The environment variable sets their number.
pub fn runner(variable: &str, usual: u32) -> TestRunner {
    let cases = std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// One of these texts.
fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(texts).prop_map(str::to_owned)
}

/// A text, or a list of one to three.
fn some(texts: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop_oneof![
        one_of(texts).prop_map(Value::from),
        prop::collection::vec(one_of(texts), 1..4).prop_map(Value::from),
    ]
}

const ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:PutObject",
    "s3:Get*",
    "s3:*",
    "*",
    "s3:?etObject",
    "S3:getobject",
    "sqs:SendMessage",
];
const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/a/*",
    "arn:aws:s3:::*/k",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:*:*:b/a/k",
    "arn:*:s3:::b/?/k",
];
const PRINCIPALS: &[&str] = &[
    "*",
    "111122223333",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:user/ana",
    "arn:aws:iam::111122223333:user/team/ben",
    "arn:aws:sts::111122223333:federated-user/ana",
    "arn:aws:iam::111122223333:role/team/job",
    "arn:aws:sts::111122223333:assumed-role/job/run",
    "arn:aws:iam::444455556666:user/eve",
    "444455556666",
];
const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringEqualsIfExists",
    "StringNotLikeIfExists",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringLike",
    "ForAllValues:StringNotEquals",
    "ForAnyValue:StringNotLikeIfExists",
];
const VALUES: &[&str] =
    &["a", "A", "a*", "*", "?", "b", "", "${aws:username}", "${aws:username, 'a'}", "${*}"];
const KEYS: &[&str] = &["s3:prefix", "aws:TagKeys", "aws:UserAgent", "S3:Prefix"];

/// A condition operator with one key.
fn condition() -> impl Strategy<Value = (String, Value)> {
    let strings = (one_of(OPERATORS), one_of(KEYS), some(VALUES))
        .prop_map(|(operator, key, values)| (operator, json!({key: values})));
    let arns = (
        one_of(&["ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEqualsIfExists"]),
        some(&[
            "arn:aws:iam::111122223333:user/*",
            "arn:aws:sts::*:federated-user/*",
            "arn:aws:iam::*:role/*",
            "*",
            "arn:aws:*:111122223333:user/ana",
        ]),
    )
        .prop_map(|(operator, values)| (operator, json!({"aws:PrincipalArn": values})));
    let addresses = (
        one_of(&["IpAddress", "NotIpAddress", "NotIpAddressIfExists"]),
        some(&["203.0.113.0/24", "203.0.113.7", "2001:db8::/32", "0.0.0.0/0"]),
    )
        .prop_map(|(operator, values)| (operator, json!({"aws:SourceIp": values})));
    let numbers = (
        one_of(&[
            "NumericLessThan",
            "NumericEquals",
            "NumericNotEquals",
            "NumericGreaterThanEqualsIfExists",
        ]),
        some(&["1", "10", "1.50"]),
    )
        .prop_map(|(operator, values)| (operator, json!({"s3:max-keys": values})));
    let dates = (
        one_of(&["DateLessThan", "DateGreaterThanEquals", "DateNotEquals"]),
        some(&["2026-01-01T00:00:00Z", "1767225600", "2026-06"]),
    )
        .prop_map(|(operator, values)| (operator, json!({"aws:CurrentTime": values})));
    let truths = (one_of(&["Bool", "BoolIfExists"]), some(&["true", "false"]))
        .prop_map(|(operator, values)| (operator, json!({"aws:SecureTransport": values})));
    let absence = (one_of(&["Null"]), one_of(KEYS), some(&["true", "false"]))
        .prop_map(|(operator, key, values)| (operator, json!({key: values})));
    prop_oneof![4 => strings, 2 => arns, 1 => addresses, 1 => numbers, 1 => dates, 1 => truths, 1 => absence]
}

/// A statement. It has a principal if the kind of policy needs one.
fn statement(with_principal: bool) -> impl Strategy<Value = Value> {
    let conditions = prop::collection::vec(condition(), 0..3);
    let elements = (
        prop::sample::select(&["Allow", "Allow", "Deny"][..]),
        (prop::bool::weighted(0.15), some(ACTIONS)),
        (prop::bool::weighted(0.15), some(RESOURCES)),
        (prop::bool::weighted(0.1), some(PRINCIPALS)),
        conditions,
    );
    elements.prop_map(
        move |(
            effect,
            (not_action, actions),
            (not_resource, resources),
            (not_principal, principals),
            conditions,
        )| {
            let mut statement = Map::new();
            statement.insert("Effect".to_owned(), effect.into());
            statement.insert(if not_action { "NotAction" } else { "Action" }.to_owned(), actions);
            statement.insert(
                if not_resource { "NotResource" } else { "Resource" }.to_owned(),
                resources,
            );
            if with_principal {
                statement.insert(
                    if not_principal { "NotPrincipal" } else { "Principal" }.to_owned(),
                    json!({"AWS": principals}),
                );
            }
            let block = conditions.into_iter().collect::<Map<_, _>>();
            if !block.is_empty() {
                statement.insert("Condition".to_owned(), block.into());
            }
            statement.into()
        },
    )
}

/// A policy of one to three statements.
pub fn policy(with_principal: bool) -> impl Strategy<Value = Value> {
    let version =
        prop_oneof![9 => Just(Some("2012-10-17")), 1 => Just(Some("2008-10-17")), 1 => Just(None)];
    (version, prop::collection::vec(statement(with_principal), 1..4)).prop_map(
        |(version, statements)| {
            let mut policy = Map::new();
            policy.extend(version.map(|version| ("Version".to_owned(), version.into())));
            policy.insert("Statement".to_owned(), statements.into());
            policy.into()
        },
    )
}

/// Callers, and the user or role of each session.
const CALLERS: &[(&str, Option<&str>)] = &[
    ("arn:aws:iam::111122223333:user/ana", None),
    ("arn:aws:iam::111122223333:user/team/ben", None),
    ("arn:aws:sts::111122223333:federated-user/ana", Some("arn:aws:iam::111122223333:user/ana")),
    (
        "arn:aws:sts::111122223333:federated-user/ana",
        Some("arn:aws:iam::111122223333:user/team/ben"),
    ),
    ("arn:aws:sts::111122223333:federated-user/zoe", None),
    (
        "arn:aws:sts::111122223333:assumed-role/job/run",
        Some("arn:aws:iam::111122223333:role/team/job"),
    ),
    ("arn:aws:sts::111122223333:assumed-role/job/run", None),
    ("111122223333", None),
    ("arn:aws:iam::444455556666:user/eve", None),
    ("arn:aws:sts::444455556666:federated-user/eve", Some("arn:aws:iam::444455556666:user/eve")),
    ("logging.s3.amazonaws.com", None),
    ("*", None),
];

fn context() -> impl Strategy<Value = Value> {
    let text = |key: &'static str, values: &'static [&'static str]| {
        prop::option::weighted(0.6, one_of(values))
            .prop_map(move |value| value.map(|value| (key.to_owned(), Value::from(value))))
    };
    let tags =
        prop::option::weighted(0.6, prop::collection::vec(one_of(&["a", "b", "A", ""]), 0..3))
            .prop_map(|values| {
                values.map(|values| ("aws:TagKeys".to_owned(), Value::from(values)))
            });
    let parts = (
        text("s3:prefix", &["a", "A", "ab", "b", "", "*", "ana"]),
        text("aws:SourceIp", &["203.0.113.7", "198.51.100.1", "2001:db8::1"]),
        text("s3:max-keys", &["1", "10", "1.5", "11"]),
        text(
            "aws:CurrentTime",
            &["2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", "2026-11-24T10:00:00+01:00"],
        ),
        text("aws:SecureTransport", &["true", "false"]),
        text("aws:SourceVpce", &["vpce-0a1b2c3d"]),
        tags,
    );
    parts.prop_map(|(a, b, c, d, e, f, g)| {
        [a, b, c, d, e, f, g].into_iter().flatten().collect::<Map<_, _>>().into()
    })
}

/// A whole line of `simulate --batch`; one of five asks through an access point.
pub fn line() -> impl Strategy<Value = Value> {
    prop_oneof![4 => line_at_bucket().boxed(), 1 => line_at_access_point().boxed()]
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
const POINT_CONDITIONS: &[(&str, &str, &str)] = &[
    ("StringEquals", "s3:DataAccessPointAccount", "111122223333"),
    ("StringNotEquals", "s3:DataAccessPointAccount", "444455556666"),
    ("ArnLike", "s3:DataAccessPointArn", "arn:aws:s3:*:111122223333:accesspoint/ap"),
    ("StringEquals", "aws:ResourceAccount", "111122223333"),
    ("StringNotEquals", "aws:ResourceAccount", "444455556666"),
    ("Null", "s3:DataAccessPointArn", "true"),
];

/// A line whose resource is an access point. Every policy of it has some words about access points.
fn line_at_access_point() -> impl Strategy<Value = Value> {
    let changes = prop::collection::vec(
        (
            prop::sample::select(POINT_RESOURCES),
            prop::option::weighted(0.3, prop::sample::select(POINT_CONDITIONS)),
        ),
        24,
    );
    let bucket = (
        prop::option::weighted(0.7, policy(true)),
        prop::option::weighted(0.4, prop::sample::select(&["111122223333", "444455556666"][..])),
    );
    (line_at_bucket(), prop::sample::select(ACCESS_POINTS), bucket, changes).prop_map(
        |(mut line, point, (policy, account), changes)| {
            let key =
                line["resource"].as_str().unwrap().split_once('/').map(|(_, key)| key.to_owned());
            let object = key.map(|key| format!("/object/{key}")).unwrap_or_default();
            line["resource"] = format!("{point}{object}").into();
            line["bucket"] = "b".into();
            line["bucket_account"] = account.into();
            line.as_object_mut().unwrap().remove("resource_account");
            let mut changes = changes.into_iter();
            for (name, layer) in line.as_object_mut().unwrap() {
                if name.ends_with("policies") || name.ends_with("policy") || name == "scps" {
                    put_words(layer, &mut changes);
                }
            }
            line["bucket_policy"] = policy.into();
            line
        },
    )
}

/// Gives half of the statements below a layer other resources, and some a condition.
fn put_words(
    value: &mut Value,
    changes: &mut impl Iterator<
        Item = (&'static str, Option<(&'static str, &'static str, &'static str)>),
    >,
) {
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

fn line_at_bucket() -> impl Strategy<Value = Value> {
    let caller = prop::sample::select(CALLERS);
    let resource = one_of(&[
        "arn:aws:s3:::b/a/k",
        "arn:aws:s3:::b/ana/k",
        "arn:aws:s3:::b",
        "arn:aws:s3:::b:c/k",
    ]);
    let rare = |principals| prop::option::weighted(0.25, policy(principals));
    let layers = (
        prop::collection::vec(policy(false), 0..3),
        prop::option::weighted(0.7, policy(true)),
        rare(false),
        rare(false),
        rare(false),
        rare(true),
        rare(true),
    );
    let action = one_of(&["s3:GetObject", "s3:PutObject", "S3:GETOBJECT"]);
    (caller, action, resource, context(), layers).prop_map(|((principal, issuer), action, resource, mut context, layers)| {
        // The address is taken out where a service calls.
        if principal.ends_with(".amazonaws.com") {
            context.as_object_mut().unwrap().remove("aws:SourceIp");
        }
        let (identity, bucket, boundary, session, scp, rcp, vpce) = layers;
        // Only users and sessions have policies of their own, and only sessions a session policy.
        let is_session = [":federated-user/", ":assumed-role/"].iter().any(|kind| principal.contains(kind));
        let has_own = is_session || principal.contains(":user/");
        let identity = if has_own { identity } else { Vec::new() };
        let (boundary, session) = (boundary.filter(|_| has_own), session.filter(|_| is_session));
        let rcp = rcp.map(|mut policy| {
            everyone(&mut policy);
            json!([[policy]])
        });
        json!({
            "principal": principal, "session_issuer": issuer, "action": action, "resource": resource, "resource_account": "111122223333",
            "context": context, "identity_policies": identity, "resource_policy": bucket, "permissions_boundary": boundary,
            "session_policies": session.map(|policy| json!([policy])), "scps": scp.map(|policy| json!([[policy]])), "rcps": rcp,
            "vpce_policies": vpce.map(|policy| json!([policy])),
        })
    })
}

/// Makes everybody the principal, as RCPs require.
fn everyone(policy: &mut Value) {
    for statement in policy["Statement"].as_array_mut().unwrap() {
        statement.as_object_mut().unwrap().remove("NotPrincipal");
        statement["Principal"] = "*".into();
        super::requests::fit_for_rcp(statement);
    }
}
