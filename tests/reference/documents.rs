//! Whether AWS would store a document. One that AWS would refuse cannot be evaluated
//! (IAM:reference_policies_grammar, IAM:access-analyzer-reference-policy-checks).

use super::caller::arn_parts;
use super::condition::Operator;
use super::text;
use serde_json::{Map, Value};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Identity policies and boundaries: statements have no principal.
    Identity,
    /// Session policies: the same, but their ARNs are whole (IAM:reference_identifiers).
    Session,
    /// SCPs: the same.
    Organization,
    /// Bucket and queue policies and the like: statements have a principal.
    Resource,
    /// Key policies: the same. A statement without actions or resources is stored
    /// (KMS:key-policy-overview).
    Key,
    /// Endpoint policies: as those of resources.
    Endpoint,
    /// Trust policies: statements have a principal and no resource.
    Trust,
    /// RCPs: the principal is everybody (ORG:orgs_manage_policies_rcps_syntax).
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

/// The statements. A single one may be written without brackets (IAM:reference_policies_grammar).
pub fn statements(policy: &Value) -> Vec<&Value> {
    one_or_many(&policy["Statement"])
}

/// Only the current version has variables. A missing Version means the old one
/// (IAM:reference_policies_elements_version).
pub fn has_variables(policy: &Value) -> bool {
    policy["Version"] == "2012-10-17"
}

/// The items of a list. One item may be written without brackets wherever a list is allowed
/// (IAM:reference_policies_grammar).
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
    let is_without_effect = kind == Kind::Key && lacks_element(statement);
    if !is_without_effect {
        exactly(members, ["Action", "NotAction"], 1)?;
        if kind != Kind::Resource || !may_lack_resource(statement) {
            exactly(members, ["Resource", "NotResource"], usize::from(kind != Kind::Trust))?;
        }
    }
    let has_principal = !matches!(kind, Kind::Identity | Kind::Session | Kind::Organization);
    exactly(members, ["Principal", "NotPrincipal"], usize::from(has_principal))?;
    for name in ["Action", "NotAction"] {
        texts(&statement[name])?;
    }
    for name in ["Resource", "NotResource"] {
        for resource in texts(&statement[name])? {
            check_resource(resource, kind)?;
            text::check(resource, variables)?;
        }
    }
    for name in ["Principal", "NotPrincipal"] {
        check_principal(&statement[name])?;
    }
    check_exclusion(statement, kind)?;
    if kind == Kind::Everybody {
        check_rcp(statement)?;
    }
    check_condition(&statement["Condition"], variables)
}

/// `*` or an ARN. A page forbids wildcards in the partition (IAM:reference-arns), but AWS's own
/// managed policies have them (AmazonMSKFullAccess).
fn check_resource(resource: &str, kind: Kind) -> Result<(), String> {
    if resource == "*" {
        return Ok(());
    }
    // API Gateway completes its short names on saving.
    if kind == Kind::Resource && resource.starts_with("execute-api:/") {
        return Ok(());
    }
    let is_whole = kind != Kind::Session || arn_parts(resource).is_some();
    if resource.starts_with("arn:") && is_whole {
        Ok(())
    } else {
        Err(format!("`{resource}` is no ARN"))
    }
}

/// Whether there is no action or no resource at all. Such a statement of a key policy has no effect
/// (KMS:key-policy-overview).
pub fn lacks_element(statement: &Value) -> bool {
    let lacks = |names: [&str; 2]| names.iter().all(|name| statement[*name].is_null());
    lacks(["Action", "NotAction"]) || lacks(["Resource", "NotResource"])
}

/// Whether a statement of a resource policy may leave out its resources: it may for these services
/// (ECR:repository-policy-examples), it may not for those whose guides name the resource, and of all
/// others the pages say both (IAM:access_policies, IAM:access-analyzer-reference-policy-checks).
fn may_lack_resource(statement: &Value) -> bool {
    let needing = [
        "s3",
        "sqs",
        "sns",
        "lambda",
        "kms",
        "events",
        "logs",
        "secretsmanager",
        "execute-api",
        "iam",
        "sts",
    ];
    let services = services(statement);
    !services.is_empty()
        && !services.iter().any(|service| service == "*" || needing.contains(&service.as_str()))
}

