//! What the kind of the credentials settles by itself, whatever the policies say.
//! Source: IAM:id_credentials_sts-comparison and the pages named below.

use super::{Caller, Provider, Request};
use crate::aws::{self, AccessLevel};

/// Why these credentials cannot call the operation at all.
pub fn ruled_out(request: &Request) -> Option<&'static str> {
    if crosses_partition(request) {
        return Some("access never crosses a partition, such as `aws` or `aws-cn`");
    }
    if changes_what_aws_owns(request) {
        return Some("a managed policy of AWS cannot be changed");
    }
    let action = request.action.as_str();
    match &request.caller {
        Caller::FederatedSession { .. }
            if is_sts_operation(action) && action != GET_CALLER_IDENTITY =>
        {
            Some("a federated session can call no operation of STS but GetCallerIdentity")
        }
        Caller::RoleSession { .. } if makes_user_session(action) => {
            Some("a session of a role cannot call GetFederationToken or GetSessionToken")
        }
        Caller::User { .. } | Caller::Root { .. }
            if makes_user_session(action) && is_temporary(request) =>
        {
            Some(
                "GetFederationToken and GetSessionToken take a long-term key; these credentials are temporary",
            )
        }
        Caller::Root { .. } | Caller::Anonymous if ASSUME.contains(&action) => {
            Some("AssumeRole and AssumeRoot are called by an IAM user or a session of a role")
        }
        Caller::WebIdentity { provider }
            if action != provider.operation() && !ALONG_WITH_TOKEN.contains(&action) =>
        {
            Some(match provider {
                Provider::Saml(_) => "a token of SAML is good for AssumeRoleWithSAML only",
                Provider::Oidc(_) | Provider::BuiltIn(_) => {
                    "a token of an identity provider is good for AssumeRoleWithWebIdentity only"
                }
            })
        }
        _ => None,
    }
}

/// The operations of STS that the root user and unsigned callers cannot call
/// (IAM:id_root-user-privileged-task has AssumeRoot).
const ASSUME: [&str; 2] = ["sts:assumerole", "sts:assumeroot"];

/// The permissions that AWS asks for along with the operation that takes a token
/// (IAM:id_session-tags, IAM:id_credentials_temp_control-access_monitor).
const ALONG_WITH_TOKEN: [&str; 2] = ["sts:tagsession", "sts:setsourceidentity"];

/// Whether caller and resource are in two partitions
/// (IAM:access_policies-cross-account-resource-access).
fn crosses_partition(request: &Request) -> bool {
    let resource = request.arn_part(1);
    request.caller.partition().is_some_and(|own| !resource.is_empty() && own != resource)
}

/// Managed policies of AWS can be read by everybody and changed by nobody
/// (IAM:security-iam-awsmanpol). Of other resources of AWS no page says it.
fn changes_what_aws_owns(request: &Request) -> bool {
    let reads = |action: &aws::Action| {
        matches!(action.access_level(), AccessLevel::Read | AccessLevel::List)
    };
    is_of_aws(request)
        && request.action.starts_with("iam:")
        && !aws::action(&request.action).is_some_and(reads)
}

/// Whether the resource is one that AWS itself owns, as `arn:aws:iam::aws:policy/ReadOnlyAccess`.
pub(super) fn is_of_aws(request: &Request) -> bool {
    request.arn_part(4) == "aws"
}

/// Why the operation is open to these credentials, though nothing grants it. Policies cannot take
/// it away either. GetCallerIdentity: "no permissions are required [..] because the same
/// information is returned when an IAM user or role is denied access". GetSessionToken:
/// IAM:id_credentials_temp_control-access_getsessiontoken.
pub fn needs_no_permission(request: &Request) -> Option<&'static str> {
    match (request.action.as_str(), &request.caller) {
        (GET_CALLER_IDENTITY, caller) if caller.account().is_some() => Some(
            "GetCallerIdentity needs no permission, and no policy of a caller can take it away",
        ),
        (GET_SESSION_TOKEN, Caller::User { .. } | Caller::Root { .. })
            if ruled_out(request).is_none() =>
        {
            Some("GetSessionToken needs no permission, and no policy of a caller can take it away")
        }
        _ => None,
    }
}

/// Whether it hangs on the way in: a federated session reaches IAM through the console only.
pub(super) fn needs_console(request: &Request) -> bool {
    matches!(request.caller, Caller::FederatedSession { .. }) && request.action.starts_with("iam:")
}

const GET_CALLER_IDENTITY: &str = "sts:getcalleridentity";
const GET_SESSION_TOKEN: &str = "sts:getsessiontoken";

/// `sts:GetServiceBearerToken` is no operation that anybody calls: other services ask for this permission.
fn is_sts_operation(action: &str) -> bool {
    action.starts_with("sts:") && action != "sts:getservicebearertoken"
}

fn makes_user_session(action: &str) -> bool {
    matches!(action, "sts:getfederationtoken" | GET_SESSION_TOKEN)
}

/// These keys are there with temporary credentials only (E1).
fn is_temporary(request: &Request) -> bool {
    ["aws:tokenissuetime", "aws:multifactorauthpresent"]
        .iter()
        .any(|key| request.context.present(key).is_some())
}
