use crate::support::holds_to_schema;
use crate::support::run::{fresh_folder, git, stderr, stdout};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A fresh folder below the build folder.
fn folder(name: &str) -> PathBuf {
    fresh_folder(&format!("compare/{name}"))
}

/// Runs the binary in a folder. Only PATH is kept, to find git.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ica-policy"));
    command.env_clear().env("NO_COLOR", "1").env("PATH", std::env::var("PATH").unwrap());
    command
        .arg("compare")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn document(statements: &Value) -> String {
    serde_json::to_string_pretty(&json!({"Version": "2012-10-17", "Statement": statements}))
        .unwrap()
}

fn allow(actions: &[&str], resource: &str) -> Value {
    json!({"Sid": "Objects", "Effect": "Allow", "Action": actions, "Resource": resource})
}

fn deny(action: &str, resource: &str) -> Value {
    json!({"Sid": "Keep", "Effect": "Deny", "Action": action, "Resource": resource})
}

/// Writes both versions and compares them.
fn compared(name: &str, old: &Value, new: &Value, more: &[&str]) -> Output {
    let folder = folder(name);
    fs::write(folder.join("old.json"), document(old)).unwrap();
    fs::write(folder.join("new.json"), document(new)).unwrap();
    run(&folder, &[&["old.json", "new.json"], more].concat())
}

/// The JSON report, checked against its schema.
fn report(output: &Output) -> Value {
    let report = serde_json::from_slice(&output.stdout).unwrap();
    holds_to_schema(&report, "compare-v1.json");
    report
}

fn reported(name: &str, old: &Value, new: &Value) -> Value {
    report(&compared(name, old, new, &["--format", "json"]))
}

const KEYS: &str = "arn:aws:s3:::acme-genomics/ica/*";

#[test]
fn examples_name_a_partition_a_region_and_an_account_that_people_know() {
    let old = json!([{
        "Effect": "Allow", "Action": "ec2:*", "Resource": "*",
        "Condition": {"StringEquals": {"ec2:ResourceTag/Owner": "lab"}},
    }]);
    let new = json!([
        {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "ec2:StopInstances", "Resource": "arn:aws:ec2:*"},
    ]);
    let report = reported("usual-names", &old, &new);
    let regions = report["newly_allowed"].as_array().unwrap();
    assert_eq!(regions.len(), 2);
    for region in regions {
        let resource = region["witness"]["resource"].as_str().unwrap();
        let is_usual = resource.starts_with("arn:aws:ec2:eu-central-1:111122223333:");
        assert!(is_usual || resource == "*", "{resource}");
    }
}

