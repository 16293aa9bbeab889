//! The way from nothing to a clean check, and back to it after a mistake, by the commands of the README and no others.

use crate::lab::{Lab, stderr, stdout};
use crate::pypi::Tools;
use serde_json::{Value, json};
use std::process::Output;

const README: &str = include_str!("../../README.md");

/// The commands of a section, without those that need what only the source of this project has.
fn commands(heading: &str) -> String {
    let (_, section) = README.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let blocks = section.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap());
    blocks.filter(|block| !block.contains("examples/")).collect()
}

/// Each call that the README shows is one that a report printed.
fn are_printed(script: &str, output: &Output) {
    let report = stdout(output);
    let calls = script.lines().filter(|line| line.starts_with("aws ") && line.contains("file://"));
    for call in calls {
        assert!(report.contains(&format!("\n  {call}\n")), "{call}\n{report}");
    }
}

fn is_clean(output: &Output) {
    let report = stdout(output);
    assert_eq!(output.status.code(), Some(0), "{}\n{report}", stderr(output));
    let end = report.split("bucket my-bucket of account 111122223333").last().unwrap();
    assert!(end.contains("allowed: every operation is allowed"), "{report}");
    assert!(!end.contains("unknown"), "{report}");
}

/// The bucket is made, the documents are generated, put and fetched again. Then somebody puts a bucket policy with a Deny for all but the
/// user, as step 5 of ICA's page has it, and the README's repair ends in a clean check again.
pub(crate) fn from_nothing(tools: &Tools) {
    let lab = Lab::empty(tools, "readme");
    let script = commands("From nothing");
    assert!(script.contains("create-bucket") && script.contains("sh fetch.sh"), "{script}");
    let output = lab.run(&script);
    is_clean(&output);
    are_printed(&script, &output);
    assert!(!lab.path("ica-inputs/INCOMPLETE").exists());

    let mut policy: Value =
        serde_json::from_str(&lab.read("my-bucket-ica/bucket-policy.json")).unwrap();
    policy["Statement"].as_array_mut().unwrap().push(json!({
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:PutObject", "s3:GetObject"],
        "Resource": "arn:aws:s3:::my-bucket/*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::111122223333:user/illumina_ica_admin"]}}
    }));
    std::fs::write(lab.path("broken.json"), policy.to_string()).unwrap();
    let broken = lab.run(
        "aws s3api put-bucket-policy --bucket my-bucket --policy file://broken.json; sh fetch.sh",
    );
    assert_eq!(broken.status.code(), Some(1), "{}\n{}", stderr(&broken), stdout(&broken));
    let script = commands("Repair it");
    let output = lab.run(&script);
    is_clean(&output);
    are_printed(&script, &output);
}
