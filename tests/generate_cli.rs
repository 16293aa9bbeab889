use crate::support::run::{fresh_folder, run_in, stderr, stdout};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

const FLAGS: [&str; 12] = [
    "--bucket",
    "acme-genomics",
    "--account",
    "111122223333",
    "--region",
    "us-east-1",
    "--prefix",
    "ica/",
    "--versioning",
    "enabled",
    "--user",
    "lab/illumina_ica_admin",
];

fn generate(folder: &Path, more: &[&str]) -> Output {
    run_in(folder, &[&["generate"], &FLAGS[..], more].concat())
}

fn folder(name: &str) -> PathBuf {
    fresh_folder(&format!("generate/{name}"))
}

fn names(folder: &Path) -> Vec<String> {
    let mut names = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect::<Vec<_>>();
    names.sort();
    names
}

#[test]
fn what_is_written_is_clean_under_check() {
    let here = folder("written");
    for format in ["human", "json", "terraform", "cloudformation"] {
        let output = generate(&here, &["--write", format, "--format", format, "--deny-others"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let output = run_in(&here, &["check", format]);
        assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
        assert!(
            !stdout(&output)
                .contains("move-from-bucket       -                   -                   blocked"),
            "{}",
            stdout(&output)
        );
    }
    assert_eq!(
        names(&here.join("human")),
        ["bucket-policy.json", "cors.json", "ica.toml", "user-policy.json"]
    );
    assert_eq!(
        names(&here.join("terraform")),
        [
            "README.md",
            "bucket-policy.json",
            "cors.json",
            "ica.toml",
            "main.tf",
            "outputs.tf",
            "user-policy.json",
            "variables.tf"
        ]
    );
    assert!(names(&here.join("cloudformation")).contains(&"ica.template.json".to_owned()));
}

/// Nothing is left open: the settings file names the CORS rules and says that ICA sends the key.
#[test]
fn what_is_written_leaves_nothing_unknown() {
    let here = folder("settled");
    let key = [
        "--kms-key",
        "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ];
    for (name, more) in [("plain", &[][..]), ("key", &key)] {
        assert_eq!(generate(&here, &[&["--write", name], more].concat()).status.code(), Some(0));
        let settings = fs::read_to_string(here.join(name).join("ica.toml")).unwrap();
        assert!(settings.contains("cors = \"cors.json\""), "{settings}");
        assert_eq!(settings.contains("encryption = \"aws:kms\""), !more.is_empty(), "{settings}");
        let output = run_in(&here, &["check", name, "--fail-on", "unknown"]);
        assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    }
}

#[test]
fn nothing_is_written_over_without_force() {
    let here = folder("force");
    assert_eq!(generate(&here, &["--write", "out"]).status.code(), Some(0));
    fs::write(here.join("out/user-policy.json"), "mine").unwrap();
    fs::remove_file(here.join("out/cors.json")).unwrap();
    let output = generate(&here, &["--write", "out"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("`out/user-policy.json`") && stderr(&output).contains("--force"),
        "{}",
        stderr(&output)
    );
    assert_eq!(fs::read_to_string(here.join("out/user-policy.json")).unwrap(), "mine");
    assert_eq!(names(&here.join("out")), ["bucket-policy.json", "ica.toml", "user-policy.json"]);
    assert_eq!(generate(&here, &["--write", "out", "--force"]).status.code(), Some(0));
    assert_eq!(
        names(&here.join("out")),
        ["bucket-policy.json", "cors.json", "ica.toml", "user-policy.json"]
    );
    assert_eq!(run_in(&here, &["check", "out"]).status.code(), Some(0));
}

#[test]
fn a_folder_that_cannot_be_is_told_and_nothing_is_left() {
    let here = folder("no-folder");
    fs::write(here.join("file"), "").unwrap();
    let output = generate(&here, &["--write", "file/out", "--format", "json"]);
    assert_eq!(output.status.code(), Some(3));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["errors"].as_array().unwrap().len(), 1);
    fs::create_dir_all(here.join("out/cors.json")).unwrap();
    assert_eq!(generate(&here, &["--write", "out", "--force"]).status.code(), Some(2));
    assert_eq!(names(&here.join("out")), ["cors.json"]);
}

#[test]
fn reports_follow_the_published_schema() {
    let schema =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/generate-v1.json"))
            .unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let here = folder("schema");
    for more in [
        &["--deny-others"][..],
        &["--write", "out"],
        &["--skip", "nonsense"],
        &["--write", "out"],
        &["--nonsense"],
        &["--connection", "none.toml"],
    ] {
        let output = generate(&here, &[more, &["--format", "json"]].concat());
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let errors =
            validator.iter_errors(&report).map(|error| error.to_string()).collect::<Vec<_>>();
        assert!(errors.is_empty(), "{errors:?}\n{report}");
        assert_eq!(
            report["errors"].as_array().unwrap().is_empty(),
            output.status.code() == Some(0)
        );
    }
}

#[test]
fn printed_documents_stand_under_their_names() {
    let output = generate(&folder("printed"), &[]);
    let text = stdout(&output);
    let (_, rest) = text.split_once("== user-policy.json\n").unwrap();
    let (user, rest) = rest.split_once("== bucket-policy.json\n").unwrap();
    let (bucket, _) = rest.split_once("== cors.json\n").unwrap();
    for policy in [user, bucket] {
        assert_eq!(serde_json::from_str::<Value>(policy).unwrap()["Version"], "2012-10-17");
    }
    assert!(text.contains("note: ") && text.contains("put-bucket-policy"), "{text}");
}

/// Layers that a settings file names stay in force for the check of the generated documents: an SCP
/// that forbids deletes still counts.
#[test]
fn other_layers_of_a_settings_file_are_kept() {
    let here = folder("kept");
    fs::create_dir(here.join("old")).unwrap();
    let scp = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}}"#;
    fs::write(here.join("old/scp.json"), scp).unwrap();
    fs::write(here.join("old/gone.json"), "{}").unwrap();
    let settings = "bucket = 'b-1'\naccount = '111122223333'\nregion = 'us-east-1'\nuser = 'u'\nscp = 'scp.json'\nbucket_policy = 'gone.json'\n\
                    [skip]\nmove-from-bucket = 'never'";
    fs::write(here.join("old/ica.toml"), settings).unwrap();
    let output =
        run_in(&here, &["generate", "--connection", "old/ica.toml", "--write", "new/deep"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let made = fs::read_to_string(here.join("new/deep/ica.toml")).unwrap();
    for words in [
        "scp = \"../../old/scp.json\"",
        "bucket_policy = \"bucket-policy.json\"",
        "move-from-bucket = \"never\"",
    ] {
        assert!(made.contains(words), "{made}");
    }
    let output = run_in(&here, &["check", "new/deep", "--allow-outside"]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(stdout(&output).contains("delete-data            blocked"), "{}", stdout(&output));
}

#[test]
fn wrong_usage_says_what_to_do() {
    let here = folder("usage");
    fs::write(here.join("two.toml"), "[[connection]]\nname = 'a'\n[[connection]]\nname = 'b'")
        .unwrap();
    for (more, words) in [
        (&["--set", "ICA"][..], "NAME=VALUE"),
        (&["--set", "ICA=x"], "ICA_OIDC_ISSUER"),
        (&["--set", "ICA_OIDC_ISSUER=https://tokens.example.com"], "without `https://`"),
        (&["--set", "ICA_OIDC_ISSUER=tokens.example.com/"], "without a slash at the end"),
        (&["--connection", "two.toml"], "there are 2 connections"),
        (&["--force"], "--write"),
        (&["--region", "eu-north-1"], "--ica-region"),
    ] {
        let left_out = if more[0] == "--region" { &["--region", "us-east-1"][..] } else { &[] };
        let flags =
            FLAGS.iter().filter(|flag| !left_out.contains(flag)).copied().collect::<Vec<_>>();
        let output = run_in(&here, &[&["generate"], &flags[..], more].concat());
        assert_eq!(output.status.code(), Some(2), "{more:?}");
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
}

const DENY: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::acme-genomics/*"}}"#;

#[test]
fn a_folder_without_settings_is_read_by_the_names_of_its_files() {
    let here = folder("by-name");
    assert_eq!(generate(&here, &["--write", "out"]).status.code(), Some(0));
    fs::remove_file(here.join("out/ica.toml")).unwrap();
    fs::write(here.join("out/location.txt"), "None\n").unwrap();
    fs::write(here.join("out/versioning.txt"), "Enabled\n").unwrap();
    let flags = [
        "--bucket",
        "acme-genomics",
        "--account",
        "111122223333",
        "--prefix",
        "ica/",
        "--user",
        "lab/illumina_ica_admin",
    ];
    let output = run_in(&here, &[&["check", "out"], &flags[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("us-east-1, enabled, prefix ica/"), "{}", stdout(&output));
    assert!(
        stderr(&output).contains("user-policy.json is read as identity policy, by its name"),
        "{}",
        stderr(&output)
    );
    // A flag has precedence over a file that is found. It also gives a role to a file that could
    // not be recognised.
    fs::write(here.join("out/mystery.json"), DENY).unwrap();
    let output = run_in(&here, &[&["check", "out"], &flags[..]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("`mystery.json` could be a bucket policy, a key policy"),
        "{}",
        stderr(&output)
    );
    let output = run_in(
        &here,
        &[&["check", "out", "--bucket-policy", "out/mystery.json"], &flags[..]].concat(),
    );
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stdout(&output).contains("delete-data            blocked"), "{}", stdout(&output));
}

#[test]
fn folders_that_say_nothing_are_refused() {
    let here = folder("nothing");
    fs::write(here.join("file.json"), DENY).unwrap();
    fs::create_dir(here.join("empty")).unwrap();
    for (dir, code, words) in [
        ("file.json", 2, "is not a folder"),
        ("empty", 2, "no file that"),
        ("missing", 3, "cannot be read"),
    ] {
        let output = run_in(&here, &["check", dir]);
        assert_eq!(output.status.code(), Some(code), "{dir}");
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
}

/// The report ends in the calls of ICA's page, in its order, for exactly the files that were written.
#[test]
fn the_calls_that_put_the_files_into_aws_are_printed() {
    let folder = folder("calls");
    let report = stdout(&generate(&folder, &["--write", "a b"]));
    let calls = report.lines().filter_map(|line| line.strip_prefix("  aws ")).collect::<Vec<_>>();
    assert_eq!(
        calls,
        [
            "s3api put-bucket-cors --region us-east-1 --bucket acme-genomics --cors-configuration 'file://a b/cors.json'",
            "iam create-policy --policy-name illumina-ica-admin-policy --policy-document 'file://a b/user-policy.json'",
            "iam create-user --path /lab/ --user-name illumina_ica_admin",
            "iam attach-user-policy --user-name illumina_ica_admin --policy-arn arn:aws:iam::111122223333:policy/illumina-ica-admin-policy",
            "iam create-access-key --user-name illumina_ica_admin",
            "s3api put-bucket-policy --region us-east-1 --bucket acme-genomics --policy 'file://a b/bucket-policy.json'",
        ]
    );
    let json: Value =
        serde_json::from_str(&stdout(&generate(&folder, &["--write", "c", "--format", "json"])))
            .unwrap();
    assert_eq!(json["commands"].as_array().unwrap().len(), calls.len());
    // A template makes the policies, and calls are left for what it cannot set.
    for (format, expected) in [
        (
            "terraform",
            &[
                "terraform -chdir=terraform init",
                "terraform -chdir=terraform apply",
                "aws iam create-access-key --user-name illumina_ica_admin",
            ][..],
        ),
        (
            "cloudformation",
            &[
                "aws cloudformation deploy --region us-east-1 --stack-name illumina-ica --template-file cloudformation/ica.template.json --capabilities CAPABILITY_NAMED_IAM",
                "aws s3api put-bucket-cors --region us-east-1 --bucket acme-genomics --cors-configuration file://cloudformation/cors.json",
                "aws iam create-access-key --user-name illumina_ica_admin",
            ],
        ),
    ] {
        let report = stdout(&generate(&folder, &["--write", format, "--format", format]));
        let (_, calls) = report.split_once("then run:\n").unwrap();
        let calls = calls.lines().map(str::trim).filter(|line| !line.starts_with('#'));
        assert_eq!(calls.collect::<Vec<_>>(), expected, "{report}");
    }
    // What nobody documents comes first.
    let role = ["--role", "r", "--write", "role"];
    let flags = FLAGS[..10].iter().chain(&role).copied().collect::<Vec<_>>();
    let report = stdout(&run_in(&folder, &[&["generate"], &flags[..]].concat()));
    assert_eq!(report.matches("# not before the placeholders have values").count(), 2, "{report}");
    // Without files there is nothing to put.
    assert!(!stdout(&generate(&folder, &[])).contains("  aws "));
}
