//! The public strategies: what they are biased to occurs, they shrink to short policies, and what they make is decided alike by all.

use crate::support::random::runner;
use crate::{eval, reference};
use ica_policy::api::{PolicyKind, Workspace};
use ica_policy::strategies;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestError;
use serde_json::Value;

/// All operators of a policy with the objects of their keys.
fn conditions(policy: &Value) -> Vec<(String, Value)> {
    let statements = policy["Statement"].as_array().into_iter().flatten();
    let blocks = statements.filter_map(|statement| statement["Condition"].as_object());
    blocks.flatten().map(|(operator, keys)| (operator.clone(), keys.clone())).collect()
}

fn values(policy: &Value) -> Vec<Value> {
    let keys = conditions(policy);
    keys.iter().flat_map(|(_, keys)| keys.as_object().unwrap().values().cloned()).collect()
}

fn has_value(policy: &Value, wanted: impl Fn(&str) -> bool) -> bool {
    values(policy).iter().any(|values| match values {
        Value::Array(items) => items.iter().any(|item| wanted(item.as_str().unwrap())),
        value => wanted(value.as_str().unwrap()),
    })
}

/// A name and whether a policy has it.
type Edge = (&'static str, fn(&Value) -> bool);

/// What the strategies are biased to.
const EDGES: [Edge; 12] = [
    ("an empty list", |policy| policy.to_string().contains("[]")),
    ("actions in another case", |policy| policy.to_string().contains("S3:getobject")),
    ("buckets whose names contain each other", |policy| {
        let text = policy.to_string();
        text.contains(":::b/") && text.contains(":::bb/")
    }),
    ("stars that nearly overlap", |policy| {
        let text = policy.to_string();
        text.contains(":::b/a*") && text.contains("/k\"")
    }),
    ("characters beyond ASCII", |policy| !policy.to_string().is_ascii()),
    ("a negated operator", |policy| {
        conditions(policy).iter().any(|(name, _)| name.contains("Not"))
    }),
    ("a key in another case", |policy| policy.to_string().contains("S3:Prefix")),
    ("the border of a network", |policy| has_value(policy, |value| value == "203.0.113.128/25")),
    ("one moment in another form", |policy| has_value(policy, |value| value == "1767225600")),
    ("a variable beside plain text", |policy| {
        values(policy).iter().any(|values| {
            let text = values.to_string();
            values.is_array() && text.contains("${aws:username}") && text.contains("\"a")
        })
    }),
    ("an absent key", |policy| conditions(policy).iter().any(|(name, _)| name == "Null")),
    ("an older version", |policy| policy["Version"] != "2012-10-17"),
];

#[test]
fn what_they_are_biased_to_occurs() {
    let mut runner = runner("STRATEGY_CASES", 6_000);
    let strategy = strategies::policy(PolicyKind::Identity);
    let mut seen = [0; EDGES.len()];
    for _ in 0..runner.config().cases {
        let policy = strategy.new_tree(&mut runner).unwrap().current();
        for (seen, (_, is_there)) in seen.iter_mut().zip(EDGES) {
            *seen += usize::from(is_there(&policy));
        }
    }
    let told = EDGES.iter().zip(seen).map(|((name, _), seen)| format!("{name}: {seen}"));
    let told = told.collect::<Vec<_>>().join("\n");
    assert!(seen.iter().all(|seen| *seen >= 5), "{told}");
}

/// A wrong property is shown by a policy of one statement with what makes it wrong, and little else.
#[test]
fn they_shrink_to_short_policies() {
    for wrong in ["StringNotLike", "NotAction", "203.0.113.128/25", "${aws:username}"] {
        let found = runner("STRATEGY_CASES", 20_000).run(
            &strategies::policy(PolicyKind::Resource),
            |policy| {
                prop_assert!(!policy.to_string().contains(wrong));
                Ok(())
            },
        );
        let Err(TestError::Fail(_, policy)) = found else { panic!("{wrong} was never made") };
        let text = policy.to_string();
        assert_eq!(policy["Statement"].as_array().unwrap().len(), 1, "{text}");
        assert!(text.len() <= 230, "{} characters: {text}", text.len());
    }
}

/// Members that occur twice reach the readers only as text.
#[test]
fn documents_with_members_twice_are_decided_alike() {
    let documents = (strategies::document(PolicyKind::Identity), strategies::request());
    let result = runner("STRATEGY_CASES", 1_500).run(&documents, |(document, request)| {
        let request = request.to_string();
        let line =
            format!("{},\"identity_policies\":[{document}]}}", &request[..request.len() - 1]);
        // Who has no policies is given none.
        let (decision, _, answer) = eval::answer(&line);
        prop_assert_eq!(
            reference::decide_text(&line).word(),
            decision.clone(),
            "{}\n{}",
            line,
            answer
        );
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn connections_are_checked() {
    let (mut checked, mut refused) = (0, 0);
    let mut runner = runner("STRATEGY_CASES", 60);
    let strategy = strategies::connection();
    for _ in 0..runner.config().cases.min(2_000) {
        let connection = strategy.new_tree(&mut runner).unwrap().current();
        let mut workspace = Workspace::new();
        workspace.add_text("ica.toml", &connection.settings).unwrap();
        for (name, text) in &connection.files {
            workspace.add_text(name, text).unwrap();
        }
        match workspace.check("ica.toml") {
            Ok(reports) => checked += usize::from(!reports.is_empty()),
            Err(error) => {
                assert!(!error.findings().is_empty(), "{connection:?}");
                refused += 1;
            }
        }
    }
    assert!(checked > refused * 4, "{checked} checked, {refused} refused");
}
