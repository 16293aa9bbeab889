//! The region that `compare` shows is the difference: requests that are newly allowed are in it, and in none of its exceptions.

use crate::support::documents::policy;
use crate::support::edges::{Dice, Edges, Made, OWNER, caller, changed, policy as random_policy};
use ica_policy::api::{Comparison, PolicyKind, Requests, Workspace};
use ica_policy::authz::{Readings, Request};
use ica_policy::eval::allows_as_documents;
use ica_policy::report::compare::Touched;
use serde_json::Value;

fn fits(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.first(), text.first()) {
        (Some(b'*'), _) => {
            fits(&pattern[1..], text) || !text.is_empty() && fits(pattern, &text[1..])
        }
        (Some(b'?'), Some(_)) => fits(&pattern[1..], &text[1..]),
        (Some(own), Some(other)) if own == other => fits(&pattern[1..], &text[1..]),
        (own, other) => own.is_none() && other.is_none(),
    }
}

fn is_among(patterns: &[String], text: &str, ignores_case: bool) -> bool {
    let fold = |text: &str| if ignores_case { text.to_lowercase() } else { text.to_owned() };
    patterns.iter().any(|pattern| fits(fold(pattern).as_bytes(), fold(text).as_bytes()))
}

fn holds(touched: &Touched, text: &str, ignores_case: bool) -> bool {
    let is_in = is_among(&touched.patterns, text, ignores_case) != touched.all_but;
    (is_in || touched.patterns.is_empty()) && !is_among(&touched.but_not, text, ignores_case)
}

fn compared(old: &Value, new: &Value) -> Comparison {
    let mut workspace = Workspace::new();
    let [old, new] = [("old", old), ("new", new)].map(|(name, value)| {
        workspace.parse(name, &value.to_string(), PolicyKind::Identity).unwrap()
    });
    workspace.compare(&[&old], &[&new], Requests::Any)
}

#[test]
fn every_new_request_is_in_a_region_and_in_no_exception_of_it() {
    let made = Made { has_principals: false, has_variables: false };
    let (mut asked, mut exceptions, mut wrong) = (0, 0, Vec::new());
    for seed in 0..600 {
        let mut dice = Dice::new(seed);
        let old = random_policy(&mut dice, made);
        let new = changed(&mut dice, &old, made);
        let comparison = compared(&old, &new);
        if !comparison.undecided.is_empty() || !comparison.readings.is_empty() {
            continue;
        }
        let [before, after] =
            [&old, &new].map(|value| policy(&value.to_string(), PolicyKind::Identity));
        let edges = Edges::new(&[&old, &new], &[&before, &after]);
        let readings = Readings::default();
        let allows = |policy, request: &Request| {
            allows_as_documents(request, &request.caller, &[policy], &readings)
        };
        let all = comparison.newly_allowed.iter().chain(&comparison.newly_denied);
        exceptions += all
            .map(|one| one.region.actions.but_not.len() + one.region.resources.but_not.len())
            .sum::<usize>();
        for _ in 0..60 {
            let caller = caller(&mut dice, true);
            let Some(request) = edges.request(&mut dice, &caller, Some(OWNER)) else { continue };
            let found = match (allows(&before, &request), allows(&after, &request)) {
                (false, true) => &comparison.newly_allowed,
                (true, false) => &comparison.newly_denied,
                _ => continue,
            };
            asked += 1;
            let is_held = found.iter().any(|one| {
                holds(&one.region.actions, &request.action, true)
                    && holds(&one.region.resources, &request.resource, false)
            });
            if !is_held {
                wrong.push(format!("{request:?}\n  {old}\n  {new}\n  {found:?}"));
            }
        }
    }
    eprintln!("{asked} requests that differ, {exceptions} exceptions");
    assert!(wrong.is_empty(), "{} wrong, such as {}", wrong.len(), wrong[0]);
    assert!(asked > 500 && exceptions > 20, "{asked} {exceptions}");
}
