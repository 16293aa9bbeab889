//! `lint --fix` and `--diff`.

use crate::support::run::{fresh_folder, run_in, stderr, stdout};
use ica_policy::rules::lint::all_codes;
use ica_policy::rules::lint::manual::Manual;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["s3:Get*", "s3:GetObject", "s3:ListObjectsV2"],
      "Resource": "arn:aws:s3:::b/*"
    }
  ]
}
"#;

#[test]
fn a_diff_writes_nothing_and_a_fix_keeps_the_layout() {
    let folder = fresh_folder("lint-fix");
    fs::write(folder.join("p.json"), POLICY).unwrap();
    let diff = run_in(&folder, &["lint", "p.json", "--diff"]);
    assert_eq!(diff.status.code(), Some(1));
    assert!(stdout(&diff).contains("-      \"Action\": [\"s3:Get*\", \"s3:GetObject\", \"s3:ListObjectsV2\"],\n+      \"Action\": [\"s3:Get*\", \"s3:ListObjectsV2\"],\n"), "{}", stdout(&diff));
    assert!(stderr(&diff).contains("1 more edit"), "{}", stderr(&diff));
    assert_eq!(fs::read_to_string(folder.join("p.json")).unwrap(), POLICY);
    let fixed = run_in(&folder, &["lint", "p.json", "--fix"]);
    assert_eq!(fixed.status.code(), Some(0));
    assert!(
        stdout(&fixed).contains("unknown-action") && !stdout(&fixed).contains("redundant-action")
    );
    let text = POLICY.replace(" \"s3:GetObject\",", "");
    assert_eq!(fs::read_to_string(folder.join("p.json")).unwrap(), text);
    assert_eq!(run_in(&folder, &["lint", "p.json", "--diff"]).status.code(), Some(0));
    run_in(&folder, &["lint", "p.json", "--fix", "--unsafe-fixes"]);
    let text = text.replace("ListObjectsV2", "ListBucket");
    assert_eq!(fs::read_to_string(folder.join("p.json")).unwrap(), text);
}

/// A diff says what it did not read, and promises nothing that it does not do.
#[test]
fn a_diff_says_what_cannot_be_read() {
    let folder = fresh_folder("lint-fix-unread");
    fs::create_dir(folder.join("empty")).unwrap();
    fs::create_dir(folder.join("all")).unwrap();
    fs::write(folder.join("all/p.json"), POLICY).unwrap();
    fs::write(folder.join("all/other.json"), "{\"name\": 1}").unwrap();
    fs::write(folder.join("broken.json"), "{\"Statement\": [").unwrap();
    for (arguments, code, words) in [
        (&["missing.json"][..], 3, "missing.json"),
        (&["broken.json"], 3, "broken.json"),
        (&["empty"], 3, "no policy"),
        (&["all/other.json"], 3, "other.json"),
        (&["all"], 1, ""),
        (&["all", "missing.json"], 3, "missing.json"),
        (&["all", "--format", "json"], 2, "--format"),
        (&["all", "--baseline", "b.json"], 2, "--baseline"),
        (&["all", "--changed-since", "HEAD"], 2, "--changed-since"),
    ] {
        let diff = run_in(&folder, &[&["lint", "--diff"], arguments].concat());
        assert_eq!(diff.status.code(), Some(code), "{arguments:?} {}", stderr(&diff));
        let said = stderr(&diff) + &stdout(&diff);
        assert!(said.contains(words), "{arguments:?} {said}");
        assert_eq!(stdout(&diff).contains("+++"), arguments[0] == "all" && code != 2);
    }
    let fix = run_in(&folder, &["lint", "all", "--fix", "--baseline", "b.json"]);
    assert_eq!(fix.status.code(), Some(2));
}

