//! One request: what AWS would answer, and why.

use super::error::Error;
use super::finding::Finding;
use super::policy::{Policy, check_stored, layers};
use super::workspace::Workspace;
use crate::authz::{Context, ContextValue, LayerId, Layers, StatementRef};
use crate::eval::Outcome;
use crate::report::{Position, position};
use crate::simulate::{RequestText, explain, resource_kind, simulate, why};

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
        };
        Ok(text.read()?)
    }
}

/// What AWS would answer to a request.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The answer.
    pub outcome: Outcome,
    /// The reason in one sentence.
    pub why: String,
    /// The statements that allow it or deny it.
    pub statements: Vec<Statement>,
    /// The layers that would have to allow it and do not.
    pub lacking: Vec<LayerId>,
    /// Where AWS's pages leave the answer open: each reading and the answer under it.
    pub readings: Vec<(&'static str, Outcome)>,
    /// The words that deny it, or that keep the nearest statement from allowing it.
    pub findings: Vec<Finding>,
}

/// A statement of a policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// The layer of its policy.
    pub layer: LayerId,
    /// Its Sid.
    pub sid: Option<String>,
    /// Where it is.
    pub place: Option<Position>,
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
        let set = layers(policies, resource)?;
        let layers = set.layers(resource);
        let simulated = simulate(&request, &layers);
        let decision = &simulated.decision;
        let statements = match decision.outcome {
            Outcome::Allowed => &decision.allowed_by,
            _ => &decision.denied_by,
        };
        let readings = decision.readings.iter();
        Ok(Decision {
            outcome: decision.outcome,
            why: why(&simulated, &request, &layers),
            statements: statements.iter().filter_map(|at| self.statement(at, &layers)).collect(),
            lacking: decision.lacking.clone(),
            readings: readings
                .map(|reading| (reading.ambiguity.text(reading.choice), reading.outcome))
                .collect(),
            findings: Finding::all(&self.sources, explain(decision, &request, &layers)),
        })
    }

    fn statement(&self, at: &StatementRef, layers: &Layers<'_>) -> Option<Statement> {
        let found = layers.policies(at.layer).get(at.policy)?.statements.get(at.statement)?;
        Some(Statement {
            layer: at.layer,
            sid: found.sid.as_ref().map(|sid| sid.node.clone()),
            place: position(&self.sources, found.span),
        })
    }
}
