//! The exit code of each command in each situation: the rows of docs/exit-codes.md.

use crate::support::run::{GENERATE, fresh_folder, run_in, stderr, stdout};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/exit-codes.md")).unwrap()
}

/// The rows of the page: the command and its exit code.
fn rows(page: &str) -> Vec<(&str, i32)> {
    let row = |line: &'_ str| -> Option<(usize, usize, i32)> {
        let rest = line.strip_prefix("| `")?;
        let end = rest.find("` |")?;
        let code = rest.trim_end_matches(" |").rsplit("| ").next()?.parse().ok()?;
        Some((3, 3 + end, code))
    };
    page.lines().filter_map(|line| row(line).map(|(lo, hi, code)| (&line[lo..hi], code))).collect()
}

/// Questions about objects.
const ASKS: [&str; 2] = [
    r#"{"id": "get", "actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::b/*"]}"#,
    r#"{"id": "put", "actions": ["s3:PutObject"], "resources": ["arn:aws:s3:::b/*"]}"#,
];

/// Writes the files that the page describes.
fn write_files(folder: &Path) {
    for name in ["ok", "blocked", "unknown", "refused"] {
        let made = run_in(folder, &[&GENERATE[..], &[name]].concat());
        assert!(made.status.success(), "{}", stderr(&made));
    }
    let settings = |name: &str, line: &str, other: &str| {
        let path = folder.join(name).join("ica.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(line), "{text}");
        fs::write(path, text.replace(line, other)).unwrap();
    };
    settings("blocked", "bucket_policy = \"bucket-policy.json\"", "bucket_policy = \"none\"");
    settings("unknown", "cors = \"cors.json\"\n", "");
    let path = folder.join("refused/bucket-policy.json");
    let mut policy: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    policy["Statement"].as_array_mut().unwrap().push(json!({"Sid": "W", "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:user/ica"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::my-bucket"}));
    fs::write(path, policy.to_string()).unwrap();
    let tests = |name: &str, about: &str, entries: &[&str]| {
        let entries = entries.iter().map(|entry| format!("[[test]]\n{entry}\n"));
        fs::write(folder.join(name), format!("{about}\n{}", entries.collect::<String>())).unwrap();
    };
    let connection = "connection = 'ica.toml'";
    let holds =
        "name = 'holds'\ndeny = 's3:DeleteBucket'\non = 'arn:aws:s3:::my-bucket'\ncaller = 'all'";
    let fails =
        "name = 'fails'\nallow = 's3:DeleteBucket'\non = 'arn:aws:s3:::my-bucket'\ncaller = 'all'";
    tests("ok/tests.toml", connection, &[holds]);
    tests("ok/fails.toml", connection, &[holds, fails]);
    tests("ok/wrong.toml", connection, &[&holds.replace("Delete", "Delet")]);
    tests("refused/tests.toml", connection, &[holds]);
    // What the user's own policies say is not known.
    let user = "\ncaller = 'arn:aws:iam::111122223333:user/other'";
    tests("ok/open.toml", connection, &[&holds.replace("\ncaller = 'all'", user)]);
    let policy = |sid: &str, action: Value| json!({"Version": "2012-10-17", "Statement": [{"Sid": sid, "Effect": "Allow", "Action": action, "Resource": "*"}]});
    let bucket = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"},
        "Action": "s3:GetObject", "Resource": "*"}]});
    for (name, text) in [
        ("one.json", policy("Objects", json!(["s3:GetObject", "s3:PutObject"])).to_string()),
        ("less.json", policy("Objects", json!("s3:GetObject")).to_string()),
        ("bad.json", policy("My objects", json!(["s3:GetObject", "s3:PutObject"])).to_string()),
        ("bucket.json", bucket.to_string()),
        ("typo.json", policy("Objects", json!("s3:GetObjekt")).to_string()),
        ("twice.json", policy("Objects", json!(["s3:Get*", "s3:GetObject"])).to_string()),
        ("text.json", "no policy".to_owned()),
        ("asks.ndjson", ASKS.join("\n")),
        ("wrong.ndjson", format!("{}\nno question\n", ASKS[0])),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
}

#[test]
fn each_command_ends_as_the_page_says() {
    let folder = fresh_folder("exit-codes");
    write_files(&folder);
    let page = page();
    let rows = rows(&page);
    assert_eq!(rows.len(), page.lines().filter(|line| line.starts_with("| `")).count());
    let mut wrong = Vec::new();
    for (command, code) in &rows {
        let output = run_in(&folder, &command.split(' ').collect::<Vec<_>>());
        let found = output.status.code();
        if found != Some(*code) {
            wrong.push(format!(
                "{command}: {found:?} instead of {code}\n{}{}",
                stdout(&output),
                stderr(&output)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let commands = rows.iter().filter_map(|(command, _)| command.split(' ').next());
    let commands = commands.collect::<BTreeSet<_>>();
    let expected =
        ["can", "check", "compare", "fix", "fuzz", "generate", "lint", "simulate", "test"];
    assert_eq!(commands.into_iter().collect::<Vec<_>>(), expected);
}

/// The report begins and ends with a refused document, and never says that all is well.
#[test]
fn a_refused_document_is_first_and_last() {
    let folder = fresh_folder("refused-first-and-last");
    write_files(&folder);
    let words = "AWS would refuse a document";
    for command in [
        "check refused",
        "fix refused",
        "compare one.json bad.json",
        "compare bad.json bad.json",
        "compare ok/ica.toml refused/ica.toml",
        "can bucket.json --public --account 111122223333",
        "test refused/tests.toml",
    ] {
        let text = stdout(&run_in(&folder, &command.split(' ').collect::<Vec<_>>()));
        assert!(text.starts_with(words), "{command}: {text}");
        let end = text.lines().rev().find(|line| !line.starts_with("data") && !line.is_empty());
        assert!(text.matches(words).count() == 2, "{command}: {text}");
        assert!(end.is_some(), "{command}: {text}");
        assert!(!text.contains("connect the bucket"), "{command}: {text}");
    }
}
