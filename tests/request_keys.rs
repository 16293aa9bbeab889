//! `corpus/eval/request-keys.toml`: which keys a request has, for each kind of caller. The file was written from AWS's
//! pages by somebody who had not seen the product's table; all commands must give its answers.

use crate::support::documents::policy;
use crate::support::run::{fresh_folder, run_in, stdout};
use ica_policy::authz::{Caller, Context, ContextValue, Layer, Layers, Request};
use ica_policy::aws;
use ica_policy::eval::Outcome;
use ica_policy::ica::{CROSS_ACCOUNT_ROLE, FEDERATED_SESSION, IAM_USER, OIDC_ROLE, catalogue};
use ica_policy::model::{Policy, PolicyKind};
use ica_policy::product::catalogue::{KeyKind, Target};
use ica_policy::simulate::simulate;
use ica_policy::symbolic::{Granted, Question, Relation, Requests, Who, can, compare, together};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    default: Asked,
    caller: Vec<Kind>,
    key: Vec<toml::Table>,
    pair: Vec<Pair>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    action: String,
    resource: String,
    resource_account: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    id: String,
    principal: String,
    session_issuer: Option<String>,
    action: Option<String>,
    resource: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    key: String,
    action: String,
    resource: String,
    #[allow(dead_code, reason = "for people")]
    source: String,
    #[allow(dead_code, reason = "for people")]
    note: Option<String>,
    is: Is,
    value: Option<Value>,
    #[serde(default)]
    can_be: Vec<Value>,
    #[serde(default)]
    cannot_be: Vec<Value>,
}

#[derive(Clone, Copy, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Is {
    Always,
    Never,
    Perhaps,
    Open,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cell {
    is: Is,
    value: Option<Value>,
    #[serde(default)]
    can_be: Vec<Value>,
    #[serde(default)]
    cannot_be: Vec<Value>,
}

/// One expected answer, with the request that it is about.
struct Row {
    caller: String,
    principal: Caller,
    asked: Asked,
    key: String,
    cell: Cell,
}

