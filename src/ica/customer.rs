//! What the customer gives ICA: the key of an IAM user, or a role to assume (A1).

use super::catalogue::IcaCaller;
use super::connection::{ConnectionError, wrong};
use super::settings::Settings;
use super::values::{is_role_session_name, is_session_name};
use crate::model::Arn;

/// Whom ICA works as.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Customer {
    /// An IAM user, with its long-term key.
    User(Arn),
    /// A role, assumed with a token of ICA's identity provider.
    Role(Arn),
}

impl Customer {
    /// The ARN of the user or role.
    pub fn arn(&self) -> &Arn {
        match self {
            Customer::User(arn) | Customer::Role(arn) => arn,
        }
    }

    /// The account of the user or role.
    pub fn account(&self) -> &str {
        self.arn().account()
    }

    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Customer::User(_) => "user",
            Customer::Role(_) => "role",
        }
    }

    /// Whether a caller takes part in connections of this method.
    pub fn has(&self, caller: IcaCaller) -> bool {
        match caller {
            IcaCaller::IamUser | IcaCaller::FederatedSession => matches!(self, Customer::User(_)),
            IcaCaller::OidcRole => matches!(self, Customer::Role(_)),
            IcaCaller::CrossAccountRole => true,
        }
    }
}

/// The user or role that settings name: one of them.
pub(super) fn customer(settings: &Settings, account: &str) -> Result<Customer, ConnectionError> {
    match (&settings.user, &settings.role) {
        (Some(_), Some(_)) => Err(wrong(
            "role",
            "a user and a role exclude each other: ICA has the key of a user, or assumes a role",
        )),
        (None, Some(role)) => arn("role", role, account).map(Customer::Role),
        (Some(user), None) => arn("user", user, account).map(Customer::User),
        (None, None) => Err(wrong(
            "user",
            "which IAM user does ICA use? Give its name or ARN with --user, or the role with --role",
        )),
    }
}

/// A name or path/name lives in the bucket's account, an ARN may name another one.
fn arn(kind: &'static str, text: &str, account: &str) -> Result<Arn, ConnectionError> {
    let whole = if text.starts_with("arn:") {
        text.to_owned()
    } else {
        format!("arn:aws:iam::{account}:{kind}/{}", text.trim_start_matches('/'))
    };
    let arn = Arn::parse(&whole)
        .map_err(|error| wrong(kind, format!("`{text}` is no {kind}: {error}")))?;
    let name = arn.resource().strip_prefix(kind).and_then(|rest| rest.strip_prefix('/'));
    let fits =
        arn.service() == "iam" && name.is_some_and(|name| !name.is_empty() && !name.ends_with('/'));
    if fits && !whole.contains(['*', '?']) {
        return Ok(arn);
    }
    Err(wrong(
        kind,
        format!(
            "`{text}` is no {kind}: give a name, path/name or an ARN such as `arn:aws:iam::{account}:{kind}/ica`"
        ),
    ))
}

/// Names of federated sessions have 2 to 32 characters of a limited set, those of role sessions 2 to 64 (B5; BC sts).
pub(super) fn session_name(settings: &Settings) -> Result<Option<String>, ConnectionError> {
    let Some(name) = settings.session_name.clone() else { return Ok(None) };
    let (is_name, words) = match &settings.role {
        Some(_) => (is_role_session_name(&name), "of a role's session: 2 to 64"),
        None => (is_session_name(&name), "of a federated session: 2 to 32"),
    };
    if is_name {
        return Ok(Some(name));
    }
    Err(wrong("session_name", format!("`{name}` is no name {words} letters, digits or `+=,.@_-`")))
}

/// The trust policy is that of the role.
pub(super) fn check_trust_policy(settings: &Settings) -> Result<(), ConnectionError> {
    let alone = settings.trust_policy.is_some() && settings.role.is_none();
    if alone {
        Err(wrong("trust_policy", "a trust policy is that of a role: say which one with --role"))
    } else {
        Ok(())
    }
}