#[test]
fn a_wider_action_is_newly_allowed() {
    let (old, new) = (
        json!([allow(&["s3:GetObject"], KEYS)]),
        json!([allow(&["s3:GetObject", "s3:Put*"], KEYS)]),
    );
    let output = compared("wider", &old, &new, &[]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for words in [
        "the new one allows more, compared as policies of kind identity",
        "newly allowed 1: for example s3:PutObject on arn:aws:s3:::acme-genomics/ica/a.bam",
        "action    s3:Put*",
        "statement `Objects` of `new.json` allows this, nothing in `old.json` did",
        "newly allowed: 1; newly denied: none; check whether the new access is intended",
    ] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    let report = reported("wider", &old, &new);
    assert_eq!(report["relation"], "new-allows-more");
    assert_eq!(report["newly_denied"], json!([]));
    let [difference] = report["newly_allowed"].as_array().unwrap().as_slice() else {
        panic!("{report}")
    };
    assert_eq!(
        difference["region"]["actions"],
        json!({"all_but": false, "patterns": ["s3:Put*"], "but_not": []})
    );
    assert_eq!(difference["because"][0]["text"], "\"s3:Put*\"");
    assert_eq!(difference["because"].as_array().unwrap().len(), 1);
}

/// The only statement that compares the key has nothing to do with the new statement, which asks
/// whether the key is present. The key has values all the same, so the new policy allows more.
#[test]
fn a_key_that_only_others_compare_is_there_all_the_same() {
    for (operator, key, limit) in [
        ("DateLessThan", "aws:CurrentTime", "2026-01-01T00:00:00Z"),
        ("NumericLessThan", "s3:max-keys", "10"),
    ] {
        let mut until = allow(&["s3:PutObject"], "arn:aws:s3:::c/*");
        until["Sid"] = "Until".into();
        until["Condition"] = json!({operator: {key: limit}});
        let mut present = allow(&["s3:GetObject"], KEYS);
        present["Condition"] = json!({"Null": {key: "false"}});
        // AWS does not have all of these requests.
        let any = ["--format", "json", "--requests", "any"];
        let report = report(&compared("presence", &json!([until]), &json!([until, present]), &any));
        assert_eq!(report["relation"], "new-allows-more", "{report}");
        let witness = &report["newly_allowed"][0]["witness"];
        assert!(
            witness["action"] == "s3:GetObject" && witness["context"][key].is_string(),
            "{witness}"
        );
    }
}

#[test]
fn a_deny_that_is_gone_is_the_cause() {
    let objects = allow(&["s3:DeleteObject"], KEYS);
    let with = json!([objects, deny("s3:Delete*", "arn:aws:s3:::acme-genomics/ica/*.bam")]);
    let without = json!([objects]);
    let gone = reported("lifted", &with, &without);
    assert_eq!(gone["relation"], "new-allows-more");
    let difference = &gone["newly_allowed"][0];
    assert_eq!(
        difference["region"]["denied_by"],
        json!({"side": "old", "file": "old.json", "statement": 1, "sid": "Keep"})
    );
    assert_eq!(difference["because"][0]["side"], "old");
    assert_eq!(difference["because"][0]["text"], "\"Deny\"");
    assert_eq!(difference["witness"]["action"], "s3:DeleteObject");
    assert!(difference["witness"]["resource"].as_str().unwrap().ends_with(".bam"), "{gone}");
    // In the other direction the Deny is new.
    let added = reported("added", &without, &with);
    assert_eq!(added["relation"], "new-allows-less");
    assert_eq!(added["newly_denied"][0]["region"]["denied_by"]["side"], "new");
    assert_eq!(added["newly_denied"][0]["because"][0]["side"], "new");
}

/// What a Deny held back is limited by the conditions of the Deny, and an account is not its root user.
#[test]
fn the_condition_of_a_lifted_deny_limits_what_is_gained() {
    let account = json!({"AWS": "111122223333"});
    let of = |mut statement: Value, name: Value| {
        statement["Principal"] = name;
        statement
    };
    let mut without_tls = of(deny("s3:GetObject", KEYS), "*".into());
    without_tls["Condition"] = json!({"Bool": {"aws:SecureTransport": "false"}});
    let granted = of(allow(&["s3:GetObject"], KEYS), account);
    let (old, new) = (json!([granted, without_tls]), json!([granted]));
    let gone = reported("lifted-condition", &old, &new);
    let region = &gone["newly_allowed"][0]["region"];
    assert_eq!(region["condition_keys"], json!(["aws:SecureTransport"]), "{gone}");
    let text = stdout(&compared("lifted-condition", &old, &new, &[]));
    assert!(text.contains("limited by conditions on aws:SecureTransport"), "{text}");
    assert!(text.contains("by account 111122223333"), "{text}");
}

#[test]
fn the_value_of_a_condition_is_the_cause() {
    let from = |ranges: &[&str]| {
        let mut statement = allow(&["s3:GetObject"], KEYS);
        statement["Condition"] = json!({"IpAddress": {"aws:SourceIp": ranges}});
        json!([statement])
    };
    let wider = reported(
        "range",
        &from(&["203.0.113.0/24"]),
        &from(&["203.0.113.0/24", "198.51.100.0/24"]),
    );
    let difference = &wider["newly_allowed"][0];
    assert_eq!(difference["because"].as_array().unwrap().len(), 1);
    assert_eq!(difference["because"][0]["text"], "\"198.51.100.0/24\"");
    assert_eq!(difference["witness"]["context"], json!({"aws:SourceIp": "198.51.100.7"}));
    assert_eq!(difference["region"]["condition_keys"], json!(["aws:SourceIp"]));
    // A condition that was dropped is underlined in the old document.
    let dropped =
        reported("dropped", &from(&["203.0.113.0/24"]), &json!([allow(&["s3:GetObject"], KEYS)]));
    assert_eq!(dropped["newly_allowed"][0]["because"][0]["side"], "old");
    assert!(
        dropped["newly_allowed"][0]["because"][0]["text"]
            .as_str()
            .unwrap()
            .starts_with("\"aws:SourceIp\""),
        "{dropped}"
    );
}

#[test]
fn other_words_of_the_same_meaning_are_equal() {
    let (old, new) =
        (json!([allow(&["s3:GetObject", "s3:Get*"], KEYS)]), json!([allow(&["S3:get*"], KEYS)]));
    let output = compared("equal", &old, &new, &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("both allow the same"), "{}", stdout(&output));
}

#[test]
fn fail_on_looks_at_its_direction_only() {
    let (small, large) = (json!([allow(&["s3:GetObject"], KEYS)]), json!([allow(&["s3:*"], KEYS)]));
    let code =
        |old, new, fail_on| compared("fail-on", old, new, &["--fail-on", fail_on]).status.code();
    let more =
        ["new-access", "lost-access", "any", "never"].map(|fail_on| code(&small, &large, fail_on));
    assert_eq!(more, [Some(1), Some(0), Some(1), Some(0)]);
    let less =
        ["new-access", "lost-access", "any", "never"].map(|fail_on| code(&large, &small, fail_on));
    assert_eq!(less, [Some(0), Some(1), Some(1), Some(0)]);
    let blocked = compared("fail-on", &small, &large, &["--fail-on", "newly-blocked"]);
    assert_eq!(blocked.status.code(), Some(2));
    assert!(
        stderr(&blocked).contains("operations of ICA need a connection"),
        "{}",
        stderr(&blocked)
    );
}

/// AWS's pages leave open what a wildcard in the service of an ARN matches, so the answer depends on
/// the reading.
#[test]
fn what_depends_on_a_reading_is_not_decided_and_fails() {
    let old = json!([allow(&["sqs:SendMessage"], "arn:aws:sqs:eu-central-1:111122223333:q")]);
    let mut new = old.clone();
    let more = "arn:aws:s?s:eu-central-1:111122223333:r";
    new.as_array_mut().unwrap().push(
        json!({"Sid": "More", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": more}),
    );
    let output = compared("reading", &old, &new, &["--format", "json", "--fail-on", "new-access"]);
    assert_eq!(output.status.code(), Some(1));
    let report = report(&output);
    assert_eq!(report["relation"], "unknown", "{report}");
    assert_eq!(report["undecided"][0]["direction"], "newly-allowed");
    assert_eq!(report["newly_allowed"][0]["region"]["only_if"][0]["id"], "service-wildcard");
    let relations = report["readings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reading| &reading["relation"])
        .collect::<Vec<_>>();
    assert_eq!(relations, ["equal", "new-allows-more"]);
    let text = stdout(&compared("reading", &old, &new, &[]));
    assert!(
        text.contains("not decided") && text.contains("only if a wildcard in the service"),
        "{text}"
    );
}

#[test]
fn variables_are_filled_in_for_the_example() {
    let home = |key: &str| {
        json!([allow(
            &["s3:GetObject"],
            &format!("arn:aws:s3:::acme-genomics/${{aws:username}}/{key}")
        )])
    };
    let report = reported("variable", &home("a*"), &home("*"));
    assert_eq!(report["relation"], "new-allows-more", "{report}");
    let witness = &report["newly_allowed"][0]["witness"];
    let name = witness["context"]["aws:username"].as_str().unwrap();
    assert!(witness["resource"].as_str().unwrap().contains(&format!("/{name}/")), "{witness}");
}

#[test]
fn policies_of_a_resource_are_recognised_and_kinds_are_not_mixed() {
    let mut named = allow(&["s3:GetObject"], KEYS);
    named["Principal"] = json!({"AWS": "arn:aws:iam::111122223333:user/ana"});
    let mut everybody = named.clone();
    everybody["Principal"] = json!("*");
    let report = reported("public", &json!([named]), &json!([everybody]));
    assert_eq!(
        (report["kind"].as_str(), report["relation"].as_str()),
        (Some("resource"), Some("new-allows-more"))
    );
    assert_eq!(report["newly_allowed"][0]["because"][0]["text"], "\"*\"");
    let mixed = compared("mixed", &json!([named]), &json!([allow(&["s3:GetObject"], KEYS)]), &[]);
    assert_eq!(mixed.status.code(), Some(2));
    assert!(stderr(&mixed).contains("--kind"), "{}", stderr(&mixed));
    let emptied = compared("emptied", &json!([named]), &json!([]), &["--format", "json"]);
    assert_eq!(serde_json::from_slice::<Value>(&emptied.stdout).unwrap()["kind"], "resource");
}

#[test]
fn bad_input_is_told_with_its_place() {
    let folder = folder("bad");
    fs::write(folder.join("good.json"), document(&json!([allow(&["s3:*"], "*")]))).unwrap();
    fs::write(folder.join("bad.json"), "{\"Statement\": [").unwrap();
    let codes = [["bad.json", "good.json"], ["good.json", "missing.json"]]
        .map(|files| run(&folder, &files).status.code());
    assert_eq!(codes, [Some(3), Some(3)]);
    let both = report(&run(&folder, &["bad.json", "missing.json", "--format", "json"]));
    let files = both["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["file"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert!(files.contains(&"bad.json") && files.contains(&"missing.json"), "{files:?}");
    assert_eq!(both["relation"], Value::Null);
    for wrong in [
        vec!["good.json"],
        vec!["-", "-"],
        vec!["a", "b", "c"],
        vec!["--against", "-x", "good.json"],
        vec!["--against", "HEAD", "-"],
    ] {
        let output = run(&folder, &[&wrong[..], &["--format", "json"]].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(!report(&output)["errors"].as_array().unwrap().is_empty());
    }
}

#[test]
fn the_old_side_comes_from_git() {
    let folder = folder("git");
    let policies = folder.join("policies");
    fs::create_dir(&policies).unwrap();
    let [small, large] =
        [["s3:GetObject"], ["s3:*"]].map(|actions| document(&json!([allow(&actions, KEYS)])));
    for name in ["same.json", "wider.json", "gone.json"] {
        fs::write(policies.join(name), &small).unwrap();
    }
    git(&folder, &["init", "--quiet"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "--message", "old"]);
    fs::write(policies.join("wider.json"), &large).unwrap();
    fs::write(policies.join("fresh.json"), &small).unwrap();
    fs::remove_file(policies.join("gone.json")).unwrap();
    let against = |place: &Path, files: &[&str]| {
        run(place, &[&["--against", "HEAD", "--format", "json"], files].concat())
    };
    let all = against(
        &folder,
        &["policies/same.json", "policies/wider.json", "policies/fresh.json", "policies/gone.json"],
    );
    assert_eq!(all.status.code(), Some(1));
    let text = stdout(&all);
    let reports =
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>();
    let relations =
        reports.iter().map(|report| report["relation"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(relations, ["equal", "new-allows-more", "new-allows-more", "new-allows-less"]);
    assert_eq!(reports[1]["old"]["file"], "HEAD:policies/wider.json");
    assert_eq!(reports[2]["old"]["read_as"], Value::Null);
    // Paths are relative to the current folder, also upwards, or absolute.
    let absolute = policies.join("same.json");
    let paths = ["same.json", "../policies/same.json", absolute.to_str().unwrap()];
    assert_eq!(against(&policies, &paths).status.code(), Some(0));
}

#[test]
fn what_git_does_not_have_is_reported() {
    let repository = folder("git-errors");
    fs::write(repository.join("a.json"), document(&json!([allow(&["s3:*"], "*")]))).unwrap();
    // The build folder lies in a repository, the root does not.
    let file = repository.join("a.json");
    let outside = run(Path::new("/"), &["--against", "HEAD", file.to_str().unwrap()]);
    assert_eq!(outside.status.code(), Some(3));
    assert!(stderr(&outside).contains("not a git repository"), "{}", stderr(&outside));
    git(&repository, &["init", "--quiet"]);
    git(&repository, &["add", "."]);
    git(&repository, &["commit", "--quiet", "--message", "old"]);
    for (revision, file, words) in [
        ("nowhere", "a.json", "git has no revision `nowhere`"),
        ("HEAD", "b.json", "neither in the work tree nor in the revision"),
    ] {
        let output = run(&repository, &["--against", revision, file]);
        assert_eq!(output.status.code(), Some(3));
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
}

/// A folder with a connection: the user policy of ICA's page for unversioned buckets, and a bucket
/// policy for Illumina's role.
fn connection(name: &str, user_actions: &[&str], boundary: Option<&Value>) -> PathBuf {
    let folder = folder(name);
    let objects = allow(user_actions, KEYS);
    let bucket = json!({"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketLocation", "s3:GetBucketNotification", "s3:PutBucketNotification"],
        "Resource": "arn:aws:s3:::acme-genomics"});
    let sessions = json!({"Effect": "Allow", "Action": "sts:GetFederationToken", "Resource": "*"});
    fs::write(folder.join("user.json"), document(&json!([objects, bucket, sessions]))).unwrap();
    let mut settings = "bucket = 'acme-genomics'\naccount = '111122223333'\nregion = 'us-east-1'\nprefix = 'ica/'\n\
        versioning = 'unversioned'\nuser = 'ica'\nidentity_policy = 'user.json'\nbucket_policy = 'none'\n"
        .to_owned();
    if let Some(boundary) = boundary {
        fs::write(folder.join("boundary.json"), document(boundary)).unwrap();
        settings += "boundary = 'boundary.json'\n";
    }
    fs::write(folder.join("ica.toml"), settings).unwrap();
    folder
}

const OBJECT_ACTIONS: [&str; 4] =
    ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:RestoreObject"];

fn operation<'a>(report: &'a Value, id: &str, caller: &str) -> &'a Value {
    let operations = report["operations"].as_array().unwrap();
    operations
        .iter()
        .find(|operation| operation["id"] == id && operation["caller"] == caller)
        .unwrap()
}

/// A call of `inputs` that failed leaves open what its answer would say, on the side where it failed.
#[test]
fn a_call_that_failed_counts_on_its_side() {
    let old = connection("incomplete/old", &OBJECT_ACTIONS, None);
    let new = connection("incomplete/new", &OBJECT_ACTIONS, None);
    let folder = old.parent().unwrap();
    let verdicts = |report: &Value| {
        let of_reads = operation(report, "download-data", "iam-user");
        [of_reads["old"].clone(), of_reads["new"].clone()]
    };
    let compared = || run(folder, &["old/ica.toml", "new/ica.toml", "--format", "json"]);
    fs::write(new.join("INCOMPLETE"), "boundary: aws iam get-policy: AccessDenied\n").unwrap();
    assert_eq!(verdicts(&report(&compared())), [json!("allowed"), json!("unknown")]);
    fs::write(new.join("INCOMPLETE"), "all: the script has not come to its end\n").unwrap();
    assert_eq!(compared().status.code(), Some(3));
    fs::remove_file(new.join("INCOMPLETE")).unwrap();
    fs::write(old.join("INCOMPLETE"), "boundary: aws iam get-policy: AccessDenied\n").unwrap();
    assert_eq!(verdicts(&report(&compared())), [json!("unknown"), json!("allowed")]);
}

#[test]
fn an_action_that_is_gone_newly_blocks_its_operation() {
    let old = connection("newly-blocked/old", &OBJECT_ACTIONS, None);
    let new = connection("newly-blocked/new", &OBJECT_ACTIONS[1..], None);
    let folder = old.parent().unwrap();
    let run_with = |more: &[&str]| run(folder, &[&["old/ica.toml", "new/ica.toml"], more].concat());
    let report = report(&run_with(&["--format", "json"]));
    assert_eq!(
        (&report["kind"], &report["relation"]),
        (&json!("effective"), &json!("new-allows-less"))
    );
    for caller in ["iam-user", "federated-session"] {
        let download = operation(&report, "download-data", caller);
        assert_eq!(
            (&download["old"], &download["new"]),
            (&json!("allowed"), &json!("blocked")),
            "{caller}"
        );
        assert_eq!(operation(&report, "upload-data", caller)["new"], "allowed");
    }
    let lost = &report["newly_denied"][0];
    assert_eq!(lost["witness"]["action"], "s3:GetObject");
    assert_eq!(lost["region"]["allowed_by"]["file"], "old/user.json");
    assert_eq!(lost["because"][0]["text"], "\"s3:GetObject\"");
    let text = run_with(&[]);
    assert_eq!(text.status.code(), Some(1));
    let text = stdout(&text);
    for words in [
        "download-data         federated-session   allowed -> blocked  worse",
        "access of iam-user to the bucket: the new one allows less",
        "access of cross-account-role to the bucket: both allow the same",
        "statement `Objects` of `old/user.json` allowed this, nothing in `new/ica.toml` does",
    ] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    assert_eq!(run_with(&["--fail-on", "newly-blocked"]).status.code(), Some(1));
    assert_eq!(run_with(&["--fail-on", "new-access"]).status.code(), Some(0));
    let back = run(folder, &["new/ica.toml", "old/ica.toml", "--fail-on", "newly-blocked"]);
    assert_eq!(back.status.code(), Some(0), "{}", stdout(&back));
    drop(new);
}

#[test]
fn a_new_boundary_is_named_and_an_action_that_nobody_gets_through_is_no_difference() {
    let boundary = json!([allow(&["s3:GetObject", "s3:PutObject"], "*"), {"Effect": "Allow", "Action": ["s3:List*", "s3:*Bucket*", "sts:*"], "Resource": "*"}]);
    let old = connection("boundary/old", &OBJECT_ACTIONS, None);
    connection("boundary/new", &OBJECT_ACTIONS, Some(&boundary));
    let folder = old.parent().unwrap();
    let limited = report(&run(folder, &["old/ica.toml", "new/ica.toml", "--format", "json"]));
    assert_eq!(operation(&limited, "delete-data", "iam-user")["new"], "blocked");
    assert_eq!(operation(&limited, "download-data", "iam-user")["new"], "allowed");
    let lost = &limited["newly_denied"][0];
    assert_eq!(lost["region"]["limited_by"]["file"], "new/boundary.json");
    assert_eq!(lost["because"][0]["file"], "new/boundary.json");
    // If both sides have the boundary, a new action of the user's policy that the boundary does not
    // allow changes nothing.
    connection(
        "boundary/third",
        &[&OBJECT_ACTIONS[..], &["s3:GetObjectAcl"]].concat(),
        Some(&boundary),
    );
    let same = run(folder, &["new/ica.toml", "third/ica.toml", "--format", "json"]);
    assert_eq!((same.status.code(), &report(&same)["relation"]), (Some(0), &json!("equal")));
}

#[test]
fn the_old_connection_is_read_from_git_with_all_its_files() {
    let folder = connection("git-connection", &OBJECT_ACTIONS, None);
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command
            .args(["-c", "user.name=t", "-c", "user.email=t@example.org"])
            .args(arguments)
            .current_dir(&folder);
        assert!(command.output().unwrap().status.success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    fs::write(folder.join("user.json"), document(&json!([allow(&OBJECT_ACTIONS, "*")]))).unwrap();
    let report = report(&run(&folder, &["--against", "HEAD", "ica.toml", "--format", "json"]));
    assert_eq!(report["old"]["file"], "HEAD:ica.toml");
    assert_eq!(report["relation"], "incomparable");
    assert_eq!(operation(&report, "issue-credentials", "iam-user")["new"], "blocked");
    assert_eq!(
        run(&folder, &["--against", "HEAD", "ica.toml", "user.json"]).status.code(),
        Some(1)
    );
    let missing = run(&folder, &["--against", "HEAD", "other.toml"]);
    assert_eq!(missing.status.code(), Some(3), "{}", stderr(&missing));
    assert_eq!(run(&folder, &["ica.toml", "user.json"]).status.code(), Some(2));
}

/// The same with a bucket policy of these statements.
fn with_bucket_policy(name: &str, statements: &Value) -> PathBuf {
    let folder = connection(name, &OBJECT_ACTIONS, None);
    let settings = fs::read_to_string(folder.join("ica.toml"))
        .unwrap()
        .replace("bucket_policy = 'none'", "bucket_policy = 'bucket.json'");
    fs::write(folder.join("ica.toml"), settings).unwrap();
    fs::write(folder.join("bucket.json"), document(statements)).unwrap();
    folder
}

#[test]
fn what_others_gain_is_no_change_of_words() {
    let own = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::079623148045:role/ica_use1_crossacct"}, "Action": "s3:GetObject",
        "Resource": KEYS});
    let other = json!({"Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "s3:*",
        "Resource": "arn:aws:s3:::acme-genomics/*"});
    let old = with_bucket_policy("others/old", &json!([own]));
    with_bucket_policy("others/new", &json!([own, other]));
    let folder = old.parent().unwrap();
    let output = run(
        folder,
        &["old/ica.toml", "new/ica.toml", "--fail-on", "new-access", "--format", "json"],
    );
    assert_eq!(output.status.code(), Some(1));
    let report = report(&output);
    assert_eq!(report["relation"], "new-allows-more");
    let gained = &report["newly_allowed"][0];
    assert_eq!((&gained["caller"], &gained["layer"]), (&Value::Null, &json!("bucket-policy")));
    assert_eq!(gained["witness"]["principal"], "arn:aws:iam::999999999999:root");
    let text = stdout(&run(folder, &["old/ica.toml", "new/ica.toml"]));
    assert!(
        text.contains("the bucket-policy by itself, for any caller: the new one allows more"),
        "{text}"
    );
    assert!(!text.contains("of words only"), "{text}");
    // Other settings with the same policies.
    let settings = fs::read_to_string(folder.join("old/ica.toml")).unwrap();
    fs::write(folder.join("old/versioned.toml"), settings.replace("unversioned", "enabled"))
        .unwrap();
    let text = stdout(&run(folder, &["old/ica.toml", "old/versioned.toml"]));
    assert!(
        text.contains("the policies allow the same, but operations change: the settings differ"),
        "{text}"
    );
}

#[test]
fn access_beyond_the_bucket_is_compared_too() {
    let old = connection("elsewhere/old", &OBJECT_ACTIONS, None);
    let new = connection("elsewhere/new", &OBJECT_ACTIONS, None);
    let text = fs::read_to_string(new.join("user.json"))
        .unwrap()
        .replace("sts:GetFederationToken", "sts:*");
    fs::write(new.join("user.json"), text).unwrap();
    let report =
        report(&run(old.parent().unwrap(), &["old/ica.toml", "new/ica.toml", "--format", "json"]));
    assert_eq!(report["relation"], "new-allows-more");
    assert_eq!(report["newly_allowed"][0]["layer"], "identity");
    assert!(
        report["newly_allowed"][0]["witness"]["action"].as_str().unwrap().starts_with("sts:"),
        "{report}"
    );
}

#[test]
fn connections_are_paired_by_bucket_and_one_without_partner_is_new_or_lost() {
    let folder = connection("pairs", &OBJECT_ACTIONS, None);
    let one = fs::read_to_string(folder.join("ica.toml")).unwrap();
    let other = one.replace("'acme-genomics'", "'acme-second'");
    fs::write(folder.join("two.toml"), format!("[[connection]]\n{one}[[connection]]\n{other}"))
        .unwrap();
    let code = |old, new, fail_on| run(&folder, &[old, new, "--fail-on", fail_on]).status.code();
    assert_eq!(code("two.toml", "two.toml", "any"), Some(0));
    assert_eq!(
        [code("ica.toml", "two.toml", "new-access"), code("ica.toml", "two.toml", "lost-access")],
        [Some(1), Some(0)]
    );
    assert_eq!(
        [code("two.toml", "ica.toml", "new-access"), code("two.toml", "ica.toml", "lost-access")],
        [Some(0), Some(1)]
    );
    let text = stdout(&run(&folder, &["two.toml", "ica.toml"]));
    assert!(
        text.contains("connection acme-second/ica/") && text.contains("the connection is gone"),
        "{text}"
    );
}

/// Two statements grant partly the same. Each has an example of its own.
#[test]
fn an_example_is_of_its_own_statement() {
    let old = json!([allow(&["s3:ListBucket"], "arn:aws:s3:::acme-genomics")]);
    let reads =
        json!({"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::acme-genomics/*"});
    let writes =
        json!({"Effect": "Allow", "Action": ["s3:PutObject", "s3:DeleteObject"], "Resource": KEYS});
    let report = reported("own-example", &old, &json!([old[0], reads, writes]));
    let examples = report["newly_allowed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gain| gain["witness"]["action"].as_str().unwrap());
    let examples = examples.collect::<Vec<_>>();
    assert!(
        examples.len() == 2
            && examples[0].starts_with("s3:Get")
            && !examples[1].starts_with("s3:Get"),
        "{examples:?}"
    );
}

#[test]
fn words_beyond_a_limit_are_told_as_a_limit_of_ours() {
    let stars = |first: &str| format!("arn:aws:s3:::b/{first}{}", "a*".repeat(65));
    let old = json!([allow(&["s3:GetObject"], &stars("x"))]);
    // The same number of wildcards in other words is not the same.
    let new = json!([allow(&["s3:GetObject"], &stars("y"))]);
    let output = compared("limit", &old, &new, &[]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.contains("a limit of ica-policy, not of AWS") && !text.contains("AWS would refuse"),
        "{text}"
    );
    let same = report(&compared("same-limit", &old, &old, &["--format", "json"]));
    assert_eq!(same["relation"], "equal", "{same}");
}

/// Found by a reviewer: sets of ARNs, operators of another family than the key's type, and times
/// beyond the calendar.
#[test]
fn keys_of_unusual_values_are_neither_equal_nor_a_defect() {
    let under = |condition: Value| {
        let mut statement = allow(&["events:PutTargets"], "*");
        statement["Condition"] = condition;
        json!([statement])
    };
    let arn = |name: &str| format!("arn:aws:lambda:us-east-1:111122223333:function:{name}");
    let sets = |least: &str| under(json!({"ForAnyValue:ArnEquals": {"events:TargetArn": least}}));
    let both = json!([{"Effect": "Deny", "Action": "events:PutTargets", "Resource": "*",
        "Condition": {"ForAnyValue:ArnNotEquals": {"events:TargetArn": arn("a")}}}, sets(&arn("a"))[0]]);
    // Only sets of several ARNs tell the two apart.
    assert_eq!(reported("sets-of-arns", &both, &sets(&arn("a")))["relation"], "new-allows-more");
    let conditions = [
        json!({"StringNotEquals": {"aws:SourceIp": "203.0.113.7"}}),
        json!({"StringLike": {"aws:CurrentTime": "2026*"}}),
        json!({"NumericLessThan": {"aws:EpochTime": "1e300"}}),
        json!({"NumericLessThan": {"aws:EpochTime": "-1e300"}}),
    ];
    for (number, condition) in conditions.into_iter().enumerate() {
        let output = compared(
            &format!("unusual-{number}"),
            &json!([]),
            &under(condition),
            &["--format", "json"],
        );
        assert!(output.status.code().is_some_and(|code| code <= 1), "{}", stdout(&output));
    }
}

/// A statement that wants a value of a key is told for that value, though others fill the key in as
/// a variable.
#[test]
fn differences_are_listed_for_every_value_of_a_variable() {
    let home = |action: Value| json!({"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::bb/home/${aws:username}/*"});
    let for_user = |action: &str, user: &str| {
        json!({"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::bb/*",
            "Condition": {"StringEquals": {"aws:username": user}}})
    };
    let old = json!([home(json!("s3:GetObject"))]);
    let new = json!([
        home(json!(["s3:GetObject", "s3:GetObjectVersion"])),
        for_user("s3:PutObject", "bob"),
        for_user("s3:DeleteObject", "carol")
    ]);
    let found = reported("every-value", &old, &new);
    assert_eq!(found["relation"], "new-allows-more", "{found:#}");
    let actions = found["newly_allowed"].as_array().unwrap();
    assert_eq!(actions.len(), 3, "{found:#}");
    let found = reported("one-value", &old, &json!([old[0], for_user("s3:PutObject", "bob")]));
    assert_eq!(found["relation"], "new-allows-more", "{found:#}");
}

/// A statement whose own condition names the value of its variable has no variable.
#[test]
fn a_variable_that_a_condition_binds_is_its_value() {
    let own = |resource: &str, users: Value| {
        json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource,
            "Condition": {"StringEquals": {"aws:username": users}}}])
    };
    let by_variable = |users: Value| own("arn:aws:s3:::b/${aws:username}/*", users);
    let relation = |name: &str, old: &Value, new: &Value| {
        let found = reported(name, old, new);
        found["relation"].as_str().unwrap().to_owned()
    };
    let ana = by_variable(json!("ana"));
    assert_eq!(relation("bound", &ana, &own("arn:aws:s3:::b/ana/*", json!("ana"))), "equal");
    assert_eq!(
        relation("bound-other", &ana, &own("arn:aws:s3:::b/bob/*", json!("ana"))),
        "incomparable"
    );
    let both = by_variable(json!(["ana", "bob"]));
    assert_eq!(relation("bound-list", &both, &ana), "new-allows-less");
    let each = json!([ana[0], by_variable(json!("bob"))[0]]);
    assert_eq!(relation("bound-each", &both, &each), "equal");
}

/// A session is named without its role, and a condition asks for the role's ARN: the role of the example has a path that a role can have.
#[test]
fn the_role_of_an_example_has_a_path_that_roles_have() {
    let session = json!({"AWS": "arn:aws:sts::111122223333:assumed-role/x/s"});
    let grant = json!({"Effect": "Allow", "Principal": session, "Action": "s3:GetObject", "Resource": KEYS});
    let fence = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": KEYS,
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/x"}}});
    let report = reported("role-path", &json!([grant]), &json!([grant, fence]));
    let caller = report["newly_denied"][0]["witness"]["principal"].as_str().unwrap();
    let (_, role) = caller.split_once(" of ").unwrap();
    let path = role.strip_prefix("arn:aws:iam::111122223333:role").unwrap();
    let path = path.strip_suffix('x').unwrap();
    // IAM:reference_identifiers: `/`, or a character at least between two slashes.
    assert!(path == "/" || path.len() > 2, "{role}");
}
