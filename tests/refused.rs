//! Documents that AWS would not store, and documents that it stores although they look odd.

use crate::support::run::{GENERATE, fresh_folder, run_in, stderr, stdout};
use ica_policy::finding::Finding;
use ica_policy::input::{ReadAs, read_policy};
use ica_policy::model::PolicyKind;
use ica_policy::rules::{Attached, RULES, Subject, run};
use ica_policy::s3;
use ica_policy::source::Sources;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    source: String,
    kind: String,
    bucket: Option<String>,
    document: String,
    code: Option<String>,
    /// The check of IAM Access Analyzer that the finding names; empty if it names none.
    analyzer: Option<String>,
}

fn cases(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/refused").join(file);
    let text = fs::read_to_string(path).unwrap();
    toml::from_str::<Cases>(&text).unwrap().case
}

/// The text of a document: `@N@`, `@N blanks@` and `@N items: TEXT@` are written out.
fn written_out(document: &str) -> String {
    let piece = |(at, text): (usize, &str)| {
        if at % 2 == 0 {
            return text.to_owned();
        }
        let (number, what) = text.split_once(' ').unwrap_or((text, ""));
        let number = number.parse::<usize>().unwrap();
        match what.strip_prefix("items: ") {
            Some(item) => vec![item; number].join(","),
            None => if what == "blanks" { " " } else { "x" }.repeat(number),
        }
    };
    document.split('@').enumerate().map(piece).collect()
}

fn kind(name: &str) -> PolicyKind {
    match name {
        "identity" => PolicyKind::Identity,
        "boundary" => PolicyKind::Boundary,
        "session" => PolicyKind::Session,
        "bucket" | "resource" => PolicyKind::Resource,
        "kms-key" => PolicyKind::KmsKey,
        "trust" => PolicyKind::Trust,
        "scp" => PolicyKind::Scp,
        "rcp" => PolicyKind::Rcp,
        "vpce" => PolicyKind::Vpce,
        other => panic!("{other} is no kind of policy"),
    }
}

fn findings(case: &Case) -> Vec<Finding> {
    let mut sources = Sources::new();
    let id = sources.add_file(&case.name, written_out(&case.document)).unwrap();
    if case.kind == "cors" {
        let root = ica_policy::json::parse(sources.get(id)).root.unwrap();
        return s3::read_cors(&root).unwrap().1;
    }
    let document = match read_policy(&mut sources, id) {
        Ok(document) => document,
        Err(findings) => return findings,
    };
    assert_eq!(document.read_as, ReadAs::Policy, "{}", case.name);
    let lowered = document.lower(kind(&case.kind));
    let attached = (case.kind == "bucket")
        .then_some(Attached { bucket: case.bucket.as_deref(), is_guess: false });
    let subject =
        Subject { policy: &lowered.policy, sources: &sources, attached, is_stored: false };
    lowered.findings.into_iter().chain(run(&RULES, &subject)).collect()
}

/// What is wrong with the answer to a case; `is_refused`: what AWS does.
fn wrong(case: &Case, is_refused: bool) -> Option<String> {
    let findings = findings(case);
    let errors = findings.iter().filter(|finding| finding.is_refusal());
    let errors = errors.map(|finding| finding.code.id()).collect::<Vec<_>>();
    let codes = findings.iter().map(|finding| finding.code.id()).collect::<Vec<_>>();
    let names_check = |name: &str| {
        let coded = findings.iter().filter(|found| Some(found.code.id()) == case.code.as_deref());
        coded.map(|found| found.analyzer_code().unwrap_or_default()).eq([name])
    };
    let has_check = case.analyzer.as_deref().is_none_or(names_check);
    let is_right = match (&case.code, is_refused) {
        (Some(code), true) => errors.contains(&code.as_str()),
        (Some(code), false) => errors.is_empty() && codes.contains(&code.as_str()),
        (None, true) => panic!("{}: which code?", case.name),
        (None, false) => findings.is_empty(),
    };
    (!is_right || !has_check).then(|| format!("{}: {findings:#?}", case.name))
}

#[test]
fn refused_and_stored_documents_are_told_apart() {
    let (refused, stored) = (cases("refused.toml"), cases("stored.toml"));
    assert!(refused.len() >= 60 && stored.len() >= 60);
    let mut names = BTreeSet::new();
    for case in refused.iter().chain(&stored) {
        assert!(names.insert(&case.name), "{} stands twice", case.name);
        assert!(!case.source.is_empty(), "{} has no source", case.name);
    }
    let wrong = refused
        .iter()
        .filter_map(|case| wrong(case, true))
        .chain(stored.iter().filter_map(|case| wrong(case, false)))
        .collect::<Vec<_>>();
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// AWS has stored what it gives, however long it is: its own managed policies are longer than a
/// customer's can be.
#[test]
fn an_answer_of_aws_is_not_too_long() {
    let long = written_out(
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/@9000@"}}"#,
    );
    let codes = |is_stored| {
        let mut sources = Sources::new();
        let id = sources.add_file("p", long.clone()).unwrap();
        let policy = read_policy(&mut sources, id).unwrap().lower(PolicyKind::Identity).policy;
        let subject = Subject { policy: &policy, sources: &sources, attached: None, is_stored };
        run(&RULES, &subject).iter().map(|finding| finding.code.id()).collect::<Vec<_>>()
    };
    assert_eq!((codes(false), codes(true)), (vec!["policy-size"], vec![]));
}

/// Nobody but S3 knows whether it stores a bucket policy somewhat over 20 KB, so what such a policy
/// decides is not known, and of a longer one neither.
#[test]
fn steps_that_a_policy_decides_which_may_be_too_long_are_unknown() {
    let folder = fresh_folder("bucket-policy-size");
    let made = run_in(&folder, &[&GENERATE[..], &["made"]].concat());
    assert!(made.status.success(), "{}", stderr(&made));
    let path = folder.join("made/bucket-policy.json");
    let policy = serde_json::from_str::<Value>(&fs::read_to_string(&path).unwrap()).unwrap();
    let verdict = |bytes: usize| {
        let mut longer = policy.clone();
        let statements = longer["Statement"].as_array_mut().unwrap();
        while serde_json::to_string(&statements).unwrap().len() < bytes {
            statements.push(json!({"Sid": format!("S{}", statements.len()), "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:user/other"}, "Action": "s3:GetObject",
                "Resource": format!("arn:aws:s3:::my-bucket/p{}/*", statements.len())}));
        }
        fs::write(&path, longer.to_string()).unwrap();
        let output = run_in(&folder, &["check", "made", "--format", "json"]);
        let report = serde_json::from_str::<Value>(&stdout(&output)).unwrap();
        let operations = report["operations"].as_array().unwrap();
        let copies = operations.iter().find(|one| one["id"] == "copy-into-bucket").unwrap();
        (copies["callers"][0]["own"].as_str().unwrap().to_owned(), output.status.code().unwrap())
    };
    assert_eq!(verdict(19_000), ("allowed".to_owned(), 0));
    assert_eq!(verdict(21_500), ("unknown".to_owned(), 0));
    assert_eq!(verdict(34_000), ("unknown".to_owned(), 1));
}
