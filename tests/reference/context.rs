//! The keys of a request (IAM:reference_policies_condition-keys).

use super::caller::{Kind, arn_parts};
use super::keys;
use super::request::Request;
use serde_json::Value;
use std::collections::BTreeMap;

/// Values by key in lower case, since names of keys compare without case
/// (IAM:reference_policies_elements_condition).
#[derive(Clone, Debug, Default)]
pub struct Context(BTreeMap<String, Vec<String>>);

impl Context {
    /// The values of a key; `None` if it is absent. A key without values counts as absent ("absent,
    /// or null").
    pub fn get(&self, key: &str) -> Option<&[String]> {
        self.0.get(&key.to_lowercase()).map(Vec::as_slice).filter(|values| !values.is_empty())
    }

    /// Whether the line mentions the key, even if it gives no values.
    fn names(&self, key: &str) -> bool {
        self.0.contains_key(&key.to_lowercase())
    }

    /// Gives another value to a key that is there.
    pub fn replace(&mut self, key: &str, value: &str) {
        if let Some(values) = self.0.get_mut(&key.to_lowercase()).filter(|set| !set.is_empty()) {
            *values = vec![value.to_owned()];
        }
    }

    /// The value for a variable. Only single-valued keys have one
    /// (IAM:reference_policies_variables).
    pub fn single(&self, key: &str) -> Option<String> {
        match self.get(key)? {
            [value] => Some(value.clone()),
            _ => None,
        }
    }
}

pub fn read(context: &Value) -> Result<Context, String> {
    let members = match context {
        Value::Null => return Ok(Context::default()),
        Value::Object(members) => members,
        _ => return Err("context is an object".to_owned()),
    };
    let mut read = BTreeMap::new();
    for (key, value) in members {
        let values = match value {
            Value::Array(values) => values.iter().map(text).collect::<Option<Vec<_>>>(),
            value => text(value).map(|value| vec![value]),
        };
        let values = values.ok_or_else(|| format!("the value of `{key}` is no text"))?;
        if read.insert(key.to_lowercase(), values).is_some() {
            return Err(format!("`{key}` is given twice"));
        }
    }
    Ok(Context(read))
}

fn text(value: &Value) -> Option<String> {
    super::documents::scalar(value)
}

/// Adds the keys that follow from caller and request. A given key that contradicts them is an error
/// (docs/sources.md, design 4.1).
pub fn fill(request: &Request) -> Result<Context, String> {
    let mut context = request.given.clone();
    check_caller(request)?;
    for (key, value) in followers(request) {
        let Some(value) = value else { continue };
        match context.get(key) {
            Some([given]) if *given == value => {}
            Some(given) => return Err(format!("`{key}` cannot be {given:?}")),
            None => {
                context.0.insert(key.to_lowercase(), vec![value]);
            }
        }
    }
    Ok(context)
}

/// No key that such a caller never has. The id of a role session ends with the session's name
/// (IAM:reference_policies_variables).
fn check_caller(request: &Request) -> Result<(), String> {
    let (caller, given) = (&request.caller, &request.given);
    let is_impossible = |key: &str| given.get(key).is_some() && !keys::can_have(request, key);
    if let Some(key) = given.0.keys().find(|key| is_impossible(key)) {
        return Err(format!("`{}` cannot have `{key}`", caller.name));
    }
    // Who does not sign, and a service that acts for itself, are not asked by another service (C6a).
    let is_first = matches!(caller.kind, Kind::Anonymous | Kind::Token | Kind::Service);
    let via = given.single("aws:ViaAWSService").filter(|_| is_first);
    if via.is_some_and(|via| !via.eq_ignore_ascii_case("false")) {
        return Err(format!("`{}` does not come by another service", caller.name));
    }
    let session = given
        .single("aws:userid")
        .and_then(|id| id.split_once(':').map(|(_, session)| session.to_owned()));
    match session {
        Some(session) if caller.kind == Kind::Role && session != caller.last_name() => {
            Err(format!("`aws:userid` is that of another session, `{session}`"))
        }
        _ => Ok(()),
    }
}