fn file() -> File {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/eval/request-keys.toml");
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn rows() -> Vec<Row> {
    let file = file();
    let mut rows = Vec::new();
    for key in &file.key {
        let text = |name: &str| key.get(name).map(|value| value.as_str().unwrap().to_owned());
        for kind in &file.caller {
            let own = |of_kind: &Option<String>, name: &str, default: &str| {
                of_kind.clone().or_else(|| text(name)).unwrap_or_else(|| default.to_owned())
            };
            rows.push(Row {
                caller: kind.id.clone(),
                principal: Caller::parse(&kind.principal, kind.session_issuer.as_deref()).unwrap(),
                asked: Asked {
                    action: own(&kind.action, "action", &file.default.action),
                    resource: own(&kind.resource, "resource", &file.default.resource),
                    resource_account: file.default.resource_account.clone(),
                },
                key: text("name").unwrap(),
                cell: key[&kind.id].clone().try_into().unwrap(),
            });
        }
    }
    let user = &file.caller[0];
    for pair in file.pair {
        rows.push(Row {
            caller: user.id.clone(),
            principal: Caller::parse(&user.principal, None).unwrap(),
            asked: Asked {
                action: pair.action,
                resource: pair.resource,
                resource_account: file.default.resource_account.clone(),
            },
            key: pair.key,
            cell: Cell {
                is: pair.is,
                value: pair.value,
                can_be: pair.can_be,
                cannot_be: pair.cannot_be,
            },
        });
    }
    rows
}

impl Row {
    /// Who signs for an account has policies of its own; all others get access by the policy of the resource.
    fn is_by_resource(&self) -> bool {
        ["service", "anonymous", "identity-provider"].contains(&self.caller.as_str())
    }

    fn principal_element(&self) -> Value {
        match &self.principal {
            Caller::Service { name } => json!({ "Service": name }),
            Caller::WebIdentity { provider } => json!({ "Federated": provider.as_str() }),
            _ => json!("*"),
        }
    }

    /// A policy that allows the action on the resource under this condition, for the caller.
    fn policy(&self, condition: &Value) -> Policy {
        let mut statement =
            json!({"Effect": "Allow", "Action": self.asked.action, "Condition": condition});
        let is_trust = self.caller == "identity-provider";
        if !is_trust {
            statement["Resource"] = json!(self.asked.resource);
        }
        let kind = match (is_trust, self.is_by_resource()) {
            (true, _) => PolicyKind::Trust,
            (_, true) => PolicyKind::Resource,
            _ => PolicyKind::Identity,
        };
        if self.is_by_resource() {
            statement["Principal"] = self.principal_element();
        }
        policy(&json!({"Version": "2012-10-17", "Statement": [statement]}).to_string(), kind)
    }

    fn layers<'a>(&self, policy: &'a Policy) -> Layers<'a> {
        let own = Layer::Policies(vec![policy]);
        let mut layers = Layers::default();
        // A role and a key need their own policy too.
        if self.asked.action.starts_with("sts:AssumeRole") || self.asked.action.starts_with("kms:")
        {
            layers.resource = Layer::Assumed;
        }
        match &self.principal {
            _ if self.is_by_resource() => layers.resource = own,
            Caller::Root { .. } => {
                // A root user needs no policy: a Deny of all else shows what a condition does.
                layers.identity = own;
            }
            Caller::FederatedSession { .. } => {
                (layers.identity, layers.session) = (Layer::Assumed, own);
            }
            _ => layers.identity = own,
        }
        layers
    }

    fn request(&self, value: Option<&Value>) -> Result<Request, String> {
        let mut context = Context::new();
        if let Some(value) = value {
            context.set(&self.key, context_value(value));
        }
        let Asked { action, resource, resource_account } = &self.asked;
        let request =
            Request::new(self.principal.clone(), action, resource, Some(resource_account), context);
        let request = request.map_err(|error| error.to_string())?;
        request.check_given().map_err(|error| error.to_string())?;
        Ok(request)
    }

    /// What `simulate` decides under the condition.
    fn simulated(&self, condition: &Value, value: Option<&Value>) -> Result<Outcome, String> {
        let policy = self.policy(condition);
        Ok(simulate(&self.request(value)?, &self.layers(&policy)).decision.outcome)
    }

    /// What `can` answers under the condition.
    fn granted(&self, condition: &Value) -> Granted {
        let policy = self.policy(condition);
        let layers = self.layers(&policy);
        let question = Question {
            who: Who::Caller(&self.principal, &layers),
            actions: vec![self.asked.action.clone()],
            resources: vec![self.asked.resource.clone()],
            account: Some(self.asked.resource_account.clone()),
            context: Vec::new(),
        };
        together(can(&question).iter().map(|answer| answer.granted))
    }

    /// What `compare` says of two documents that both allow this kind of caller only, the new one under the condition too.
    fn compared(&self, condition: &Value) -> Option<Relation> {
        let kind = match self.caller.as_str() {
            "user" => json!({"StringEquals": {"aws:PrincipalType": "User"}}),
            "root" => json!({"StringEquals": {"aws:PrincipalType": "Account"}}),
            "federated-session" => json!({"StringEquals": {"aws:PrincipalType": "FederatedUser"}}),
            "role-session" => json!({"StringEquals": {"aws:PrincipalType": "AssumedRole"}}),
            "anonymous" => json!({"StringEquals": {"aws:PrincipalType": "Anonymous"}}),
            // Services have no policies of their own, and names of services are open under `possible`: `simulate` and `can` are asked.
            "service" => return None,
            // No key of its own tells an unsigned request with a token from other requests.
            _ => return None,
        };
        // Only users and roles have policies of their own.
        let is_named_elsewhere = matches!(self.caller.as_str(), "root" | "anonymous");
        let document = |condition: &Value| {
            let mut statement = json!({"Effect": "Allow", "Action": self.asked.action,
                "Resource": self.asked.resource, "Condition": condition});
            if is_named_elsewhere {
                statement["Principal"] = json!("*");
            }
            let text = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
            policy(
                &text,
                if is_named_elsewhere { PolicyKind::Resource } else { PolicyKind::Identity },
            )
        };
        let mut both = kind.clone();
        for (operator, keys) in condition.as_object().unwrap() {
            for (key, value) in keys.as_object().unwrap() {
                let name = if both.get(operator).and_then(|own| own.get(key)).is_some() {
                    return None;
                } else {
                    operator
                };
                both[name][key] = value.clone();
            }
        }
        let (old, new) = (document(&kind), document(&both));
        Some(compare(&[&old], &[&new], Requests::Possible).relation)
    }

    /// Nobody calls STS without a signature or a token: there is no such request that could have a key.
    fn is_unsigned_sts(&self) -> bool {
        self.caller == "anonymous" && self.asked.action.starts_with("sts:")
    }

    fn name(&self) -> String {
        let Asked { action, resource, .. } = &self.asked;
        format!(
            "{} of {} ({action} on {resource}), expected {:?}",
            self.key, self.caller, self.cell.is
        )
    }

    fn null(&self, absent: bool) -> Value {
        json!({"Null": {&self.key: absent.to_string()}})
    }

    /// Whether a policy may compare the key with the value: `Bool` takes two words.
    fn is_readable(&self, value: &Value) -> bool {
        let kind = aws::condition_key_type(&self.key).map(|known| known.value);
        kind != Some(aws::ValueType::Bool) || *value == json!("true") || *value == json!("false")
    }

    /// A condition that holds for requests with this value.
    fn equals(&self, value: &Value) -> Value {
        let kind = aws::condition_key_type(&self.key);
        let is_multi = kind.is_some_and(|known| known.multi_valued);
        let operator = match kind.map(|known| known.value) {
            Some(aws::ValueType::Bool) => "Bool",
            Some(aws::ValueType::Numeric) => "NumericEquals",
            Some(aws::ValueType::Date) => "DateEquals",
            Some(aws::ValueType::Ip) => "IpAddress",
            _ => "StringEquals",
        };
        let operator =
            if is_multi { format!("ForAnyValue:{operator}") } else { operator.to_owned() };
        let value = value.as_array().map_or(value, |list| &list[0]);
        json!({operator: {&self.key: value}})
    }
}

