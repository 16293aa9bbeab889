//! The user or role that the product works as, and the name of its sessions (A1).

use super::settings::Settings;
use crate::model::Arn;
use crate::product::refusal::Refusal;
use crate::product::setup::Customer;
use crate::product::values::{is_role_session_name, is_session_name};
use crate::product::wording::Wording;

/// The user or role that settings name: one of them.
///
/// # Errors
/// A message for the user: there is none, there are two, or the text names no user or role.
pub fn read_customer(
    wording: &Wording,
    settings: &Settings,
    account: &str,
) -> Result<Customer, Refusal> {
    let product = wording.product;
    match (&settings.user, &settings.role) {
        (Some(_), Some(_)) => Err(Refusal::new(
            "role",
            format!(
                "a user and a role exclude each other: {product} has the key of a user, or assumes a role"
            ),
        )),
        (None, Some(role)) => arn(wording, "role", role, account).map(Customer::Role),
        (Some(user), None) => arn(wording, "user", user, account).map(Customer::User),
        (None, None) => Err(Refusal::new(
            "user",
            format!(
                "which IAM user does {product} use? Give its name or ARN with --user, or the role with --role"
            ),
        )),
    }
}

/// A name or path/name belongs to the bucket's account, an ARN may name another one.
fn arn(wording: &Wording, kind: &'static str, text: &str, account: &str) -> Result<Arn, Refusal> {
    let whole = if text.starts_with("arn:") {
        text.to_owned()
    } else {
        format!("arn:aws:iam::{account}:{kind}/{}", text.trim_start_matches('/'))
    };
    let arn = Arn::parse(&whole)
        .map_err(|error| Refusal::new(kind, format!("`{text}` is not a {kind}: {error}")))?;
    let name = arn.resource().strip_prefix(kind).and_then(|rest| rest.strip_prefix('/'));
    let fits =
        arn.service() == "iam" && name.is_some_and(|name| !name.is_empty() && !name.ends_with('/'));
    if fits && !whole.contains(['*', '?']) {
        return Ok(arn);
    }
    Err(Refusal::new(
        kind,
        format!(
            "`{text}` is not a {kind}: give a name, path/name or an ARN such as `arn:aws:iam::{account}:{kind}/{}`",
            wording.lower()
        ),
    ))
}

/// Names of federated sessions have 2 to 32 characters of a limited set, those of role sessions 2 to 64 (B5; BC sts).
pub(super) fn read_session_name(settings: &Settings) -> Result<Option<String>, Refusal> {
    let Some(name) = settings.session_name.clone() else { return Ok(None) };
    let (is_name, words) = match &settings.role {
        Some(_) => (is_role_session_name(&name), "of a role's session: 2 to 64"),
        None => (is_session_name(&name), "of a federated session: 2 to 32"),
    };
    if is_name {
        return Ok(Some(name));
    }
    Err(Refusal::new(
        "session_name",
        format!("`{name}` is not a name {words} letters, digits or `+=,.@_-`"),
    ))
}

/// A trust policy needs a role.
pub(super) fn check_trust_policy(settings: &Settings) -> Result<(), Refusal> {
    let alone = settings.trust_policy.is_some() && settings.role.is_none();
    if alone {
        Err(Refusal::new(
            "trust_policy",
            "a trust policy is that of a role: say which one with --role",
        ))
    } else {
        Ok(())
    }
}
