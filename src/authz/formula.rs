//! How the layers combine: what must allow, for which kind of caller.
//!
//! A request is allowed when no layer denies it and the formula holds. Sources: docs/sources.md, C1 to C6
//! (IAM:reference_policies_evaluation-logic and its cross-account page).

use crate::aws;

use super::credentials::{is_of_aws, left_open, needs_no_permission, ruled_out};
use super::request::SOURCE_VPCE;
use super::{Ambiguity, Caller, Endpoint, LayerId, Layers, Naming, NamingSet, Request};

/// A condition on what the layers allow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Formula {
    /// All hold; with none it holds.
    All(Vec<Formula>),
    /// One holds; with none it fails.
    Any(Vec<Formula>),
    /// A statement of the layer allows and, in a resource policy, names the caller in one of these ways.
    Allows(LayerId, NamingSet),
    /// The same where the layer is asked about the bucket behind an access point.
    Behind(LayerId, NamingSet),
    /// The first holds under the first reading, the second under the second.
    Reading(Ambiguity, Box<Formula>, Box<Formula>),
}

impl Formula {
    pub(super) const TRUE: Formula = Formula::All(Vec::new());
    pub(super) const FALSE: Formula = Formula::Any(Vec::new());
}

/// What must allow the request at its own resource.
pub(super) fn at_resource(request: &Request, layers: &Layers<'_>) -> Formula {
    if ruled_out(request).is_some() {
        return Formula::FALSE;
    }
    let mut parts = bounds(request, layers);
    if needs_no_permission(request).is_some() {
        return Formula::All(parts);
    }
    if let Some(open) = left_open(request) {
        parts.push(Formula::Reading(open, Box::new(Formula::FALSE), Box::new(Formula::TRUE)));
    }
    parts.push(match (&request.caller, is_same_account(request)) {
        // A grant is given to a principal (KMS:grants).
        (Caller::Anonymous, _) if request.action == RETIRE_GRANT => Formula::FALSE,
        _ if request.action == RETIRE_GRANT => by_grant(),
        // No policy of the member account is asked (IAM:id_root-user-privileged-task), and everybody
        // can use what AWS owns, with permissions of its own.
        _ if request.action == "sts:assumeroot" || is_of_aws(request) => own_grant(request, layers),
        (Caller::Anonymous | Caller::WebIdentity { .. } | Caller::Service { .. }, _) => {
            allows(LayerId::Resource)
        }
        // With role chaining both sides must allow (IAM:id_credentials_temp_control-access_monitor).
        (Caller::RoleSession { .. }, _) if request.action == "sts:setsourceidentity" => {
            cross_account(request, layers)
        }
        (_, true) if resource_policy_decides(request) => delegated(request, layers),
        (_, true) => same_account(request, layers),
        (_, false) => cross_account(request, layers),
    });
    Formula::All(parts)
}

/// What must allow the request whoever grants it: the endpoint that it comes through, and the SCPs of the caller's account.
pub(super) fn bounds(request: &Request, layers: &Layers<'_>) -> Vec<Formula> {
    let mut bounds = Vec::new();
    if !layers.vpce.is_absent() && comes_through_endpoint(request) {
        bounds.push(endpoint_allows(request));
    }
    if needs_no_permission(request).is_none() && is_bound_by_scps(&request.caller) {
        bounds.extend((0..layers.scps.len()).map(|level| allows(LayerId::Scp(level))));
    }
    bounds
}

/// What the policy of the endpoint must allow. In that of a gateway endpoint, which S3 and DynamoDB
/// have, the principal must be `*`, and an account is its root user only; no page speaks of other
/// ARNs there (VPC:vpc-endpoints-access).
fn endpoint_allows(request: &Request) -> Formula {
    let has_gateways = ["s3:", "dynamodb:"].iter().any(|of| request.action.starts_with(of));
    let strict = match request.caller {
        Caller::Root { .. } => NamingSet::of(&[Naming::Everyone, Naming::Caller]),
        _ => NamingSet::of(&[Naming::Everyone]),
    };
    let by_arn = NamingSet::of(&[Naming::Everyone, Naming::Caller, Naming::Issuer]);
    let wide = match request.endpoint {
        Some(Endpoint::Gateway) => by_arn,
        None => NamingSet::ANY,
        Some(Endpoint::Interface) => return allows(LayerId::Vpce),
    };
    if !has_gateways {
        return allows(LayerId::Vpce);
    }
    let named = |namings| Box::new(Formula::Allows(LayerId::Vpce, namings));
    Formula::Reading(Ambiguity::GatewayEndpoint, named(wide), named(strict))
}

