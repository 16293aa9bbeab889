//! Runs of `compare` and `can` with their right answers: the cases of `corpus/questions`.

use crate::support::run::{fresh_folder, run_with_input, stderr, stdout};
use crate::support::{files_below, holds_to_schema};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

#[derive(Deserialize)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Why this is right.
    source: String,
    arguments: Vec<String>,
    exit: i32,
    says: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    stdin: String,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/questions");
    let read = |path: &std::path::PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        toml::from_str::<File>(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files_below(&folder, ".toml").iter().flat_map(|path| read(path).case).collect()
}

fn faults(case: &Case) -> Vec<String> {
    let folder = fresh_folder(&format!("questions/{}", case.name));
    for (name, text) in &case.files {
        fs::write(folder.join(name), text).unwrap();
    }
    let arguments = case.arguments.iter().map(String::as_str).collect::<Vec<_>>();
    let run = run_with_input(&folder, &arguments, &case.stdin);
    let text = stdout(&run) + &stderr(&run);
    let mut faults = Vec::new();
    if run.status.code() != Some(case.exit) {
        faults.push(format!("exit code {:?} instead of {}", run.status.code(), case.exit));
    }
    let missing = case.says.iter().filter(|words| !text.contains(*words));
    faults.extend(missing.map(|words| format!("does not say `{words}`")));
    let wrong = case.lacks.iter().filter(|words| text.contains(*words));
    faults.extend(wrong.map(|words| format!("says `{words}`")));
    if !faults.is_empty() {
        faults.push(text);
    }
    if case.arguments.contains(&"human".to_owned()) {
        return faults;
    }
    let json =
        run_with_input(&folder, &[&arguments[..], &["--format", "json"]].concat(), &case.stdin);
    if json.status.code() != run.status.code() {
        faults.push(format!("exit code {:?} with --format json", json.status.code()));
    }
    let schema = format!("{}-v1.json", case.arguments[0]);
    for line in stdout(&json).lines() {
        holds_to_schema(&serde_json::from_str(line).unwrap(), &schema);
    }
    faults
}

#[test]
fn each_question_has_its_answer() {
    let cases = cases();
    let names = cases.iter().map(|case| case.name.as_str()).collect::<BTreeSet<_>>();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    let mut wrong = Vec::new();
    for case in &cases {
        assert!(!case.source.is_empty() && !case.says.is_empty(), "{}", case.name);
        let faults = faults(case);
        if !faults.is_empty() {
            wrong.push(format!("{}:\n  {}", case.name, faults.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.len() > 30, "{}", cases.len());
}

/// More roles of one name than are tried: the answer is not known, by the program and by the library alike.
#[test]
fn too_many_issuers_are_not_known() {
    let session = "arn:aws:sts::111122223333:assumed-role/r/s";
    let roles = (0..300).map(|number| format!("arn:aws:iam::111122223333:role/p{number}/r"));
    let statement = |effect: &str, principal: serde_json::Value| serde_json::json!({"Effect": effect, "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"});
    let named = serde_json::json!({"AWS": roles.collect::<Vec<_>>()});
    let statements = [statement("Allow", serde_json::json!("*")), statement("Deny", named)];
    let text = serde_json::json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let folder = fresh_folder("questions/too-many-issuers");
    fs::write(folder.join("b.json"), &text).unwrap();
    let asked =
        ["can", "--principal", session, "--identity-policy", "none", "--bucket-policy", "b.json"];
    let asked =
        [&asked[..], &["--action", "s3:GetObject", "--resource", "arn:aws:s3:::b/*"]].concat();
    let run = run_with_input(&folder, &asked, "");
    assert_eq!(run.status.code(), Some(1), "{}", stderr(&run));
    assert!(stdout(&run).contains("too many users or roles"), "{}", stdout(&run));

    let mut workspace = ica_policy::api::Workspace::new();
    let policy = workspace.parse("b.json", &text, ica_policy::api::PolicyKind::Resource).unwrap();
    let query = ica_policy::api::Query::new(&["s3:GetObject"], &["arn:aws:s3:::b/*"])
        .principal(session)
        .without_identity_policies();
    let access = workspace.can(&query, &[&policy]).unwrap();
    assert_eq!(access.granted, ica_policy::symbolic::Granted::Unknown);
}
