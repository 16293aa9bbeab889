//! One request, with the keys that follow from its caller and resource.

use super::Presence::{self, Never};
use super::request_keys::{
    Function, KeyRow, display_name, functions, presence, presence_for, request_key, value,
};
use super::{Caller, CallerKind, Context, ContextValue, Credentials, Endpoint};
use crate::aws::is_account_number;
use crate::aws::{self, KeySupport, ValueType};
use crate::model::Arn;

/// Longest ARN of a resource and longest value of a condition key, in bytes. S3's headers end at 8 KB, keys of objects at 1,024 bytes;
/// what fits the longest pattern ([`crate::model::MAX_PATTERN_BYTES`]) must have room.
pub const MAX_VALUE_BYTES: usize = 16_384;

/// These keys are there with temporary credentials only (E1).
pub(super) const TEMPORARY: [&str; 2] = ["aws:tokenissuetime", "aws:multifactorauthpresent"];

/// What comes through a VPC endpoint has this key.
pub(super) const SOURCE_VPCE: &str = "aws:sourcevpce";

const ASSUMED_ROOT: &str = "aws:assumedroot";

/// One request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// Who signs it.
    pub caller: Caller,
    /// `service:name` in lower case.
    pub action: String,
    /// The ARN of the resource, or `*` for an action that has none.
    pub resource: String,
    /// The account that owns the resource.
    pub resource_account: Option<String>,
    /// The condition keys.
    pub context: Context,
    /// What the caller signs with, if that is known.
    pub credentials: Option<Credentials>,
    /// Through which kind of VPC endpoint it comes, if that is known.
    pub endpoint: Option<Endpoint>,
    /// Through an access point: what is asked of the bucket behind it.
    pub bucket: Option<Box<Request>>,
}

/// Why a request cannot be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RequestError {
    /// The action has no service, or a wildcard.
    #[error("`{0}` is no action: a request asks for one, as in `s3:GetObject`")]
    Action(String),
    /// The resource is neither an ARN nor `*`.
    #[error("`{0}` is no resource: give one ARN, or `*` for an action without a resource")]
    Resource(String),
    /// The resource or the value of a key is too long to match.
    #[error("`{0}` has more than {MAX_VALUE_BYTES} bytes, the most that is matched")]
    TooLong(String),
    /// The account of the resource is no account.
    #[error("`{0}` is no account of a resource: an account number has twelve digits")]
    Account(String),
    /// A bucket is said to be behind a resource that is no access point.
    #[error(
        "`{0}` is no access point of S3, so no bucket is behind it; one is `arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME`, with `/object/KEY` behind it for an object"
    )]
    NoAccessPoint(String),
    /// The action works on the access point itself.
    #[error(
        "`{0}` is about the access point itself, so no bucket is behind it: leave `bucket` out"
    )]
    AboutAccessPoint(String),
    /// What is said to be behind an access point is no bucket.
    #[error(
        "`{0}` is no bucket behind this access point: give a name, or an ARN of the same partition, as in `arn:aws:s3:::lab-data`"
    )]
    NoBucket(String),
    /// The account of the bucket behind an access point is no account.
    #[error("`{0}` is no account of a bucket: an account number has twelve digits")]
    BucketAccount(String),
    /// The resource is said to belong to another account than its ARN says.
    #[error("the resource is said to belong to `{given}`, but its ARN has the account `{follows}`")]
    Owner {
        /// The account that was given.
        given: String,
        /// The account in the ARN.
        follows: String,
    },
    /// A key was given a value that the caller or the resource cannot have.
    #[error("`{key}` is given as `{given}`, but this request's is `{follows}`")]
    Contradiction {
        /// The key.
        key: String,
        /// The value in the context.
        given: String,
        /// The value that follows from the caller.
        follows: String,
    },
    /// The caller cannot sign with these credentials.
    #[error("{caller} cannot sign with such credentials")]
    Credentials {
        /// The kind of caller.
        caller: &'static str,
    },
    /// A key was given that long-term credentials do not have.
    #[error("`{key}` is given, and requests that are signed with a long-term key have no such key")]
    LongTerm {
        /// The key.
        key: &'static str,
    },
    /// A key was given that this kind of caller does not have.
    #[error("`{key}` is given, but {caller} has no such key")]
    Impossible {
        /// The key.
        key: String,
        /// The kind of caller.
        caller: &'static str,
    },
}

