//! `check` is held to `simulate`, request by request: random set-ups, and requests of each step that the code of the tests makes.

use crate::replay::{Documents, Inline, SetUp, line};
use crate::support::documents::policy;
use crate::support::edges::{Dice, Edges, Made, policy as random_policy};
use ica_policy::ica::ICA;
use ica_policy::model::PolicyKind;
use ica_policy::product::build::{Built, build};
use ica_policy::report::check::Checked;
use ica_policy::simulate::Simulator;
use ica_policy::source::Sources;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn setting(name: &str, usual: u64) -> u64 {
    crate::support::random::number(name).unwrap_or(usual)
}

/// The bucket of the set-ups; the random policies speak of `b`.
const BUCKET: &str = "arn:aws:s3:::bbb";

fn renamed(policy: &Value) -> Value {
    serde_json::from_str(&policy.to_string().replace("arn:aws:s3:::b", BUCKET)).unwrap()
}

/// A random policy; most let through what others decide.
fn drawn(dice: &mut Dice, has_principals: bool) -> Value {
    let has_variables = dice.is_one_in(3);
    let mut policy = random_policy(dice, Made { has_principals, has_variables });
    if !has_principals && !dice.is_one_in(3) {
        let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        policy["Statement"].as_array_mut().unwrap().push(everything);
    }
    renamed(&policy)
}

/// A set-up of the user, whose federated sessions act, with some of the other layers.
fn set_up(dice: &mut Dice) -> SetUp {
    let mut settings = json!({
        "bucket": "bbb", "account": "111122223333", "region": "us-east-1", "prefix": "ica/", "versioning": "enabled", "user": "ana",
        "identity_policy": "user.json", "bucket_policy": "none"
    });
    let mut files = BTreeMap::from([("user.json".to_owned(), drawn(dice, false).to_string())]);
    let mut give = |name: &str, layer: &str, policy: Value| {
        settings[layer] = json!(name);
        files.insert(name.to_owned(), policy.to_string());
    };
    if !dice.is_one_in(3) {
        give("bucket.json", "bucket_policy", drawn(dice, true));
    }
    for (name, layer) in [("boundary.json", "boundary"), ("scp.json", "scp")] {
        if dice.is_one_in(4) {
            give(name, layer, drawn(dice, false));
        }
    }
    SetUp { connection: serde_json::from_value(settings).unwrap(), files }
}

/// Whether a text is of a pattern whose `*` is not empty.
fn is_of(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => {
            text.len() > start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
    }
}

/// A request of the step: another key of its resource, other values of keys that nobody knows.
fn varied(dice: &mut Dice, edges: &Edges, witness: &Value, resource: &str) -> Value {
    let mut request = witness.clone();
    let action = witness["action"].as_str().unwrap().to_lowercase();
    let context = request["context"].as_object_mut().unwrap();
    let mut draw = |key: &str, values: &[&str], may_be_absent: bool| {
        context.retain(|own, _| !own.eq_ignore_ascii_case(key));
        let number = dice.below(values.len() + usize::from(may_be_absent));
        if let Some(value) = values.get(number) {
            context.insert(key.to_owned(), json!(value));
        }
    };
    draw("aws:PrincipalTag/t", &["x", "ana", "h1", "b", "ica", "111122223333"], true);
    draw("aws:SourceIp", &["203.0.113.7", "203.0.113.8", "198.51.100.1"], false);
    if action == "s3:getobject" {
        draw("s3:ExistingObjectTag/k", &["x", "ana", "zz"], true);
    }
    let Some((start, end)) = resource.split_once('*') else { return request };
    let keys = ["k", "a/b", "ana", "x", "home/ana/k", "/"];
    let own = format!("{start}{}{end}", dice.pick(&keys));
    let drawn = edges.resource(dice);
    request["resource"] = json!(if is_of(resource, &drawn) { drawn } else { own });
    request
}

#[derive(Default)]
struct Tally {
    verdicts: BTreeMap<String, u64>,
    requests: u64,
    wrong: Vec<String>,
}