/// Whether what a layer forbids is forbidden for this request.
pub fn denies_bind(layer: LayerId, request: &Request) -> bool {
    match layer {
        LayerId::Vpce => comes_through_endpoint(request),
        _ if needs_no_permission(request).is_some() => false,
        LayerId::Scp(_) => is_bound_by_scps(&request.caller),
        // An access point has a policy of its own, which root cannot pass by.
        LayerId::Resource if request.bucket.is_some() => true,
        LayerId::Resource => !repairs_bucket_policy(request) && request.action != RETIRE_GRANT,
        LayerId::Rcp(_) => is_bound_by_rcps(request),
        LayerId::Identity | LayerId::Boundary | LayerId::Session => true,
        // Only of what is asked of the bucket, where it is the resource's policy.
        LayerId::Bucket => request.bucket.is_none() && denies_bind(LayerId::Resource, request),
    }
}

/// The root user of the owner's account can always read and repair the bucket policy (F1, F7).
fn repairs_bucket_policy(request: &Request) -> bool {
    let repairs = ["s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"]
        .contains(&request.action.as_str());
    repairs && matches!(request.caller, Caller::Root { .. }) && is_same_account(request)
}

/// SCPs bind users, roles and the root user, and so their sessions; not services, not callers who do not sign, not service-linked roles
/// (C1; AWS's data perimeter guidance for Config and ECR: what such a role does is not restricted by an SCP).
fn is_bound_by_scps(caller: &Caller) -> bool {
    caller.account().is_some() && !caller.is_service_linked()
}

/// RCPs bind everybody's access to resources of the services that support them, but not
/// service-linked roles, their trust policies, and one action of KMS
/// (ORG:orgs_manage_policies_rcps). An action without a resource type concerns no resource.
fn is_bound_by_rcps(request: &Request) -> bool {
    aws::supports_rcp(request.action.split(':').next().unwrap_or_default())
        && !request.caller.is_service_linked()
        && !request.resource.contains(":role/aws-service-role/")
        && request.action != RETIRE_GRANT
        && !aws::action(&request.action)
            .is_some_and(|action| action.is_resourceless() || action.stand_in().is_some())
}

/// Who may retire a grant is written in the grant; key policies and RCPs have no effect on it, other
/// policies can deny (KMS:grant-delete, KMS:resource-control-policies).
const RETIRE_GRANT: &str = "kms:retiregrant";

fn by_grant() -> Formula {
    let (no, yes) = (Box::new(Formula::FALSE), Box::new(Formula::TRUE));
    Formula::Reading(Ambiguity::Grant, no, yes)
}

/// The policy of a VPC endpoint concerns what comes through it.
fn comes_through_endpoint(request: &Request) -> bool {
    request.context.present(SOURCE_VPCE).is_some()
}

pub(super) fn is_same_account(request: &Request) -> bool {
    request.caller.account().is_some()
        && request.caller.account() == request.resource_account.as_deref()
}

/// Trust policies and KMS key policies must allow themselves; an identity policy alone is worth nothing (C2).
fn resource_policy_decides(request: &Request) -> bool {
    let action = request.action.as_str();
    // Asked along with AssumeRole. Without a role they are asked of the caller's policies
    // (IAM:id_session-tags, IAM:reference_policies_iam-condition-keys).
    let along = ["sts:tagsession", "sts:setsourceidentity", "sts:setcontext"];
    let is_trust =
        action.starts_with("sts:assumerole") || along.contains(&action) && request.is_about_role();
    is_trust || action.starts_with("kms:") && is_about_key(request)
}

