//! Commands, and a git repository with a pull request.

pub(crate) use crate::run::git;
use crate::run::{OF_BUCKET, fresh_folder, run_in};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) const PROJECT: &str = env!("CARGO_MANIFEST_DIR");

/// A command in the project's folder.
pub(crate) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(PROJECT);
    command
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs it and returns what it printed.
#[track_caller]
pub(crate) fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}\n{}\n{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

/// A folder of the tests, empty.
pub(crate) fn fresh(name: &str) -> PathBuf {
    fresh_folder(&format!("acted/{name}"))
}

/// A connection that is clean, in a repository with one commit.
pub(crate) fn with_connection(name: &str) -> PathBuf {
    let folder = fresh(name);
    git(&folder, &["init", "--quiet"]);
    let rest = ["--versioning", "unversioned", "--user", "illumina_ica_admin", "--advised"];
    let place = ["--write", ".", "--force"];
    exits_with(&run_in(&folder, &[&["generate"], &OF_BUCKET[..], &rest, &place].concat()), 0);
    commit(&folder);
    folder
}

pub(crate) fn commit(folder: &Path) {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", "change"]);
}

/// The change of the pull request: a Deny that blocks the sessions of the user that it excepts, as the page of 2025 warns.
pub(crate) fn deny_sessions(folder: &Path) {
    let path = folder.join("bucket-policy.json");
    let policy = fs::read_to_string(&path).unwrap();
    let mut policy: serde_json::Value = serde_json::from_str(&policy).unwrap();
    policy["Statement"].as_array_mut().unwrap().push(json!({
        "Sid": "OnlyTheUser",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::acme-genomics/*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": [
            "arn:aws:iam::111122223333:user/illumina_ica_admin",
            "arn:aws:iam::079623148045:role/ica_use1_crossacct"
        ]}}
    }));
    fs::write(&path, serde_json::to_string_pretty(&policy).unwrap()).unwrap();
}

#[track_caller]
pub(crate) fn exits_with(output: &Output, code: i32) {
    assert_eq!(
        output.status.code(),
        Some(code),
        "{}\n{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}
