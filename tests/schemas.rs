use crate::support::holds_to_schema;
use crate::support::run::{run_in, stdout};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const SEED: &str = "examples/seed-conflict";
const KMS: &str = "examples/kms";
const USER: &str = "arn:aws:iam::111122223333:user/illumina_ica_admin";

/// Members that a run must have filled, so that the schema of their items is asked.
type Filled = &'static [&'static str];

/// What is run, the exit code, and the members that are not empty.
fn runs() -> Vec<(&'static str, Vec<String>, i32, Filled)> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let bucket = format!("{SEED}/bucket-policy.json");
    let user = format!("{SEED}/user-policy.json");
    let kms = format!("{KMS}/bucket-policy.json");
    let can = format!("can {bucket} --action s3:*Object --resource arn:aws:s3:::acme-genomics/*");
    let public = format!("can {bucket} --public --account 111122223333 --action s3:GetObject");
    let simulate = format!(
        "simulate --principal {USER} --action s3:GetObject --resource arn:aws:s3:::acme-genomics/ica/x"
    );
    let list: [(&'static str, String, i32, Filled); 43] = [
        ("check", format!("check {SEED}"), 1, &["causes", "operations", "connection"]),
        ("check", format!("check {KMS}"), 1, &["assumptions", "operations", "environment"]),
        ("check", "check examples/role-method --strict".into(), 1, &["causes", "operations"]),
        ("check", format!("check {SEED} --identity-policy {SEED}/ica.toml"), 3, &["errors"]),
        ("check", format!("check {SEED} --skip nonsense"), 2, &["errors"]),
        ("check", "check --nonsense".into(), 2, &["errors"]),
        ("fix", format!("fix {SEED}"), 0, &["files", "edits", "mended", "operations"]),
        ("fix", format!("fix {KMS}"), 1, &["left", "operations"]),
        ("fix", format!("fix {SEED} --bucket-policy missing.json"), 3, &["errors"]),
        ("fix", format!("fix {SEED} --skip nonsense"), 2, &["errors"]),
        ("fuzz", format!("fuzz {SEED} --cases 25"), 0, &["documents", "counts", "mutants"]),
        ("fuzz", format!("fuzz {bucket} --pairs --only not-added"), 0, &["mutants"]),
        ("fuzz", "fuzz missing.json".into(), 3, &["errors"]),
        ("fuzz", format!("fuzz {SEED} --only nonsense"), 2, &["errors"]),
        ("generate", format!("generate --connection {KMS}/ica.toml"), 0, &["documents", "notes"]),
        ("generate", "generate --connection missing.toml".into(), 3, &["errors"]),
        ("generate", "generate".into(), 2, &["errors"]),
        ("explain", "explain".into(), 0, &["candidates"]),
        ("explain", "explain upload-data".into(), 0, &["candidates"]),
        ("explain", "explain uplod-data".into(), 1, &["nearest"]),
        ("explain", "explain --nonsense".into(), 2, &["errors"]),
        ("compare", format!("compare {bucket} {kms}"), 1, &["newly_allowed"]),
        ("compare", format!("compare {bucket} none"), 1, &["newly_denied", "new"]),
        ("compare", format!("compare {SEED}/ica.toml {KMS}/ica.toml"), 1, &["operations"]),
        ("compare", format!("compare missing.json {bucket}"), 3, &["errors"]),
        ("compare", format!("compare {bucket}"), 2, &["errors"]),
        ("can", can.clone(), 1, &["answers"]),
        ("can", format!("{public} --resource *"), 0, &["public"]),
        ("can", can.replace(&bucket, "missing.json"), 3, &["errors"]),
        ("can", can.replace("s3:*Object", "nonsense"), 2, &["errors"]),
        ("lint", format!("lint {user}"), 0, &["policies"]),
        ("lint", "lint examples schemas --fail-on never".into(), 0, &["policies", "skipped"]),
        ("minify", format!("lint {user} --minify=300"), 1, &["policies"]),
        ("minify", "lint missing.json --minify".into(), 3, &["errors"]),
        ("lint", "lint missing.json".into(), 3, &["errors"]),
        ("lint", format!("lint {user} --select nonsense"), 2, &["errors"]),
        ("simulate", format!("{simulate} --identity-policy {user}"), 0, &["by", "decision"]),
        ("simulate", simulate.clone(), 1, &["by", "why"]),
        ("simulate", format!("{simulate} --identity-policy missing.json"), 3, &["errors"]),
        ("simulate", simulate.replace(USER, "nobody"), 2, &["errors"]),
        ("test", format!("test {KMS} --coverage"), 0, &["tests", "verdict", "untested"]),
        ("test", "test missing.toml".into(), 3, &["errors"]),
        ("test", format!("test {KMS}/ica.toml"), 2, &["errors"]),
    ];
    list.into_iter()
        .map(|(command, line, code, filled)| (command, words(&line), code, filled))
        .collect()
}

fn schema(command: &str) -> String {
    match command {
        "simulate" => "simulate-answer-v1.json".to_owned(),
        other => format!("{other}-v1.json"),
    }
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

#[test]
fn every_answer_and_every_failure_holds_to_its_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut answers, mut failures) = (BTreeMap::new(), BTreeMap::new());
    for (command, line, code, filled) in runs() {
        let arguments = line.iter().map(String::as_str).chain(["--format", "json"]);
        let output = run_in(root, &arguments.collect::<Vec<_>>());
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(code), "{line:?}: {text}");
        let report = serde_json::from_str::<Value>(&text).unwrap();
        holds_to_schema(&report, &schema(command));
        for member in filled {
            assert!(is_filled(&report[member]), "{line:?}: {member} is empty: {text}");
        }
        let members = report.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let seen = if code > 1 { &mut failures } else { &mut answers };
        seen.insert(schema(command), members);
    }
    let mut published = fs::read_dir(root.join("schemas"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect::<Vec<_>>();
    // These are schemas of inputs.
    published.retain(|name| {
        !["ica-toml-v1.json", "ica-policy-toml-v1.json", "policy-tests-v1.json"]
            .contains(&name.as_str())
    });
    published.sort();
    assert_eq!(published, answers.keys().cloned().collect::<Vec<_>>(), "an answer of each schema");
    assert_eq!(published, failures.keys().cloned().collect::<Vec<_>>(), "a failure of each schema");
    // A program reads the same members whether there is an answer or not.
    for (schema, members) in answers.iter().filter(|(name, _)| !name.starts_with("simulate")) {
        assert_eq!(members, &failures[schema], "{schema}");
    }
}
