//! A pull request in a real repository: only what it changes is shown.

use crate::support::run::{GENERATE, fresh_folder, git, run_in, stderr, stdout};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

fn policy(actions: &[&str]) -> String {
    let statement = |action: &&str| json!({"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::b/*"});
    let statements = actions.iter().map(statement).collect::<Vec<_>>();
    serde_json::to_string_pretty(&json!({"Version": "2012-10-17", "Statement": statements}))
        .unwrap()
}

/// A repository with policies, one of them with a misspelt action.
fn repository(name: &str) -> PathBuf {
    let folder = fresh_folder(name);
    git(&folder, &["init", "--quiet"]);
    fs::create_dir_all(folder.join("policies/deep/node_modules")).unwrap();
    let write = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
    write("policies/same.json", policy(&["s3:GetObject"]));
    write("policies/old.json", policy(&["s3:GetObjekt"]));
    write("policies/deep/gone.json", policy(&["s3:PutObject"]));
    write("policies/deep/node_modules/theirs.json", policy(&["s3:PutObject"]));
    write("policies/settings.json", json!({"a": 1}).to_string());
    commit(&folder);
    folder
}

fn commit(folder: &Path) {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", "change"]);
}

#[test]
fn of_a_folder_every_policy_that_was_touched_is_compared() {
    let folder = repository("changes-compare");
    let compare = |name: &str| {
        let output = run_in(&folder, &["compare", "--against", "HEAD", name, "--format", "json"]);
        let reports = stdout(&output);
        let reports = reports.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        (output.status.code(), reports.collect::<Vec<_>>(), stderr(&output))
    };
    for name in ["policies", "."] {
        let (code, reports, said) = compare(name);
        assert_eq!((code, reports.len()), (Some(0), 0), "{said}");
        assert!(said.contains("no policy was changed"), "{said}");
    }

    fs::write(folder.join("policies/new.json"), policy(&["s3:DeleteObject"])).unwrap();
    fs::write(folder.join("policies/old.json"), policy(&["s3:GetObject"])).unwrap();
    fs::write(folder.join("policies/settings.json"), json!({"a": 2}).to_string()).unwrap();
    fs::write(folder.join("policies/deep/node_modules/theirs.json"), policy(&["s3:*"])).unwrap();
    fs::remove_file(folder.join("policies/deep/gone.json")).unwrap();
    for (name, stem) in [("policies", "policies"), ("policies/", "policies"), (".", "./policies")] {
        let (code, reports, said) = compare(name);
        assert_eq!(code, Some(1), "{said}");
        let names = reports.iter().map(|report| report["new"]["file"].as_str().unwrap());
        let expected =
            ["deep/gone.json", "new.json", "old.json"].map(|name| format!("{stem}/{name}"));
        assert_eq!(names.collect::<Vec<_>>(), expected, "{name}");
        let relations = reports.iter().map(|report| report["relation"].as_str().unwrap());
        assert_eq!(
            relations.collect::<Vec<_>>(),
            ["new-allows-less", "new-allows-more", "incomparable"]
        );
    }

    let (code, reports, said) = compare("/");
    assert_eq!((code, reports.len()), (Some(3), 1), "{said}");
    fs::write(folder.join("policies/broken.json"), "{\"Statement\": [").unwrap();
    let (code, ..) = compare("policies");
    assert_eq!(code, Some(3));
}

#[test]
fn lint_shows_what_was_not_there_before() {
    let folder = repository("changes-lint");
    let lint = |more: &[&str]| {
        let output = run_in(
            &folder,
            &[&["lint", "policies", "--fail-on", "warning", "--format", "json"], more].concat(),
        );
        let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
        let policies = report["policies"].as_array().unwrap().clone();
        let found = policies.iter().flat_map(|policy| {
            let file = policy["file"].as_str().unwrap().to_owned();
            let findings = policy["findings"].as_array().unwrap().clone();
            findings
                .into_iter()
                .map(move |finding| (file.clone(), finding["id"].as_str().unwrap().to_owned()))
        });
        (output.status.code(), found.collect::<Vec<_>>(), report["hidden"]["before"].clone())
    };
    let (code, found, _) = lint(&[]);
    assert_eq!((code, found.len()), (Some(1), 1), "{found:?}");

    // Lines move, one more mistake is made, and a file is new.
    let text = policy(&["s3:PutObject", "s3:GetObjekt", "s3:PutObjekt"]);
    fs::write(folder.join("policies/old.json"), text).unwrap();
    fs::write(folder.join("policies/new.json"), policy(&["s3:GetObjekt"])).unwrap();
    let (code, found, before) = lint(&["--changed-since", "HEAD"]);
    let files = found.iter().map(|(file, _)| file.as_str()).collect::<Vec<_>>();
    assert_eq!(files, ["policies/new.json", "policies/old.json"], "{found:?}");
    assert_eq!((code, before), (Some(1), json!(1)));

    commit(&folder);
    let (code, found, before) = lint(&["--changed-since", "HEAD"]);
    assert_eq!((code, found.len(), before), (Some(0), 0, json!(3)));

    // Another name is no new mistake.
    fs::rename(folder.join("policies/old.json"), folder.join("policies/renamed.json")).unwrap();
    let (code, found, before) = lint(&["--changed-since", "HEAD"]);
    assert_eq!((code, found.len(), before), (Some(0), 0, json!(3)), "{found:?}");
}