impl Request {
    /// Makes a request and fills in the keys that follow from caller and resource, unless `context` has them.
    /// Without `resource_account` the account of the ARN is taken, else that of the caller.
    /// Source: the table of request keys, `request_keys/keys.toml`.
    ///
    /// # Errors
    /// [`RequestError`] when action or resource are none, or the context contradicts the caller.
    pub fn new(
        caller: Caller,
        action: &str,
        resource: &str,
        resource_account: Option<&str>,
        context: Context,
    ) -> Result<Request, RequestError> {
        let well_formed = action
            .split_once(':')
            .is_some_and(|(service, name)| !service.is_empty() && !name.is_empty());
        if !well_formed || action.contains(['*', '?']) || action.contains(char::is_whitespace) {
            return Err(RequestError::Action(action.to_owned()));
        }
        if let Some(name) = too_long(resource, &context) {
            return Err(RequestError::TooLong(name.to_owned()));
        }
        let owner = match resource {
            "*" => None,
            text => {
                Arn::parse(text).map(Some).map_err(|_| RequestError::Resource(text.to_owned()))?
            }
        };
        if let Some(account) = resource_account.filter(|account| !is_account_number(account)) {
            return Err(RequestError::Account(account.to_owned()));
        }
        let in_arn = owner.as_ref().map(Arn::account).filter(|account| !account.is_empty());
        // An access point may belong to another account than its bucket
        // (S3:access-points-policies), and what AWS owns is in every account.
        let contradicts = |given: &&str| {
            in_arn.is_some_and(|owner| is_account_number(owner) && owner != *given)
                && !resource.contains(":s3:")
        };
        if let (Some(given), Some(follows)) = (resource_account.filter(contradicts), in_arn) {
            return Err(RequestError::Owner {
                given: given.to_owned(),
                follows: follows.to_owned(),
            });
        }
        let told = match resource_account.or(in_arn) {
            Some(account) => Some(account.to_owned()),
            None => account_in(&context)?,
        };
        let account = told.clone().or_else(|| caller.account().map(str::to_owned));
        let mut request = Request {
            resource: named_resource(action, resource, &caller),
            caller,
            action: action.to_ascii_lowercase(),
            resource_account: account,
            context,
            credentials: None,
            endpoint: None,
            bucket: None,
        };
        request.fill_in(told.as_deref())?;
        Ok(request)
    }

    /// The request, signed with these credentials; `None`: not known. A session of AssumeRoot has a key
    /// of its own (IAM:reference_policies_condition-keys, aws:AssumedRoot).
    #[must_use]
    pub fn signed_with(mut self, credentials: Option<Credentials>) -> Request {
        self.credentials = credentials;
        if credentials == Some(Credentials::AssumeRoot) && self.context.get(ASSUMED_ROOT).is_none()
        {
            self.context.set_one(ASSUMED_ROOT, "true");
        }
        self
    }

    /// Whether AWS sends the key, given in lower case, with every such request: by the table of
    /// request keys, and by what the caller signs with.
    pub fn always_has(&self, lower_key: &str) -> bool {
        let by_token =
            matches!(self.credentials, Some(Credentials::SessionToken | Credentials::AssumeRoot));
        presence_for(lower_key, &self.caller, Some(&self.action)) == Presence::Always
            || by_token && lower_key == TEMPORARY[0]
            || self.always_has_at_access_point(lower_key)
    }

    fn check_credentials(&self) -> Result<(), RequestError> {
        let Some(credentials) = self.credentials else { return Ok(()) };
        if !credentials.fit(&self.caller) {
            return Err(RequestError::Credentials { caller: self.caller.kind().phrase() });
        }
        match TEMPORARY.iter().find(|key| self.context.present(key).is_some()) {
            Some(key) if credentials == Credentials::LongTerm => {
                Err(RequestError::LongTerm { key })
            }
            _ => Ok(()),
        }
    }