/// What is ignored is not mended.
#[test]
fn what_is_hidden_is_not_mended() {
    let folder = fresh_folder("lint-fix-hidden");
    fs::write(folder.join("p.json"), POLICY).unwrap();
    let ignore = "[[ignore]]\nrule = \"redundant-action\"\npath = \"p.json\"\nreason = \"r\"\n";
    fs::write(folder.join("ica-policy.toml"), ignore).unwrap();
    assert_eq!(run_in(&folder, &["lint", "p.json", "--diff"]).status.code(), Some(0));
    let all = run_in(&folder, &["lint", "p.json", "--diff", "--no-ignores"]);
    assert_eq!(all.status.code(), Some(1));
    let wrong = run_in(&folder, &["lint", "p.json", "--unsafe-fixes"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert_eq!(run_in(&folder, &["lint", "-", "--fix"]).status.code(), Some(2));
}

/// Every example of every page: the edits bring in no rule that found nothing before, and a second run has nothing to do.
#[test]
fn edits_of_all_examples_are_final() {
    let folder = fresh_folder("lint-fix-all");
    let mut names = Vec::new();
    for code in all_codes() {
        let examples = Manual::of(code).map(|manual| manual.examples).unwrap_or_default();
        for (number, example) in
            examples.iter().filter(|example| example.kind.is_none()).enumerate()
        {
            let name = format!("{}-{number}.json", code.id());
            fs::write(folder.join(&name), example.policy()).unwrap();
            names.push(name);
        }
    }
    assert!(names.len() > 100, "{}", names.len());
    for more in [&[][..], &["--unsafe-fixes"]] {
        let before = findings(&folder);
        let fixed = run_in(&folder, &[&["lint", ".", "--fix"], more].concat());
        assert!(stderr(&fixed).contains("mended: "), "{}", stderr(&fixed));
        let after = findings(&folder);
        for (file, rules) in &after {
            let new = rules.iter().filter(|rule| !before[file].contains(rule)).collect::<Vec<_>>();
            assert!(new.is_empty(), "{file}: {new:?} after {:?}", before[file]);
        }
        let again = run_in(&folder, &[&["lint", ".", "--diff"], more].concat());
        assert_eq!((again.status.code(), stdout(&again).as_str()), (Some(0), ""));
    }
}

fn findings(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let output = run_in(folder, &["lint", ".", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let policies = report["policies"].as_array().unwrap().iter();
    let of = |policy: &serde_json::Value| {
        let rules = policy["findings"].as_array().unwrap().iter();
        let rules = rules.map(|found| found["id"].as_str().unwrap().to_owned()).collect();
        (policy["file"].as_str().unwrap().to_owned(), rules)
    };
    policies.map(of).collect()
}

/// All questions of a rule about a policy share one budget; what it does not suffice for is said.
#[test]
fn a_policy_that_is_too_large_for_the_proof_is_told() {
    let folder = fresh_folder("lint-too-large");
    let statement = |number: u64| {
        let account = 111_122_220_000 + number;
        let key = format!("aws:PrincipalTag/k{}", number % 7);
        serde_json::json!({"Effect": "Allow", "Action": ["iam:Attach*", "iam:Put*", "iam:CreateAccessKey", "iam:*LoginProfile"],
            "Resource": [format!("arn:aws:iam::{account}:user/*"), format!("arn:aws:iam::*:*/r{number}*x{number}*")],
            "Condition": {"StringLike": {"aws:PrincipalTag/t": [format!("a{number}*"), format!("*b{number}*")]},
                "StringNotLike": {key: [format!("*c{number}*")]}}})
    };
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": (0..60).map(statement).collect::<Vec<_>>()});
    fs::write(folder.join("large.json"), policy.to_string()).unwrap();
    let rules = ["--select", "privilege-escalation,becomes-others"];
    let output = run_in(&folder, &[&["lint", "large.json"], &rules[..]].concat());
    assert!(stdout(&output).contains("not decided whether"), "{}", stdout(&output));
    // Another partition is no other question.
    let policy = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "arn:aws-cn:iam::111122223333:user/*"}}"#;
    fs::write(folder.join("china.json"), policy).unwrap();
    let output = run_in(&folder, &[&["lint", "china.json"], &rules[..]].concat());
    assert!(stdout(&output).contains("gives itself any permission"), "{}", stdout(&output));
}

/// Hundreds of edits are made in one run, those that are not proved apart.
#[test]
fn many_edits_are_made_in_one_run() {
    let folder = fresh_folder("lint-fix-many");
    let statement = |number: usize| {
        serde_json::json!({"Effect": "Allow", "Action": ["s3:Get*", "s3:GetObject"],
            "Resource": format!("arn:aws:s3:::b{number}/*")})
    };
    let unknown =
        serde_json::json!({"Effect": "Allow", "Action": "s3:ListObjectsV2", "Resource": "*"});
    let statements = (0..230).map(statement).chain([unknown]).collect::<Vec<_>>();
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": statements});
    fs::write(folder.join("p.json"), policy.to_string()).unwrap();
    let output = run_in(&folder, &["lint", "p.json", "--fix"]);
    let text = fs::read_to_string(folder.join("p.json")).unwrap();
    assert!(!text.contains("s3:GetObject") && text.contains("s3:ListObjectsV2"), "{text}");
    assert_eq!(text.matches("s3:Get*").count(), 230);
    assert!(!stderr(&output).contains("run it again"), "{}", stderr(&output));
}

/// AWS's page says of an empty `Condition` that it has no effect, and that its statement has none: without it the Allow may give more.
#[test]
fn an_empty_condition_is_no_edit_that_changes_nothing() {
    let folder = fresh_folder("lint-fix-empty-condition");
    let policy = POLICY.replace("b/*\"", "b/*\",\n      \"Condition\": {}");
    fs::write(folder.join("p.json"), &policy).unwrap();
    let only = ["lint", "p.json", "--fix", "--select", "empty-condition"];
    run_in(&folder, &only);
    assert_eq!(fs::read_to_string(folder.join("p.json")).unwrap(), policy);
    run_in(&folder, &[&only[..], &["--unsafe-fixes"]].concat());
    assert_eq!(fs::read_to_string(folder.join("p.json")).unwrap(), POLICY);
}

/// Of two places far apart each is drawn by itself, wherever in the text they are, and not the lines between them.
#[test]
fn words_far_apart_are_drawn_without_what_lies_between() {
    let folder = fresh_folder("words-far-apart");
    let mut actions = (0..120).map(|number| format!("s3:Get{number}")).collect::<Vec<_>>();
    actions.push("s3:Get100".to_owned());
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]});
    fs::write(folder.join("policy.json"), serde_json::to_string_pretty(&policy).unwrap()).unwrap();
    let report = stdout(&run_in(&folder, &["lint", "policy.json", "--select", "redundant-action"]));
    let drawn = report.lines().filter(|line| line.contains('│')).collect::<Vec<_>>();
    assert_eq!(drawn.iter().filter(|line| line.contains("\"s3:Get100\"")).count(), 2, "{report}");
    assert!(drawn.len() < 12, "{report}");
}
