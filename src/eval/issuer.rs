//! A session whose user or role is not known is decided for each issuer that it could have.

use super::decide::{Decision, Outcome, ReadingDecision, decide_known, severity};
use crate::authz::{Ambiguity, Caller, Choice, Layers, Request};
use crate::model::condition::Test;
use crate::model::{Arn, Named, Part, Pattern, Statement};
use std::collections::BTreeSet;

/// A path and a name that policies are unlikely to contain.
const UNLISTED: &str = "ica-policy-unlisted";

/// How many issuers are tried. Each needs a decision over all statements.
const MAX_ISSUERS: usize = 256;

/// Decides for every issuer that the policies could tell apart. If the decisions differ, the result
/// is undetermined.
pub(super) fn decide_issuers(request: &Request, layers: &Layers<'_>) -> Decision {
    let candidates = candidates(request, layers);
    let is_incomplete = candidates.len() > MAX_ISSUERS;
    let decisions = candidates
        .into_iter()
        .take(MAX_ISSUERS)
        .map(|caller| decide_known(&with_caller(request, caller), layers));
    let decisions = decisions.collect::<Vec<_>>();
    let Some(unlisted) = decisions.first() else {
        return Decision {
            outcome: Outcome::Undetermined,
            is_incomplete: true,
            ..Decision::default()
        };
    };
    if !is_incomplete && decisions.iter().all(|decision| decision.outcome == unlisted.outcome) {
        return unlisted.clone();
    }
    let worst =
        decisions.iter().max_by_key(|decision| severity(decision.outcome)).unwrap_or(unlisted);
    Decision {
        outcome: Outcome::Undetermined,
        denied_by: worst.denied_by.clone(),
        allowed_by: Vec::new(),
        lacking: worst.lacking.clone(),
        readings: readings(unlisted, &decisions),
        is_incomplete: is_incomplete || decisions.iter().any(|decision| decision.is_incomplete),
    }
}

/// The outcome for an issuer that no policy names, and each other outcome that some issuer leads
/// to. The best comes first, so the order in which the policies name them does not matter.
fn readings(unlisted: &Decision, decisions: &[Decision]) -> Vec<ReadingDecision> {
    let reading =
        |choice, outcome| ReadingDecision { ambiguity: Ambiguity::UnknownIssuer, choice, outcome };
    let mut others = decisions
        .iter()
        .map(|decision| decision.outcome)
        .filter(|outcome| *outcome != unlisted.outcome)
        .collect::<Vec<_>>();
    others.sort_by_key(|outcome| severity(*outcome));
    others.dedup();
    let mut readings = vec![reading(Choice::First, unlisted.outcome)];
    readings.extend(others.into_iter().map(|outcome| reading(Choice::Second, outcome)));
    let mut more =
        decisions.iter().flat_map(|decision| &decision.readings).copied().collect::<Vec<_>>();
    more.sort_by_key(|reading| {
        (reading.ambiguity, reading.choice as u8, severity(reading.outcome))
    });
    more.dedup();
    readings.extend(more);
    readings
}

/// The requests that a request by a session without issuer may be: one for each issuer that the
/// policies could tell apart, or the request itself if the issuer is known. `None` if there are too
/// many.
pub fn possible_requests(request: &Request, layers: &Layers<'_>) -> Option<Vec<Request>> {
    if !request.caller.lacks_issuer() {
        return Some(vec![request.clone()]);
    }
    let candidates = candidates(request, layers);
    (candidates.len() <= MAX_ISSUERS)
        .then(|| candidates.into_iter().map(|caller| with_caller(request, caller)).collect())
}

fn with_caller(request: &Request, caller: Caller) -> Request {
    let mut request = request.clone();
    request.change(&mut |request| {
        if let Some(arn) = caller.principal_arn() {
            request.context.set_one("aws:PrincipalArn", arn);
        }
        request.caller = caller.clone();
    });
    request
}

/// The callers to try; the first has an issuer that no policy names.
fn candidates(request: &Request, layers: &Layers<'_>) -> Vec<Caller> {
    match &request.caller {
        Caller::FederatedSession { arn, .. } => {
            let own = format!("arn:{}:iam::{}:user/{UNLISTED}", arn.partition(), arn.account());
            // The root user can have no policies, so if policies of the issuer are given, it is not
            // the root user.
            let may_be_root =
                layers.identity.policies().is_empty() && layers.boundary.policies().is_empty();
            let root =
                may_be_root.then(|| format!("arn:{}:iam::{}:root", arn.partition(), arn.account()));
            let named = named(layers, |named| match named {
                Named::User(user) => Some(user.clone()),
                _ => None,
            });
            callers(arn, std::iter::once(own).chain(root).chain(named))
        }
        Caller::RoleSession { arn, .. } => {
            // A request that gives `aws:PrincipalArn` names the role.
            if let Some([known]) =
                request.context.get("aws:principalarn").map(|value| value.as_slice())
            {
                return callers(arn, std::iter::once(known.clone()));
            }
            let stem = format!("arn:{}:iam::{}:role/", arn.partition(), arn.account());
            let name = arn.resource().split('/').nth(1).unwrap_or_default();
            let plain = [format!("{stem}{UNLISTED}/{name}"), format!("{stem}{name}")];
            // The name shows a service-linked role, which has a path of its own
            // (IAM:using-service-linked-roles).
            let linked = name
                .starts_with("AWSServiceRoleFor")
                .then(|| format!("{stem}aws-service-role/{UNLISTED}/{name}"));
            let named = named(layers, |named| match named {
                Named::Role(role) => Some(role.clone()),
                _ => None,
            });
            callers(arn, plain.into_iter().chain(linked).chain(named).chain(compared(layers, name)))
        }
        caller => vec![caller.clone()],
    }
}

/// The session with each of these issuers that can have made it.
fn callers(session: &Arn, issuers: impl Iterator<Item = String>) -> Vec<Caller> {
    let mut seen = BTreeSet::new();
    let new = issuers.filter(|issuer| seen.insert(issuer.clone())).collect::<Vec<_>>();
    new.iter().filter_map(|issuer| Caller::parse(session.as_str(), Some(issuer)).ok()).collect()
}

fn statements<'a>(layers: &Layers<'a>) -> impl Iterator<Item = &'a Statement> {
    layers.all().into_iter().flat_map(|policy| &policy.statements)
}

/// The principals that policies name.
fn named(layers: &Layers<'_>, pick: impl Fn(&Named) -> Option<String>) -> Vec<String> {
    let patterns = statements(layers)
        .flat_map(|statement| statement.principal.iter().flat_map(|element| &element.patterns));
    patterns.filter_map(|pattern| pick(&pattern.named)).collect()
}

/// Roles of that name that match the patterns with which conditions compare `aws:PrincipalArn`.
fn compared(layers: &Layers<'_>, name: &str) -> Vec<String> {
    let conditions = statements(layers).flat_map(|statement| &statement.conditions);
    let on_arn = conditions.filter(|condition| &*condition.key.node == "aws:principalarn");
    let patterns = on_arn.flat_map(|condition| match &condition.test {
        Test::String { values, .. } | Test::Arn { values, .. } => values.list.as_slice(),
        _ => &[],
    });
    patterns.map(|value| spelt(&value.node, name)).collect()
}

/// The pattern with the name in the place of each wildcard.
fn spelt(pattern: &Pattern, name: &str) -> String {
    let spell = |part: &Part| match part {
        Part::Literal(text) => text.to_string(),
        _ => name.to_owned(),
    };
    pattern.parts.iter().map(spell).collect()
}
