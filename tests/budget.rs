//! One budget for all connections of a run: what it does not suffice for is unknown, and not edited, and the report says where and what to do.

use crate::support::run::{fresh_folder, run_in, stdout};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const SPENT: &str = "the budget of this run is used up";
const HELP: &str = "give --budget a larger number, or ask about fewer connections at a time";

/// A folder with so many connections, for which the user may do everything and the bucket denies reading to all but one.
fn folder(name: &str, connections: usize) -> std::path::PathBuf {
    let folder = fresh_folder(name);
    let write = |name: &str, statement: Value| {
        let document = json!({"Version": "2012-10-17", "Statement": [statement]});
        fs::write(folder.join(name), serde_json::to_string_pretty(&document).unwrap()).unwrap();
    };
    write("user.json", json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
    let admin = "arn:aws:iam::111122223333:role/admin";
    write(
        "bucket.json",
        json!({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-genomics/*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": admin}}}),
    );
    let one = |number: usize| {
        format!(
            "[[connection]]\nname = 'c{number}'\nbucket = 'acme-genomics'\naccount = '111122223333'\nregion = 'us-east-1'\nprefix = 'ica/'\n\
            versioning = 'unversioned'\nuser = 'ica'\nidentity_policy = 'user.json'\nbucket_policy = 'bucket.json'\n"
        )
    };
    fs::write(folder.join("ica.toml"), (0..connections).map(one).collect::<String>()).unwrap();
    folder
}

/// The reports of the connections.
fn reports(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let output = run_in(folder, &[arguments, &["--format", "json"]].concat());
    let lines = stdout(&output);
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn connections_that_the_budget_does_not_suffice_for_are_unknown() {
    let folder = folder("budget/check", 9);
    let report = stdout(&run_in(&folder, &["check", "."]));
    assert!(!report.contains(SPENT), "{report}");
    let arguments = ["check", ".", "--budget", "2", "--fail-on", "unknown"];
    let output = run_in(&folder, &arguments);
    let report = stdout(&output);
    assert!(report.contains(SPENT), "{report}");
    assert!(report.split_whitespace().collect::<Vec<_>>().join(" ").contains(HELP), "{report}");
    assert!(report.contains("bucket.json:"), "{report}");
    assert_eq!(output.status.code(), Some(1));
    let all = reports(&folder, &arguments);
    let told = |report: &Value| report.to_string().contains(SPENT);
    assert_eq!(all.len(), 9);
    assert!(!told(&all[0]) && told(&all[8]), "{:?}", all[0]);
    assert_eq!(all[0]["verdict"], "blocked");
    assert_eq!(all[8]["verdict"], "unknown");
}

#[test]
fn no_edit_is_made_without_a_budget() {
    let folder = folder("budget/fix", 1);
    let before = fs::read_to_string(folder.join("bucket.json")).unwrap();
    let output = run_in(&folder, &["fix", ".", "--write", "--budget", "0"]);
    let report = stdout(&output);
    assert!(report.contains(SPENT), "{report}");
    assert!(report.split_whitespace().collect::<Vec<_>>().join(" ").contains(HELP), "{report}");
    assert!(report.contains("left to you") && report.contains("bucket.json:"), "{report}");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read_to_string(folder.join("bucket.json")).unwrap(), before);
    let report = stdout(&run_in(&folder, &["fix", "."]));
    assert!(!report.contains(SPENT) && report.contains("except `"), "{report}");
}

/// Of a run that ends early the slips are from all of the documents, and the same each time.
#[test]
fn slips_that_the_budget_does_not_suffice_for_are_left_out_and_counted() {
    let folder = folder("budget/fuzz", 1);
    let alone = ["fuzz", "bucket.json", "--account", "111122223333", "--budget"];
    let judged = |budget: &str| reports(&folder, &[&alone[..], &[budget]].concat()).remove(0);
    let number = |report: &Value, name: &str| report[name].as_u64().unwrap();
    let (all, some) = (judged("10000"), judged("1"));
    assert_eq!((number(&all, "left_out"), number(&all, "beyond_budget")), (0, 0));
    let [judged_some, beyond] = ["judged", "beyond_budget"].map(|name| number(&some, name));
    assert!(judged_some > 0 && beyond > 0, "{some}");
    assert_eq!((number(&some, "left_out"), judged_some + beyond), (beyond, number(&all, "judged")));
    assert_eq!(some, judged("1"));
    // What was left out may be what is asked for.
    let output = run_in(&folder, &["fuzz", ".", "--budget", "0", "--fail-on", "breaks"]);
    let report = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    let told = "left out because the budget was used up: give --budget a larger number";
    assert!(report.contains("0 slips") && report.contains(told), "{report}");
    assert_eq!(output.status.code(), Some(1));
}

/// A report that lists findings has one of the slips that were left out: without it a list would say that nothing was found.
#[test]
fn every_format_of_fuzz_tells_slips_that_were_left_out() {
    let folder = folder("budget/fuzz-formats", 1);
    let told = |about: &[&str], format: &str| {
        let none = ["--budget", "0", "--fail-on", "opens", "--format", format];
        let output = run_in(&folder, &[&["fuzz"][..], about, &none].concat());
        assert_eq!(output.status.code(), Some(1), "{format}");
        stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let alone = ["bucket.json", "--account", "111122223333"];
    for about in [&alone[..], &["."]] {
        for format in ["github", "gitlab", "junit", "sarif", "rdjson", "markdown", "html"] {
            let report = told(about, format);
            assert!(report.contains("slips-left-out"), "{format}: {report}");
            assert!(
                report.contains("left out because the budget was used up"),
                "{format}: {report}"
            );
            assert!(report.contains("larger number"), "{format}: {report}");
            assert!(!report.contains("nothing was found"), "{format}: {report}");
        }
        let human = told(about, "human");
        assert!(human.contains("left out because the budget was used up"), "{human}");
        let json = serde_json::from_str::<Value>(&told(about, "json")).unwrap();
        assert!(json["beyond_budget"].as_u64() > Some(0), "{json}");
    }
    let junit = told(&alone, "junit");
    assert!(junit.contains("<failure") && !junit.contains("failures=\"0\""), "{junit}");
    // With a budget nothing is left out, and nothing is said of it.
    let all = stdout(&run_in(&folder, &[&["fuzz"], &alone[..], &["--format", "sarif"]].concat()));
    assert!(!all.contains("budget was used up"), "{all}");
}

/// A test that is not decided for want of a budget does not hold, and the report says what to do; words that were not tried are counted.
#[test]
fn tests_that_the_budget_does_not_suffice_for_are_not_decided() {
    let folder = folder("budget/test", 1);
    let tests = "connection = 'ica.toml'\n[[test]]\nallow = 's3:PutObject'\non = 'arn:aws:s3:::acme-genomics/ica/*'\ncaller = 'iam-user'\n";
    fs::write(folder.join("policy-tests.toml"), tests).unwrap();
    let tested = |arguments: &[&str]| reports(&folder, &[&["test"], arguments].concat()).remove(0);
    let all = tested(&["--coverage"]);
    assert_eq!((&all["verdict"], &all["words_left"]), (&json!("holds"), &json!(0)));
    let none = tested(&["--coverage", "--budget", "0"]);
    assert_eq!((&none["verdict"], &none["words"]), (&json!("undecided"), &json!(0)));
    assert!(none["words_left"].as_u64() > Some(0), "{none}");
    let output = run_in(&folder, &["test", "--budget", "0"]);
    let report = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    let help = "give --budget a larger number, or test fewer expectations at a time";
    assert!(report.contains(SPENT) && report.contains(help), "{report}");
    assert_eq!(output.status.code(), Some(1));
}
