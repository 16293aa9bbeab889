//! Limits that end a search or shorten a report: behind each the answer says so.

use crate::support::run::{fresh_folder, run_in, run_with_input, stdout};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

fn write(folder: &Path, name: &str, statements: &Value) {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    fs::write(folder.join(name), serde_json::to_string_pretty(&document).unwrap()).unwrap();
}

fn allow(condition: &Value) -> Value {
    json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": condition})
}

/// `simulate::MAX_DEFINED`.
#[test]
fn a_thousand_policies_are_defined_and_no_more() {
    let folder = fresh_folder("limits/defined");
    let line = |number: usize| {
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
        let name = format!("p{number}");
        json!({"define": {name: policy}}).to_string() + "\n"
    };
    let output = run_with_input(
        &folder,
        &["simulate", "--batch"],
        &(0..1_002).map(line).collect::<String>(),
    );
    let refused = "more than 1000 policies cannot be defined";
    assert_eq!(stdout(&output).matches(refused).count(), 2);
}

/// `MOST_NAMES` of `can --public`: who is beyond them is not known to be shut out.
#[test]
fn more_names_than_are_asked_about_are_not_known() {
    let folder = fresh_folder("limits/names");
    let named = |number: usize| {
        let mut statement = allow(&Value::Null);
        let account = format!("arn:aws:iam::{}:root", 444_400_000_000_usize + number);
        statement["Principal"] = json!({"AWS": account});
        statement.as_object_mut().unwrap().remove("Condition");
        statement
    };
    write(&folder, "bucket.json", &(0..70).map(named).collect());
    let output = run_in(
        &folder,
        &["can", "--public", "--account", "111122223333", "bucket.json", "--format", "json"],
    );
    let report = stdout(&output);
    assert!(report.contains("the policy names more than 64 principals"), "{report}");
}

/// `MOST_SETS`: more sets of values than are told apart are not taken for equal, and no search hangs.
#[test]
fn more_sets_of_values_than_are_told_apart_are_not_equal() {
    let folder = fresh_folder("limits/sets");
    let statements = |operator: &str| {
        (0..14)
            .map(|number| allow(&json!({operator: {"aws:TagKeys": format!("*{number}*")}})))
            .collect()
    };
    write(&folder, "any.json", &statements("ForAnyValue:StringLike"));
    write(&folder, "all.json", &statements("ForAllValues:StringLike"));
    let output = run_in(
        &folder,
        &["compare", "any.json", "all.json", "--requests", "any", "--format", "json"],
    );
    let report = serde_json::from_slice::<Value>(&output.stdout).unwrap();
    assert_ne!(report["relation"], "equal");
    assert_eq!(output.status.code(), Some(1));
}

/// `MOST_REGIONS` and `MOST_WORDS` shorten the report for people, which says how much more there is.
#[test]
fn a_long_comparison_says_how_much_more_there_is() {
    let folder = fresh_folder("limits/regions");
    let of_bucket = |number: usize| json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::b{number}/*")});
    write(&folder, "new.json", &(0..30).map(of_bucket).collect());
    let report = stdout(&run_in(&folder, &["compare", "none", "new.json"]));
    assert!(report.contains("10 more; `--format json` lists all"), "{report}");
    let resources = (0..30).map(|number| format!("arn:aws:s3:::b{number}/*")).collect::<Vec<_>>();
    write(
        &folder,
        "new.json",
        &json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": resources}]),
    );
    let report = stdout(&run_in(&folder, &["compare", "none", "new.json"]));
    assert!(report.contains("22 more"), "{report}");
}

/// `MAX_REQUESTS`: a step with more combinations than are tried is unknown, and the report says how many there are.
#[test]
fn more_combinations_than_are_tried_are_unknown() {
    let folder = fresh_folder("limits/requests");
    let settings = "bucket = 'acme-genomics'\naccount = '111122223333'\nregion = 'us-east-1'\nprefix = 'ica/'\nversioning = 'unversioned'\n\
        user = 'ica'\nidentity_policy = 'user.json'\nbucket_policy = 'bucket.json'\noperation = ['download-data']\n";
    fs::write(folder.join("ica.toml"), settings).unwrap();
    write(&folder, "user.json", &json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]));
    let deny = |tag: char, value: usize| {
        let key = format!("aws:PrincipalTag/{tag}");
        json!({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-genomics/*",
            "Condition": {"StringEquals": {key: format!("v{value}")}}})
    };
    let denies = ('a'..='e').flat_map(|tag| (0..7).map(move |value| deny(tag, value)));
    write(&folder, "bucket.json", &denies.collect());
    let report = stdout(&run_in(&folder, &["check", "--connection", "ica.toml"]));
    assert!(report.contains("the conditions have too many combinations to try: 59049"), "{report}");
    assert!(report.contains("\nunknown: "), "{report}");
}
