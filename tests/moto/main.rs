//! The script of `ica-policy inputs`, run as printed: by the real AWS CLI, against a moto server on the loopback address. And the templates of
//! `ica-policy generate`, read by cfn-lint and by HashiCorp's parser.
//!
//! All come from PyPI into a virtual environment below `target/tmp`. Where PyPI cannot be reached the tests are reported as ignored.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

mod lab;
#[path = "../support/pypi.rs"]
mod pypi;
mod readme;
mod templates;

use lab::{Lab, stderr, stdout};
use pypi::{Test, Tools};
use std::process::ExitCode;

const TESTS: [(&str, Test); 6] = [
    ("inputs_fetches_a_bucket_and_finds_it_clean", a_whole_fetch),
    ("inputs_fetches_for_a_role", a_role),
    ("inputs_goes_on_where_a_call_is_denied", denied_calls),
    ("from_nothing_to_a_clean_check_by_the_readme", readme::from_nothing),
    ("cfn_lint_accepts_the_templates", templates::cloudformation),
    ("hashicorps_parser_reads_the_modules", templates::terraform),
];

fn main() -> ExitCode {
    pypi::harness("moto", &TESTS)
}

/// Everything can be read: the settings are those of the lab, names such as `None` count, and the check is clean.
fn a_whole_fetch(tools: &Tools) {
    let lab = Lab::new(tools, "whole");
    let output =
        lab.fetch(&["--user", "arn:aws:iam::123456789012:user/lab/illumina_ica_admin"], None);
    assert_eq!(output.status.code(), Some(0), "{}\n{}", stderr(&output), stdout(&output));
    assert!(stdout(&output).contains("every operation is allowed"), "{}", stdout(&output));
    assert!(!lab.path("ica-inputs/INCOMPLETE").exists());
    let settings = lab.read("ica-inputs/ica.toml");
    for line in [
        r#"region = "eu-central-1""#,
        r#"prefix = "ica/""#,
        r#"versioning = "unversioned""#,
        r#"bucket_policy = "bucket-policy.json""#,
        r#"cors = "cors.json""#,
        r#"notifications = "none""#,
        r#"public_access_block = ["public-access-block.json", "account-public-access-block.json"]"#,
        r#"ownership = "BucketOwnerEnforced""#,
        r#"user = "arn:aws:iam::123456789012:user/lab/illumina_ica_admin""#,
        r#"boundary = "none""#,
        r#"identity_policy = ["user-inline-inline,1=2.json", "group-inline-sequencing~None.json", "managed-123456789012-ica.json"]"#,
    ] {
        assert!(settings.lines().any(|found| found == line), "{line}\n{settings}");
    }
}

/// A role has no groups, and its trust policy is part of the answer.
fn a_role(tools: &Tools) {
    let lab = Lab::new(tools, "role");
    let output = lab.fetch(&["--role", "lab/ica"], None);
    let settings = lab.read("ica-inputs/ica.toml");
    for line in [
        r#"role = "arn:aws:iam::123456789012:role/lab/ica""#,
        r#"trust_policy = "trust-policy.json""#,
        r#"identity_policy = ["managed-123456789012-ica.json"]"#,
    ] {
        assert!(
            settings.lines().any(|found| found == line),
            "{line}\n{settings}\n{}",
            stderr(&output)
        );
    }
    assert!(stdout(&output).contains("oidc-role"), "{}", stdout(&output));
}

/// An auditor may not read the bucket's settings: what was not read is unknown, never none.
fn denied_calls(tools: &Tools) {
    let lab = Lab::new(tools, "denied");
    let output = lab.fetch(&["--user", "illumina_ica_admin"], Some(&lab.auditor()));
    let incomplete = lab.read("ica-inputs/INCOMPLETE");
    for setting in
        ["versioning", "bucket_policy", "notifications", "public_access_block", "ownership"]
    {
        let has_call = |line: &str| {
            line.starts_with(&format!("{setting}: aws ")) && line.contains("AccessDenied")
        };
        assert!(incomplete.lines().any(has_call), "{setting}\n{incomplete}");
    }
    assert!(!incomplete.contains("cors: "), "{incomplete}");
    let report = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{}\n{report}", stderr(&output));
    assert!(
        report.contains("unknown") && !report.contains("every operation is allowed"),
        "{report}"
    );
}
