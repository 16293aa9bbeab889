//! Keys that AWS sends with every request of such a caller, and that the request at hand leaves out.
//!
//! That they are there is known from the table of request keys, and `Null` is decided by it. Their value is not known:
//! a comparison treats them as absent, and where a value could change the decision the answer names them.

use crate::authz::{Ambiguity, Choice, LayerId, Layers, Request, display_name};
use crate::eval::{Decision, Outcome, ReadingDecision, concerns, decide};
use crate::model::Statement;
use std::collections::BTreeSet;

/// A decision, and what was left out of the request though it matters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Simulated {
    /// The decision, with the keys that were left out absent.
    pub decision: Decision,
    /// Names of keys that AWS sends with every such request, that were not given, and whose value could lead to another decision.
    pub left_out: Vec<String>,
}

/// Decides a request that somebody wrote.
pub fn simulate(request: &Request, layers: &Layers<'_>) -> Simulated {
    let simulated = decide_as_given(request, layers);
    if simulated.decision.outcome != Outcome::Allowed || !request.lacks_bucket() {
        return simulated;
    }
    Simulated { decision: as_bucket_decides(), ..simulated }
}

/// The policies at hand allow a request through an access point, and the bucket behind it, which must
/// allow it too, is not known (S3:access-points-policies).
fn as_bucket_decides() -> Decision {
    let reading =
        |choice, outcome| ReadingDecision { ambiguity: Ambiguity::UnknownBucket, choice, outcome };
    Decision {
        outcome: Outcome::Undetermined,
        lacking: vec![LayerId::Bucket],
        readings: vec![
            reading(Choice::First, Outcome::ImplicitlyDenied),
            reading(Choice::Second, Outcome::Allowed),
        ],
        ..Decision::default()
    }
}

fn decide_as_given(request: &Request, layers: &Layers<'_>) -> Simulated {
    let keys = asked(request, layers);
    if keys.is_empty() {
        return Simulated { decision: decide(request, layers), left_out: Vec::new() };
    }
    let decide_with = |keys: &[&str], any_value| {
        let mut request = request.clone();
        request.change(&mut |request| {
            request.context.leave_out(keys.iter().map(|key| Box::from(*key)), any_value);
        });
        decide(&request, layers)
    };
    let decision = decide_with(&keys, false);
    let matters = |keys: &[&str]| decide_with(keys, true).outcome != decision.outcome;
    // An undetermined decision says by its readings what it hangs on.
    let left_out = if decision.outcome == Outcome::Undetermined || !matters(&keys) {
        Vec::new()
    } else {
        let alone = keys.iter().copied().filter(|key| matters(&[key])).collect::<Vec<_>>();
        // Two keys may matter only together.
        if alone.is_empty() { keys } else { alone }
    };
    Simulated { decision, left_out: left_out.into_iter().map(display_name).collect() }
}

/// The keys that were left out and that statements about the action look at.
fn asked<'a>(request: &Request, layers: &Layers<'a>) -> Vec<&'a str> {
    let statements = layers
        .all()
        .into_iter()
        .flat_map(|policy| &policy.statements)
        .filter(|statement| concerns(statement, &request.action));
    let keys = statements
        .flat_map(keys)
        .filter(|key| request.always_has(key) && request.context.get(key).is_none());
    keys.collect::<BTreeSet<_>>().into_iter().collect()
}

fn keys(statement: &Statement) -> impl Iterator<Item = &str> {
    let compared = statement.conditions.iter().map(|condition| &*condition.key.node);
    compared.chain(statement.variables().map(|variable| &*variable.key))
}
