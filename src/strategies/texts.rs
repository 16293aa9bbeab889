//! The words of the small world: actions, resources, principals.

use proptest::prelude::*;
use serde_json::Value;

/// One of these texts; the first is the simplest.
pub(super) fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(texts).prop_map(str::to_owned)
}

/// A text, or a list of one to three, seldom an empty one.
pub(super) fn some(text: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = Value> {
    prop_oneof![
        12 => text.clone().prop_map(Value::from),
        12 => prop::collection::vec(text, 1..4).prop_map(Value::from),
        1 => Just(Value::Array(Vec::new())),
    ]
}

/// Parts put together to a text.
pub(super) fn joined(
    parts: &'static [&'static str],
    most: usize,
) -> impl Strategy<Value = String> + Clone {
    prop::collection::vec(prop::sample::select(parts), 1..=most).prop_map(|parts| parts.concat())
}

/// A pattern of actions: names, wildcards that nearly overlap, letter case.
///
/// ```
/// use proptest::prelude::*;
/// proptest!(|(action in ica_policy::strategies::action())| {
///     prop_assert!(action == "*" || action.contains(':'));
/// });
/// ```
pub fn action() -> impl Strategy<Value = String> + Clone {
    let name = joined(&["Get", "Object", "*", "?", "Put", "get", "Acl", "List", "Bucket"], 3);
    prop_oneof![
        6 => prop::sample::select(ACTIONS).prop_map(str::to_owned),
        1 => name.prop_map(|name| format!("s3:{name}")),
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
    "s3:GetObject*",
    "s3:*Object",
    "sqs:SendMessage",
];

/// A resource of a policy: buckets whose names contain each other, stars that nearly overlap, variables.
///
/// ```
/// use proptest::prelude::*;
/// proptest!(|(resource in ica_policy::strategies::resource())| {
///     prop_assert!(resource == "*" || resource.starts_with("arn:"));
/// });
/// ```
pub fn resource() -> impl Strategy<Value = String> + Clone {
    let key = joined(&["a", "k", "/", "*", "?", "ana", "${aws:username}", "A", "é", "aa"], 4);
    let bucket = prop::sample::select(&["b", "bb", "b-a", "b*", "?", "*"][..]);
    prop_oneof![
        6 => prop::sample::select(RESOURCES).prop_map(str::to_owned),
        1 => (bucket, key).prop_map(|(bucket, key)| format!("arn:aws:s3:::{bucket}/{key}")),
    ]
}

const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/a/*",
    "arn:aws:s3:::*/k",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::b*",
    "arn:aws:s3:::bb/*",
    "arn:aws:s3:::b/a*",
    "arn:aws:s3:::b/*/k",
    "arn:aws:s3:*:*:b/a/k",
    "arn:*:s3:::b/?/k",
    "arn:aws:s3:::b/${aws:PrincipalTag/t, 'a'}/k",
    "arn:aws:s3:::B/*",
];

/// The ARN of one resource, without patterns.
///
/// ```
/// use proptest::prelude::*;
/// proptest!(|(arn in ica_policy::strategies::arn())| {
///     prop_assert!(arn.splitn(6, ':').count() == 6 && !arn.contains('$'));
/// });
/// ```
pub fn arn() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        6 => prop::sample::select(ARNS).prop_map(str::to_owned),
        1 => joined(&["a", "k", "/", "ana", "A", "é", ":"], 4).prop_map(|key| format!("arn:aws:s3:::b/{key}")),
    ]
}

const ARNS: &[&str] = &[
    "arn:aws:s3:::b/a/k",
    "arn:aws:s3:::b/ana/k",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b:c/k",
    "arn:aws:s3:::bb/a/k",
    "arn:aws:s3:::b/a",
];

/// A principal under `AWS`: users with and without a path, roles, sessions, accounts, everybody.
///
/// ```
/// use proptest::prelude::*;
/// proptest!(|(principal in ica_policy::strategies::principal())| {
///     prop_assert!(principal == "*" || !principal.contains('*'));
/// });
/// ```
pub fn principal() -> impl Strategy<Value = String> + Clone {
    prop::sample::select(PRINCIPALS).prop_map(str::to_owned)
}

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
    "arn:aws:iam::111122223333:user/an",
];
