//! What the kind of the credentials settles by itself, whatever the policies say.
//! Source: IAM:id_credentials_temp_request, "Comparing the AWS STS API operations", and its notes.

use super::{Caller, Request};

/// Why these credentials cannot call the operation at all.
pub fn ruled_out(request: &Request) -> Option<&'static str> {
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
        Caller::WebIdentity { .. } if action != "sts:assumerolewithwebidentity" => {
            Some("a token of an identity provider is good for AssumeRoleWithWebIdentity only")
        }
        _ => None,
    }
}

/// Why the operation is open to these credentials, though nothing grants it. "No permissions are required [..] because the same
/// information is returned when an IAM user or role is denied access", so what denies it is without effect as well.
pub fn needs_no_permission(request: &Request) -> Option<&'static str> {
    let open = request.action == GET_CALLER_IDENTITY && request.caller.account().is_some();
    open.then_some(
        "GetCallerIdentity needs no permission, and no policy of a caller can take it away",
    )
}

/// Whether it hangs on the way in: a federated session reaches IAM through the console only.
pub(super) fn needs_console(request: &Request) -> bool {
    matches!(request.caller, Caller::FederatedSession { .. }) && request.action.starts_with("iam:")
}

const GET_CALLER_IDENTITY: &str = "sts:getcalleridentity";

/// `sts:GetServiceBearerToken` is no operation that anybody calls: other services ask for this permission.
fn is_sts_operation(action: &str) -> bool {
    action.starts_with("sts:") && action != "sts:getservicebearertoken"
}

fn makes_user_session(action: &str) -> bool {
    matches!(action, "sts:getfederationtoken" | "sts:getsessiontoken")
}

/// These keys are there with temporary credentials only (E1).
fn is_temporary(request: &Request) -> bool {
    ["aws:tokenissuetime", "aws:multifactorauthpresent"]
        .iter()
        .any(|key| request.context.present(key).is_some())
}