    /// Whether the resource is a role.
    pub fn is_about_role(&self) -> bool {
        self.arn_part(2) == "iam" && self.arn_part(5).starts_with("role/")
    }

    /// A part of the resource's ARN, counted from 0; empty for `*`.
    pub(super) fn arn_part(&self, number: usize) -> &str {
        self.resource.splitn(6, ':').nth(number).unwrap_or_default()
    }

    /// Adds the keys whose value follows from caller and resource, by the table of request keys. `owner` is the
    /// account of the resource if somebody named it.
    fn fill_in(&mut self, owner: Option<&str>) -> Result<(), RequestError> {
        let kind = kind_of_keys(&self.caller, &self.action);
        self.refuse_impossible(kind)?;
        for (row, function) in functions(kind) {
            let is_owner = function == Function::ResourceAccount;
            let follows = match function {
                Function::ResourceAccount => self.resource_account.clone(),
                _ => value(function, &self.caller, &self.action),
            };
            let Some(follows) = follows else { continue };
            match self.context.get(row.lower_name()) {
                None if self.can_have(row) => self.context.set_one(row.lower_name(), follows),
                None => {}
                // If nobody named the owner, the caller's account was taken; it contradicts nothing.
                Some(_) if is_owner && owner.is_none() => {}
                // Where a service has its endpoint may change.
                Some(_) if function == Function::RequestedRegion => {}
                Some(given) if !same_value(function, given, &follows) => {
                    let given = given.as_slice().join(", ");
                    return Err(RequestError::Contradiction {
                        key: row.name.clone(),
                        given,
                        follows,
                    });
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Whether a key with this value, given in lower case, can matter to requests of a caller for an action (`service:name` in lower
    /// case) through statements only: the request is possible with it, nothing else of the request follows from it, and it does not
    /// decide which layers count.
    pub fn leaves_to_statements(
        caller: &Caller,
        action: &str,
        key: &str,
        value: Option<&ContextValue>,
    ) -> bool {
        let kind = kind_of_keys(caller, action);
        let follows =
            |row: &KeyRow| CallerKind::ALL.iter().any(|kind| row.function(*kind).is_some());
        let is_possible = |value: &ContextValue| {
            !is_never(kind, action, key)
                && only_truth(kind, key, value).is_none()
                && value.as_slice().iter().all(|text| text.len() <= MAX_VALUE_BYTES)
        };
        key != SOURCE_VPCE
            && !TEMPORARY.contains(&key)
            && !request_key(key).is_some_and(follows)
            && value.is_none_or(is_possible)
    }

    /// Refuses keys that no request of the kind of caller has.
    fn refuse_impossible(&self, kind: CallerKind) -> Result<(), RequestError> {
        // An empty list says that the key is absent.
        let given = || self.context.iter().filter(|(_, value)| !value.as_slice().is_empty());
        if let Some((key, _)) = given().find(|(key, _)| is_never(kind, &self.action, key)) {
            return Err(RequestError::Impossible { key: display_name(key), caller: kind.phrase() });
        }
        match given().find_map(|(key, value)| Some((key, value, only_truth(kind, key, value)?))) {
            Some((key, value, follows)) => Err(RequestError::Contradiction {
                key: display_name(key),
                given: value.as_slice().join(", "),
                follows: follows.to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// Whether requests for the action can have the key: by the table, and by the reference data where it knows both.
    fn can_have(&self, row: &KeyRow) -> bool {
        let is_listed =
            |action| !matches!(aws::supports_key(action, &row.name), KeySupport::Unsupported);
        let needs_no_list = row.name.starts_with("aws:") || row.is_also_with(&self.action);
        row.with_action(Presence::Always, &self.action) != Never
            && (needs_no_list || aws::action(&self.action).is_none_or(is_listed))
    }

    /// Refuses keys that do not follow from the caller and yet cannot be just anything. For requests that somebody asks about: a search
    /// over values that are not known, such as the name of a session, takes them one by one.
    ///
    /// # Errors
    /// [`RequestError`] when the context contradicts the caller.
    pub fn check_given(&self) -> Result<(), RequestError> {
        self.check_credentials()?;
        let (Caller::RoleSession { arn, .. }, Some(ContextValue::One(given))) =
            (&self.caller, self.context.get("aws:userid"))
        else {
            return Ok(());
        };
        // `AROA..:session`; where nothing stands behind the colon, nothing is said of the session.
        let session = arn.resource().rsplit('/').next().unwrap_or_default();
        match given.rsplit_once(':') {
            Some((_, named)) if !named.is_empty() && named != session => {
                Err(RequestError::Contradiction {
                    key: "aws:userid".to_owned(),
                    given: given.clone(),
                    follows: format!("AROA..:{session}"),
                })
            }
            _ => Ok(()),
        }
    }
}

/// The kind of caller whose keys a request has. The two calls that nobody signs show a token, also where nobody says whose.
fn kind_of_keys(caller: &Caller, action: &str) -> CallerKind {
    match caller.kind() {
        CallerKind::Anonymous if UNSIGNED.contains(&action) => CallerKind::WebIdentity,
        kind => kind,
    }
}

/// Whether no request of the kind of caller for the action has the key.
fn is_never(kind: CallerKind, action: &str, key: &str) -> bool {
    presence(key, Some(kind), None) == Never
        || request_key(key).is_some_and(|row| row.is_never(kind, action))
}

/// The only truth value that a key has in the requests of a kind of caller, if it was given another.
fn only_truth(kind: CallerKind, key: &str, given: &ContextValue) -> Option<&'static str> {
    let row = request_key(key)?;
    let is_sure = row.presence(kind) == Presence::Always;
    let is_bool = aws::condition_key_type(key)?.value == ValueType::Bool;
    let is_possible = |value: &String| row.admits(kind, &value.to_lowercase());
    if !is_sure || !is_bool || given.as_slice().iter().any(is_possible) {
        return None;
    }
    ["true", "false"].into_iter().find(|value| row.admits(kind, value))
}

/// The resource as policies name it: for an action without a resource type some have an ARN.
fn named_resource(action: &str, resource: &str, caller: &Caller) -> String {
    let stand_in = || aws::action(action)?.stand_in();
    match (resource == "*").then(stand_in).flatten() {
        Some(template) => template.replace("${Partition}", caller.partition().unwrap_or("aws")),
        None => resource.to_owned(),
    }
}

/// What is too long: the resource, or a key of the context.
fn too_long<'a>(resource: &str, context: &'a Context) -> Option<&'a str> {
    let is_long = |text: &str| text.len() > MAX_VALUE_BYTES;
    let mut keys =
        context.iter().filter(|(_, value)| value.as_slice().iter().any(|value| is_long(value)));
    if is_long(resource) { Some("resource") } else { keys.next().map(|(key, _)| key) }
}

/// The calls of STS that are authenticated by a token, not by a signature.
const UNSIGNED: [&str; 2] = ["sts:assumerolewithwebidentity", "sts:assumerolewithsaml"];

/// The keys that show the account that owns the resource.
pub(super) const RESOURCE_ACCOUNT: [&str; 2] = ["aws:resourceaccount", "s3:resourceaccount"];

/// The account of the resource as the context names it.
fn account_in(context: &Context) -> Result<Option<String>, RequestError> {
    let given = RESOURCE_ACCOUNT.iter().find_map(|key| context.present(key));
    match given {
        Some(ContextValue::One(account)) if is_account_number(account) => Ok(Some(account.clone())),
        Some(other) => Err(RequestError::Account(other.as_slice().join(", "))),
        None => Ok(None),
    }
}

fn same_value(function: Function, given: &ContextValue, follows: &str) -> bool {
    match given {
        ContextValue::One(given) if function == Function::IsService => {
            given.eq_ignore_ascii_case(follows)
        }
        ContextValue::One(given) => given == follows,
        ContextValue::Many(_) => false,
    }
}
