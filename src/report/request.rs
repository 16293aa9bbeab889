//! A request as reports show it to programs.

use crate::authz::{self, ContextValue};
use serde::Serialize;
use std::collections::BTreeMap;

/// A request in the form of a line of `simulate --batch`, so that it can be replayed there.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    /// Who signs.
    pub principal: Option<String>,
    /// The user or role that a session belongs to.
    pub session_issuer: Option<String>,
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
    /// The account of the resource.
    pub resource_account: Option<String>,
    /// The condition keys.
    pub context: BTreeMap<String, ContextValue>,
}

impl Request {
    /// The view of a request.
    pub(super) fn of(request: &authz::Request) -> Request {
        let keys = request.context.iter();
        Request {
            principal: signer(&request.caller),
            session_issuer: issuer(&request.caller),
            action: request.action.clone(),
            resource: request.resource.clone(),
            resource_account: request.resource_account.clone(),
            context: keys.map(|(key, value)| (key.to_owned(), value.clone())).collect(),
        }
    }
}

/// The ARN of the caller that signs. For a role session that is the session's ARN, not its
/// `aws:PrincipalArn`.
fn signer(caller: &authz::Caller) -> Option<String> {
    match caller {
        authz::Caller::RoleSession { arn, .. } => Some(arn.as_str().to_owned()),
        authz::Caller::WebIdentity { provider } => Some(provider.as_str().to_owned()),
        other => other.principal_arn(),
    }
}

fn issuer(caller: &authz::Caller) -> Option<String> {
    match caller {
        authz::Caller::RoleSession { role, .. } => {
            role.as_ref().map(|role| role.as_str().to_owned())
        }
        authz::Caller::FederatedSession { issuer, .. } => {
            issuer.as_ref().and_then(|issuer| issuer.principal_arn())
        }
        _ => None,
    }
}