/// Whether AWS sends the key with every such request although the line leaves it out.
pub fn leaves_out(request: &Request, key: &str) -> bool {
    keys::always_has(request, key) && !request.context.names(key)
}

/// What follows from caller and request. `None` where nothing follows: the key is as the line has
/// it.
fn followers(request: &Request) -> Vec<(&'static str, Option<String>)> {
    let caller = &request.caller;
    let service = request.service();
    let is = |value: &str| Some(value.to_owned());
    let given = |key: &str| request.given.get(key).is_some();
    let arn = match caller.kind {
        // Never the session's ARN. Without issuer the path of the role is not known.
        Kind::Role => caller.issuer.clone(),
        Kind::Anonymous | Kind::Service | Kind::Token => None,
        _ => is(&caller.name),
    };
    let account = match caller.kind {
        Kind::Anonymous => is("anonymous"),
        _ => caller.account.clone(),
    };
    let kind = match caller.kind {
        Kind::Root => is("Account"),
        Kind::User => is("User"),
        Kind::Federated => is("FederatedUser"),
        Kind::Role => is("AssumedRole"),
        Kind::Anonymous => is("Anonymous"),
        Kind::Service | Kind::Token => None,
    };
    let userid = match caller.kind {
        Kind::Root => caller.account.clone(),
        Kind::Federated => account.as_ref().map(|of| format!("{of}:{}", caller.last_name())),
        Kind::Anonymous => is("anonymous"),
        // `AIDA...` and `AROA...:session` contain an id that does not follow from the ARN.
        Kind::User | Kind::Role | Kind::Service | Kind::Token => None,
    };
    let is_service = match caller.kind {
        Kind::Anonymous | Kind::Token => None,
        kind => Some((kind == Kind::Service).to_string()),
    };
    // A key that is given is there, even where the action does not support it (design 4.1); it has no other value then.
    let owner = |key: &str, is_told: bool| {
        request.resource_account.clone().filter(|_| is_told || given(key))
    };
    let behind = request.behind.as_ref();
    let is_assumed = request.credentials.as_deref() == Some("assume-root");
    // Global services are asked in one Region (E1); which one other partitions have is not told.
    let is_global =
        service == "iam" && arn_parts(&request.resource).is_none_or(|parts| parts[1] == "aws");
    vec![
        ("aws:PrincipalArn", arn),
        ("aws:PrincipalAccount", account),
        ("aws:PrincipalType", kind),
        ("aws:userid", userid),
        ("aws:username", (caller.kind == Kind::User).then(|| caller.last_name().to_owned())),
        ("aws:PrincipalIsAWSService", is_service),
        ("aws:PrincipalServiceName", (caller.kind == Kind::Service).then(|| caller.name.clone())),
        (
            "aws:FederatedProvider",
            is(&caller.name)
                .filter(|name| caller.kind == Kind::Token && !name.contains(":saml-provider/")),
        ),
        // A session of AssumeRoot.
        ("aws:AssumedRoot", is("true").filter(|_| is_assumed && !given("aws:AssumedRoot"))),
        ("aws:ResourceAccount", owner("aws:ResourceAccount", keys::tells_owner(request))),
        ("s3:ResourceAccount", owner("s3:ResourceAccount", service == "s3")),
        // Whatever comes through an access point says so (S3:access-points-policies).
        ("s3:DataAccessPointArn", behind.map(|bucket| bucket.point.clone())),
        ("s3:DataAccessPointAccount", behind.map(|bucket| bucket.point_account.clone())),
        ("kms:CallerAccount", caller.account.clone().filter(|_| service == "kms")),
        (
            "aws:RequestedRegion",
            is("us-east-1").filter(|_| is_global && !given("aws:RequestedRegion")),
        ),
    ]
}
