//! Values to try for a condition key: made from the words of the policies, so that every comparison comes out both ways.

use super::catalogue::{KeyFact, KeyKind, ValueType};
use super::keys::values_matching;
use crate::model::condition::Test;
use crate::model::{Part, Pattern, Shape, Statement};
use ipnet::IpNet;
use std::collections::BTreeSet;

/// A text that no policy is likely to name.
pub const UNLISTED: &str = "ica-policy-unlisted";

/// How many patterns of a key are tried in pairs.
const MOST_PAIRED: usize = 20;

/// Addresses that are set aside for documentation and benchmarks (RFC 5737, 3849, 2544).
const UNLISTED_ADDRESSES: [&str; 3] = ["192.0.2.77", "198.18.0.7", "2001:db8::7"];

/// What a policy compares a key with.
#[derive(Default)]
pub(super) struct Compared<'a> {
    tests: Vec<&'a Test>,
    /// Whether the key is filled into a pattern, as `${key}`.
    in_variable: bool,
}

impl<'a> Compared<'a> {
    /// Collects from statements all that concerns the key.
    pub(super) fn collect(key: &str, statements: &[&'a Statement]) -> Compared<'a> {
        let mut compared = Compared::default();
        for statement in statements {
            let conditions = statement.conditions.iter().filter(|condition| &*condition.key.node == key);
            compared.tests.extend(conditions.map(|condition| &condition.test));
            compared.in_variable |= super::context::variables(statement).any(|variable| &*variable.key == key);
        }
        compared
    }

    /// Values that begin with `stem` and match one of the patterns.
    pub(super) fn values_below(&self, stem: &str) -> Vec<String> {
        self.patterns().flat_map(|pattern| values_matching(pattern, stem)).collect()
    }

    /// Values that fit two patterns at once: the beginning of one continued to a match of the other.
    fn meets(&self) -> Vec<String> {
        let wild = || self.patterns().filter(|pattern| pattern.has_wildcards()).take(MOST_PAIRED);
        let start = |pattern: &Pattern| match pattern.parts.first() {
            Some(Part::Literal(text)) => text.to_string(),
            _ => String::new(),
        };
        wild().flat_map(|first| wild().flat_map(move |second| values_matching(second, &start(first)))).collect()
    }

    fn patterns(&self) -> impl Iterator<Item = &'a Pattern> {
        self.tests
            .iter()
            .flat_map(|test| match test {
                Test::String { values, .. } | Test::Arn { values, .. } => values.list.as_slice(),
                _ => &[],
            })
            .map(|value| &value.node)
    }
}

/// The values to try.
pub(super) fn candidates(fact: &KeyFact, value_type: ValueType, compared: &Compared<'_>, prefix: &str) -> Vec<String> {
    let mut values = BTreeSet::new();
    if !fact.values.is_empty() {
        values.extend(fact.values.iter().map(|value| value.replace("{prefix}", prefix)));
        return values.into_iter().collect();
    }
    if fact.below {
        values.extend(["", "sub/", "a/b/", UNLISTED].map(|rest| format!("{prefix}{rest}")));
        values.extend(compared.patterns().flat_map(|pattern| values_matching(pattern, prefix)));
        return values.into_iter().collect();
    }
    values.extend(unlisted(value_type).iter().map(|value| (*value).to_owned()));
    for test in &compared.tests {
        typed(test, &mut values);
    }
    for pattern in compared.patterns() {
        // What is Illumina's is never equal to a complete literal of the customer's, but it may have the shape of a pattern.
        if fact.kind != KeyKind::Foreign || pattern.has_wildcards() && pattern.shape != Shape::Everything {
            texts(pattern, &mut values);
        }
    }
    values.extend(compared.meets());
    if compared.in_variable {
        values.extend(prefix.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned));
        values.insert(prefix.trim_end_matches('/').to_owned());
        values.remove("");
    }
    values.into_iter().collect()
}

fn unlisted(value_type: ValueType) -> &'static [&'static str] {
    match value_type {
        ValueType::Text => &[UNLISTED],
        ValueType::Bool => &["true", "false"],
        ValueType::Number => &["0", "1"],
        ValueType::Date => &["2026-06-01T00:00:00Z"],
        ValueType::Address => &UNLISTED_ADDRESSES,
    }
}

fn texts(pattern: &Pattern, values: &mut BTreeSet<String>) {
    for text in values_matching(pattern, "") {
        // `StringEquals` and `StringEqualsIgnoreCase` differ in these.
        values.insert(text.to_uppercase());
        values.insert(text);
    }
}

/// The values of typed operators, and their neighbours on both sides.
fn typed(test: &Test, values: &mut BTreeSet<String>) {
    match test {
        Test::Numeric(_, limits) => {
            values.extend(
                limits.list.iter().flat_map(|limit| [limit.node - 1.0, limit.node, limit.node + 1.0]).map(|number| number.to_string()),
            );
        }
        Test::Date(_, limits) => {
            let seconds = limits.list.iter().map(|limit| limit.node.div_euclid(1_000_000_000));
            values.extend(seconds.flat_map(|second| [second - 1, second, second + 1]).map(|second| second.to_string()));
        }
        Test::Bool(_) => values.extend(["true", "false"].map(str::to_owned)),
        Test::Ip { values: nets, .. } => values.extend(nets.list.iter().flat_map(|net| addresses(&net.node))),
        Test::String { .. } | Test::Arn { .. } | Test::Binary(_) | Test::Null(_) | Test::Unknown => {}
    }
}

/// The first and last address of a block and their neighbours outside.
fn addresses(net: &IpNet) -> Vec<String> {
    match net {
        IpNet::V4(net) => {
            let (first, last) = (u32::from(net.network()), u32::from(net.broadcast()));
            [Some(first), Some(last), first.checked_sub(1), last.checked_add(1)]
                .into_iter()
                .flatten()
                .map(|bits| std::net::Ipv4Addr::from(bits).to_string())
                .collect()
        }
        IpNet::V6(net) => {
            let (first, last) = (u128::from(net.network()), u128::from(net.broadcast()));
            [Some(first), Some(last), first.checked_sub(1), last.checked_add(1)]
                .into_iter()
                .flatten()
                .map(|bits| std::net::Ipv6Addr::from(bits).to_string())
                .collect()
        }
    }
}

/// Whether a text can be the name of a federated session: 2 to 32 characters of `[\w+=,.@-]` (B5).
pub(super) fn is_session_name(name: &str) -> bool {
    (2..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
}
