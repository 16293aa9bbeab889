//! What is answered to a line.

use super::error::LineError;
use super::left_out::Simulated;
use crate::authz::{LayerId, Layers, Request, StatementRef, needs_no_permission, ruled_out};
use crate::aws::{self, KeySupport};
use crate::eval::{Decision, Outcome};
use serde::Serialize;

/// An answer, as it is written.
#[derive(Debug)]
pub struct Answer {
    id: Option<String>,
    body: Body,
    /// Whether the decision is the one that the line expects, if it says one.
    pub as_expected: Option<bool>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Body {
    Decided(Decided),
    Failed { error: Failure },
}

/// What AWS would answer to a request, and by which statements.
#[derive(Debug, Serialize)]
pub struct Decided {
    /// The answer.
    #[serde(rename = "decision")]
    pub outcome: Outcome,
    /// The statements that decided, or the layers that did not allow.
    pub by: Vec<By>,
    /// Why, in one sentence.
    pub why: String,
    /// The answer under each reading of what AWS's pages leave open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Reading>,
}

/// A statement that decided, or a layer.
#[derive(Debug, Serialize)]
pub struct By {
    /// The layer.
    pub layer: LayerId,
    /// The number of the policy among all of the layer.
    pub policy: Option<usize>,
    /// The number of the statement in its policy.
    pub statement: Option<usize>,
    /// The statement's Sid.
    pub sid: Option<String>,
    /// The same, for whoever has the layers.
    #[serde(skip)]
    pub at: Option<StatementRef>,
}

/// The answer under one reading.
#[derive(Clone, Debug, Serialize)]
pub struct Reading {
    /// The point that is left open.
    pub id: &'static str,
    /// How it is read.
    pub text: &'static str,
    /// The answer.
    #[serde(rename = "decision")]
    pub outcome: Outcome,
    /// The page that leaves it open.
    #[serde(skip)]
    pub source: &'static str,
}

#[derive(Debug, Serialize)]
struct Failure {
    message: String,
    path: String,
}

impl Decided {
    /// The answer to a request.
    pub fn new(simulated: &Simulated, request: &Request, layers: &Layers<'_>) -> Decided {
        let decision = &simulated.decision;
        let readings = decision.readings.iter().map(|reading| Reading {
            id: reading.ambiguity.id(),
            text: reading.ambiguity.text(reading.choice),
            outcome: reading.outcome,
            source: reading.ambiguity.source(),
        });
        Decided {
            outcome: decision.outcome,
            by: by(decision, layers),
            why: why(simulated, request, layers),
            readings: readings.collect(),
        }
    }
}

impl Answer {
    /// The answer to a line that could not be evaluated.
    pub fn error(id: Option<String>, error: LineError) -> Answer {
        Answer {
            id,
            as_expected: None,
            body: Body::Failed { error: Failure { message: error.message, path: error.path } },
        }
    }

    /// The answer to a request that was decided.
    pub fn decided(id: Option<String>, decided: Decided) -> Answer {
        Answer { id, body: Body::Decided(decided), as_expected: None }
    }

    /// Says whether the decision is the expected one, if one is.
    pub(super) fn expected(self, as_expected: Option<bool>) -> Answer {
        Answer { as_expected, ..self }
    }

    /// Whether there is no decision.
    pub fn is_error(&self) -> bool {
        matches!(self.body, Body::Failed { .. })
    }