fn context_value(value: &Value) -> ContextValue {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    match value {
        Value::Array(list) => ContextValue::Many(list.iter().map(text).collect()),
        one => ContextValue::One(text(one)),
    }
}

/// Collects what is otherwise than expected.
#[derive(Default)]
struct Wrong {
    text: String,
    count: usize,
    asked: BTreeMap<&'static str, usize>,
}

impl Wrong {
    fn check<T: PartialEq + std::fmt::Debug>(
        &mut self,
        command: &'static str,
        row: &Row,
        condition: &Value,
        found: T,
        expected: &[T],
    ) {
        *self.asked.entry(command).or_default() += 1;
        if !expected.contains(&found) {
            self.count += 1;
            let _ = writeln!(
                self.text,
                "{command}: {}\n  {condition} gives {found:?}, not {expected:?}",
                row.name()
            );
        }
    }

    fn finish(self) {
        assert!(self.count == 0, "{} wrong:\n{}", self.count, self.text);
        assert!(self.asked.values().all(|asked| *asked > 100), "{:?}", self.asked);
    }
}

/// Whether the condition decides: the caller may do it by this policy, and not without one.
fn is_decided_by_policy(row: &Row) -> bool {
    let decide = |policy: &Policy| {
        simulate(&row.request(None).unwrap(), &row.layers(policy)).decision.outcome
    };
    let never =
        json!({"StringEquals": {"aws:UserAgent": "nobody"}, "Null": {"aws:UserAgent": "true"}});
    decide(&row.policy(&json!({}))) == Outcome::Allowed
        && decide(&row.policy(&never)) != Outcome::Allowed
}

