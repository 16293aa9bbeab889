//! New access inside of a ceiling, against single requests.

use crate::can::{keys_of, world};
use crate::support::documents::policy;
use crate::support::random;
use ica_policy::authz::{Caller, Layer, Layers, Request};
use ica_policy::eval::{Outcome, decide};
use ica_policy::model::{Policy, PolicyKind};
use ica_policy::strategies;
use ica_policy::symbolic::{Direction, Relation, Requests, Sample, differences_within};
use proptest::prelude::*;
use std::cell::Cell;

/// What the policies of one user allow.
fn outcome(request: &Request, policies: &[&Policy]) -> Outcome {
    let layers = Layers { identity: Layer::Policies(policies.to_vec()), ..Layers::default() };
    decide(request, &layers).outcome
}

/// The most requests of one triple.
const MOST_REQUESTS: usize = 100;

/// `WITHIN_CASES` sets how many triples are tried.
#[test]
fn what_leaves_a_ceiling_is_what_single_requests_show() {
    let runner = || random::runner("WITHIN_CASES", 60);
    let [found, none, open, shown] = [(); 4].map(|()| Cell::new(0));
    let sides = prop::collection::vec(strategies::policy(PolicyKind::Identity), 3);
    let result = runner().run(&sides, |values| {
        let read = |value: &serde_json::Value| policy(&value.to_string(), PolicyKind::Identity);
        let all = values.iter().map(read).collect::<Vec<_>>();
        let all = all.iter().collect::<Vec<_>>();
        let (old, new, ceiling) = (&all[..1], &all[1..2], &all[2..]);
        let differences = differences_within(old, new, ceiling, Requests::Any);
        let beyond = &differences.newly_allowed;
        let is_more =
            matches!(differences.relation, Relation::NewAllowsMore | Relation::Incomparable);
        let count = match beyond.regions.len() {
            _ if is_more => &found,
            0 if beyond.undecided.is_none() => &none,
            _ => &open,
        };
        count.set(count.get() + 1);
        prop_assert!(!is_more || !beyond.regions.is_empty(), "{differences:?}");
        let caller = Caller::parse("arn:aws:iam::111122223333:user/ana", None).unwrap();
        let lets = |request: &Request, side| outcome(request, side) == Outcome::Allowed;
        // What is listed leaves the ceiling. An example may be one of another reading than the first.
        let is_settled = differences.readings.len() == 1;
        for region in beyond.regions.iter().filter(|_| is_settled) {
            let Sample { action, resource, context, absent, .. } = region.witness.clone();
            let action = action.unwrap_or_else(|| "s3:GetObject".to_owned());
            let resource = resource.unwrap_or_else(|| "arn:aws:s3:::b/a".to_owned());
            // A caller whose keys contradict this one is another.
            let Ok(request) = Request::new(caller.clone(), &action, &resource, None, context)
            else {
                continue;
            };
            if absent.iter().any(|key| request.context.get(key).is_some()) {
                continue;
            }
            shown.set(shown.get() + 1);
            let is_new = lets(&request, new) && !lets(&request, old) && !lets(&request, ceiling);
            prop_assert!(is_new, "{request:?}");
        }
        let requests = world("s3:GetObject", &keys_of(&all));
        let step = requests.len().div_ceil(MOST_REQUESTS);
        for (resource, context) in requests.into_iter().step_by(step) {
            let request = Request::new(caller.clone(), "s3:GetObject", resource, None, context);
            let Ok(request) = request else { continue };
            let leaves = outcome(&request, new) == Outcome::Allowed
                && [old, ceiling].iter().all(|side| {
                    !matches!(outcome(&request, side), Outcome::Allowed | Outcome::Undetermined)
                });
            prop_assert!(!leaves || *beyond != Direction::default(), "{request:?}");
            let is_lost = lets(&request, old)
                && !matches!(outcome(&request, new), Outcome::Allowed | Outcome::Undetermined);
            prop_assert!(!is_lost || differences.newly_denied != Direction::default());
        }
        Ok(())
    });
    eprintln!("{} leave it, {} do not, {} open", found.get(), none.get(), open.get());
    result.unwrap();
    assert!(shown.get() > 10, "{}", shown.get());
    assert!(found.get() > 10 && none.get() > 10 && open.get() < 20);
}
