//! Conditions: each operator family with the keys and values of its edges.

use super::texts::{joined, one_of, some};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A block of up to two operators, as the value of `Condition`.
///
/// ```
/// use proptest::prelude::*;
/// proptest!(|(block in ica_policy::strategies::conditions())| {
///     prop_assert!(block.as_object().is_some_and(|operators| operators.values().all(|keys| keys.is_object())));
/// });
/// ```
pub fn conditions() -> impl Strategy<Value = Value> {
    prop::collection::vec(condition(), 0..3)
        .prop_map(|conditions| conditions.into_iter().collect::<Map<_, _>>().into())
}

/// An operator and the object of its keys.
///
/// ```
/// use proptest::prelude::*;
/// proptest!(|((operator, keys) in ica_policy::strategies::condition())| {
///     prop_assert!(!operator.is_empty() && keys.is_object());
/// });
/// ```
pub fn condition() -> impl Strategy<Value = (String, Value)> {
    let absence = (Just("Null".to_owned()), key(), some(one_of_(&["true", "false"])))
        .prop_map(|(operator, key, values)| (operator, json!({key: values})));
    prop_oneof![
        5 => strings(),
        2 => under("aws:PrincipalArn", &["ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEqualsIfExists"], ARNS),
        2 => under("aws:SourceIp", &["IpAddress", "NotIpAddress", "NotIpAddressIfExists"], NETWORKS),
        1 => under("s3:max-keys", NUMERIC, &["1", "10", "1.50", "1.0", "-1", "0"]),
        1 => under("aws:CurrentTime", DATE, MOMENTS),
        1 => under("aws:SecureTransport", &["Bool", "BoolIfExists"], &["true", "false", "True"]),
        1 => absence,
    ]
}

/// As [`one_of`], to be used twice.
fn one_of_(texts: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    prop::sample::select(texts).prop_map(str::to_owned)
}

fn under(
    key: &'static str,
    operators: &'static [&'static str],
    values: &'static [&'static str],
) -> impl Strategy<Value = (String, Value)> {
    (one_of(operators), some(one_of_(values)))
        .prop_map(move |(operator, values)| (operator, json!({key: values})))
}

/// Texts under a key with one value or several; seldom two keys.
fn strings() -> impl Strategy<Value = (String, Value)> {
    let second = prop::option::weighted(0.1, (key(), some(value())));
    (one_of(STRING), key(), some(value()), second).prop_map(|(operator, key, values, second)| {
        // One key in two cases is refused by AWS; `document` has it.
        let second = second.filter(|(other, _)| !other.eq_ignore_ascii_case(&key));
        let mut keys = Map::from_iter([(key, values)]);
        keys.extend(second);
        (operator, keys.into())
    })
}

fn key() -> impl Strategy<Value = String> {
    one_of(&["s3:prefix", "aws:TagKeys", "aws:UserAgent", "S3:Prefix", "aws:PrincipalTag/t"])
}

/// Plain texts that contain each other, patterns, variables beside them.
fn value() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        6 => prop::sample::select(VALUES).prop_map(str::to_owned),
        1 => joined(&["a", "b", "*", "?", "ana", "${aws:username}", "A", "é", "${*}"], 3),
    ]
}

const VALUES: &[&str] = &[
    "a",
    "A",
    "a*",
    "*",
    "?",
    "b",
    "ab",
    "",
    "ana",
    "${aws:username}",
    "${aws:username, 'a'}",
    "${*}",
    "é",
    "e\u{301}",
];

const STRING: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringEqualsIfExists",
    "StringNotLikeIfExists",
    "StringNotEqualsIfExists",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringLike",
    "ForAllValues:StringNotEquals",
    "ForAllValues:StringLikeIfExists",
    "ForAnyValue:StringNotLike",
    "ForAnyValue:StringNotLikeIfExists",
];

const NUMERIC: &[&str] = &[
    "NumericLessThan",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEqualsIfExists",
];

const DATE: &[&str] = &[
    "DateLessThan",
    "DateGreaterThanEquals",
    "DateNotEquals",
    "DateEquals",
    "DateLessThanEquals",
    "DateGreaterThan",
];

const ARNS: &[&str] = &[
    "arn:aws:iam::111122223333:user/*",
    "arn:aws:sts::*:federated-user/*",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::111122223333:user/an?",
    "arn:aws:*:111122223333:user/ana",
    "*",
];

/// Networks that begin and end beside each other; the requests have their first and last addresses.
const NETWORKS: &[&str] = &[
    "203.0.113.0/24",
    "203.0.113.7",
    "203.0.113.0/25",
    "203.0.113.128/25",
    "203.0.113.6/31",
    "2001:db8::/32",
    "2001:db8::/127",
    "0.0.0.0/0",
    "::/0",
];

/// One moment in several forms, and a second beside it.
const MOMENTS: &[&str] = &[
    "2026-01-01T00:00:00Z",
    "1767225600",
    "2026-01",
    "2026-01-01T01:00:00+01:00",
    "2026-01-01T00:00:01Z",
];