#[test]
fn simulate_knows_which_keys_are_there() {
    let mut wrong = Wrong::default();
    for row in rows().iter().filter(|row| is_decided_by_policy(row)) {
        let (absent, present) = (row.null(true), row.null(false));
        let (allowed, denied) = (Ok(Outcome::Allowed), Ok(Outcome::ImplicitlyDenied));
        let by_null: &[_] = match row.cell.is {
            Is::Always => std::slice::from_ref(&denied),
            Is::Never | Is::Perhaps => std::slice::from_ref(&allowed),
            Is::Open => &[allowed.clone(), denied.clone()],
        };
        wrong.check("simulate", row, &absent, row.simulated(&absent, None), by_null);
        if let (Is::Always, Some(value)) = (row.cell.is, &row.cell.value) {
            let equals = row.equals(value);
            wrong.check(
                "simulate",
                row,
                &equals,
                row.simulated(&equals, None),
                std::slice::from_ref(&allowed),
            );
        }
        for value in row.cell.can_be.iter().chain(&row.cell.value) {
            let found = row.simulated(&present, Some(value));
            wrong.check("simulate", row, &present, found, std::slice::from_ref(&allowed));
        }
        let is_of_caller = row.is_of_caller();
        if row.cell.is == Is::Never && is_of_caller {
            let found = row.simulated(&present, Some(&json!("x"))).is_err();
            wrong.check("simulate", row, &json!("given"), found, &[true]);
        }
    }
    wrong.finish();
}

impl Row {
    /// Whether the caller decides, and not the action: what a request gives counts although AWS lists no such key for
    /// the action.
    fn is_of_caller(&self) -> bool {
        let action = aws::action(&self.asked.action).unwrap();
        matches!(aws::supports_key(action, &self.key), aws::KeySupport::Global)
            && !["aws:sourcevpcarn", "aws:vpce", "aws:resource"]
                .iter()
                .any(|start| self.key.to_lowercase().starts_with(start))
    }
}

#[test]
fn can_knows_which_keys_are_there() {
    let mut wrong = Wrong::default();
    let is_granted = |row: &&Row| row.granted(&json!({})) == Granted::All;
    let rows = rows();
    let decided = rows.iter().filter(|row| is_decided_by_policy(row));
    for row in decided.filter(is_granted) {
        let (absent, present) = (row.null(true), row.null(false));
        let (with, without): (&[Granted], &[Granted]) = match row.cell.is {
            Is::Always => (&[Granted::All], &[Granted::None]),
            Is::Never => (&[Granted::None], &[Granted::All]),
            Is::Perhaps => (&[Granted::Some], &[Granted::Some]),
            Is::Open => (
                &[Granted::All, Granted::None, Granted::Some],
                &[Granted::All, Granted::None, Granted::Some],
            ),
        };
        wrong.check("can", row, &present, row.granted(&present), with);
        wrong.check("can", row, &absent, row.granted(&absent), without);
        for value in row.cell.can_be.iter().chain(&row.cell.value) {
            let equals = row.equals(value);
            let found = row.granted(&equals);
            wrong.check("can", row, &equals, found, &[Granted::Some, Granted::All]);
        }
        for value in row.cell.cannot_be.iter().filter(|value| row.is_readable(value)) {
            let equals = row.equals(value);
            wrong.check("can", row, &equals, row.granted(&equals), &[Granted::None]);
        }
    }
    wrong.finish();
}

#[test]
fn compare_knows_which_keys_are_there() {
    use Relation::{Equal, NewAllowsLess};
    let mut wrong = Wrong::default();
    for row in rows().into_iter().filter(|row| !row.is_unsigned_sts()) {
        let (absent, present) = (row.null(true), row.null(false));
        let (with, without): (&[Relation], &[Relation]) = match row.cell.is {
            Is::Always => (&[Equal], &[NewAllowsLess]),
            Is::Never => (&[NewAllowsLess], &[Equal]),
            Is::Perhaps => (&[NewAllowsLess], &[NewAllowsLess]),
            Is::Open => (&[Equal, NewAllowsLess], &[Equal, NewAllowsLess]),
        };
        if let Some(found) = row.compared(&present) {
            wrong.check("compare", &row, &present, found, with);
        }
        if let Some(found) = row.compared(&absent) {
            wrong.check("compare", &row, &absent, found, without);
        }
    }
    wrong.finish();
}