    /// One line of JSON, without the line break.
    pub fn to_json(&self) -> String {
        // Serialising plain strings and numbers cannot fail.
        let body = serde_json::to_string(&self.body).unwrap_or_default();
        let id = self.id.as_deref().unwrap_or("null");
        let body = body.get(1..).unwrap_or_default();
        match self.as_expected {
            Some(is_so) => format!("{{\"id\":{id},\"as_expected\":{is_so},{body}"),
            None => format!("{{\"id\":{id},{body}"),
        }
    }
}

fn by(decision: &Decision, layers: &Layers<'_>) -> Vec<By> {
    let statement = |place: &StatementRef| By {
        policy: Some(layers.flat_index(place.layer, place.policy)),
        statement: Some(place.statement),
        sid: sid(place, layers),
        at: Some(*place),
        ..By::layer(place.layer)
    };
    let layer = |layer: &LayerId| By::layer(*layer);
    match decision.outcome {
        Outcome::ExplicitlyDenied => decision.denied_by.iter().map(statement).collect(),
        Outcome::Allowed => decision.allowed_by.iter().map(statement).collect(),
        Outcome::ImplicitlyDenied => decision.lacking.iter().map(layer).collect(),
        Outcome::Undetermined => decision
            .denied_by
            .iter()
            .map(statement)
            .chain(decision.lacking.iter().map(layer))
            .collect(),
    }
}

fn sid(place: &StatementRef, layers: &Layers<'_>) -> Option<String> {
    let policy = layers.policies(place.layer).get(place.policy)?;
    policy.statements.get(place.statement)?.sid.as_ref().map(|sid| sid.node.clone())
}

impl By {
    fn layer(layer: LayerId) -> By {
        By { layer, policy: None, statement: None, sid: None, at: None }
    }
}

/// Why a request gets its decision, in one sentence.
fn why(
    Simulated { decision, left_out }: &Simulated,
    request: &Request,
    layers: &Layers<'_>,
) -> String {
    let mut why = match decision.outcome {
        Outcome::Allowed if decision.allowed_by.is_empty() => needs_no_permission(request)
            .unwrap_or("the root user needs no grant in its own account")
            .to_owned(),
        Outcome::Allowed => format!("allowed by {}", places(&decision.allowed_by, layers)),
        Outcome::ExplicitlyDenied => format!("denied by {}", places(&decision.denied_by, layers)),
        Outcome::ImplicitlyDenied if ruled_out(request).is_some() => {
            ruled_out(request).unwrap_or_default().to_owned()
        }
        Outcome::ImplicitlyDenied => {
            format!("nothing allows it in: {}", layer_names(&decision.lacking))
        }
        Outcome::Undetermined if decision.is_incomplete => {
            "there are too many open points to try all of them".to_owned()
        }
        Outcome::Undetermined => {
            let is_of_request =
                decision.readings.iter().all(|reading| reading.ambiguity.is_of_request());
            let who = if is_of_request { "the request" } else { "AWS" };
            format!("{who} leaves it open; the readings lead to different decisions")
        }
    };
    for key in left_out {
        why.push_str(&format!("; {}", left_out_words(key)));
    }
    if decision.may_be_allowed() && request.lacks_bucket() {
        why.push_str(&format!("; {LACKS_BUCKET}"));
    }
    if let Some((prefix, _)) =
        request.action.split_once(':').filter(|(prefix, _)| !aws::is_known_service(prefix))
    {
        why.push_str(&format!(
            "; the service `{prefix}` is not known to the AWS data of {}",
            aws::data_date()
        ));
    }
    for key in unsupported_keys(request) {
        why.push_str(&format!(
            "; `{key}` was given, though `{}` does not support it by AWS's data of {}",
            request.action,
            aws::data_date()
        ));
    }
    why
}

/// What a decision about an access point alone leaves open.
pub const LACKS_BUCKET: &str = "the bucket behind the access point must allow the request too, and it was not given: `bucket` names it, `bucket_policy` has its policy";

/// What it means that a key was left out.
pub fn left_out_words(key: &str) -> String {
    format!(
        "`{key}` was not given, so it is absent here, though AWS sends it with every such request: its value could change the decision"
    )
}

/// Where statements are, in words: people count from one.
fn places(statements: &[StatementRef], layers: &Layers<'_>) -> String {
    let words = statements.iter().map(|place| {
        let sid = sid(place, layers).map(|sid| format!(" (`{sid}`)")).unwrap_or_default();
        format!(
            "{} policy {} statement {}{sid}",
            place.layer,
            layers.flat_index(place.layer, place.policy) + 1,
            place.statement + 1
        )
    });
    words.collect::<Vec<_>>().join(", ")
}

fn layer_names(layers: &[LayerId]) -> String {
    let names = layers.iter().map(|layer| match layer {
        LayerId::Scp(level) | LayerId::Rcp(level) => format!("{layer} level {}", level + 1),
        other => other.to_string(),
    });
    names.collect::<Vec<_>>().join(", ")
}

/// Keys that were given though the action does not have them: they count as present, and the answer says so. Keys that are filled in
/// are none of them.
fn unsupported_keys(request: &Request) -> Vec<&str> {
    let Some(action) = aws::action(&request.action) else { return Vec::new() };
    let is_absent = |key: &&str| {
        matches!(
            aws::supports_key(action, key),
            KeySupport::Unsupported | KeySupport::GlobalUnlisted
        )
    };
    request.context.iter().map(|(key, _)| key).filter(is_absent).collect()
}
