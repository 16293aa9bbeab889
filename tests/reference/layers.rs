//! How the layers make a decision (IAM:reference_policies_evaluation-logic_policy-eval-denyallow,
//! IAM:reference_policies_evaluation-logic-cross-account).

use super::Decision;
use super::access_point;
use super::caller::Kind;
use super::condition;
use super::documents::{has_variables, statements};
use super::principal::{Naming, namings};
use super::readings::{Point, Reading};
use super::request::Request;
use super::statement::{self, Statement};
use serde_json::Value;

/// A request under one reading of the points that AWS leaves open.
pub struct Case<'a> {
    pub request: &'a Request,
    /// The request as the policies of the caller and his account see it. It is another one for the
    /// bucket behind an access point, if they are asked about the access point only.
    own: &'a Request,
    pub reading: &'a Reading,
}

pub fn decide(request: &Request, reading: &Reading) -> Decision {
    let Some(bucket) = &request.behind else {
        let case = Case { request, own: request, reading };
        return decide_by(&[&case], || case.is_granted());
    };
    let shows_other = bucket.is_of_another() && reading.says(Point::BucketsOwnerIsShown);
    let request = if shows_other { &request.showing_owner(&bucket.account) } else { request };
    let behind = &request.at_bucket(bucket);
    let own = if reading.says(Point::CallersPoliciesSeeBucket) { behind } else { request };
    let point = Case { request, own: request, reading };
    let side = Case { request: behind, own, reading };
    decide_by(&[&point, &side], || access_point::is_granted(&point, &side, bucket))
}

/// The first case is that of the request itself.
fn decide_by(cases: &[&Case], is_granted: impl Fn() -> bool) -> Decision {
    let (request, reading) = (cases[0].request, cases[0].reading);
    let endpoint_permits = || cases.iter().all(|case| case.endpoint_permits());
    if cases.iter().any(|case| case.endpoint_denies()) {
        return Decision::ExplicitlyDenied;
    }
    // The page speaks of the policies of callers. The policy of an endpoint binds whatever comes
    // through it.
    if request.needs_no_permission() {
        return if endpoint_permits() { Decision::Allowed } else { Decision::ImplicitlyDenied };
    }
    if cases.iter().any(|case| case.is_denied()) {
        return Decision::ExplicitlyDenied;
    }
    if !request.may_be_called(reading) {
        return Decision::ImplicitlyDenied;
    }
    let accounts_permit = cases.iter().all(|case| case.account_permits());
    if accounts_permit && endpoint_permits() && is_granted() {
        Decision::Allowed
    } else {
        Decision::ImplicitlyDenied
    }
}