/// For its four callers `check` knows no less than the table, and nothing against it. Where ICA's own rows say more, such as
/// that its requests use TLS, they must not contradict it.
#[test]
fn check_knows_which_keys_are_there() {
    let callers = [
        (IAM_USER, "user"),
        (FEDERATED_SESSION, "federated-session"),
        (OIDC_ROLE, "role-session"),
        (CROSS_ACCOUNT_ROLE, "role-session"),
    ];
    let mut asked = 0;
    let mut wrong = String::new();
    for row in rows().iter().filter(|row| row.asked.action == "s3:GetObject") {
        for (caller, _) in callers.iter().filter(|(_, kind)| *kind == row.caller) {
            let key = row.key.to_lowercase();
            let fact = catalogue().key_fact(&key, *caller, Target::Object, &row.asked.action);
            let is_own = catalogue().key(&key).and_then(|own| own.fact(*caller, Target::Object));
            let fits = match (row.cell.is, is_own.is_some()) {
                (Is::Never, _) => fact.kind == KeyKind::Absent || !row.is_of_caller(),
                (Is::Always, false) => fact.kind == KeyKind::Hidden && !fact.absent,
                (Is::Always, true) => fact.kind != KeyKind::Absent && !fact.absent,
                (Is::Perhaps, false) => fact.kind == KeyKind::Hidden && fact.absent,
                (Is::Perhaps, true) | (Is::Open, _) => true,
            };
            asked += 1;
            if !fits {
                let _ = writeln!(wrong, "{} for {}: {fact:?}", row.name(), caller.id());
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(asked > 150, "{asked}");
}

/// The four conditions that `compare` and `can` once told differently, through `check` as a user runs it.
#[test]
fn check_gives_the_same_answers_from_outside() {
    let verdict = |condition: Value| {
        let folder = fresh_folder("check-keys");
        let user = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", "Condition": condition}]});
        std::fs::write(folder.join("user.json"), user.to_string()).unwrap();
        let arguments = [
            "check",
            "--bucket",
            "b-ica",
            "--account",
            "111122223333",
            "--region",
            "us-east-1",
            "--prefix",
            "p/",
            "--versioning",
            "unversioned",
            "--user",
            "ana",
            "--identity-policy",
            "user.json",
            "--operation",
            "download-data",
            "--format",
            "json",
        ];
        let report: Value = serde_json::from_str(&stdout(&run_in(&folder, &arguments))).unwrap();
        let callers = report["operations"][0]["callers"].as_array().unwrap();
        let user = callers.iter().find(|caller| caller["caller"] == "iam-user").unwrap();
        user["own"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict(json!({"Null": {"aws:UserAgent": "true"}})), "allowed");
    assert_eq!(verdict(json!({"Null": {"aws:UserAgent": "false"}})), "blocked");
    assert_eq!(verdict(json!({"Null": {"aws:FederatedProvider": "false"}})), "allowed");
    assert_eq!(verdict(json!({"Null": {"aws:FederatedProvider": "true"}})), "blocked");
    assert_eq!(verdict(json!({"Null": {"aws:PrincipalServiceNamesList": "false"}})), "allowed");
    assert_eq!(verdict(json!({"Null": {"aws:userid": "true"}})), "allowed");
    assert_eq!(verdict(json!({"Null": {"aws:userid": "false"}})), "blocked");
}

/// What `check` may leave out where no statement reads a key: not what says who asks, decides which layers count, or cannot be.
#[test]
fn some_keys_matter_without_any_statement() {
    let user = Caller::parse("arn:aws:iam::111122223333:user/ana", None).unwrap();
    let one = |text: &str| Some(ContextValue::One(text.to_owned()));
    let rows = [
        ("aws:principaltag/team", one("x"), true),
        ("aws:principaltag/team", None, true),
        ("aws:sourceip", one("192.0.2.1"), true),
        ("aws:principalarn", one("x"), false),
        ("aws:userid", one("x"), false),
        ("aws:sourcevpce", one("vpce-1"), false),
        ("aws:tokenissuetime", None, false),
        ("aws:multifactorauthpresent", one("true"), false),
        // No IAM user is a service, so that no request has another value.
        ("aws:principalisawsservice", one("true"), false),
        ("aws:principalservicename", one("x"), false),
    ];
    for (key, value, wanted) in rows {
        let found = Request::leaves_to_statements(&user, "s3:getobject", key, value.as_ref());
        assert_eq!(found, wanted, "{key} {value:?}");
    }
}
