//! Principals as policies name them (IAM:reference_policies_elements_principal).

use super::Arn;
use super::doubt::Doubt;
use crate::aws::is_account_number;
use crate::source::Span;

/// One name in `Principal` or `NotPrincipal`.
#[derive(Clone, PartialEq, Debug)]
pub struct PrincipalPattern {
    /// Whom it names.
    pub named: Named,
    /// Its place.
    pub span: Span,
    /// Why it may or may not count, if AWS would refuse it.
    pub doubt: Option<Doubt>,
}

/// Whom a principal names.
#[derive(Clone, PartialEq, Debug)]
pub enum Named {
    /// `"*"`: everybody.
    Everyone,
    /// `{"AWS": "*"}`: everybody, anonymous callers too.
    AwsEveryone,
    /// An account: `arn:aws:iam::111122223333:root` or its number alone.
    Account(String),
    /// An IAM user, by ARN.
    User(String),
    /// A role, by ARN with its path.
    Role(String),
    /// A session of a role, by ARN.
    RoleSession(String),
    /// A session made by GetFederationToken, by ARN.
    FederatedSession(String),
    /// A service, such as `logging.s3.amazonaws.com`.
    Service(String),
    /// An identity provider; only trust policies use it.
    Federated(String),
    /// An account by its canonical id, which cannot be turned into an account number offline.
    CanonicalUser(String),
    /// The unique id of a user or role (`AIDA..`, `AROA..`), which AWS writes instead of a
    /// deleted one.
    UniqueId(String),
    /// Text that names nobody.
    Nobody,
}

impl Named {
    /// Whether it names everybody.
    pub fn is_everybody(&self) -> bool {
        matches!(self, Named::Everyone | Named::AwsEveryone)
    }

    /// Its name, if it names one principal; `None` for everybody and nobody. An account is named by
    /// the ARN of its root user, a name that is not an ARN follows its kind, as in `Service:..`.
    pub fn name(&self) -> Option<std::borrow::Cow<'_, str>> {
        match self {
            Named::Everyone | Named::AwsEveryone | Named::Nobody => None,
            Named::Account(account) => Some(format!("arn:aws:iam::{account}:root").into()),
            Named::User(text)
            | Named::Role(text)
            | Named::RoleSession(text)
            | Named::FederatedSession(text)
            | Named::UniqueId(text) => Some(text.as_str().into()),
            Named::Service(text) => Some(format!("Service:{text}").into()),
            Named::Federated(text) => Some(format!("Federated:{text}").into()),
            Named::CanonicalUser(text) => Some(format!("CanonicalUser:{text}").into()),
        }
    }
}

impl PrincipalPattern {
    /// Reads a name under `AWS`, `Service`, `Federated` or `CanonicalUser`.
    pub(super) fn parse(kind: &str, text: &str, span: Span) -> PrincipalPattern {
        let named = match kind {
            "AWS" => aws(text),
            "Service" | "Federated" | "CanonicalUser" if text.contains(['*', '?']) => {
                Err(wildcard(kind, text))
            }
            "Service" | "Federated" | "CanonicalUser" if text.is_empty() => {
                Err(format!("an empty text under `{kind}` names nobody"))
            }
            "Service" => Ok(Named::Service(text.to_ascii_lowercase())),
            "Federated" => Ok(Named::Federated(text.to_owned())),
            "CanonicalUser" => Ok(Named::CanonicalUser(text.to_owned())),
            _ => Err(unknown_kind(kind).unwrap_or_default()),
        };
        match named {
            Ok(named) => PrincipalPattern { named, span, doubt: None },
            Err(reason) => PrincipalPattern {
                named: Named::Nobody,
                span,
                doubt: Some(Doubt::refused(span, reason)),
            },
        }
    }

    /// A text without a kind. Only `"*"` is allowed.
    pub(super) fn bare(text: &str, span: Span) -> PrincipalPattern {
        let doubt = (text != "*").then(|| {
            format!(
                "`{text}` needs its kind, as in `{{\"AWS\": \"{text}\"}}`; only `\"*\"` has none"
            )
        });
        let named = if text == "*" { Named::Everyone } else { Named::Nobody };
        PrincipalPattern { named, span, doubt: doubt.map(|reason| Doubt::refused(span, reason)) }
    }
}

/// What is wrong with a name that is no kind of principals.
pub(super) fn unknown_kind(kind: &str) -> Option<String> {
    let is_known = ["AWS", "Service", "Federated", "CanonicalUser"].contains(&kind);
    (!is_known).then(|| {
        format!(
            "`{kind}` is not a kind of principal; there are `AWS`, `Service`, `Federated` and `CanonicalUser`"
        )
    })
}

/// The problem of a wildcard in a name. A wildcard can only be the whole value, and only under
/// `AWS` (IAM:reference_policies_elements_principal).
fn wildcard(kind: &str, text: &str) -> String {
    format!(
        "`{text}` has a wildcard, which `{kind}` cannot have; `\"*\"` or `{{\"AWS\": \"*\"}}` names everybody"
    )
}

fn aws(text: &str) -> Result<Named, String> {
    if text == "*" {
        return Ok(Named::AwsEveryone);
    }
    if is_account_number(text) {
        return Ok(Named::Account(text.to_owned()));
    }
    if is_unique_id(text) {
        return Ok(Named::UniqueId(text.to_owned()));
    }
    let arn = Arn::parse(text).map_err(|error| format!("`{text}` is not a principal: {error}"))?;
    if text.contains(['*', '?']) {
        return Err(format!(
            "`{text}` has a wildcard: a principal is a whole ARN or `*`, and patterns stand in a condition on `aws:PrincipalArn`"
        ));
    }
    named_by_arn(&arn).ok_or_else(|| format!("`{text}` is not a user, role, session or account"))
}

fn named_by_arn(arn: &Arn) -> Option<Named> {
    let text = arn.as_str().to_owned();
    let (kind, name) = arn.resource().split_once('/').unwrap_or((arn.resource(), ""));
    match (arn.service(), kind) {
        ("iam", "root") if arn.resource() == kind => Some(Named::Account(arn.account().to_owned())),
        ("iam", "user") if !name.is_empty() => Some(Named::User(text)),
        ("iam", "role") if !name.is_empty() => Some(Named::Role(text)),
        ("sts", "assumed-role") if !name.is_empty() => Some(Named::RoleSession(text)),
        ("sts", "federated-user") if !name.is_empty() => Some(Named::FederatedSession(text)),
        _ => None,
    }
}

fn is_unique_id(text: &str) -> bool {
    text.len() >= 16
        && (text.starts_with("AIDA") || text.starts_with("AROA") || text.starts_with("AGPA"))
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
