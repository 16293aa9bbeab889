//! The words that say on what a verdict depends, and hard policies in `check`.

use crate::support::run::fresh_folder;
use serde_json::{Value, json};
use std::fs;
use std::process::{Command, Stdio};

/// The report of `check` on upload-data for a user who may do everything, under these statements of
/// the bucket policy.
fn checked(name: &str, allowed: &str, bucket_policy: &[Value]) -> Value {
    let folder = fresh_folder(&format!("words/{name}"));
    let write = |file: &str, statements: Value| {
        fs::write(
            folder.join(file),
            json!({"Version": "2012-10-17", "Statement": statements}).to_string(),
        )
        .unwrap();
    };
    write(
        "user.json",
        json!([
            {"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::lab", allowed]},
            {"Effect": "Allow", "Action": "sts:GetFederationToken", "Resource": "*"},
        ]),
    );
    write("bucket.json", bucket_policy.into());
    let mut command = Command::new(env!("CARGO_BIN_EXE_ica-policy"));
    command.args([
        "check",
        "--bucket",
        "lab",
        "--account",
        "111122223333",
        "--region",
        "us-east-1",
        "--prefix",
        "ica/",
        "--user",
        "ica",
    ]);
    command.args([
        "--versioning",
        "unversioned",
        "--identity-policy",
        "user.json",
        "--bucket-policy",
        "bucket.json",
        "--format",
        "json",
    ]);
    let output = command.current_dir(&folder).stdin(Stdio::null()).output().unwrap();
    let report = serde_json::from_slice(&output.stdout).unwrap();
    crate::support::holds_to_schema(&report, "check-v1.json");
    report
}

fn step<'a>(report: &'a Value, caller: &str) -> &'a Value {
    let operations = report["operations"].as_array().unwrap();
    let upload = operations.iter().find(|operation| operation["id"] == "upload-data").unwrap();
    let callers = upload["callers"].as_array().unwrap();
    &callers.iter().find(|own| own["caller"] == caller).unwrap()["steps"][0]
}

#[track_caller]
fn says(report: &Value, caller: &str, verdict: &str, words: &[&str]) {
    let step = step(report, caller);
    assert_eq!(step["verdict"], verdict, "{step}");
    assert_eq!(step["depends_on"], json!(words), "{step}");
}

const ALL: &str = "arn:aws:s3:::lab/ica/*";

fn deny(resource: &str, condition: &Value) -> Value {
    let mut statement =
        json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": resource});
    if !condition.is_null() {
        statement["Condition"] = condition.clone();
    }
    statement
}

#[test]
fn keys_that_are_denied_or_allowed() {
    let bam = deny("arn:aws:s3:::lab/ica/*.bam", &Value::Null);
    says(
        &checked("bam", ALL, std::slice::from_ref(&bam)),
        "iam-user",
        "partial",
        &["all but keys ending in `.bam`"],
    );
    let cram = deny("arn:aws:s3:::lab/*.cram", &Value::Null);
    let both = ["all but keys ending in `.bam`", "all but `arn:aws:s3:::lab/*.cram`"];
    says(&checked("two", ALL, &[bam, cram]), "federated-session", "partial", &both);
    let below = checked("below", "arn:aws:s3:::lab/ica/raw/*", &[]);
    says(&below, "iam-user", "partial", &["only keys that begin with `ica/raw/`"]);
}

#[test]
fn addresses_and_endpoints() {
    let elsewhere = json!({"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}});
    let report = checked("address", ALL, &[deny(ALL, &elsewhere)]);
    // The end user's address can be any; the address of ICA's servers is one that is not known.
    says(&report, "federated-session", "partial", &["only from 203.0.113.0/24 or 2001:db8::/32"]);
    says(&report, "iam-user", "unknown", &["only from 203.0.113.0/24 or 2001:db8::/32"]);
    let others = json!({"StringNotEquals": {"aws:PrincipalTag/team": "lab"}});
    let report = checked("tag", ALL, &[deny(ALL, &others)]);
    says(&report, "iam-user", "unknown", &["only where `aws:PrincipalTag/team` is `lab`"]);
}

#[test]
fn keys_and_addresses_together() {
    let elsewhere = json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}});
    let report = checked("together", ALL, &[deny("arn:aws:s3:::lab/ica/*.bam", &elsewhere)]);
    says(
        &report,
        "federated-session",
        "partial",
        &["all but keys ending in `.bam` and not from 203.0.113.0/24"],
    );
}

/// Negated operators are described by what they except: a key that is present, and for sets the
/// other quantifier.
#[test]
fn negated_operators_are_turned_round() {
    let under = |name, condition| checked(name, ALL, &[deny(ALL, &condition)]);
    let report =
        under("if-exists", json!({"NotIpAddressIfExists": {"aws:SourceIp": "203.0.113.0/24"}}));
    says(&report, "federated-session", "partial", &["only from 203.0.113.0/24"]);
    let report = under(
        "tag-if-exists",
        json!({"StringNotEqualsIfExists": {"aws:PrincipalTag/team": "lab"}}),
    );
    says(&report, "iam-user", "unknown", &["only where `aws:PrincipalTag/team` is `lab`"]);
    let report =
        under("any-not", json!({"ForAnyValue:StringNotEquals": {"aws:PrincipalOrgPaths": "o-a/"}}));
    let words = step(&report, "iam-user")["depends_on"].to_string();
    assert!(!words.contains("a value of"), "{words}");
}

/// What cannot be said in a few words is left out, not said wrongly.
#[test]
fn too_many_words_are_none() {
    let denies = (0..6)
        .map(|number| deny(&format!("arn:aws:s3:::lab/ica/*.{number}"), &Value::Null))
        .collect::<Vec<_>>();
    says(&checked("many", ALL, &denies), "iam-user", "partial", &[]);
}

/// `MOST_FOR_WORDS`: beyond so many combinations the verdict is the same, and nobody looks for words.
#[test]
fn of_many_combinations_no_words_are_made() {
    let with_tags = |tags: usize| {
        let bam = "arn:aws:s3:::lab/ica/*.bam";
        let tagged = |number: usize| {
            let key = format!("aws:PrincipalTag/k{number}");
            deny(bam, &json!({"StringEquals": {key: "x"}}))
        };
        let denies = std::iter::once(deny(bam, &Value::Null)).chain((0..tags).map(tagged));
        checked(&format!("tags{tags}"), ALL, &denies.collect::<Vec<_>>())
    };
    says(&with_tags(2), "iam-user", "partial", &["all but keys ending in `.bam`"]);
    says(&with_tags(7), "iam-user", "partial", &[]);
}

#[test]
fn patterns_that_tell_too_much_apart_are_unknown_with_their_place() {
    let letters = "abcdefghijklmnopqrst";
    let patterns = letters
        .chars()
        .map(|letter| format!("arn:aws:s3:::lab/ica/*{letter}?????b*"))
        .collect::<Vec<_>>();
    let hard =
        json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": patterns});
    let report = checked("hard", ALL, &[hard]);
    let step = step(&report, "iam-user");
    assert_eq!(step["verdict"], "unknown");
    let reason = &step["reasons"][0];
    assert_eq!(
        (&reason["kind"], &reason["file"]),
        (&json!("limit"), &json!("bucket.json")),
        "{reason}"
    );
    assert!(reason["span"]["end"].as_u64() > reason["span"]["start"].as_u64());
}
