//! How the layers make a decision (C1 to C4).

use super::Decision;
use super::caller::Kind;
use super::condition;
use super::documents::{has_variables, statements};
use super::principal::{Naming, namings};
use super::readings::{Point, Reading};
use super::request::Request;
use super::statement::{self, Statement};
use serde_json::Value;

/// A request under one reading of what AWS leaves open.
struct Case<'a> {
    request: &'a Request,
    reading: &'a Reading,
}

pub fn decide(request: &Request, reading: &Reading) -> Decision {
    let case = Case { request, reading };
    if case.endpoint_denies() {
        return Decision::ExplicitlyDenied;
    }
    // The note speaks of the policies of callers; an endpoint's policy binds whatever comes through it.
    if request.needs_no_permission() {
        return if case.endpoint_permits() {
            Decision::Allowed
        } else {
            Decision::ImplicitlyDenied
        };
    }
    if case.is_denied() {
        return Decision::ExplicitlyDenied;
    }
    if !request.may_be_called(reading) {
        return Decision::ImplicitlyDenied;
    }
    if case.account_permits() && case.endpoint_permits() && case.is_granted() {
        Decision::Allowed
    } else {
        Decision::ImplicitlyDenied
    }
}

impl Case<'_> {
    /// The statements of this effect that are about the request.
    fn about<'a>(&self, policy: &'a Value, effect: &str) -> Vec<&'a Value> {
        let variables = has_variables(policy);
        let fits = |body: &&Value| {
            body["Effect"] == effect
                && statement::applies(Statement { body, variables }, self.request, self.reading)
        };
        statements(policy).into_iter().filter(fits).collect()
    }

    fn has(&self, policy: &Value, effect: &str) -> bool {
        !self.about(policy, effect).is_empty()
    }

    /// The same, for policies that name somebody.
    fn has_for_caller(&self, policy: &Value, effect: &str) -> bool {
        let names = |statement: &Value| !namings(statement, self.request, self.reading).is_empty();
        self.about(policy, effect).into_iter().any(names)
    }

    fn endpoint_denies(&self) -> bool {
        self.endpoint().iter().any(|policy| self.has_for_caller(policy, "Deny"))
    }

    /// A Deny in any policy that binds the request decides (C1, step 1).
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
        let by_resource = !self.may_repair()
            && request.resource_policy.iter().any(|policy| self.has_for_caller(policy, "Deny"));
        let by_owner =
            self.rcps().iter().flatten().any(|policy| self.has_for_caller(policy, "Deny"));
        by_own || by_account || by_resource || by_owner
    }

    /// RCPs bind everybody who comes to one of these services (C1). They never grant.
    fn rcps(&self) -> &[Vec<Value>] {
        let bound = ["s3", "sts", "kms", "sqs", "secretsmanager"]
            .contains(&self.request.service().as_str());
        if bound { &self.request.rcps } else { &[] }
    }

    /// The owner's root user may always repair a bucket policy (C6).
    fn may_repair(&self) -> bool {
        let action = self.request.action.to_lowercase();
        let repairs = ["s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"]
            .contains(&action.as_str());
        repairs && self.request.caller.kind == Kind::Root && self.request.is_same_account()
    }

    /// SCPs bind callers that have an account, but not service-linked roles (C1).
    fn has_scps(&self) -> bool {
        self.request.caller.account.is_some() && !self.request.caller.is_service_linked()
    }

    /// Every level must allow (C1, step 3; design 4.1).
    fn account_permits(&self) -> bool {
        let level_allows =
            |level: &Vec<Value>| level.iter().any(|policy| self.has(policy, "Allow"));
        !self.has_scps() || self.request.scps.iter().all(level_allows)
    }

    /// Endpoint policies bind what comes through an endpoint (design 4.1).
    fn endpoint(&self) -> &[Value] {
        if self.request.context.get("aws:SourceVpce").is_some() { &self.request.vpce } else { &[] }
    }

    fn endpoint_permits(&self) -> bool {
        self.endpoint().is_empty()
            || self.endpoint().iter().any(|policy| self.has_for_caller(policy, "Allow"))
    }

    fn is_granted(&self) -> bool {
        let request = self.request;
        match request.caller.kind {
            // There is no identity policy: the resource decides (C6).
            Kind::Service | Kind::Anonymous => self.resource_allows(),
            // Full access in the own account (C1); elsewhere, and to keys and roles, the resource must allow.
            Kind::Root => {
                (request.is_same_account() && !request.resource_must_allow())
                    || self.resource_allows()
            }
            // Both accounts must allow, and there is no short cut (C3).
            _ if !request.is_same_account() => self.resource_allows() && self.identity_grants(),
            _ => self.resource_grants() || (self.identity_grants() && self.identity_is_enough()),
        }
    }

    /// The bucket's side of a request from elsewhere: any way of naming will do (C3).
    fn resource_allows(&self) -> bool {
        self.request.resource_policy.iter().any(|policy| self.has_for_caller(policy, "Allow"))
    }

    /// Everywhere but for keys and roles; those must at least leave it to the account (C2).
    fn identity_is_enough(&self) -> bool {
        !self.request.resource_must_allow()
            || self.grants().iter().any(|(naming, _)| *naming == Naming::Account)
    }

    /// Identity policies, and what limits them.
    fn identity_grants(&self) -> bool {
        // What the root user may is not limited by identity policies: he has none.
        let has_all = self.request.caller.is_made_by_root();
        (has_all || self.request.identity.iter().any(|policy| self.has(policy, "Allow")))
            && self.limits_permit()
    }

    /// Boundary and session policy.
    fn limits_permit(&self) -> bool {
        let has_boundary = self.request.caller.has_policies();
        let boundary =
            !has_boundary || self.request.boundary.iter().all(|policy| self.has(policy, "Allow"));
        boundary && self.session_permits()
    }

    /// A federated session without session policy has nothing, a role session has all of its role (C4).
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

    /// What an Allow in the resource policy is worth in the same account (C2).
    fn resource_grants(&self) -> bool {
        self.grants().into_iter().any(|(naming, statement)| match naming {
            // Not limited by implicit denies.
            Naming::Itself => true,
            Naming::Issuer => self.limits_permit(),
            // Only leaves it to the identity policies.
            Naming::Account => false,
            Naming::Everybody => self.limits_permit() || self.star_is_unlimited(statement),
        })
    }

    /// Told only for roles, where `*` is narrowed by `aws:PrincipalArn` (IAM:reference_policies_elements_principal).
    fn star_is_unlimited(&self, statement: &Value) -> bool {
        let told =
            self.request.caller.kind == Kind::Role && condition::names_principal_arn(statement);
        told || !self.reading.says(Point::StarIsLimited)
    }
}
