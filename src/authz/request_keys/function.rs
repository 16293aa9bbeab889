//! Keys whose value follows from caller or resource.

use crate::authz::{Caller, Provider};
use serde::Deserialize;

/// What gives the value of a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Function {
    /// The ARN of the user, role (never its session), federated session or root user.
    PrincipalArn,
    /// The account of the caller; the word `anonymous` without a signature.
    PrincipalAccount,
    /// AWS's word for the kind of caller.
    PrincipalType,
    /// The unique id, where it is not made up by AWS.
    UserId,
    /// The name of an IAM user, without its path.
    UserName,
    /// Whether the caller is a service principal.
    IsService,
    /// The name of the service principal.
    ServiceName,
    /// The identity provider whose token is shown.
    Provider,
    /// The account that owns the resource.
    ResourceAccount,
    /// The region that is asked, where the service has one endpoint for all.
    RequestedRegion,
}

/// The services with one endpoint for all regions, and where it is. Source: IAM:reference_policies_condition-keys,
/// aws:RequestedRegion, which names IAM as an example; of others the region is left open.
const ONE_ENDPOINT: [(&str, &str); 1] = [("iam", "us-east-1")];

/// The value that follows for a caller and an action (`service:name` in lower case), as far as it is known: of a session
/// whose issuer nobody named the ARN is not. [`Function::ResourceAccount`] follows from the resource.
pub(in crate::authz) fn value(function: Function, caller: &Caller, action: &str) -> Option<String> {
    match function {
        Function::PrincipalArn => caller.principal_arn(),
        Function::PrincipalAccount => match caller {
            Caller::Anonymous => Some("anonymous".to_owned()),
            _ => caller.account().map(str::to_owned),
        },
        Function::PrincipalType => principal_type(caller).map(str::to_owned),
        Function::UserId => user_id(caller),
        Function::UserName => match caller {
            Caller::User { arn } => arn.resource().rsplit('/').next().map(str::to_owned),
            _ => None,
        },
        Function::IsService => Some(matches!(caller, Caller::Service { .. }).to_string()),
        Function::ServiceName => match caller {
            Caller::Service { name } => Some(name.clone()),
            _ => None,
        },
        Function::Provider => match caller {
            Caller::WebIdentity { provider: Provider::Saml(_) } => None,
            Caller::WebIdentity { provider } => Some(provider.as_str().to_owned()),
            _ => None,
        },
        Function::ResourceAccount => None,
        Function::RequestedRegion => {
            let service = action.split(':').next().unwrap_or_default();
            // Other partitions have endpoints of their own.
            let is_commercial = caller.partition() == Some("aws");
            let endpoint = ONE_ENDPOINT.iter().find(|(own, _)| *own == service && is_commercial);
            endpoint.map(|(_, region)| (*region).to_owned())
        }
    }
}

/// Source: IAM:reference_policies_variables, "principal key values". Of services it says nothing.
fn principal_type(caller: &Caller) -> Option<&'static str> {
    match caller {
        Caller::Root { .. } => Some("Account"),
        Caller::User { .. } => Some("User"),
        Caller::FederatedSession { .. } => Some("FederatedUser"),
        Caller::RoleSession { .. } => Some("AssumedRole"),
        Caller::Anonymous => Some("Anonymous"),
        Caller::Service { .. } | Caller::WebIdentity { .. } => None,
    }
}

/// Unique ids of users and roles are not derivable.
fn user_id(caller: &Caller) -> Option<String> {
    match caller {
        Caller::Root { account, .. } => Some(account.clone()),
        Caller::FederatedSession { arn, .. } => {
            let name = arn.resource().split_once('/')?.1;
            Some(format!("{}:{name}", arn.account()))
        }
        Caller::Anonymous => Some("anonymous".to_owned()),
        _ => None,
    }
}
