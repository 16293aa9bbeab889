//! One request: what AWS would answer, and why.

use super::error::Error;
use super::policy::{Policy, check_stored, layer, layers};
use super::workspace::Workspace;
use crate::authz::{Context, ContextValue, Layers};
use crate::report::simulate::Decision;
use crate::simulate::{RequestText, resource_kind, simulate};

/// A request in the words that a person writes.
#[derive(Clone, Debug, Default)]
pub struct Request {
    principal: String,
    session_issuer: Option<String>,
    action: String,
    resource: String,
    resource_account: Option<String>,
    context: Context,
    credentials: Option<String>,
    endpoint: Option<String>,
    bucket: Option<String>,
    bucket_account: Option<String>,
}

impl Request {
    /// Who asks (an ARN, an account for its root user, a service, or `*` for nobody), for which
    /// action, on which resource (an ARN, or `*` for an action without a resource).
    pub fn new(principal: &str, action: &str, resource: &str) -> Request {
        let [principal, action, resource] = [principal, action, resource].map(str::to_owned);
        Request { principal, action, resource, ..Request::default() }
    }

    /// Who made the session: the user of a federated session, the role of a role session.
    #[must_use]
    pub fn session_issuer(mut self, arn: &str) -> Request {
        self.session_issuer = Some(arn.to_owned());
        self
    }

    /// The account that owns the resource; by default that of the ARN, else that of the principal.
    #[must_use]
    pub fn resource_account(mut self, account: &str) -> Request {
        self.resource_account = Some(account.to_owned());
        self
    }

    /// What the caller signs with: `long-term`, `session-token`, `console`, `sign-in` or `assume-root`.
    #[must_use]
    pub fn credentials(mut self, word: &str) -> Request {
        self.credentials = Some(word.to_owned());
        self
    }

    /// The kind of the VPC endpoint that it comes through: `gateway` or `interface`.
    #[must_use]
    pub fn endpoint(mut self, word: &str) -> Request {
        self.endpoint = Some(word.to_owned());
        self
    }

    /// The bucket, by name or ARN, behind the access point that the resource is. Its policy is marked
    /// by [`Policy::behind_access_point`]; the policy of the access point is that of the resource.
    #[must_use]
    pub fn bucket(mut self, bucket: &str) -> Request {
        self.bucket = Some(bucket.to_owned());
        self
    }

    /// The account that owns that bucket; by default that of the access point.
    #[must_use]
    pub fn bucket_account(mut self, account: &str) -> Request {
        self.bucket_account = Some(account.to_owned());
        self
    }

    /// Sets a condition key.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Request {
        self.context.set_one(key, value);
        self
    }

    /// Sets a condition key that has several values.
    #[must_use]
    pub fn with_values(mut self, key: &str, values: &[&str]) -> Request {
        let values = values.iter().map(|value| String::from(*value)).collect();
        self.context.set(key, ContextValue::Many(values));
        self
    }

    fn read(&self) -> Result<crate::authz::Request, Error> {
        let text = RequestText {
            principal: &self.principal,
            session_issuer: self.session_issuer.as_deref(),
            action: &self.action,
            resource: &self.resource,
            resource_account: self.resource_account.as_deref(),
            context: self.context.clone(),
            credentials: self.credentials.as_deref(),
            endpoint: self.endpoint.as_deref(),
            bucket: self.bucket.as_deref(),
            bucket_account: self.bucket_account.as_deref(),
        };
        Ok(text.read()?)
    }
}

impl Workspace {
    /// Decides a request as AWS would. A layer without a policy counts as absent.
    ///
    /// # Errors
    /// The request cannot be, or AWS would refuse to store a policy.
    pub fn decide(&self, request: &Request, policies: &[&Policy]) -> Result<Decision, Error> {
        let request = request.read()?;
        check_stored(policies)?;
        let resource = resource_kind(&request);
        let (behind, policies): (Vec<&Policy>, Vec<&Policy>) =
            policies.iter().partition(|policy| policy.is_behind_access_point());
        if let (Some(policy), None) = (behind.first(), &request.bucket) {
            let message = format!(
                "`{}` is the policy of a bucket behind an access point, and the request names no such bucket",
                policy.name()
            );
            return Err(Error::request("policies", message));
        }
        let set = layers(&policies, resource)?;
        let layers = Layers { bucket: layer(&behind), ..set.layers(resource) };
        let simulated = simulate(&request, &layers);
        Ok(Decision::new(&self.sources, &request, &layers, &simulated, Vec::new()))
    }
}