/// Whether the statement lacks its resources and no page settles that it may.
pub fn may_lack_resource_or_not(statement: &Value) -> bool {
    let is_settled = |service: &String| ["ecr", "elasticfilesystem"].contains(&service.as_str());
    lacks_element(statement) && !services(statement).iter().all(is_settled)
}

fn services(statement: &Value) -> Vec<String> {
    let actions =
        one_or_many(&statement["Action"]).into_iter().chain(one_or_many(&statement["NotAction"]));
    let names = actions.filter_map(Value::as_str);
    names.map(|name| name.split(':').next().unwrap_or_default().to_lowercase()).collect()
}

/// A document with `*` in the place of each part that an ARN in `Resource` lacks. In identity-based
/// policies AWS reads them so (IAM:reference-arns).
pub fn with_whole_arns(mut policy: Value) -> Value {
    let list = match &mut policy["Statement"] {
        Value::Array(list) => list.iter_mut().collect(),
        one => vec![one],
    };
    for statement in list {
        for name in ["Resource", "NotResource"] {
            match statement.get_mut(name) {
                Some(Value::Array(items)) => items.iter_mut().for_each(complete),
                Some(one) => complete(one),
                None => {}
            }
        }
    }
    policy
}

fn complete(resource: &mut Value) {
    if let Some(text) = resource.as_str() {
        *resource = whole_arn(text).into();
    }
}

/// The text with six parts, unless it is `*`. A colon inside of a variable separates nothing.
pub fn whole_arn(text: &str) -> String {
    let mut depth = 0;
    let colons = text.chars().filter(|c| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        *c == ':' && depth == 0
    });
    let missing = if text == "*" { 0 } else { 5_usize.saturating_sub(colons.count()) };
    format!("{text}{}", ":*".repeat(missing))
}

/// A customer's RCP denies actions that it names by service. The one of AWS allows everything
/// (ORG:orgs_manage_policies_rcps_syntax).
fn check_rcp(statement: &Value) -> Result<(), String> {
    let is_star =
        |name: &str| texts(&statement[name]).is_ok_and(|all| all.iter().all(|one| *one == "*"));
    let names_star = texts(&statement["Action"])?.contains(&"*");
    let is_full_access = !statement["Action"].is_null()
        && !statement["Resource"].is_null()
        && is_star("Action")
        && is_star("Resource")
        && statement["Condition"].as_object().is_none_or(Map::is_empty);
    if !statement["NotAction"].is_null() {
        return Err("NotAction in an RCP".to_owned());
    }
    match statement["Effect"].as_str() {
        Some("Allow") if !is_full_access => Err("an Allow in an RCP".to_owned()),
        Some("Deny") if names_star => Err("`*` alone in an RCP".to_owned()),
        _ => Ok(()),
    }
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

/// A wildcard can only be the whole value, under `AWS` (IAM:reference_policies_elements_principal).
fn check_name(kind: &str, name: &str) -> Result<(), String> {
    let is_wild = name.contains(['*', '?']) && !(kind == "AWS" && name == "*");
    // Groups are never principals.
    let is_group = name.starts_with("arn:") && name.contains(":group/");
    if is_wild || is_group { Err(format!("`{name}` is no principal")) } else { Ok(()) }
}

/// Trust policies cannot use NotPrincipal (IAM:reference_policies_elements_notprincipal), and an
/// RCP concerns everybody (ORG:orgs_manage_policies_rcps_syntax).
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
        // The same key in another case is the same key (IAM:reference_policies_elements_condition).
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

/// A value as text. Quotes are optional for numbers and booleans (IAM:reference_policies_grammar).
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}