impl Case<'_> {
    /// The statements with this effect that concern the request.
    fn about<'a>(&self, policy: &'a Value, effect: &str) -> Vec<&'a Value> {
        self.about_in(self.request, policy, effect)
    }

    fn about_in<'a>(&self, request: &Request, policy: &'a Value, effect: &str) -> Vec<&'a Value> {
        let variables = has_variables(policy);
        let fits = |body: &&Value| {
            body["Effect"] == effect
                && statement::applies(Statement { body, variables }, request, self.reading)
        };
        statements(policy).into_iter().filter(fits).collect()
    }

    /// For the policies of the caller and his account.
    fn has(&self, policy: &Value, effect: &str) -> bool {
        !self.about_in(self.own, policy, effect).is_empty()
    }

    /// The same for policies whose statements have principals.
    fn has_for_caller(&self, policy: &Value, effect: &str) -> bool {
        let names = |statement: &Value| !namings(statement, self.request, self.reading).is_empty();
        self.about(policy, effect).into_iter().any(names)
    }

    fn endpoint_denies(&self) -> bool {
        self.endpoint().iter().any(|policy| self.has_for_caller(policy, "Deny"))
    }

    /// Step 1: a Deny in any policy that binds the request decides.
    fn is_denied(&self) -> bool {
        let request = self.request;
        let own = request
            .identity
            .iter()
            .chain(&request.boundary)
            .filter(|_| request.caller.has_policies());
        let session = request.session.iter().flatten().filter(|_| request.caller.is_session());
        let by_own = own.chain(session).any(|policy| self.has(policy, "Deny"));
        let by_account =
            self.has_scps() && request.scps.iter().flatten().any(|policy| self.has(policy, "Deny"));
        // A key policy has no effect on who retires a grant (KMS:grant-delete).
        let by_resource = !self.may_repair()
            && !request.action.eq_ignore_ascii_case("kms:retiregrant")
            && request.resource_policy.iter().any(|policy| self.has_for_caller(policy, "Deny"));
        let by_owner =
            self.rcps().iter().flatten().any(|policy| self.has_for_caller(policy, "Deny"));
        by_own || by_account || by_resource || by_owner
    }

    /// RCPs bind everybody who uses one of these services, and never grant
    /// (ORG:orgs_manage_policies_rcps).
    fn rcps(&self) -> &[Vec<Value>] {
        let bound = ["s3", "sts", "kms", "sqs", "secretsmanager"]
            .contains(&self.request.service().as_str());
        let action = self.request.action.to_lowercase();
        // Only what works on a resource is restricted, and these are not.
        let spared = ["kms:retiregrant", "s3:listallmybuckets"].contains(&action.as_str())
            || (self.request.resource == "*" && self.request.service() != "kms")
            || self.request.caller.is_service_linked()
            || self.request.resource.contains(":role/aws-service-role/");
        if bound && !spared { &self.request.rcps } else { &[] }
    }

    /// The owner's root user may always read and repair the bucket policy (botocore, s3
    /// PutBucketPolicy). The policy of an access point is not meant.
    fn may_repair(&self) -> bool {
        let action = self.request.action.to_lowercase();
        let repairs = ["s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"]
            .contains(&action.as_str());
        repairs
            && self.request.behind.is_none()
            && self.request.caller.kind == Kind::Root
            && self.request.is_same_account()
    }

    /// SCPs bind callers that have an account, but not service-linked roles
    /// (ORG:orgs_manage_policies_scps).
    fn has_scps(&self) -> bool {
        self.request.caller.account.is_some() && !self.request.caller.is_service_linked()
    }

    /// Step 3: every level of SCPs must allow (ORG:orgs_manage_policies_scps_evaluation).
    fn account_permits(&self) -> bool {
        let level_allows =
            |level: &Vec<Value>| level.iter().any(|policy| self.has(policy, "Allow"));
        !self.has_scps() || self.request.scps.iter().all(level_allows)
    }

    /// Endpoint policies bind what comes through an endpoint (VPC:vpc-endpoints-access).
    fn endpoint(&self) -> &[Value] {
        if self.request.context.get("aws:SourceVpce").is_some() { &self.request.vpce } else { &[] }
    }

    fn endpoint_permits(&self) -> bool {
        let allows = |policy: &Value| {
            self.about(policy, "Allow").into_iter().any(|one| self.names_through_endpoint(one))
        };
        self.endpoint().is_empty() || self.endpoint().iter().any(allows)
    }

    /// In the policy of a gateway endpoint the principal must be `*`, and an account there is its
    /// root user only (VPC:vpc-endpoints-access). S3 and DynamoDB have such endpoints.
    fn names_through_endpoint(&self, statement: &Value) -> bool {
        let named = namings(statement, self.request, self.reading);
        let by_name = [Naming::Itself, Naming::Issuer];
        let has_gateways = ["s3", "dynamodb"].contains(&self.request.service().as_str());
        let is_root = self.request.caller.kind == Kind::Root;
        if named.is_empty() || named.contains(&Naming::Everybody) || is_root || !has_gateways {
            return !named.is_empty();
        }
        match self.request.endpoint.as_deref() {
            Some("interface") => true,
            Some(_) => {
                named.iter().any(|naming| by_name.contains(naming))
                    && !self.reading.says(Point::GatewayTakesNoArns)
            }
            None => !self.reading.says(Point::EndpointIsGateway),
        }
    }

    pub fn is_granted(&self) -> bool {
        let request = self.request;
        let action = request.action.to_lowercase();
        if action == "kms:retiregrant" {
            return self.reading.says(Point::GrantLetsRetire);
        }
        // Everybody can use what AWS owns, and the member account is not asked
        // (IAM:id_root-user-privileged-task).
        if request.is_of_aws() || action == "sts:assumeroot" {
            return request.caller.kind == Kind::Root || self.identity_grants();
        }
        // Role chaining (IAM:id_credentials_temp_control-access_monitor).
        if action == "sts:setsourceidentity" && request.caller.kind == Kind::Role {
            return self.resource_allows() && self.identity_grants();
        }
        match request.caller.kind {
            // There is no identity policy, so the resource decides.
            Kind::Service | Kind::Token | Kind::Anonymous => self.resource_allows(),
            // The root user has full access in its own account. Elsewhere, and to keys and roles,
            // the resource must allow.
            Kind::Root => {
                (request.is_same_account() && !request.resource_must_allow())
                    || self.resource_allows()
            }
            // Both accounts must allow, and there is no shortcut
            // (IAM:reference_policies_evaluation-logic-cross-account).
            _ if !request.is_same_account() => self.resource_allows() && self.identity_grants(),
            _ => self.resource_grants() || (self.identity_grants() && self.identity_is_enough()),
        }
    }

    /// The resource's side of a request from another account. Any way of naming the caller is
    /// enough.
    pub fn resource_allows(&self) -> bool {
        self.request.resource_policy.iter().any(|policy| self.has_for_caller(policy, "Allow"))
    }

    /// Whether an identity policy is enough. It is, except for keys and roles, whose policies must
    /// at least delegate to the account (KMS:key-policies, STS:API_AssumeRole).
    fn identity_is_enough(&self) -> bool {
        !self.request.resource_must_allow() || self.names_account()
    }

    /// Whether the resource policy grants to the caller's account.
    pub fn names_account(&self) -> bool {
        self.grants().iter().any(|(naming, _)| *naming == Naming::Account)
    }

    /// What the identity policies grant within their limits.
    pub fn identity_grants(&self) -> bool {
        // The root user has no identity policies, and none limits it.
        let has_all = self.request.caller.is_made_by_root();
        (has_all || self.request.identity.iter().any(|policy| self.has(policy, "Allow")))
            && self.limits_permit()
    }

    /// Whether boundary and session policy permit the request.
    pub fn limits_permit(&self) -> bool {
        let has_boundary = self.request.caller.has_policies();
        let boundary =
            !has_boundary || self.request.boundary.iter().all(|policy| self.has(policy, "Allow"));
        boundary && self.session_permits()
    }

    /// A federated session without a session policy has no permissions, a role session without one
    /// has all of its role (IAM:id_credentials_temp_control-access_getfederationtoken).
    fn session_permits(&self) -> bool {
        match (self.request.caller.kind, &self.request.session) {
            (Kind::Federated | Kind::Role, Some(policies)) => {
                policies.iter().any(|policy| self.has(policy, "Allow"))
            }
            (kind, _) => kind != Kind::Federated,
        }
    }

    /// How the Allow statements of the resource policy name the caller.
    fn grants(&self) -> Vec<(Naming, &Value)> {
        let allows =
            self.request.resource_policy.iter().flat_map(|policy| self.about(policy, "Allow"));
        allows
            .flat_map(|statement| {
                namings(statement, self.request, self.reading)
                    .into_iter()
                    .map(move |naming| (naming, statement))
            })
            .collect()
    }

    /// What an Allow in the resource policy is worth in the same account
    /// (IAM:reference_policies_evaluation-logic_policy-eval-denyallow, IAM:access_policies).
    pub fn resource_grants(&self) -> bool {
        self.grants().into_iter().any(|(naming, statement)| match naming {
            // Implicit denies do not limit it.
            Naming::Itself => true,
            Naming::Issuer => self.limits_permit(),
            // It only delegates to the identity policies.
            Naming::Account => false,
            Naming::Everybody => self.limits_permit() || self.star_is_unlimited(statement),
        })
    }

    /// AWS says this only of roles, if `*` is narrowed by `aws:PrincipalArn`
    /// (IAM:reference_policies_elements_principal).
    fn star_is_unlimited(&self, statement: &Value) -> bool {
        let told =
            self.request.caller.kind == Kind::Role && condition::names_principal_arn(statement);
        told || !self.reading.says(Point::StarIsLimited)
    }
}
