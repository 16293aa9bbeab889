//! Faults of the command line that nothing noticed when they were planted.

use crate::support::run::{GENERATE, fresh_folder, run_in, stderr, stdout};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const USER: &str = "arn:aws:iam::111122223333:user/ana";

fn write(folder: &Path, name: &str, statements: &Value) {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    fs::write(folder.join(name), serde_json::to_string_pretty(&document).unwrap()).unwrap();
}

fn answer(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(output)))
}

/// What `can` says in a folder.
fn granted(folder: &Path, arguments: &[&str]) -> Value {
    answer(&run_in(folder, &[&["can"], arguments, &["--format", "json"]].concat()))["granted"]
        .clone()
}

/// A question about a user with the policy `user.json`.
fn of_user<'a>(action: &'a str, resource: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let asked = ["--principal", USER, "--action", action, "--resource", resource];
    [&asked[..], &["--identity-policy", "user.json"], more].concat()
}

/// More combinations of statements than are looked at: not known, and not "some".
#[test]
fn too_many_combinations_of_layers_are_not_known() {
    let folder = fresh_folder("noticed/combinations");
    let statements = |letter: char| {
        let allow = |number: usize| json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::b/*{letter}{number}*")});
        (0..70).map(allow).collect::<Value>()
    };
    write(&folder, "user.json", &statements('x'));
    write(&folder, "boundary.json", &statements('y'));
    let asked = of_user("s3:GetObject", "arn:aws:s3:::b/*", &["--boundary", "boundary.json"]);
    assert_eq!(granted(&folder, &asked), "unknown");
}

/// A caller asks for nothing outside of its partition, so what is not granted there is not missing.
#[test]
fn resources_of_other_partitions_are_not_asked_about() {
    let folder = fresh_folder("noticed/partitions");
    write(
        &folder,
        "user.json",
        &json!([{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/*"}]),
    );
    let asked = of_user("s3:GetObject", "arn:*:s3:::b/*", &[]);
    assert_eq!(granted(&folder, &asked), "all");
}

/// The older name of the account in policies of topics (SNS:sns-access-policy-use-cases).
#[test]
fn a_topic_for_its_own_account_is_not_public() {
    let folder = fresh_folder("noticed/topic");
    let own = json!({"StringEquals": {"aws:SourceOwner": "111122223333"}});
    write(
        &folder,
        "topic.json",
        &json!([{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sns:Publish",
        "Resource": "arn:aws:sns:us-east-1:111122223333:t", "Condition": own}]),
    );
    assert_eq!(granted(&folder, &["--public", "--account", "111122223333", "topic.json"]), "none");
}

/// A key that is given twice has both values.
#[test]
fn a_key_with_two_values_keeps_the_first() {
    let folder = fresh_folder("noticed/two-values");
    let tagged = json!({"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}});
    write(
        &folder,
        "user.json",
        &json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": tagged}]),
    );
    let asked = of_user(
        "ec2:CreateTags",
        "arn:aws:ec2:us-east-1:111122223333:instance/i-1",
        &["--context", "aws:TagKeys=a", "aws:TagKeys=b"],
    );
    assert_eq!(granted(&folder, &asked), "all");
}

/// Words that AWS would refuse count against the request first, and in its favour second.
#[test]
fn the_readings_of_refused_words_are_named_right() {
    let folder = fresh_folder("noticed/readings");
    let plain =
        json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"});
    let wrong = json!({"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringLikes": {"aws:PrincipalTag/t": "a"}}});
    write(&folder, "old.json", &json!([plain]));
    write(&folder, "new.json", &json!([plain, wrong]));
    let output = run_in(
        &folder,
        &["compare", "old.json", "new.json", "--requests", "any", "--format", "json"],
    );
    let readings = answer(&output)["readings"].clone();
    assert_eq!(
        (&readings[0]["relation"], &readings[1]["relation"]),
        (&json!("equal"), &json!("new-allows-more"))
    );
    assert_eq!(output.status.code(), Some(1));
}

/// The codes and messages of `lint`.
fn linted(name: &str, resources: &Value) -> Vec<(String, String)> {
    let folder = fresh_folder(name);
    write(
        &folder,
        "p.json",
        &json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": resources}]),
    );
    let found = answer(&run_in(&folder, &["lint", "p.json", "--format", "json"]));
    let findings = found["policies"][0]["findings"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings.iter().map(|found| (text(&found["id"]), text(&found["message"]))).collect()
}

/// Every placeholder is told, and every pattern of a list is looked at.
#[test]
fn rules_look_at_every_word() {
    let found = linted(
        "noticed/placeholders",
        &json!([
            "arn:aws:s3:::${bucket}/a",
            "arn:aws:s3:::YOUR_BUCKET/*",
            "arn:aws:s3:::x/<folder>/*"
        ]),
    );
    assert_eq!(found.iter().filter(|(id, _)| id == "placeholder").count(), 3, "{found:?}");
    let found = linted("noticed/lost-colon", &json!(["arn:aws:s3:::lab/*", "arn:aws:s3::lab/x/*"]));
    let lost = found.iter().filter(|(id, _)| id == "lost-colon").collect::<Vec<_>>();
    assert!(
        matches!(&lost[..], [(_, message)] if message.contains("arn:aws:s3::lab/x/*")),
        "{found:?}"
    );
}

const CONNECTION: &str = "bucket = 'acme-genomics'\naccount = '111122223333'\nregion = 'us-east-1'\nprefix = 'ica/'\nversioning = 'unversioned'\n\
    user = 'ica'\nbucket_policy = 'none'\n";

/// A user who may do what downloads need, but not issue credentials.
fn connection(name: &str) -> std::path::PathBuf {
    let folder = fresh_folder(name);
    fs::write(folder.join("ica.toml"), format!("{CONNECTION}identity_policy = 'user.json'\n"))
        .unwrap();
    let actions = json!([
        "s3:GetObject",
        "s3:PutObject",
        "s3:ListBucket",
        "s3:DeleteObject",
        "s3:RestoreObject",
        "s3:GetBucketLocation",
        "s3:PutBucketNotification",
        "s3:GetBucketNotification"
    ]);
    write(&folder, "user.json", &json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]));
    folder
}

/// Of several connections an unreadable one is worse than a blocked one.
#[test]
fn the_worst_connection_decides_the_exit_code() {
    let folder = fresh_folder("noticed/two-connections");
    for order in [["none", "missing.json"], ["missing.json", "none"]] {
        let part = |policy: &str| {
            format!("[[connection]]\nname = '{policy}'\nidentity_policy = '{policy}'\n{CONNECTION}")
        };
        fs::write(folder.join("ica.toml"), order.map(part).concat()).unwrap();
        let output = run_in(&folder, &["check", "--connection", "ica.toml"]);
        assert_eq!(output.status.code(), Some(3), "{order:?}");
    }
}

/// The cause of a blocked operation is shown beside it, though another caller does it.
#[test]
fn the_operation_that_is_the_cause_is_shown() {
    let folder = connection("noticed/cause");
    let shown = |operation: &str| {
        let arguments =
            ["check", "--connection", "ica.toml", "--operation", operation, "--format", "json"];
        let operations = answer(&run_in(&folder, &arguments))["operations"].clone();
        let ids = operations
            .as_array()
            .unwrap()
            .iter()
            .map(|shown| shown["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(shown("download-data"), ["issue-credentials", "download-data"]);
    // Only sessions upload from a browser, and only the user issues their credentials.
    assert_eq!(shown("browser-upload"), ["issue-credentials", "browser-upload"]);
}

/// AWS does not say whether `*` exposes `ETag` here.
#[test]
fn a_star_may_not_expose_the_etag() {
    let folder = connection("noticed/cors");
    let rule = json!({"CORSRules": [{"AllowedHeaders": ["*"], "AllowedMethods": ["HEAD", "GET", "PUT", "POST", "DELETE"],
        "AllowedOrigins": ["https://ica.illumina.com"], "ExposeHeaders": ["*"]}]});
    fs::write(folder.join("cors.json"), rule.to_string()).unwrap();
    let arguments = [
        "check",
        "--connection",
        "ica.toml",
        "--cors",
        "cors.json",
        "--operation",
        "browser-upload",
        "--format",
        "json",
    ];
    let report = answer(&run_in(&folder, &arguments));
    let cors =
        report["environment"].as_array().unwrap().iter().find(|judged| judged["check"] == "cors");
    assert_eq!(cors.unwrap()["verdict"], "unknown");
}

/// With a wrong prefix what the other causes ask for would be wrong, too.
#[test]
fn a_wrong_prefix_is_all_there_is_to_do() {
    let folder = connection("noticed/prefix");
    let settings = fs::read_to_string(folder.join("ica.toml")).unwrap();
    fs::write(folder.join("ica.toml"), settings.replace("'ica/'", "'/ica'")).unwrap();
    let report = stdout(&run_in(&folder, &["check", "--connection", "ica.toml"]));
    let (_, list) = report.split_once("to do:\n").unwrap();
    assert!(list.contains("  1. give the prefix") && !list.contains("  2. "), "{list}");
}

/// A list of more patterns than get classes of their own is still decided.
#[test]
fn a_long_list_that_changes_nothing_is_decided() {
    let folder = connection("noticed/long-list");
    let agents = (0..150).map(|number| format!("a{number}*x{number}*")).collect::<Vec<_>>();
    let never = json!({"StringLike": {"aws:UserAgent": agents}, "Null": {"aws:UserAgent": "true"}});
    write(
        &folder,
        "bucket.json",
        &json!([{"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-genomics/*", "Condition": never}]),
    );
    let arguments = [
        "check",
        "--connection",
        "ica.toml",
        "--bucket-policy",
        "bucket.json",
        "--operation",
        "download-data",
        "--format",
        "json",
    ];
    let report = answer(&run_in(&folder, &arguments));
    let callers = report["operations"]
        .as_array()
        .unwrap()
        .iter()
        .find(|shown| shown["id"] == "download-data")
        .unwrap()["callers"]
        .clone();
    let of_user =
        callers.as_array().unwrap().iter().find(|caller| caller["caller"] == "iam-user").unwrap();
    assert_eq!(of_user["own"], "allowed", "{of_user}");
}

/// What a key is compared with may follow from another key, whose values differ by step: those that were found for one step are not
/// those of the next.
#[test]
fn values_of_one_step_are_not_those_of_another() {
    let folder = connection("noticed/shared-values");
    write(&folder, "user.json", &json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]));
    let deny = |actions: &[&str], key: &str, value: &str| {
        json!({"Effect": "Deny", "Principal": "*", "Action": actions, "Resource": "arn:aws:s3:::acme-genomics/*",
            "Condition": {"StringNotEquals": {key: value}}})
    };
    let both = deny(&["s3:PutObject", "s3:GetObject"], "aws:UserAgent", "${aws:Referer}");
    let one = deny(&["s3:GetObject"], "aws:Referer", "xyzzy");
    write(&folder, "bucket.json", &json!([both, one]));
    let arguments = [
        "check",
        "--connection",
        "ica.toml",
        "--bucket-policy",
        "bucket.json",
        "--operation",
        "upload-data",
        "download-data",
        "--format",
        "json",
    ];
    let report = answer(&run_in(&folder, &arguments));
    for (operation, action) in [("upload-data", "s3:PutObject"), ("download-data", "s3:GetObject")]
    {
        let operations = report["operations"].as_array().unwrap();
        let shown = operations.iter().find(|shown| shown["id"] == operation).unwrap();
        let steps = shown["callers"][0]["steps"].as_array().unwrap();
        let step = steps.iter().find(|step| step["action"] == action).unwrap();
        assert_eq!(step["verdict"], "unknown", "{operation}");
    }
}

/// `LC_ALL` counts before `LANG`, as for every program.
#[test]
fn frames_follow_the_locale_that_counts() {
    let folder = connection("noticed/locale");
    write(&folder, "user.json", &json!([{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]));
    let report = |variables: [(&str, &str); 2]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ica-policy"));
        command.args(["check", "--connection", "ica.toml"]).current_dir(&folder).envs(variables);
        stdout(&command.output().unwrap())
    };
    assert!(report([("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]).is_ascii());
    assert!(!report([("LC_ALL", "en_US.UTF-8"), ("LANG", "C")]).is_ascii());
}

/// `aws/s3` serves its own account, so a user of another one gets no policies for it.
#[test]
fn no_policies_for_a_key_that_cannot_be_used() {
    let folder = fresh_folder("noticed/foreign-key");
    let user = "arn:aws:iam::444455556666:user/ica";
    let arguments = [
        "--user",
        user,
        "--kms-key",
        "aws/s3",
        "--skip",
        "copy-into-bucket",
        "copy-from-bucket",
        "move-from-bucket",
    ];
    let output = run_in(&folder, &[&GENERATE[..11], &arguments].concat());
    assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
    assert!(
        stderr(&output).contains("`aws/s3` serves its own account only"),
        "{}",
        stderr(&output)
    );
}