fn hold(seed: u64, many: u64, tally: &mut Tally) {
    let mut dice = Dice::new(seed);
    let set_up = set_up(&mut dice);
    let mut sources = Sources::new();
    let built = build(&ICA, &set_up.connection, &mut sources, &mut Inline(&set_up.files));
    let Built { connection, .. } = built.unwrap();
    let check = ica_policy::product::check(&connection);
    let report = serde_json::to_value(Checked::new(&sources, &connection, &check)).unwrap();
    let values = set_up.files.values().map(|text| serde_json::from_str::<Value>(text).unwrap());
    let values = values.collect::<Vec<_>>();
    let kind = |value: &Value| match value.to_string().contains("Principal\":") {
        true => PolicyKind::Resource,
        false => PolicyKind::Identity,
    };
    let policies = values.iter().map(|value| policy(&value.to_string(), kind(value)));
    let policies = policies.collect::<Vec<_>>();
    let edges =
        Edges::new(&values.iter().collect::<Vec<_>>(), &policies.iter().collect::<Vec<_>>());
    let operations = report["operations"].as_array().unwrap().iter();
    let callers = operations.flat_map(|operation| operation["callers"].as_array().unwrap());
    for caller in callers {
        let documents = Documents {
            set_up: &set_up,
            caller: caller["caller"].as_str().unwrap(),
            service: "s3",
            shows_token: false,
        };
        for step in caller["steps"].as_array().unwrap() {
            let (verdict, action) =
                (step["verdict"].as_str().unwrap(), step["action"].as_str().unwrap());
            if !action.starts_with("s3:") {
                continue;
            }
            *tally.verdicts.entry(verdict.to_owned()).or_default() += 1;
            // Settings of the bucket and limits are none of the policies'.
            let is_of_policies = step["reasons"].as_array().unwrap().iter().all(|reason| {
                ["explicit-deny", "no-allow"].contains(&reason["kind"].as_str().unwrap())
            });
            let (witness, is_allowed) = match verdict {
                "allowed" => (&step["witness"]["allowed"], true),
                "blocked" if is_of_policies => (&step["witness"]["denied"], false),
                _ => continue,
            };
            if witness.is_null() {
                continue;
            }
            for _ in 0..many {
                let request =
                    varied(&mut dice, &edges, witness, step["resource"].as_str().unwrap());
                if !crate::possible::faults_of_line(&request).is_empty() {
                    continue;
                }
                tally.requests += 1;
                let answer = Simulator::new().answer(line(&request, &documents)).unwrap();
                let answer: Value = serde_json::from_str(&answer).unwrap();
                let decision = answer["decision"].as_str();
                let fits = match is_allowed {
                    true => decision == Some("Allowed"),
                    false => decision.is_some_and(|decision| decision != "Allowed"),
                };
                if !fits {
                    tally.wrong.push(format!(
                        "{seed}: {} {} {verdict} {action} {}\n  {request}\n  {answer}\n  {:?}",
                        caller["caller"], caller["verdict"], step["resource"], set_up.files
                    ));
                    return;
                }
            }
        }
    }
}

/// `CHECK_CASES` sets how many set-ups are tried, `CHECK_START` from which number on, `CHECK_REQUESTS` with how many requests a step.
#[test]
fn a_verdict_is_that_of_each_request() {
    let is_full = std::env::var_os("ICA_POLICY_FULL").is_some();
    let (cases, many) =
        (setting("CHECK_CASES", if is_full { 500 } else { 150 }), setting("CHECK_REQUESTS", 4));
    let start = setting("CHECK_START", 0);
    let mut tally = Tally::default();
    (start..start + cases).for_each(|seed| hold(seed, many, &mut tally));
    eprintln!("{} requests, {:?}", tally.requests, tally.verdicts);
    let shown = tally.wrong.iter().take(5).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(tally.wrong.is_empty(), "{} wrong\n{shown}", tally.wrong.len());
    let number = |verdict: &str| tally.verdicts.get(verdict).copied().unwrap_or_default();
    assert!(number("allowed") > 50 && number("blocked") > 50, "{:?}", tally.verdicts);
}