/// A connection in which the user may not restore, and a change that blocks the sessions' downloads, too.
fn connection(name: &str) -> PathBuf {
    let folder = fresh_folder(name);
    git(&folder, &["init", "--quiet"]);
    let made = run_in(&folder, &[&GENERATE[..], &["lab"]].concat());
    assert!(made.status.success(), "{}", stderr(&made));
    let policy = folder.join("lab/user-policy.json");
    let text = fs::read_to_string(&policy).unwrap();
    assert!(text.contains("s3:RestoreObject"), "{text}");
    fs::write(policy, text.replace("s3:RestoreObject", "s3:RestoreObjekt")).unwrap();
    commit(&folder);
    let policy = folder.join("lab/bucket-policy.json");
    let mut bucket: Value = serde_json::from_str(&fs::read_to_string(&policy).unwrap()).unwrap();
    bucket["Statement"].as_array_mut().unwrap().push(json!({
        "Sid": "Hostile\n::error::x</style><script>",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::my-bucket/*",
        "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:sts::111122223333:federated-user/*"}}
    }));
    fs::write(policy, serde_json::to_string_pretty(&bucket).unwrap()).unwrap();
    folder
}

/// The Deny appears once, on a line of its statement, in every format; what was there before does not appear, and does not fail.
#[test]
fn check_shows_the_causes_that_a_change_brings() {
    let folder = connection("changes-check");
    let text = fs::read_to_string(folder.join("lab/bucket-policy.json")).unwrap();
    let first = text.lines().position(|line| line.contains("Hostile")).unwrap() + 1;
    let is_of_deny = |line: u64| (first as u64 - 14..first as u64 + 4).contains(&line);
    let check = |format: &str, more: &[&str]| {
        let arguments = [&["check", "lab", "--format", format, "--changed-since", "HEAD"], more];
        run_in(&folder, &arguments.concat())
    };
    let count = |text: &str, word: &str| text.matches(word).count();
    for format in
        ["human", "json", "sarif", "github", "gitlab", "junit", "rdjson", "markdown", "html"]
    {
        let output = check(format, &[]);
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(1), "{format}: {}", stderr(&output));
        assert!(!text.contains("\n::error::x"), "{format}: {text}");
        let is_page = ["html", "markdown"].contains(&format);
        assert!(!is_page || !text.contains("<script"), "{format}: {text}");
        assert!(!text.contains("RestoreObjekt") || format == "json", "{format}: {text}");
        let lines = match format {
            "sarif" => {
                let log: Value = serde_json::from_str(&text).unwrap();
                let results = log["runs"][0]["results"].as_array().unwrap().clone();
                let line = |result: &Value| {
                    result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64()
                };
                results
                    .iter()
                    .filter(|result| result["level"] == "error")
                    .filter_map(line)
                    .collect()
            }
            "gitlab" => {
                let list: Vec<Value> = serde_json::from_str(&text).unwrap();
                let errors = list.iter().filter(|entry| entry["severity"] == "critical");
                errors.filter_map(|entry| entry["location"]["lines"]["begin"].as_u64()).collect()
            }
            "rdjson" => {
                let list: Value = serde_json::from_str(&text).unwrap();
                let list = list["diagnostics"].as_array().unwrap().clone();
                let errors = list.iter().filter(|entry| entry["severity"] == "ERROR");
                errors
                    .filter_map(|entry| entry["location"]["range"]["start"]["line"].as_u64())
                    .collect()
            }
            "json" => {
                let report: Value = serde_json::from_str(&text).unwrap();
                let causes = report["causes"].as_array().unwrap().clone();
                let line = |cause: &Value| cause["place"]["span"]["line"].as_u64();
                causes
                    .iter()
                    .filter(|cause| cause["level"] == "required")
                    .filter_map(line)
                    .collect()
            }
            "github" => {
                assert_eq!(count(&text, "::error "), 1, "{text}");
                let line = text.split("line=").nth(1).unwrap().split(',').next().unwrap();
                vec![line.parse::<u64>().unwrap()]
            }
            "markdown" => {
                assert_eq!(count(&text, "| error `"), 1, "{text}");
                Vec::new()
            }
            "html" => {
                assert_eq!(count(&text, "<section class=\"finding error\">"), 1, "{text}");
                Vec::new()
            }
            "junit" => {
                assert_eq!(count(&text, "<failure"), 1, "{text}");
                Vec::new()
            }
            _ => {
                assert_eq!(count(&text, "\nexplicit-deny\n"), 1, "{text}");
                assert!(text.contains("there before and"), "{text}");
                Vec::new()
            }
        };
        assert!(
            lines.len() < 2 && lines.iter().all(|line| is_of_deny(*line)),
            "{format}: {lines:?}"
        );
        assert!(
            !lines.is_empty() || ["markdown", "html", "junit", "human"].contains(&format),
            "{format}: {text}"
        );
    }
    // What blocked before is no reason to fail.
    commit(&folder);
    let output = check("github", &[]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), String::new()));
    assert_eq!(run_in(&folder, &["check", "lab"]).status.code(), Some(1));
    // A file that the revision does not have: nothing is known of before.
    fs::rename(folder.join("lab"), folder.join("new")).unwrap();
    let output = run_in(&folder, &["check", "new", "--changed-since", "HEAD"]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    let output = run_in(&folder, &["check", "new", "--changed-since", "no-such-revision"]);
    assert_eq!(output.status.code(), Some(3));
}

/// What is a policy is decided as `lint` does: by reading it.
#[test]
fn policies_in_any_form_are_found_in_folders() {
    let folder = repository("changes-forms");
    let write =
        |name: &str, text: String| fs::write(folder.join("policies").join(name), text).unwrap();
    let open = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}});
    write("answer.json", json!({"Policy": open.to_string()}).to_string());
    write("escaped.json", open.to_string().replace("Statement", "\\u0053tatement"));
    let compare =
        |name: &str| run_in(&folder, &["compare", "--against", "HEAD", name, "--format", "json"]);
    let output = compare("policies");
    assert_eq!(
        (output.status.code(), stdout(&output).lines().count()),
        (Some(1), 2),
        "{}",
        stdout(&output)
    );
    write("utf16.json", String::new());
    fs::write(folder.join("policies/utf16.json"), b"\xff\xfe{\0}\0").unwrap();
    assert_eq!(compare("policies").status.code(), Some(3));
    fs::remove_file(folder.join("policies/utf16.json")).unwrap();
    commit(&folder);

    // A link is no file, another repository is not ours, and a folder may be gone.
    #[cfg(unix)]
    std::os::unix::fs::symlink("same.json", folder.join("policies/link.json")).unwrap();
    commit(&folder);
    let other = folder.join("policies/other");
    fs::create_dir_all(&other).unwrap();
    git(&other, &["init", "--quiet"]);
    fs::write(other.join("theirs.json"), policy(&["s3:*"])).unwrap();
    let output = compare("policies");
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    assert!(stderr(&output).contains("1 files of other repositories"), "{}", stderr(&output));
    fs::remove_dir_all(folder.join("policies/deep")).unwrap();
    let output = compare("policies/deep");
    assert_eq!(
        (output.status.code(), stdout(&output).lines().count()),
        (Some(1), 1),
        "{}",
        stderr(&output)
    );
}

/// Each of these would hide a new finding behind a known one.
#[test]
fn known_findings_hide_no_others() {
    let folder = repository("changes-known");
    let lint = |more: &[&str]| {
        let output = run_in(
            &folder,
            &[&["lint", "--fail-on", "warning", "--format", "json"], more].concat(),
        );
        let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
        (report["counts"]["warning"].as_u64().unwrap(), report["hidden"].clone())
    };
    let bad = policy(&["s3:GetObjekt"]);
    fs::write(folder.join("policies/new.json"), &bad).unwrap();
    run_in(&folder, &["lint", "policies/old.json", "--write-baseline", "known.json"]);
    // The file of the baseline is there, it was only not given.
    assert_eq!(lint(&["policies/new.json", "--baseline", "known.json"]).0, 1);
    commit(&folder);
    // What the baseline hides is not hidden once more, and a file that is given twice is read once.
    let (_, hidden) =
        lint(&["policies/old.json", "--baseline", "known.json", "--changed-since", "HEAD"]);
    assert_eq!(hidden, json!({"ignored": 0, "baseline": 1, "before": 0}));
    let (_, hidden) = lint(&["policies/old.json", "policies/old.json", "--changed-since", "HEAD"]);
    assert_eq!(hidden, json!({"ignored": 0, "baseline": 0, "before": 1}));
    // What an ignore hid was not known.
    let ignore =
        "[[ignore]]\nrule = \"unknown-action\"\npath = \"policies/old.json\"\nreason = \"r\"\n";
    fs::write(folder.join("ica-policy.toml"), ignore).unwrap();
    fs::write(folder.join("policies/old.json"), &bad).unwrap();
    fs::remove_file(folder.join("policies/new.json")).unwrap();
    commit(&folder);
    fs::create_dir(folder.join("policies/prod")).unwrap();
    fs::rename(folder.join("policies/old.json"), folder.join("policies/prod/old.json")).unwrap();
    assert_eq!(lint(&["policies", "--changed-since", "HEAD"]).0, 1);
}

/// The settings come from the revision, too, and a change that leaves operations out is shown.
#[test]
fn a_change_of_the_settings_is_a_change() {
    let folder = connection("changes-settings");
    let settings = folder.join("lab/ica.toml");
    let before = fs::read_to_string(&settings).unwrap();
    // The bad policy is known to git under another name.
    fs::copy(folder.join("lab/bucket-policy.json"), folder.join("lab/bad.json")).unwrap();
    git(&folder, &["checkout", "--quiet", "lab/bucket-policy.json"]);
    commit(&folder);
    let check =
        || run_in(&folder, &["check", "lab", "--changed-since", "HEAD", "--format", "github"]);
    assert_eq!(check().status.code(), Some(0), "{}", stdout(&check()));
    fs::write(&settings, before.replace("bucket-policy.json", "bad.json")).unwrap();
    assert_eq!(check().status.code(), Some(1), "{}", stdout(&check()));
    let skip = "skip = { download-data = \"r\" }\n";
    fs::write(&settings, format!("{skip}{before}")).unwrap();
    let output = check();
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(stdout(&output).contains("download-data were checked"), "{}", stdout(&output));
}

/// A second Deny with the same words in the same file is another cause.
#[test]
fn a_second_cause_with_the_same_words_is_new() {
    let folder = connection("changes-second");
    let path = folder.join("lab/bucket-policy.json");
    let with = |sid: &str| {
        let mut bucket: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let statements = bucket["Statement"].as_array_mut().unwrap();
        let mut deny = statements.last().unwrap().clone();
        deny["Sid"] = json!(sid);
        statements.push(deny);
        fs::write(&path, serde_json::to_string_pretty(&bucket).unwrap()).unwrap();
    };
    commit(&folder);
    with("Second");
    let output = run_in(&folder, &["check", "lab", "--changed-since", "HEAD", "--format", "json"]);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let sids = report["causes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cause| cause["place"]["sid"].as_str().unwrap());
    assert_eq!(sids.collect::<Vec<_>>(), ["Second"], "{report}");
}

/// A Deny alone allows nothing, and all the same its loss opens what other policies allow.
#[test]
fn a_deny_that_is_gone_is_no_mere_change_of_text() {
    let folder = repository("changes-deny");
    let deny = |action: &str| {
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": action, "Resource": "*"}}).to_string()
    };
    fs::write(folder.join("policies/scp.json"), deny("s3:*")).unwrap();
    commit(&folder);
    let compare = |more: &[&str]| {
        let output = run_in(
            &folder,
            &[&["compare", "--against", "HEAD", "policies", "--kind", "scp"], more].concat(),
        );
        (output.status.code(), stdout(&output))
    };
    for new in [None, Some("s3:Get*")] {
        match new {
            Some(action) => fs::write(folder.join("policies/scp.json"), deny(action)).unwrap(),
            None => fs::remove_file(folder.join("policies/scp.json")).unwrap(),
        }
        let (code, text) = compare(&["--fail-on", "new-access"]);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("deny-changed") && text.contains("newly allowed"), "{text}");
        assert!(!text.contains("only the text has changed"), "{text}");
    }
    // The same Deny in other words, and one that is added.
    fs::write(folder.join("policies/scp.json"), deny("S3:**")).unwrap();
    let (code, text) = compare(&[]);
    assert!(code == Some(0) && text.contains("only the text has changed"), "{text}");
    fs::write(folder.join("policies/scp.json"), deny("*")).unwrap();
    let (code, text) = compare(&["--fail-on", "new-access"]);
    assert!(code == Some(0) && text.contains("it is newly denied"), "{text}");
}
