//! What the kind of the credentials settles by itself, whatever the policies say.
//! Source: IAM:id_credentials_sts-comparison and the pages named below.

use super::request::TEMPORARY;
use super::{Ambiguity, Caller, Credentials, Provider, Request};
use crate::aws::{self, AccessLevel};

/// Why these credentials cannot call the operation at all.
pub fn ruled_out(request: &Request) -> Option<&'static str> {
    if crosses_partition(request) {
        return Some("access never crosses a partition, such as `aws` or `aws-cn`");
    }
    if changes_what_aws_owns(request) {
        return Some("a managed policy of AWS cannot be changed");
    }
    if is_of_another_account(request) && !aws::crosses_accounts(&request.action) {
        return Some("callers of other accounts cannot call this operation, whatever is granted");
    }
    if request.is_unsigned_at_access_point() {
        return Some("access points take no requests without a signature");
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
        Caller::User { .. } | Caller::Root { .. }
            if request.credentials == Some(Credentials::SessionToken) =>
        {
            session_token_lacks(request)
        }
        Caller::Root { .. } | Caller::Anonymous if ASSUME.contains(&action) => {
            Some("AssumeRole and AssumeRoot are called by an IAM user or a session of a role")
        }
        Caller::Anonymous if aws::takes_unsigned(action) == Some(false) => {
            Some("this operation needs a signature")
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

/// What the keys of GetSessionToken cannot call under either reading of AWS's pages.
fn session_token_lacks(request: &Request) -> Option<&'static str> {
    let action = request.action.as_str();
    if action.starts_with("iam:") && !has_mfa(request) {
        return Some("the keys of GetSessionToken call IAM with multi-factor authentication only");
    }
    let may_be = [GET_CALLER_IDENTITY, "sts:assumerole"].contains(&action);
    let is_root = matches!(request.caller, Caller::Root { .. }) && ASSUME.contains(&action);
    let lacks = is_sts_operation(action) && !may_be || is_root;
    lacks.then_some("the keys of GetSessionToken call AssumeRole and GetCallerIdentity of STS only")
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

fn is_of_another_account(request: &Request) -> bool {
    let own = request.caller.account();
    own.is_some() && own != request.resource_account.as_deref()
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
/// IAM:id_credentials_temp_control-access_getsessiontoken. The two of SNS:
/// SNS:sns-using-identity-based-policies.
pub fn needs_no_permission(request: &Request) -> Option<&'static str> {
    match (request.action.as_str(), &request.caller) {
        ("sns:confirmsubscription" | "sns:unsubscribe", _) => Some(
            "ConfirmSubscription and Unsubscribe need no signature, and no policy restricts them",
        ),
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

/// The point on which it depends whether these credentials can make the call, if AWS's pages or the
/// request leave it open. Under the first reading they cannot.
pub(super) fn left_open(request: &Request) -> Option<Ambiguity> {
    let action = request.action.as_str();
    let is_iam = action.starts_with("iam:");
    let is_sts =
        is_sts_operation(action) && ![GET_CALLER_IDENTITY, "sts:assumerole"].contains(&action);
    match (&request.caller, request.credentials) {
        // A federated session reaches IAM through the console only.
        (Caller::FederatedSession { .. }, None | Some(Credentials::SignIn)) if is_iam => {
            Some(Ambiguity::ConsoleSession)
        }
        (Caller::User { .. } | Caller::Root { .. }, Some(Credentials::SessionToken))
            if is_iam || action == "sts:assumerole" =>
        {
            Some(Ambiguity::SessionToken)
        }
        // The keys of GetSessionToken, or the console.
        (Caller::User { .. } | Caller::Root { .. }, None)
            if (is_iam || is_sts) && is_temporary(request) && !has_mfa(request) =>
        {
            Some(Ambiguity::SessionToken)
        }
        (Caller::Root { .. }, Some(Credentials::AssumeRoot)) => Some(Ambiguity::TaskPolicy),
        (Caller::Anonymous, _) if aws::takes_unsigned(action).is_none() => {
            Some(Ambiguity::UnsignedRequest)
        }
        _ => None,
    }
}

fn has_mfa(request: &Request) -> bool {
    let value = request.context.present("aws:multifactorauthpresent");
    value.is_some_and(|value| value.as_slice().iter().any(|text| text.eq_ignore_ascii_case("true")))
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

fn is_temporary(request: &Request) -> bool {
    match request.credentials {
        Some(credentials) => credentials != Credentials::LongTerm,
        None => TEMPORARY.iter().any(|key| request.context.present(key).is_some()),
    }
}