/// Whether a key policy stands before the request: not before `kms:ListKeys`, which has no resource, nor before an alias, which has no
/// policy. Of an action that the data lacks a key is taken to be the resource.
fn is_about_key(request: &Request) -> bool {
    let Some(action) = aws::action(&request.action) else { return true };
    let mut others = action.resource_types().filter(|kind| kind.name() != "key");
    if request.resource == "*" {
        return !action.is_resourceless() && others.next().is_none();
    }
    !others.any(|kind| kind.matches(&request.resource))
}

pub(super) fn allows(layer: LayerId) -> Formula {
    Formula::Allows(layer, NamingSet::ANY)
}

fn named(namings: &[Naming]) -> Formula {
    Formula::Allows(LayerId::Resource, NamingSet::of(namings))
}

pub(super) fn all(parts: impl IntoIterator<Item = Formula>) -> Formula {
    Formula::All(parts.into_iter().collect())
}

pub(super) fn any(parts: impl IntoIterator<Item = Formula>) -> Formula {
    Formula::Any(parts.into_iter().collect())
}

/// What limits an Allow of identity policies: the boundary and the session policies. A federated session without a session
/// policy has nothing (C4).
pub(super) fn limits(request: &Request, layers: &Layers<'_>) -> Vec<Formula> {
    let mut limits = Vec::new();
    if !layers.boundary.is_absent() {
        limits.push(allows(LayerId::Boundary));
    }
    // An absent layer allows nothing, which is right for a federated session: it has only what a session policy gives it.
    if !layers.session.is_absent() || matches!(request.caller, Caller::FederatedSession { .. }) {
        limits.push(allows(LayerId::Session));
    }
    limits
}

/// What identity policies give; the root user needs none.
pub(super) fn identity(request: &Request) -> Formula {
    match &request.caller {
        Caller::Root { .. } => Formula::TRUE,
        Caller::FederatedSession { issuer: Some(issuer), .. }
            if matches!(**issuer, Caller::Root { .. }) =>
        {
            Formula::TRUE
        }
        _ => allows(LayerId::Identity),
    }
}

/// The table of C2: an identity policy or a grant of the resource's policy is enough.
fn same_account(request: &Request, layers: &Layers<'_>) -> Formula {
    any([own_grant(request, layers), direct_grant(request, layers)])
}

/// Keys and roles: their policy allows the caller, or allows the account, which delegates to identity policies.
fn delegated(request: &Request, layers: &Layers<'_>) -> Formula {
    any([
        direct_grant(request, layers),
        all([named(&[Naming::Account]), own_grant(request, layers)]),
    ])
}

/// What the caller's own policies give.
pub(super) fn own_grant(request: &Request, layers: &Layers<'_>) -> Formula {
    all(std::iter::once(identity(request)).chain(limits(request, layers)))
}

/// What the resource's policy gives by itself: naming the caller is never limited, naming its user or role is (C2).
fn direct_grant(request: &Request, layers: &Layers<'_>) -> Formula {
    let limits = limits(request, layers);
    let limited = |grant: Formula| all(std::iter::once(grant).chain(limits.iter().cloned()));
    let everyone = named(&[Naming::Everyone]);
    let everyone = if limits.is_empty() {
        everyone
    } else {
        Formula::Reading(
            Ambiguity::EveryoneGrant,
            Box::new(limited(everyone.clone())),
            Box::new(everyone),
        )
    };
    any([named(&[Naming::Caller]), limited(named(&[Naming::Issuer])), everyone])
}

/// Both accounts must allow; no shortcut of C2 holds (C3).
pub(super) fn cross_account(request: &Request, layers: &Layers<'_>) -> Formula {
    let direct = named(&[Naming::Caller, Naming::Account, Naming::Everyone]);
    let issuer = named(&[Naming::Issuer]);
    let their_side = match &request.caller {
        Caller::FederatedSession { .. } => Formula::Reading(
            Ambiguity::CrossAccountSession,
            Box::new(direct.clone()),
            Box::new(any([direct, issuer])),
        ),
        _ => any([direct, issuer]),
    };
    all([own_grant(request, layers), their_side])
}
