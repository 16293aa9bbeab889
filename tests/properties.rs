use ica_policy::model::PolicyKind;
use ica_policy::simulate::Simulator;
use ica_policy::strategies::{line, policy};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

/// The decision in the worst and in the best reading: 0 denied, 1 allowed.
fn range(line: &Value) -> (u8, u8) {
    let answer = Simulator::new().answer(line.to_string()).unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    match answer["decision"].as_str() {
        Some("Allowed") => (1, 1),
        Some("Undetermined") => {
            let readings = answer["readings"].as_array().cloned().unwrap_or_default();
            (
                0,
                u8::from(
                    readings.is_empty()
                        || readings.iter().any(|reading| reading["decision"] == "Allowed"),
                ),
            )
        }
        Some(_) => (0, 0),
        None => panic!("{answer}"),
    }
}

/// Every policy of a line.
fn policies(line: &mut Value) -> Vec<&mut Value> {
    let mut found = Vec::new();
    for (name, value) in line.as_object_mut().unwrap() {
        match name.as_str() {
            "resource_policy" | "permissions_boundary" if value.is_object() => found.push(value),
            "identity_policies" | "session_policies" | "vpce_policies" => {
                found.extend(value.as_array_mut().into_iter().flatten())
            }
            "scps" | "rcps" => found.extend(
                value
                    .as_array_mut()
                    .into_iter()
                    .flatten()
                    .flat_map(|level| level.as_array_mut().unwrap()),
            ),
            _ => {}
        }
    }
    found
}

fn statements(policy: &mut Value) -> &mut Vec<Value> {
    policy["Statement"].as_array_mut().unwrap()
}

/// A statement with two actions or resources as two statements.
fn split(statement: &Value, element: &str) -> Vec<Value> {
    let Some(values) = statement.get(element).and_then(Value::as_array) else {
        return vec![statement.clone()];
    };
    let with = |value: &Value| {
        let mut part = statement.clone();
        part[element] = value.clone();
        part
    };
    values.iter().map(with).collect()
}

/// The same name with other letters in upper case.
fn other_case(name: &str) -> String {
    let (service, rest) = name.split_once(':').unwrap_or(("", name));
    let flip = |text: &str| {
        text.chars()
            .map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect::<String>()
    };
    if service.is_empty() { flip(rest) } else { format!("{}:{}", flip(service), flip(rest)) }
}

fn recase(policy: &mut Value) {
    for statement in statements(policy) {
        for element in ["Action", "NotAction"] {
            match statement.get_mut(element) {
                Some(Value::String(action)) => *action = other_case(action),
                Some(Value::Array(actions)) => actions
                    .iter_mut()
                    .for_each(|action| *action = other_case(action.as_str().unwrap()).into()),
                _ => {}
            }
        }
        let operators =
            statement.get_mut("Condition").and_then(Value::as_object_mut).into_iter().flatten();
        for (_, keys) in operators {
            let renamed = keys
                .as_object()
                .unwrap()
                .iter()
                .map(|(key, values)| (other_case(key), values.clone()));
            *keys = renamed.collect::<serde_json::Map<_, _>>().into();
        }
    }
}

fn full_access() -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
}

fn names_by_exclusion(line: &Value) -> bool {
    line.to_string().contains("NotPrincipal")
}

/// Whether the policy number `at` of the line is an RCP, which denies named actions only.
fn is_rcp(line: &Value, at: usize) -> bool {
    let mut line = line.clone();
    let mut rcps = json!({"rcps": line["rcps"].clone()});
    let policy = policies(&mut line)[at].clone();
    policies(&mut rcps).into_iter().any(|rcp| *rcp == policy)
}

/// The line with the statements of `more`, as Allow or Deny, in its policy number `at`.
fn with(line: &Value, effect: &str, more: &Value, at: usize) -> Value {
    let mut line = line.clone();
    let mut all = policies(&mut line);
    for statement in more["Statement"].as_array().unwrap() {
        let mut statement = statement.clone();
        statement["Effect"] = effect.into();
        let first = &statements(all[at])[0];
        if first.get("Principal").is_some() || first.get("NotPrincipal").is_some() {
            statement["Principal"] = "*".into();
        }
        statements(all[at]).push(statement);
    }
    line
}

