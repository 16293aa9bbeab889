//! The view of `simulate`: the schema `ica-policy/simulate-answer/v1`, published in
//! `schemas/simulate-answer-v1.json`.

use super::failure::Failure;
use super::finding::Finding;
use super::place::{Position, position};
use super::stopped::explain;
use super::view::View;
use crate::authz::{
    Caller, LayerId, Layers, Request, StatementRef, denies_bind, needs_no_permission, ruled_out,
};
use crate::eval::{Outcome, applying};
use crate::finding::{self, codes};
use crate::simulate::{
    self, Decided, LACKS_BUCKET, LayerTrace, Reading, Simulated, left_out_words, trace,
};
use crate::source::{Sources, Span};
use serde::Serialize;

/// What AWS would answer to a request.
#[derive(Clone, Debug, Serialize)]
pub struct Decision {
    /// The answer.
    #[serde(rename = "decision")]
    pub outcome: Outcome,
    /// The statements that allow it or deny it; where nothing allows it, the layers without an
    /// Allow.
    pub by: Vec<By>,
    /// The reason in one sentence.
    pub why: String,
    /// Where AWS's pages leave the answer open: the answer under each reading.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Reading>,
    /// The words that deny it, or that keep the nearest statement from allowing it; then what is
    /// wrong with the documents themselves.
    #[serde(skip)]
    pub findings: Vec<Finding>,
    /// What was asked for: the action and the resource.
    #[serde(skip)]
    pub request: [String; 2],
    /// What each layer says.
    #[serde(skip)]
    pub layers: Vec<Said>,
    /// What no layer can show.
    #[serde(skip)]
    pub remarks: Vec<String>,
}

/// A statement of a policy, or a layer as a whole.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct By {
    /// The layer.
    pub layer: LayerId,
    /// The number of the policy among all of the layer, from 0.
    pub policy: Option<usize>,
    /// The number of the statement in its policy, from 0.
    pub statement: Option<usize>,
    /// The statement's Sid.
    pub sid: Option<String>,
    /// Where the statement is.
    #[serde(skip)]
    pub place: Option<Position>,
}

/// What a layer says to a request.
#[derive(Clone, Debug)]
pub struct Said {
    /// The layer.
    pub layer: LayerId,
    /// `allows`, `denies`, or why it does neither.
    pub words: &'static str,
    /// The statements that do so.
    pub by: Vec<By>,
}

impl Decision {
    /// The view of an answer. `findings`: those about the documents themselves.
    pub fn new(
        sources: &Sources,
        request: &Request,
        layers: &Layers<'_>,
        simulated: &Simulated,
        findings: Vec<finding::Finding>,
    ) -> Decision {
        let Decided { outcome, by, why, readings } = Decided::new(simulated, request, layers);
        let view = |by: simulate::By| By {
            layer: by.layer,
            policy: by.policy,
            statement: by.statement,
            sid: by.sid,
            place: by.at.and_then(|at| place(sources, at, layers)),
        };
        // Requests hold actions in lower case; the reference data has the usual spelling.
        let action = crate::aws::action(&request.action).map_or(request.action.clone(), |action| {
            format!("{}:{}", action.service().prefix(), action.name())
        });
        let decision = &simulated.decision;
        let words = explain(decision, request, layers).into_iter();
        let words: Vec<_> = match without_session_policy(decision.outcome, request, layers) {
            // The identity policies would do, and what other statements lack is beside the point.
            Some(finding) if !applying(request, layers, LayerId::Identity).0.is_empty() => {
                vec![finding]
            }
            finding => finding.into_iter().chain(words).collect(),
        };
        Decision {
            outcome,
            by: by.into_iter().map(view).collect(),
            why,
            readings,
            findings: Finding::all(sources, words.into_iter().chain(findings)),
            request: [action, request.resource.clone()],
            layers: trace(request, layers)
                .into_iter()
                .map(|layer| said(layer, sources, layers, request))
                .collect(),
            remarks: owner(request, layers)
                .into_iter()
                .chain(remarks(request, simulated))
                .collect(),
        }
    }
}

