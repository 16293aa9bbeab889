//! One request, with the keys that follow from its caller and resource.

use super::caller::is_account;
use super::{Caller, Context, ContextValue};
use crate::aws::{self, KeySupport};
use crate::model::Arn;

/// Longest ARN of a resource and longest value of a condition key, in bytes. S3's headers end at 8 KB, keys of objects at 1,024 bytes;
/// what fits the longest pattern ([`crate::model::MAX_PATTERN_BYTES`]) must have room.
pub const MAX_VALUE_BYTES: usize = 16_384;

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
    /// A key was given a value that the caller or the resource cannot have.
    #[error("`{key}` is given as `{given}`, but this request's is `{follows}`")]
    Contradiction {
        /// The key.
        key: &'static str,
        /// The value in the context.
        given: String,
        /// The value that follows from the caller.
        follows: String,
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
    /// Source: `facts/E_context_keys.md` E1, E2; design 4.1.
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
        if let Some(account) = resource_account.filter(|account| !is_account(account)) {
            return Err(RequestError::Account(account.to_owned()));
        }
        let in_arn = owner.as_ref().map(Arn::account).filter(|account| !account.is_empty());
        let told = match resource_account.or(in_arn) {
            Some(account) => Some(account.to_owned()),
            None => account_in(&context)?,
        };
        let account = told.clone().or_else(|| caller.account().map(str::to_owned));
        let mut request = Request {
            caller,
            action: action.to_ascii_lowercase(),
            resource: resource.to_owned(),
            resource_account: account,
            context,
        };
        request.fill_in()?;
        request.fill_in_resource_account(told.as_deref())?;
        Ok(request)
    }

    /// Keys, in lower case, that no request of this caller has.
    pub fn impossible_keys(&self) -> impl Iterator<Item = String> {
        self.derived()
            .into_iter()
            .filter(|(_, follows)| matches!(follows, Follows::Absent))
            .map(|(key, _)| key.to_lowercase())
    }

    fn fill_in(&mut self) -> Result<(), RequestError> {
        for (key, follows) in self.derived() {
            match (self.context.get(&key.to_lowercase()), follows) {
                (None, Follows::Value(value)) => self.context.set_one(key, value),
                (Some(given), Follows::Value(follows)) if !same_value(key, given, &follows) => {
                    let given = given.as_slice().join(", ");
                    return Err(RequestError::Contradiction { key, given, follows });
                }
                (Some(_), Follows::Absent) => {
                    return Err(RequestError::Impossible {
                        key: key.to_owned(),
                        caller: self.caller.words(),
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The owner of the resource, which a context must not contradict. S3's own key only where the action has it.
    fn fill_in_resource_account(&mut self, told: Option<&str>) -> Result<(), RequestError> {
        let Some(account) = self.resource_account.clone() else { return Ok(()) };
        let action = aws::action(&self.action);
        for key in RESOURCE_ACCOUNT {
            let has_key = |action| matches!(aws::supports_key(action, key), KeySupport::Supported);
            let fits = key.starts_with("aws:")
                || self.action.starts_with("s3:") && action.is_none_or(has_key);
            match (self.context.get(&key.to_lowercase()), told) {
                (None, _) if fits => self.context.set_one(key, account.clone()),
                (Some(given), Some(follows)) if !same_value(key, given, follows) => {
                    return Err(RequestError::Contradiction {
                        key,
                        given: given.as_slice().join(", "),
                        follows: follows.to_owned(),
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Refuses keys that do not follow from the caller and yet cannot be just anything. For requests that somebody asks about: a search
    /// over values that are not known, such as the name of a session, takes them one by one.
    ///
    /// # Errors
    /// [`RequestError`] when the context contradicts the caller.
    pub fn check_given(&self) -> Result<(), RequestError> {
        if matches!(self.caller, Caller::Anonymous) {
            let given =
                self.context.iter().map(|(key, _)| key).find(|key| is_of_signed_requests(key));
            return match given {
                Some(key) => Err(RequestError::Impossible {
                    key: key.to_owned(),
                    caller: self.caller.words(),
                }),
                None => Ok(()),
            };
        }
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
                    key: "aws:userid",
                    given: given.clone(),
                    follows: format!("AROA..:{session}"),
                })
            }
            _ => Ok(()),
        }
    }

    /// The keys of the caller, from E1 and E2.
    fn derived(&self) -> Vec<(&'static str, Follows)> {
        let caller = &self.caller;
        let signed = !matches!(caller, Caller::Anonymous | Caller::WebIdentity { .. });
        let service = matches!(caller, Caller::Service { .. });
        let arn = match caller.principal_arn() {
            Some(arn) => Follows::Value(arn),
            None if caller.lacks_issuer() || service => Follows::Nothing,
            None => Follows::Absent,
        };
        // AWS's page gives the word for anonymous requests.
        let account = match (caller.account(), caller) {
            (Some(account), _) => Follows::Value(account.to_owned()),
            (None, Caller::Anonymous) => Follows::Value("anonymous".to_owned()),
            (None, _) => Follows::Nothing,
        };
        let username = match caller {
            Caller::User { arn } => {
                Follows::Value(arn.resource().rsplit('/').next().unwrap_or_default().to_owned())
            }
            _ => Follows::Absent,
        };
        let is_service =
            if signed { Follows::Value(service.to_string()) } else { Follows::Nothing };
        let service_name = match caller {
            Caller::Service { name } => Follows::Value(name.clone()),
            _ => Follows::Absent,
        };
        vec![
            ("aws:PrincipalArn", arn),
            ("aws:PrincipalAccount", account),
            (
                "aws:PrincipalType",
                caller
                    .principal_type()
                    .map_or(Follows::Nothing, |name| Follows::Value(name.to_owned())),
            ),
            ("aws:userid", caller.user_id().map_or(Follows::Nothing, Follows::Value)),
            ("aws:username", username),
            ("aws:PrincipalIsAWSService", is_service),
            ("aws:PrincipalServiceName", service_name),
        ]
    }
}

/// What is too long: the resource, or a key of the context.
fn too_long<'a>(resource: &str, context: &'a Context) -> Option<&'a str> {
    let is_long = |text: &str| text.len() > MAX_VALUE_BYTES;
    let mut keys =
        context.iter().filter(|(_, value)| value.as_slice().iter().any(|value| is_long(value)));
    if is_long(resource) { Some("resource") } else { keys.next().map(|(key, _)| key) }
}

const RESOURCE_ACCOUNT: [&str; 2] = ["aws:ResourceAccount", "s3:ResourceAccount"];

/// The account of the resource as the context names it.
fn account_in(context: &Context) -> Result<Option<String>, RequestError> {
    let given = RESOURCE_ACCOUNT.iter().find_map(|key| context.present(&key.to_lowercase()));
    match given {
        Some(ContextValue::One(account)) if is_account(account) => Ok(Some(account.clone())),
        Some(other) => Err(RequestError::Account(other.as_slice().join(", "))),
        None => Ok(None),
    }
}

/// Keys about the principal that "anonymous requests do not include" (IAM:reference_policies_condition-keys), in lower case.
fn is_of_signed_requests(key: &str) -> bool {
    let names = ["aws:principalorgid", "aws:principalorgpaths", "aws:principalisawsservice"];
    names.contains(&key) || key.starts_with("aws:principaltag/")
}

/// What the caller says about a key.
enum Follows {
    Value(String),
    Absent,
    Nothing,
}

fn same_value(key: &str, given: &ContextValue, follows: &str) -> bool {
    match given {
        ContextValue::One(given) if key == "aws:PrincipalIsAWSService" => {
            given.eq_ignore_ascii_case(follows)
        }
        ContextValue::One(given) => given == follows,
        ContextValue::Many(_) => false,
    }
}

impl Caller {
    /// The value of `aws:PrincipalType`.
    fn principal_type(&self) -> Option<&'static str> {
        match self {
            Caller::Root { .. } => Some("Account"),
            Caller::User { .. } => Some("User"),
            Caller::FederatedSession { .. } => Some("FederatedUser"),
            Caller::RoleSession { .. } => Some("AssumedRole"),
            Caller::Anonymous => Some("Anonymous"),
            // No page says what a request with a token has here.
            Caller::WebIdentity { .. } | Caller::Service { .. } => None,
        }
    }

    /// The value of `aws:userid`, where it can be told from the ARN: users and roles have random ids.
    fn user_id(&self) -> Option<String> {
        match self {
            Caller::Root { account, .. } => Some(account.clone()),
            Caller::FederatedSession { arn, .. } => arn
                .resource()
                .strip_prefix("federated-user/")
                .map(|name| format!("{}:{name}", arn.account())),
            _ => None,
        }
    }

    fn words(&self) -> &'static str {
        match self {
            Caller::Root { .. } => "a root user",
            Caller::User { .. } => "an IAM user",
            Caller::FederatedSession { .. } => "a federated session",
            Caller::RoleSession { .. } => "a role session",
            Caller::WebIdentity { .. } => "whoever shows a token",
            Caller::Service { .. } => "a service",
            Caller::Anonymous => "an anonymous caller",
        }
    }
}
