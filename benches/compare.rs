//! How fast two policies are compared in both directions, without JSON parsing. If
//! `tools/peer/bench.sh` has left its results, the times of an SMT solver on the same pairs are
//! printed beside them. Absolute times differ between machines: look at the ratio from one run on
//! one machine.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a bench"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use ica_policy::model::Policy;
use ica_policy::symbolic::{Relation, Requests, compare};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;
use support::documents::{Pair, history, policy_of, quacky, twins};

/// A pair is compared this many times and the median is taken, since a single run may be disturbed.
const RUNS: usize = 5;

fn main() {
    if cfg!(not(corpus)) {
        println!("SKIPPED: ../shared/corpus is not here");
        return;
    }
    println!(
        "both directions of a pair, milliseconds          pairs  unknown   median    worst      sum  worst pair"
    );
    row("quacky", &quacky(""), &["quacky.jsonl"]);
    let mut managed = history();
    managed.extend(twins().into_iter().filter(differs));
    row("managed policies", &managed, &["history.jsonl", "twins.jsonl"]);
}

fn row(name: &str, pairs: &[Pair], peer_files: &[&str]) {
    let ours = pairs.iter().filter_map(measured).collect::<Vec<_>>();
    let median = print(name, ours);
    let Some(theirs) = peer_times(peer_files) else {
        println!(
            "  cvc5: SKIPPED, no results in {} (tools/peer/bench.sh makes them)",
            results().display()
        );
        return;
    };
    println!("  ratio of medians: {:.0}", print("  cvc5", theirs) / median);
}

/// The result for one pair.
struct Time {
    name: String,
    millis: f64,
    is_unknown: bool,
}

fn measured(pair: &Pair) -> Option<Time> {
    let (old, new) = (policy_of(&pair.old)?, policy_of(&pair.new)?);
    let compared = compare(&[&old], &[&new], Requests::Any);
    let is_unknown = compared.relation == Relation::Unknown;
    if is_unknown {
        println!("  unknown: {}: {:?}", pair.name, compared.readings);
    }
    let mut times = (0..RUNS).map(|_| time(&old, &new)).collect::<Vec<_>>();
    times.sort_unstable_by(f64::total_cmp);
    Some(Time { name: pair.name.clone(), millis: times[RUNS / 2], is_unknown })
}

fn time(old: &Policy, new: &Policy) -> f64 {
    let start = Instant::now();
    std::hint::black_box(compare(&[old], &[new], Requests::Any));
    start.elapsed().as_secs_f64() * 1000.0
}

/// Prints a line and returns the median.
fn print(name: &str, mut times: Vec<Time>) -> f64 {
    times.sort_unstable_by(|left, right| left.millis.total_cmp(&right.millis));
    let unknown = times.iter().filter(|time| time.is_unknown).count();
    let sum = times.iter().map(|time| time.millis).sum::<f64>();
    let (median, worst) = (times[times.len() / 2].millis, &times[times.len() - 1]);
    println!(
        "{name:<46} {:>7} {unknown:>8} {median:>8.3} {:>8.1} {sum:>8.0}  {}",
        times.len(),
        worst.millis,
        worst.name
    );
    median
}

fn results() -> PathBuf {
    let set = std::env::var_os("PEER_RESULTS").map(PathBuf::from);
    set.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peer/results"))
}

/// The times of the solver; `None` unless all files exist.
fn peer_times(files: &[&str]) -> Option<Vec<Time>> {
    let texts = files
        .iter()
        .map(|file| fs::read_to_string(results().join(file)).ok())
        .collect::<Option<Vec<_>>>()?;
    let times = texts
        .iter()
        .flat_map(|text| text.lines())
        .map(|line| peer_time(&serde_json::from_str(line).unwrap()));
    Some(times.collect::<Vec<_>>()).filter(|times| !times.is_empty())
}

fn peer_time(line: &Value) -> Time {
    let millis = line["ms_forward"].as_f64().unwrap() + line["ms_backward"].as_f64().unwrap();
    let is_unknown =
        ["new_allows_more", "old_allows_more"].iter().any(|question| line[question] == "unknown");
    Time { name: line["name"].as_str().unwrap().to_owned(), millis, is_unknown }
}

/// Whether two documents differ in more than order, lists of one value and names of statements, as
/// `differs` of `tools/peer/pairs.py` does.
fn differs(pair: &Pair) -> bool {
    let document = |path: &Path| {
        let value = serde_json::from_str::<Value>(&fs::read_to_string(path).unwrap()).ok()?;
        Some(normal(value.pointer("/PolicyVersion/Document").unwrap_or(&value)))
    };
    document(&pair.old) != document(&pair.new)
}

fn normal(value: &Value) -> Value {
    let in_list = |value: &Value| {
        if value.is_array() || value.is_object() {
            normal(value)
        } else {
            vec![value.clone()].into()
        }
    };
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| *name != "Sid");
            kept.map(|(name, value)| {
                (
                    name.clone(),
                    if name == "Statement" { normal(&listed(value)) } else { in_list(value) },
                )
            })
            .collect()
        }
        Value::Array(items) => {
            let mut items = items.iter().map(normal).collect::<Vec<_>>();
            items.sort_by_key(Value::to_string);
            items.into()
        }
        _ => value.clone(),
    }
}

fn listed(value: &Value) -> Value {
    if value.is_array() { value.clone() } else { vec![value.clone()].into() }
}