/// Found by chance: the account in the first statement does not name a service, `*` in the second
/// one may.
#[test]
fn an_allow_for_everybody_beside_one_for_an_account_never_denies_a_service() {
    let allow = |principal: Option<Value>| {
        let mut statement = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
        principal.into_iter().for_each(|principal| statement["Principal"] = principal);
        json!({"Version": "2012-10-17", "Statement": [statement]})
    };
    let line = json!({
        "principal": "logging.s3.amazonaws.com", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/a/k",
        "resource_account": "111122223333", "resource_policy": allow(Some(json!({"AWS": "111122223333"}))),
    });
    let (before, after) = (range(&line), range(&with(&line, "Allow", &allow(None), 0)));
    assert!(after.0 >= before.0 && after.1 >= before.1, "{before:?} became {after:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_statements_and_policies_does_not_matter(line in line()) {
        let mut turned = line.clone();
        policies(&mut turned).into_iter().for_each(|policy| statements(policy).reverse());
        turned["identity_policies"].as_array_mut().unwrap().reverse();
        prop_assert_eq!(range(&line), range(&turned));
    }

    #[test]
    fn a_deny_more_never_allows(line in line(), more in policy(PolicyKind::Identity), place in any::<Index>()) {
        let all = policies(&mut line.clone()).len();
        prop_assume!(all > 0 && !is_rcp(&line, place.index(all)));
        let denied = with(&line, "Deny", &more, place.index(all));
        let (before, after) = (range(&line), range(&denied));
        prop_assert!(after.0 <= before.0 && after.1 <= before.1, "{:?} became {:?}", before, after);
    }

    #[test]
    fn an_allow_more_never_denies(line in line(), more in policy(PolicyKind::Identity), place in any::<Index>()) {
        let all = policies(&mut line.clone()).len();
        prop_assume!(all > 0 && !is_rcp(&line, place.index(all)));
        let allowed = with(&line, "Allow", &more, place.index(all));
        let (before, after) = (range(&line), range(&allowed));
        prop_assert!(after.0 >= before.0 && after.1 >= before.1, "{:?} became {:?}", before, after);
    }

    #[test]
    fn splitting_the_lists_of_statements_changes_nothing(line in line()) {
        // A variable without a value may make its whole statement invalid (B11), so it matters
        // what else is in the statement. With a default it has one.
        let line = line.to_string().replace("${aws:username}", "${aws:username, 'a'}");
        let line = serde_json::from_str::<serde_json::Value>(&line).unwrap();
        let mut apart = line.clone();
        for policy in policies(&mut apart) {
            let parts = statements(policy).iter().flat_map(|statement| split(statement, "Action")).flat_map(|statement| split(&statement, "Resource"));
            let parts = parts.collect::<Vec<_>>();
            *statements(policy) = parts;
        }
        prop_assert_eq!(range(&line), range(&apart));
    }

    #[test]
    fn the_case_of_actions_and_keys_does_not_matter(line in line()) {
        let mut recased = line.clone();
        policies(&mut recased).into_iter().for_each(recase);
        recased["action"] = other_case(line["action"].as_str().unwrap()).into();
        prop_assert_eq!(range(&line), range(&recased));
    }

    #[test]
    fn an_scp_that_allows_everything_changes_nothing(line in line()) {
        let mut more = line.clone();
        let mut levels = line["scps"].as_array().cloned().unwrap_or_default();
        levels.push(json!([full_access()]));
        more["scps"] = levels.into();
        prop_assert_eq!(range(&line), range(&more));
    }

    #[test]
    fn a_boundary_that_allows_everything_changes_nothing(line in line()) {
        // A Deny with NotPrincipal hits every caller with a boundary
        // (IAM:reference_policies_elements_notprincipal).
        prop_assume!(!names_by_exclusion(&line));
        // And a boundary shows that a session was not made by the root user, who can have none.
        prop_assume!(!(line["session_issuer"].is_null() && line["principal"].to_string().contains("federated-user")));
        // Who is no user and no session of one or of a role has none.
        let principal = line["principal"].to_string();
        if ![":user/", ":federated-user/", ":assumed-role/"].iter().any(|kind| principal.contains(kind)) {
            return Ok(());
        }
        prop_assume!(!line["session_issuer"].to_string().contains(":root"));
        let mut less = line.clone();
        less["permissions_boundary"] = Value::Null;
        let mut more = line;
        more["permissions_boundary"] = full_access();
        prop_assert_eq!(range(&less), range(&more));
    }
}