impl View for Decision {
    const SCHEMA: &'static str = "ica-policy/simulate-answer/v1";
    const NOTHING: &'static str = "\"id\":null";

    /// In the form of `--batch`, which has no name of a schema and no data.
    fn json(&self) -> String {
        let members = serde_json::to_string(self).unwrap_or_default();
        format!("{{{},{}\n", Self::NOTHING, members.get(1..).unwrap_or_default())
    }

    fn failed(failures: &[Failure]) -> String {
        let errors = serde_json::to_string(failures).unwrap_or_default();
        format!("{{{},\"errors\":{errors}}}\n", Self::NOTHING)
    }
}

/// The cause where a federated session got no session policy: it then has no permissions but those of the resource's policy
/// (STS:API_GetFederationToken).
fn without_session_policy(
    outcome: Outcome,
    request: &Request,
    layers: &Layers<'_>,
) -> Option<finding::Finding> {
    let is_session = matches!(request.caller, Caller::FederatedSession { .. });
    let is_cause = is_session && outcome == Outcome::ImplicitlyDenied && layers.session.is_absent();
    is_cause.then(|| {
        let message = "no session policy was passed, and without one a federated session may do nothing, except what the policy of the \
                       resource allows this session by its own ARN";
        let help = "give the session policy with --session-policy FILE; `ica-policy check` assumes one that allows what an operation needs";
        finding::Finding::new(codes::NO_ALLOW, Span::NOWHERE, message).help(help)
    })
}

/// Whose the resource is, where its ARN does not say and its policy counts: whoever leaves it out means the caller's account.
fn owner(request: &Request, layers: &Layers<'_>) -> Option<String> {
    let account = request.resource_account.as_ref()?;
    let mut parts = request.resource.split(':');
    let is_open = parts.next() == Some("arn") && parts.nth(3) == Some("");
    (is_open && !layers.resource.is_absent()).then(|| {
        format!("the ARN of the resource names no account: here it is of {account}, which --resource-account sets")
    })
}

/// What follows from the credentials alone, and what was left open or left out.
fn remarks(request: &Request, simulated: &Simulated) -> Vec<String> {
    let of_credentials = ruled_out(request).into_iter().chain(needs_no_permission(request));
    let too_many = "there are too many open points to try all of them";
    let too_many = simulated.decision.is_incomplete.then_some(too_many);
    let left_out = simulated.left_out.iter().map(|key| left_out_words(key));
    let may_be_allowed = simulated.decision.may_be_allowed();
    let bucket = (may_be_allowed && request.lacks_bucket()).then_some(LACKS_BUCKET);
    of_credentials.chain(too_many).chain(bucket).map(str::to_owned).chain(left_out).collect()
}

fn said(trace: LayerTrace, sources: &Sources, layers: &Layers<'_>, request: &Request) -> Said {
    let LayerTrace { layer, policies, allows, denies } = trace;
    let is_session = matches!(request.caller, Caller::FederatedSession { .. });
    let (words, at) = match policies {
        0 if layer == LayerId::Session && is_session => (
            "none was passed, so the session has only what the resource's policy gives it by name",
            Vec::new(),
        ),
        0 => ("no policy", Vec::new()),
        _ if !denies_bind(layer, request.before(layer)) => {
            ("does not apply to this request", Vec::new())
        }
        _ if !denies.is_empty() => ("denies", denies),
        _ if !allows.is_empty() => ("allows", allows),
        _ => ("says nothing", Vec::new()),
    };
    let by = |at: StatementRef| {
        let policy = layers.policies(at.layer).get(at.policy)?;
        let sid = policy.statements.get(at.statement)?.sid.as_ref();
        Some(By {
            layer,
            policy: Some(layers.flat_index(at.layer, at.policy)),
            statement: Some(at.statement),
            sid: sid.map(|sid| sid.node.clone()),
            place: place(sources, at, layers),
        })
    };
    Said { layer, words, by: at.into_iter().filter_map(by).collect() }
}

fn place(sources: &Sources, at: StatementRef, layers: &Layers<'_>) -> Option<Position> {
    let policy = layers.policies(at.layer).get(at.policy)?;
    position(sources, policy.statements.get(at.statement)?.span)
}
