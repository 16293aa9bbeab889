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
