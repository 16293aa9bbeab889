//! The keys of a request (IAM:reference_policies_condition-keys).

use super::caller::Kind;
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
        let known = match (context.get(key), value) {
            (_, Follows::Open) => continue,
            (None, Follows::Absent) => continue,
            (None, Follows::Is(value)) => value,
            (Some([given]), Follows::Is(value)) if *given == value => continue,
            (Some(given), _) => return Err(format!("`{key}` cannot be {given:?}")),
        };
        context.0.insert(key.to_lowercase(), vec![known]);
    }
    Ok(context)
}

/// "Anonymous requests do not include this key" (IAM:reference_policies_condition-keys). The id of
/// a role session ends with the session's name (IAM:reference_policies_variables).
fn check_caller(request: &Request) -> Result<(), String> {
    let (caller, given) = (&request.caller, &request.given);
    let is_of_signed = |key: &String| {
        ["aws:principalorgid", "aws:principalorgpaths", "aws:principalisawsservice"]
            .contains(&key.as_str())
            || key.starts_with("aws:principaltag/")
    };
    if let (Kind::Anonymous, Some(key)) =
        (caller.kind, given.0.keys().find(|key| is_of_signed(key)))
    {
        return Err(format!("an anonymous caller has no `{key}`"));
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

/// Keys that are "always included in the request context", or "for all requests, including
/// anonymous requests" (IAM:reference_policies_condition-keys). Names in lower case.
const SENT: &[&str] = &[
    "aws:currenttime",
    "aws:epochtime",
    "aws:principalaccount",
    "aws:principaltype",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:useragent",
    "aws:userid",
    "aws:viaawsservice",
];

/// Whether AWS sends the key with every request of the caller although the line leaves it out. The
/// time of issue comes with temporary credentials, which every session has.
pub fn leaves_out(request: &Request, key: &str) -> bool {
    let key = key.to_lowercase();
    let is_session = matches!(request.caller.kind, Kind::Federated | Kind::Role);
    let is_sent = SENT.contains(&key.as_str()) || is_session && key == "aws:tokenissuetime";
    is_sent && !request.context.names(&key)
}

/// What follows from the caller about a key.
enum Follows {
    Is(String),
    Absent,
    /// Nothing follows: the key is as the line has it.
    Open,
}

fn followers(request: &Request) -> Vec<(&'static str, Follows)> {
    use Follows::{Absent, Is, Open};
    let caller = &request.caller;
    let given = |key: &str| request.given.get(key).is_some();
    let account = || caller.account.clone().unwrap_or_default();
    let only_for =
        |kind: Kind, value: &str| if caller.kind == kind { Is(value.to_owned()) } else { Absent };
    let arn = match caller.kind {
        // Never the session's ARN. Without issuer the path of the role is not known.
        Kind::Role => caller.issuer.clone().map_or(Open, Is),
        Kind::Anonymous | Kind::Service => Absent,
        _ => Is(caller.name.clone()),
    };
    let principal_account = match caller.kind {
        Kind::Anonymous => Is("anonymous".to_owned()),
        Kind::Service => Open,
        _ => Is(account()),
    };
    let kind = match caller.kind {
        Kind::Root => Is("Account".to_owned()),
        Kind::User => Is("User".to_owned()),
        Kind::Federated => Is("FederatedUser".to_owned()),
        Kind::Role => Is("AssumedRole".to_owned()),
        Kind::Anonymous => Is("Anonymous".to_owned()),
        Kind::Service => Open,
    };
    let userid = match caller.kind {
        Kind::Root => Is(account()),
        Kind::Federated => Is(format!("{}:{}", account(), caller.last_name())),
        Kind::Anonymous => Is("anonymous".to_owned()),
        // `AIDA...` and `AROA...:session` contain an id that does not follow from the ARN.
        Kind::User | Kind::Role | Kind::Service => Open,
    };
    let is_service = match caller.kind {
        Kind::Anonymous => Absent,
        kind => Is((kind == Kind::Service).to_string()),
    };
    vec![
        ("aws:PrincipalArn", arn),
        ("aws:PrincipalAccount", principal_account),
        ("aws:PrincipalType", kind),
        ("aws:userid", userid),
        ("aws:username", only_for(Kind::User, caller.last_name())),
        ("aws:PrincipalIsAWSService", is_service),
        ("aws:PrincipalServiceName", only_for(Kind::Service, &caller.name)),
        ("aws:ResourceAccount", request.resource_account.clone().map_or(Open, Is)),
        (
            "s3:ResourceAccount",
            request
                .resource_account
                .clone()
                .filter(|_| given("s3:ResourceAccount"))
                .map_or(Open, Is),
        ),
    ]
}
