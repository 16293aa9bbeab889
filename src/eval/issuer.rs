//! A session whose user or role is not known: the decision for each that it could be.

use super::decide::{Decision, Outcome, ReadingDecision, decide};
use crate::authz::{Ambiguity, Caller, Choice, Layers, Request};
use crate::model::condition::Test;
use crate::model::{Arn, Named, Part, Pattern, Statement};
use std::collections::BTreeSet;

/// A path and a name that no policy is likely to spell out.
const UNLISTED: &str = "ica-policy-unlisted";

/// Decides for every issuer that the policies could tell apart. If the decisions differ, it is undetermined.
pub(super) fn decide_issuers(request: &Request, layers: &Layers<'_>) -> Decision {
    let mut decisions = candidates(request, layers).into_iter().map(|caller| decide(&with_caller(request, caller), layers));
    let Some(unlisted) = decisions.next() else { return undetermined(Vec::new(), Decision::default()) };
    let others = decisions.collect::<Vec<_>>();
    let Some(other) = others.into_iter().find(|other| other.outcome != unlisted.outcome) else { return unlisted };
    let reading = |choice, outcome| ReadingDecision { ambiguity: Ambiguity::UnknownIssuer, choice, outcome };
    let readings = vec![reading(Choice::First, unlisted.outcome), reading(Choice::Second, other.outcome)];
    let more = unlisted.readings.iter().chain(&other.readings).copied().collect::<Vec<_>>();
    let worse = if unlisted.outcome == Outcome::Allowed { other } else { unlisted };
    undetermined([readings, more].concat(), worse)
}

fn undetermined(readings: Vec<ReadingDecision>, worse: Decision) -> Decision {
    Decision { outcome: Outcome::Undetermined, allowed_by: Vec::new(), readings, ..worse }
}

fn with_caller(request: &Request, caller: Caller) -> Request {
    let mut request = request.clone();
    if let Some(arn) = caller.principal_arn() {
        request.context.set_one("aws:PrincipalArn", arn);
    }
    request.caller = caller;
    request
}

/// The callers to try; the first has an issuer that no policy names.
fn candidates(request: &Request, layers: &Layers<'_>) -> Vec<Caller> {
    match &request.caller {
        Caller::FederatedSession { arn, .. } => {
            let own = format!("arn:{}:iam::{}:user/{UNLISTED}", arn.partition(), arn.account());
            let named = named(layers, |named| match named {
                Named::User(user) => Some(user.clone()),
                _ => None,
            });
            callers(arn, std::iter::once(own).chain(named))
        }
        Caller::RoleSession { arn, .. } => {
            // Who gives the key tells the role.
            if let Some([known]) = request.context.get("aws:principalarn").map(|value| value.as_slice()) {
                return callers(arn, std::iter::once(known.clone()));
            }
            let stem = format!("arn:{}:iam::{}:role/", arn.partition(), arn.account());
            let name = arn.resource().split('/').nth(1).unwrap_or_default();
            let plain = [format!("{stem}{UNLISTED}/{name}"), format!("{stem}{name}")];
            let named = named(layers, |named| match named {
                Named::Role(role) => Some(role.clone()),
                _ => None,
            });
            callers(arn, plain.into_iter().chain(named).chain(compared(layers, name)))
        }
        caller => vec![caller.clone()],
    }
}

/// The session with each issuer that can have made it.
fn callers(session: &Arn, issuers: impl Iterator<Item = String>) -> Vec<Caller> {
    let mut seen = BTreeSet::new();
    let new = issuers.filter(|issuer| seen.insert(issuer.clone())).collect::<Vec<_>>();
    new.iter().filter_map(|issuer| Caller::parse(session.as_str(), Some(issuer)).ok()).collect()
}

fn statements<'a>(layers: &Layers<'a>) -> impl Iterator<Item = &'a Statement> {
    let policies = layers.ids().flat_map(|layer| layers.policies(layer).to_vec()).collect::<Vec<_>>();
    policies.into_iter().flat_map(|policy| &policy.statements)
}

/// The principals that policies name.
fn named(layers: &Layers<'_>, pick: impl Fn(&Named) -> Option<String>) -> Vec<String> {
    let patterns = statements(layers).flat_map(|statement| statement.principal.iter().flat_map(|element| &element.patterns));
    patterns.filter_map(|pattern| pick(&pattern.named)).collect()
}

/// Roles of that name that fit what conditions compare `aws:PrincipalArn` with.
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
