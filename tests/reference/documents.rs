//! Whether AWS would store a document: one that it would not cannot be evaluated (B1, B2, B8).

use super::caller::arn_parts;
use super::condition::Operator;
use super::text;
use serde_json::{Map, Value};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Identity, boundary and session policies, SCPs: nobody is named.
    Identity,
    /// Bucket, key, queue and endpoint policies: somebody is named.
    Resource,
    /// Somebody is named, no resource is (B2).
    Trust,
    /// RCPs name everybody (B2).
    Everybody,
}

const STATEMENT: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

pub fn check(policy: &Value, kind: Kind) -> Result<(), String> {
    let members = policy.as_object().ok_or("a policy is an object")?;
    only(members, &["Version", "Id", "Statement"])?;
    let version = &policy["Version"];
    if !version.is_null() && version != "2012-10-17" && version != "2008-10-17" {
        return Err(format!("there is no version {version}"));
    }
    if !members.contains_key("Statement") {
        return Err("there is no Statement".to_owned());
    }
    statements(policy)
        .into_iter()
        .try_for_each(|statement| check_statement(statement, kind, has_variables(policy)))
}

/// A single statement may stand without brackets (B1).
pub fn statements(policy: &Value) -> Vec<&Value> {
    one_or_many(&policy["Statement"])
}

/// Only in the current version are variables more than text; a missing Version is the old one (B4).
pub fn has_variables(policy: &Value) -> bool {
    policy["Version"] == "2012-10-17"
}

/// One element may stand without brackets wherever a list is allowed (B1).
pub fn one_or_many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Null => Vec::new(),
        item => vec![item],
    }
}

fn only(members: &Map<String, Value>, names: &[&str]) -> Result<(), String> {
    match members.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(format!("there is no element `{name}`")),
        None => Ok(()),
    }
}

fn check_statement(statement: &Value, kind: Kind, variables: bool) -> Result<(), String> {
    let members = statement.as_object().ok_or("a statement is an object")?;
    only(members, STATEMENT)?;
    if statement["Effect"] != "Allow" && statement["Effect"] != "Deny" {
        return Err("Effect is Allow or Deny".to_owned());
    }
    exactly(members, ["Action", "NotAction"], 1)?;
    exactly(members, ["Resource", "NotResource"], usize::from(kind != Kind::Trust))?;
    exactly(members, ["Principal", "NotPrincipal"], usize::from(kind != Kind::Identity))?;
    for name in ["Action", "NotAction"] {
        texts(&statement[name])?;
    }
    for name in ["Resource", "NotResource"] {
        for resource in texts(&statement[name])? {
            // "Missing ARN field" (B5).
            if resource != "*" && arn_parts(resource).is_none() {
                return Err(format!("`{resource}` is no ARN"));
            }
            text::check(resource, variables)?;
        }
    }
    for name in ["Principal", "NotPrincipal"] {
        check_principal(&statement[name])?;
    }
    check_exclusion(statement, kind)?;
    check_condition(&statement["Condition"], variables)
}

fn exactly(members: &Map<String, Value>, names: [&str; 2], count: usize) -> Result<(), String> {
    let found = names.iter().filter(|name| members.contains_key(**name)).count();
    if found == count { Ok(()) } else { Err(format!("{found} of {names:?}, expected {count}")) }
}

fn texts(value: &Value) -> Result<Vec<&str>, String> {
    one_or_many(value)
        .into_iter()
        .map(|item| item.as_str().ok_or_else(|| format!("{item} is no text")))
        .collect()
}

fn check_principal(principal: &Value) -> Result<(), String> {
    match principal {
        Value::Null => Ok(()),
        Value::String(text) if text == "*" => Ok(()),
        Value::Object(kinds) => {
            only(kinds, &["AWS", "Federated", "Service", "CanonicalUser"])?;
            kinds.iter().try_for_each(|(kind, names)| {
                texts(names)?.into_iter().try_for_each(|name| check_name(kind, name))
            })
        }
        other => Err(format!("{other} is no principal")),
    }
}

/// A wildcard can only be the whole value, and stands for accounts (B5).
fn check_name(kind: &str, name: &str) -> Result<(), String> {
    let is_wrong = name.contains(['*', '?']) && !(kind == "AWS" && name == "*");
    if is_wrong { Err(format!("`{name}` has a wildcard")) } else { Ok(()) }
}

/// NotPrincipal is not for trust policies (C7), and an RCP concerns everybody (B2).
fn check_exclusion(statement: &Value, kind: Kind) -> Result<(), String> {
    let excludes = !statement["NotPrincipal"].is_null();
    let names_everybody = || match &statement["Principal"] {
        Value::Object(kinds) => kinds.iter().all(|(kind, names)| {
            one_or_many(names).iter().all(|name| kind == "AWS" && **name == "*")
        }),
        _ => true,
    };
    match kind {
        Kind::Trust if excludes => Err("NotPrincipal in a trust policy".to_owned()),
        Kind::Everybody if excludes || !names_everybody() => {
            Err("an RCP is for everybody".to_owned())
        }
        _ => Ok(()),
    }
}

fn check_condition(condition: &Value, variables: bool) -> Result<(), String> {
    let operators = match condition {
        Value::Null => return Ok(()),
        Value::Object(operators) => operators,
        _ => return Err("a condition is an object".to_owned()),
    };
    for (name, keys) in operators {
        let operator =
            Operator::read(name).ok_or_else(|| format!("there is no operator `{name}`"))?;
        let keys = keys.as_object().ok_or("an operator holds keys")?;
        let mut names = keys.keys().map(|key| key.to_lowercase()).collect::<Vec<_>>();
        names.sort();
        // The same key in another case is the same key (B3).
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(format!("a key of `{name}` occurs twice"));
        }
        for value in keys.values().flat_map(one_or_many) {
            let value = scalar(value).ok_or_else(|| format!("{value} is no value"))?;
            text::check(&value, variables && operator.may_have_variables())?;
        }
    }
    Ok(())
}

/// A value as text; quotes are optional for numbers and booleans (B1).
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}
