//! The conformance suite, decided by both engines and the third reader, and held to its schema.

use crate::support::files_below;
use crate::{engines, eval, reference};
use ica_policy::symbolic;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance")
}

fn cases() -> Vec<(String, Value)> {
    let mut cases = Vec::new();
    for file in files_below(&folder().join("cases"), ".jsonl") {
        let topic = file.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        cases.extend(lines.map(|case| (topic.clone(), case)));
    }
    cases
}

/// The case as a line of `simulate --batch`.
fn line(case: &Value) -> String {
    let mut line = case["request"].as_object().unwrap().clone();
    for (layer, policies) in case["policies"].as_object().unwrap() {
        let member = match layer.as_str() {
            "identity" => "identity_policies",
            "resource" => "resource_policy",
            "boundary" => "permissions_boundary",
            "session" => "session_policies",
            "scp" => "scps",
            "rcp" => "rcps",
            "vpce" => "vpce_policies",
            other => panic!("{other}"),
        };
        line.insert(member.to_owned(), policies.clone());
    }
    Value::from(line.into_iter().collect::<Map<_, _>>()).to_string()
}

/// The decisions of the readings, if the case has some.
fn readings(case: &Value) -> Option<BTreeSet<&str>> {
    let readings = case["readings"].as_array()?;
    Some(readings.iter().map(|reading| reading["decision"].as_str().unwrap()).collect())
}

#[test]
fn every_case_has_the_form_of_the_schema() {
    let schema = std::fs::read_to_string(folder().join("case.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let mut ids = BTreeSet::new();
    let mut wrong = Vec::new();
    for (topic, case) in cases() {
        wrong.extend(schema.iter_errors(&case).map(|error| format!("{}: {error}", case["id"])));
        assert_eq!(case["topic"], topic.as_str(), "{}", case["id"]);
        assert!(ids.insert(case["id"].to_string()), "{} occurs twice", case["id"]);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ids.len() >= 290, "only {} cases", ids.len());
    let broken = serde_json::json!({"id": "a", "topic": "b"});
    assert!(!schema.is_valid(&broken));
}

#[test]
fn every_case_is_decided_as_its_page_says() {
    let (mut wrong, mut symbolic, mut open) = (Vec::new(), 0, 0);
    for (_, case) in cases() {
        let text = line(&case);
        let expected = case["expect"].as_str().unwrap_or("Undetermined");
        let (decision, _, answer) = eval::answer(&text);
        if decision != expected {
            wrong.push(format!("{}: {decision}, expected {expected}\n    {answer}", case["id"]));
        }
        let read = engines::read(&text).unwrap();
        let layers = read.layers();
        if let Ok(other) = symbolic::decide(read.request(), &layers) {
            symbolic += 1;
            if format!("{other:?}") != expected {
                wrong.push(format!("{}: the symbolic engine says {other:?}", case["id"]));
            }
        }
        let reader = match reference::decide_text(&text) {
            reference::Answer::Decisions(decisions) => {
                decisions.iter().map(|decision| format!("{decision:?}")).collect::<BTreeSet<_>>()
            }
            reference::Answer::Error(error) => BTreeSet::from([error]),
        };
        // The readings of a case are all that the third reader finds.
        let all = readings(&case).unwrap_or_else(|| BTreeSet::from([expected]));
        open += usize::from(all.len() > 1);
        if !reader.iter().eq(&all) {
            wrong.push(format!("{}: the third reader says {reader:?}", case["id"]));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(symbolic > 280 && open > 7, "{symbolic} decided by the symbolic engine, {open} open");
}

/// The runner with the adapter of this program, and with one that is always wrong.
#[test]
fn the_runner_counts_what_fails() {
    let run = |adapter: &str, program: &str| {
        let mut command = Command::new("python3");
        command.arg(folder().join("run.py")).args(["--adapter", adapter]);
        command.env("ICA_POLICY", program).env("PYTHONDONTWRITEBYTECODE", "1").output()
    };
    let Ok(output) = run("ica-policy", env!("CARGO_BIN_EXE_ica-policy")) else {
        eprintln!("SKIPPED: python3 is not here");
        return;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains(&format!("{:4} passed    0 failed", cases().len())), "{text}");
    let unknown = run("nobody", "").unwrap();
    assert!(!unknown.status.success());
}

/// The page of results is of these cases and of this version.
#[test]
fn the_results_are_of_these_cases() {
    let page = std::fs::read_to_string(folder().join("RESULTS.md")).unwrap();
    assert!(page.contains(&format!("from {} cases", cases().len())), "run.py --all was not run");
    let own = format!("ica-policy {}", env!("CARGO_PKG_VERSION"));
    assert!(page.contains(&own) && page.contains("iam-rs ") && page.contains("iam-simulate "));
    assert!(page.contains(&format!("**{own}")) && page.contains(": nothing"), "{page}");
}
