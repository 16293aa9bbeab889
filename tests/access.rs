//! What all layers of a caller allow together, old against new. Each result is compared with the
//! other engine, request by request.

use crate::support::random;
use ica_policy::authz::{Context, ContextValue, LayerId, Layers, Readings, Request};
use ica_policy::eval::{Outcome, decide_under};
use ica_policy::json;
use ica_policy::model::Policy;
use ica_policy::simulate::{Line, Store};
use ica_policy::source::Sources;
use ica_policy::strategies;
use ica_policy::symbolic::{Access, Relation, Within, access_differences, compare_access};
use serde_json::Value;
use std::collections::BTreeSet;

fn read(value: &Value) -> Option<Line> {
    let mut sources = Sources::new();
    let id = sources.add_file("line", value.to_string()).unwrap();
    Line::read(json::parse(sources.get(id)).root?, &Store::default()).ok()
}

fn within(through_endpoint: bool) -> Within {
    Within {
        actions: "s3:".to_owned(),
        resources: vec!["arn:aws:s3:::b".to_owned()],
        below: vec!["arn:aws:s3:::b/".to_owned()],
        example: ("s3:getobject".to_owned(), "arn:aws:s3:::b/x".to_owned()),
        account: "111122223333".to_owned(),
        through_endpoint: Some(through_endpoint),
    }
}

fn policies<'a>(layers: &Layers<'a>) -> Vec<&'a Policy> {
    layers
        .ids()
        .collect::<Vec<LayerId>>()
        .into_iter()
        .flat_map(|layer| layers.policies(layer).to_vec())
        .collect()
}

/// Contexts over the keys of the policies. Keys that follow from the caller are not set here.
fn contexts(policies: &[&Policy], endpoint: bool) -> Vec<Context> {
    let statements = policies.iter().flat_map(|policy| &policy.statements);
    let keys = statements
        .flat_map(|statement| {
            statement.conditions.iter().map(|condition| condition.key.node.to_string())
        })
        .filter(|key| key != "aws:principalarn")
        .collect::<BTreeSet<_>>();
    let mut start = Context::new();
    if endpoint {
        start.set_one("aws:sourcevpce", "vpce-1");
    }
    let mut all = vec![start];
    for key in keys {
        let extended = all.iter().flat_map(|context| {
            crate::symbolic::values_of(&key).into_iter().map(|value: Option<ContextValue>| {
                let mut context = context.clone();
                value.into_iter().for_each(|value| context.set(&key, value));
                context
            })
        });
        all = extended.collect();
        if all.len() > 50 {
            break;
        }
    }
    all
}

/// Requests of one caller that the old and the new policies may treat differently.
fn world(line: &Line, policies: &[&Policy], endpoint: bool) -> Vec<Request> {
    let caller = &line.request().caller;
    let places = [
        ("s3:getobject", "arn:aws:s3:::b/a/k"),
        ("s3:putobject", "arn:aws:s3:::b/ana/k"),
        ("s3:x", "arn:aws:s3:::b"),
    ];
    let contexts = contexts(policies, endpoint);
    let all = contexts.iter().flat_map(|context| places.iter().map(move |place| (context, place)));
    all.filter_map(|(context, (action, resource))| {
        Request::new(caller.clone(), action, resource, Some("111122223333"), context.clone()).ok()
    })
    .collect()
}

/// `ACCESS_CASES` sets how many pairs are tried.
#[test]
fn nothing_is_missed_of_what_layers_allow_together() {
    let mut runner = random::runner("ACCESS_CASES", 250);
    let counts = [(); 4].map(|()| std::cell::Cell::new(0_u32));
    let [equal, differ, open, skipped] = &counts;
    let count = |cell: &std::cell::Cell<u32>| cell.set(cell.get() + 1);
    let result = runner.run(&(strategies::line(), strategies::line()), |(old, new)| {
        proptest::prop_assume!(![&old, &new].into_iter().any(random::is_folded_beyond_ascii));
        let (Some(old), Some(new)) = (read(&old), read(&new)) else { return Ok(()) };
        // One caller, with the layers of two lines.
        let endpoint = old.request().context.get("aws:sourcevpce").is_some();
        let (before, after) = (old.layers(), new.layers());
        let caller = &old.request().caller;
        let within = within(endpoint);
        let access = |layers| Access::new(caller, layers, &within, &Context::new(), &[]);
        let (Ok(first), Ok(second)) = (access(&before), access(&after)) else {
            count(skipped);
            return Ok(());
        };
        let compared = compare_access(&first, &second);
        let relation = compared.readings[0].1;
        match relation {
            Relation::Unknown => count(open),
            Relation::Equal => count(equal),
            _ => count(differ),
        }
        if relation != Relation::Unknown {
            let all = [policies(&before), policies(&after)].concat();
            let allows = |request: &Request, layers| {
                decide_under(request, layers, &Readings::default()).outcome == Outcome::Allowed
            };
            for request in world(&old, &all, endpoint) {
                let (was, is) = (allows(&request, &before), allows(&request, &after));
                let gained = matches!(relation, Relation::NewAllowsMore | Relation::Incomparable);
                let lost = matches!(relation, Relation::NewAllowsLess | Relation::Incomparable);
                assert!(gained || was || !is, "missed a gain: {relation:?} {request:?}");
                assert!(lost || !was || is, "missed a loss: {relation:?} {request:?}");
            }
        }
        // The lists hold a difference exactly if the relation says that there is one.
        let listed = access_differences(&first, &second);
        assert_eq!(listed.relation, compared.relation);
        let (gained, lost) = (&listed.newly_allowed.regions, &listed.newly_denied.regions);
        match listed.relation {
            Relation::Equal => assert!(gained.is_empty() && lost.is_empty()),
            Relation::NewAllowsMore => assert!(!gained.is_empty() && lost.is_empty()),
            Relation::NewAllowsLess => assert!(gained.is_empty() && !lost.is_empty()),
            Relation::Incomparable => assert!(!gained.is_empty() && !lost.is_empty()),
            Relation::Unknown => {}
        }
        assert!(
            gained
                .iter()
                .chain(lost)
                .all(|region| !region.because.is_empty() || region.limited_by.is_none()),
            "{listed:?}"
        );
        Ok(())
    });
    let [equal, differ, open, skipped] = counts.map(|cell| cell.get());
    eprintln!(
        "{equal} equal, {differ} differ, {open} unknown, {skipped} callers whose issuer nobody knows"
    );
    result.unwrap();
    assert!(equal > 25 && differ > 25 && open * 50 < equal + differ, "{equal} {differ} {open}");
}
