//! `ica-policy.toml`, the baseline, and what a change to them cannot hide.

use crate::support::run::{fresh_folder, git, run_in, stderr, stdout};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const WIDE: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Sid": "Pass", "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"},
    {"Sid": "Other", "Effect": "Allow", "Action": ["s3:Get*", "s3:GetObject"], "Resource": "arn:aws:s3:::b/*"}]}"#;

/// A folder with a policy below it, and this configuration.
fn folder(name: &str, config: &str) -> PathBuf {
    let folder = fresh_folder(&format!("lint-config/{name}"));
    fs::create_dir(folder.join("policies")).unwrap();
    fs::write(folder.join("policies/wide.json"), WIDE).unwrap();
    fs::write(folder.join("ica-policy.toml"), config).unwrap();
    folder
}

fn report(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap_or_else(|_| panic!("{}", stderr(output)))
}

/// The rules of the findings, and those about configurations.
fn found(output: &Output) -> (Vec<String>, Vec<String>) {
    let report = report(output);
    let ids = |lists: &Value| {
        let findings =
            lists.as_array().unwrap().iter().flat_map(|one| one["findings"].as_array().unwrap());
        findings.map(|finding| finding["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    (ids(&report["policies"]), ids(&report["configurations"]))
}

fn lint(folder: &Path, more: &[&str]) -> Output {
    run_in(folder, &[&["lint", "policies", "--format", "json"], more].concat())
}

const IGNORE: &str = "[[ignore]]\nrule = \"pass-any-role\"\npath = \"policies/*.json\"\nsid = \"Pass\"\nreason = \"the role of the installer\"\n";

#[test]
fn what_is_ignored_is_hidden_and_counted() {
    let folder = folder("hidden", IGNORE);
    let output = lint(&folder, &[]);
    assert_eq!(found(&output), (vec!["redundant-action".to_owned()], vec![]));
    assert_eq!(report(&output)["hidden"], json!({"ignored": 1, "baseline": 0}));
    let (all, _) = found(&lint(&folder, &["--no-ignores"]));
    assert_eq!(all, ["pass-any-role", "redundant-action"]);
    // The nearest file above a policy counts.
    fs::write(folder.join("policies/ica-policy.toml"), "").unwrap();
    assert_eq!(found(&lint(&folder, &[])).0, ["pass-any-role", "redundant-action"]);
    let pinned = lint(&folder, &["--config", "ica-policy.toml"]);
    assert_eq!(found(&pinned).0, ["redundant-action"]);
}

#[test]
fn ignores_that_hide_nothing_or_are_over_are_findings() {
    let other = "[[ignore]]\nrule = \"pass-any-role\"\npath = \"policies/wide.json\"\npointer = \"/Statement/1\"\nreason = \"r\"\n";
    let over = format!("{IGNORE}expires = \"2020-01-31\"\n");
    let elsewhere =
        "[[ignore]]\nrule = \"pass-any-role\"\npath = \"others/*.json\"\nreason = \"r\"\n";
    let folder = folder("stale", &format!("{other}\n{over}\n{elsewhere}"));
    let output = lint(&folder, &["--fail-on", "warning"]);
    let (policies, configurations) = found(&output);
    assert_eq!(policies, ["pass-any-role", "redundant-action"]);
    // No policy was read that the third is about.
    assert_eq!(configurations, ["unused-ignore", "expired-ignore"]);
    assert_eq!(output.status.code(), Some(1));
    let line = &report(&output)["configurations"][0]["findings"][1]["span"]["line"];
    assert_eq!(line, 7);
}

#[test]
fn what_aws_would_refuse_is_not_ignored() {
    let config = "[[ignore]]\nrule = \"invalid-effect\"\npath = \"**\"\nreason = \"r\"\n";
    let folder = folder("refused", config);
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "allow", "Action": "s3:GetObject", "Resource": "*"}}"#;
    fs::write(folder.join("policies/wide.json"), text).unwrap();
    let output = lint(&folder, &[]);
    assert_eq!(found(&output).0, ["invalid-effect"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_wrong_configuration_is_wrong_usage() {
    for (name, config, words) in [
        ("name", "pedantc = true\n", "perhaps `pedantic` is meant"),
        ("ignore", "[[ignore]]\nrule = \"pass-any-role\"\npath = \"**\"\n", "reason"),
        (
            "reason",
            "[[ignore]]\nrule = \"pass-any-role\"\npath = \"**\"\nreason = \" \"\n",
            "needs a reason",
        ),
        (
            "rule",
            "[[ignore]]\nrule = \"pass-any-rule\"\npath = \"**\"\nreason = \"r\"\n",
            "`pass-any-role`",
        ),
        (
            "day",
            "[[ignore]]\nrule = \"pass-any-role\"\npath = \"**\"\nreason = \"r\"\nexpires = \"soon\"\n",
            "is a day",
        ),
        ("kind", "[[kind]]\npath = \"**\"\nkind = \"user\"\n", "no kind of policy"),
        ("fail", "fail_on = \"sometimes\"\n", "is one of"),
        ("toml", "select = [", "ica-policy.toml"),
    ] {
        let folder = folder(&format!("wrong-{name}"), config);
        let output = lint(&folder, &[]);
        let errors = report(&output)["errors"].to_string();
        assert_eq!(output.status.code(), Some(2), "{name}: {errors}");
        assert!(errors.contains(words), "{name}: {errors}");
    }
}

#[test]
fn a_configuration_says_kinds_rules_and_what_fails() {
    let folder = folder(
        "settings",
        "select = [\"REDUNDANT_ACTION\"]\nfail_on = \"info\"\n[[kind]]\npath = \"policies/w*.json\"\nkind = \"scp\"\n",
    );
    let output = lint(&folder, &[]);
    let report = report(&output);
    assert_eq!(found(&output).0, ["redundant-action"]);
    assert_eq!(
        (&report["policies"][0]["kind"], &report["policies"][0]["kind_from"]),
        (&json!("scp"), &json!("configuration"))
    );
    assert_eq!(output.status.code(), Some(1));
    // Flags have precedence.
    assert_eq!(lint(&folder, &["--fail-on", "error"]).status.code(), Some(0));
    let (policies, _) = found(&lint(&folder, &["--kind", "identity", "--select", "pass-any-role"]));
    assert_eq!(policies, ["pass-any-role"]);
}

/// What was there before is known, also if lines move and statements are added; what is new is found.
#[test]
fn a_baseline_survives_moved_lines() {
    let folder = folder("baseline", "");
    let written = run_in(&folder, &["lint", "policies", "--write-baseline", "known.json"]);
    assert_eq!(written.status.code(), Some(0), "{}", stderr(&written));
    let known = ["--baseline", "known.json"];
    let output = lint(&folder, &known);
    assert_eq!((found(&output).0, &report(&output)["hidden"]["baseline"]), (vec![], &json!(2)));
    let moved = WIDE.replace("[\n", "[\n\n    {\"Effect\": \"Allow\", \"Action\": [\"ec2:Describe*\", \"ec2:DescribeVpcs\"], \"Resource\": \"*\"},\n\n");
    fs::write(folder.join("policies/wide.json"), moved).unwrap();
    let output = lint(&folder, &known);
    assert_eq!(
        (found(&output).0, &report(&output)["hidden"]["baseline"]),
        (vec!["redundant-action".to_owned()], &json!(2))
    );
    let wrong = lint(&folder, &["--baseline", "policies/wide.json"]);
    assert_eq!(wrong.status.code(), Some(2));
}

/// A pull request that adds an ignore does not silence its own check.
#[test]
fn a_change_cannot_silence_its_own_check() {
    let folder = folder("since", "# how policies are linted\n");
    git(&folder, &["init", "--quiet"]);
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "--message", "honest"]);
    fs::write(folder.join("ica-policy.toml"), IGNORE).unwrap();
    assert_eq!(found(&lint(&folder, &[])).0, ["redundant-action"]);
    let since = Command::new(env!("CARGO_BIN_EXE_ica-policy"))
        .args([
            "lint",
            "policies",
            "--format",
            "json",
            "--changed-since",
            "HEAD",
            "--fail-on",
            "warning",
        ])
        .current_dir(&folder)
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (policies, configurations) = found(&since);
    assert_eq!(policies, ["pass-any-role", "redundant-action"]);
    assert_eq!(configurations, ["changed-ignores"]);
    assert_eq!(since.status.code(), Some(1));
}
