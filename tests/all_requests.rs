//! The pairs of corpus/compare, each with its relation.

use crate::support::documents::policy;
use ica_policy::model::PolicyKind;
use ica_policy::symbolic::{Relation, Requests, differences};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[expect(dead_code, reason = "for people")]
    source: String,
    kind: String,
    old: String,
    new: String,
    any: String,
    possible: String,
    newly_allowed: Option<usize>,
    newly_denied: Option<usize>,
}

#[test]
fn pairs_have_the_relation_that_is_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/compare");
    let (mut asked, mut wrong) = (0, Vec::new());
    for path in crate::support::files_below(&folder, ".toml") {
        let cases: Cases = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for case in cases.case {
            let kind = PolicyKind::ALL.into_iter().find(|kind| kind.word() == case.kind).unwrap();
            let [old, new] = [&case.old, &case.new].map(|statements| {
                let statements: Value = serde_json::from_str(statements).unwrap();
                policy(&json!({"Version": "2012-10-17", "Statement": statements}).to_string(), kind)
            });
            let asks = [(Requests::Any, &case.any), (Requests::Possible, &case.possible)];
            for (requests, wanted) in asks {
                let found = differences(&[&old], &[&new], requests);
                let found_relation = found.relation;
                let word = serde_json::to_value(found_relation).unwrap();
                let (allowed, denied) = (&found.newly_allowed, &found.newly_denied);
                // Where nothing is different, nothing is listed, whatever the other requests show.
                let has = |wanted: Option<usize>, found: usize, may_be: &[Relation]| {
                    let is_there = may_be.contains(&found_relation);
                    match wanted {
                        Some(wanted) if is_there => wanted == found,
                        _ => is_there == (found > 0) || found_relation == Relation::Unknown,
                    }
                };
                asked += 1;
                if word != json!(wanted)
                    || !has(
                        case.newly_allowed,
                        allowed.regions.len(),
                        &[Relation::NewAllowsMore, Relation::Incomparable],
                    )
                    || !has(
                        case.newly_denied,
                        denied.regions.len(),
                        &[Relation::NewAllowsLess, Relation::Incomparable],
                    )
                    || found.relation == Relation::Equal
                        && (allowed.undecided.is_some() || denied.undecided.is_some())
                {
                    wrong.push(format!("{} {requests:?}: {word}, not {wanted}", case.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(asked > 60, "{asked}");
}
