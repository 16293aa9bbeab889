//! Limits of reports for people and of other formats: what is left out is counted, folded or found elsewhere.

use crate::support::run::{fresh_folder, run_in, stdout};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

fn write(folder: &Path, name: &str, statements: &[Value]) {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    fs::write(folder.join(name), serde_json::to_string_pretty(&document).unwrap()).unwrap();
}

/// Statements with as many misspelt actions.
fn misspelt(most: usize) -> Vec<Value> {
    let one = |number: usize| json!({"Effect": "Allow", "Action": format!("s3:GetObjekt{number}"), "Resource": "*"});
    (0..most).map(one).collect()
}

/// A connection whose user has these statements.
fn connection(name: &str, statements: &[Value]) -> PathBuf {
    let folder = fresh_folder(name);
    write(&folder, "user.json", statements);
    let settings = "bucket = 'acme-genomics'\naccount = '111122223333'\nregion = 'us-east-1'\nprefix = 'ica/'\nversioning = 'unversioned'\n\
        user = 'ica'\nidentity_policy = 'user.json'\nbucket_policy = 'none'\n";
    fs::write(folder.join("ica.toml"), settings).unwrap();
    folder
}

/// `MAX_PROBLEMS`, `MOST_LAID_OUT` and `MOST_DRAWN`: files of the largest size, of mistakes alone, of one line, and of lines alone. The
/// memory is that of the process, which the shell limits.
#[cfg(target_os = "linux")]
#[test]
fn long_texts_are_read_and_shown_in_little_memory() {
    let folder = fresh_folder("limits/long");
    let most = (16 << 20) - 100;
    let mistakes = "\\x".repeat(most / 2);
    let lines = "\\n".repeat(most / 4);
    for (name, text, code, kilobytes) in [
        ("mistakes.json", format!(r#"{{"Statement": "{mistakes}"}}"#), 3, 200_000),
        ("one-line.json", format!(r#"{{"Statement": "{}"}}"#, "x".repeat(most)), 1, 260_000),
        ("lines.json", format!(r#"{{"Policy": "{{{lines}}}"}}"#), 1, 450_000),
    ] {
        fs::write(folder.join(name), text).unwrap();
        let command = format!(
            "ulimit -v {kilobytes}; exec '{}' lint {name}",
            env!("CARGO_BIN_EXE_ica-policy")
        );
        let output = std::process::Command::new("sh")
            .args(["-c", &command])
            .current_dir(&folder)
            .output()
            .unwrap();
        let (out, err) = (stdout(&output), crate::support::run::stderr(&output));
        assert_eq!(output.status.code(), Some(code), "{name}: {out:.2000}{err:.2000}");
        assert!(out.len() + err.len() < 100_000, "{name}: {out:.2000}");
    }
}

/// `MOST_FINDINGS`, and `MOST_LINES` of a check: the rest is counted.
#[test]
fn a_long_check_says_how_much_more_there_is() {
    let folder = connection("limits/findings", &misspelt(60));
    let verbose = stdout(&run_in(&folder, &["check", ".", "--verbose"]));
    assert!((49..=50).contains(&verbose.matches("AWS has no action").count()), "{verbose}");
    assert!(verbose.contains(" more: `--format json` lists all"), "{verbose}");
    let short = stdout(&run_in(&folder, &["check", "."]));
    assert!(short.contains("more: --verbose shows them, `--format json` lists all"), "{short}");
    assert!(short.lines().count() < verbose.lines().count() / 2);
}

/// `MOST_NAMED`: a cause that stops many actions names some of them.
#[test]
fn a_cause_of_many_actions_names_some() {
    let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let deny = json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*"});
    let folder = connection("limits/named", &[all, deny]);
    let report = stdout(&run_in(&folder, &["check", "."]));
    let words = report.split_whitespace().collect::<Vec<_>>().join(" ");
    let likewise = words.split("(likewise ").nth(1).unwrap_or_default();
    let likewise = likewise.split(')').next().unwrap_or_default();
    let (named, more) = likewise.split_once(" and ").unwrap_or_default();
    assert_eq!(named.matches('`').count(), 2 * 4, "{report}");
    assert!(more.ends_with(" more"), "{report}");
}

/// `MOST_OPEN` of Markdown and `MOST_SHOWN` of GitHub.
#[test]
fn other_programs_get_the_worst_first_and_the_number_of_the_rest() {
    let folder = fresh_folder("limits/formats");
    write(&folder, "user.json", &misspelt(30));
    let report =
        |format: &str| stdout(&run_in(&folder, &["lint", "user.json", "--format", format]));
    let findings = report("json").matches("\"id\":\"unknown-action\"").count();
    assert_eq!(findings, 30);
    let markdown = report("markdown");
    let (open, folded) = markdown.split_once("<details><summary>").unwrap();
    assert_eq!(open.matches("GetObjekt").count(), 20, "{open}");
    assert!(folded.contains(" more</summary>"), "{folded}");
    let github = report("github");
    assert!(
        github.contains("20 more findings: GitHub shows 10 of each kind for a step"),
        "{github}"
    );
}

/// `MOST_OPEN` of the page: a long document is folded.
#[test]
fn a_long_document_is_folded() {
    let folder = fresh_folder("limits/folded");
    let page = |statements: usize| {
        write(&folder, "user.json", &misspelt(statements));
        stdout(&run_in(&folder, &["lint", "user.json", "--format", "html"]))
    };
    let is_open = |page: &str| {
        let document = page.split("<details").find(|part| part.contains("user.json</summary>"));
        document.unwrap().split('>').next().unwrap().contains(" open")
    };
    assert!(is_open(&page(2)));
    assert!(!is_open(&page(20)));
}

/// `MOST` groups of `can`, and `MOST_ACTIONS` of each.
#[test]
fn a_long_answer_of_can_counts_the_rest() {
    let folder = fresh_folder("limits/can");
    let grants = (0..20).map(|number| {
        let service = ["s3:Get*", "s3:Put*", "s3:List*", "s3:Delete*"][number % 4];
        json!({"Effect": "Allow", "Action": service, "Resource": format!("arn:aws:s3:::b{number}/*"),
            "Condition": {"StringEquals": {"aws:PrincipalTag/k": format!("v{number}")}}})
    });
    let grants = grants.collect::<Vec<_>>();
    write(&folder, "user.json", &grants);
    let arguments = [
        "can",
        "--action",
        "*",
        "--resource",
        "*",
        "--identity-policy",
        "user.json",
        "--principal",
        "arn:aws:iam::111122223333:user/ica",
    ];
    let report = stdout(&run_in(&folder, &arguments));
    assert!(report.contains("more groups of actions; `--format json` lists all"), "{report}");
    assert!(
        report.lines().any(|line| line.contains(" and ") && line.contains(" more")),
        "{report}"
    );
}

/// `MOST_KEY_BYTES` and `MOST_RULES` are limits of S3.
#[test]
fn limits_of_s3_are_told() {
    let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let folder = connection("limits/s3", &[all]);
    let rule = json!({"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]});
    let told = |rules: usize, bytes: usize| {
        let cors = json!({"CORSRules": vec![rule.clone(); rules]});
        fs::write(folder.join("cors.json"), cors.to_string()).unwrap();
        let prefix = "x".repeat(bytes - 1) + "/";
        let arguments =
            ["check", "--connection", "ica.toml", "--cors", "cors.json", "--format", "json"];
        stdout(&run_in(&folder, &[&arguments[..], &["--prefix", &prefix]].concat()))
    };
    let [rules, key] = [
        "AWS stores between 1 and 100 CORS rules, here are 101",
        "a key of S3 has 1,024 bytes at most",
    ];
    let within = told(100, 1_023);
    assert!(!within.contains(rules) && !within.contains(key), "{within}");
    let beyond = told(101, 1_024);
    assert!(beyond.contains(rules) && beyond.contains(key), "{beyond}");
}
