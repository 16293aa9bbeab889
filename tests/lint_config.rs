//! `ica-policy.toml`, the baseline, and what a change to them cannot hide.

use crate::support::run::{fresh_folder, git, run_in, stderr, stdout};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const WIDE: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Sid": "Pass", "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"},
    {"Sid": "Other", "Effect": "Allow", "Action": ["s3:Get*", "s3:GetObject"], "Resource": "arn:aws:s3:::b/*"}]}"#;

/// A folder with a policy below it, and this configuration.
fn folder(name: &str, config: &str) -> PathBuf {
    let folder = fresh_folder(&format!("lint-config/{name}"));
    fs::create_dir(folder.join("policies")).unwrap();
    fs::write(folder.join("policies/wide.json"), WIDE).unwrap();
    fs::write(folder.join("ica-policy.toml"), config).unwrap();
    folder
}

fn report(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap_or_else(|_| panic!("{}", stderr(output)))
}

/// The rules of the findings, and those about configurations.
fn found(output: &Output) -> (Vec<String>, Vec<String>) {
    let report = report(output);
    let ids = |lists: &Value| {
        let findings =
            lists.as_array().unwrap().iter().flat_map(|one| one["findings"].as_array().unwrap());
        findings.map(|finding| finding["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    (ids(&report["policies"]), ids(&report["configurations"]))
}

fn lint(folder: &Path, more: &[&str]) -> Output {
    run_in(folder, &[&["lint", "policies", "--format", "json"], more].concat())
}

const IGNORE: &str = "[[ignore]]\nrule = \"pass-any-role\"\npath = \"policies/*.json\"\nsid = \"Pass\"\nreason = \"the role of the installer\"\n";

#[test]
fn what_is_ignored_is_hidden_and_counted() {
    let folder = folder("hidden", IGNORE);
    let output = lint(&folder, &[]);
    assert_eq!(found(&output), (vec!["redundant-action".to_owned()], vec![]));
    assert_eq!(report(&output)["hidden"], json!({"ignored": 1, "baseline": 0, "before": 0}));
    let sarif = run_in(&folder, &["lint", "policies", "--format", "sarif", "--suppressed"]);
    let log: Value = serde_json::from_slice(&sarif.stdout).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let of_rule = |rule: &str| results.iter().find(|result| result["ruleId"] == rule).unwrap();
    let reason = json!([{"kind": "external", "justification": "the role of the installer"}]);
    assert_eq!(of_rule("pass-any-role")["suppressions"], reason);
    assert_eq!((results.len(), &of_rule("redundant-action")["suppressions"]), (2, &Value::Null));
    assert_eq!(sarif.status.code(), output.status.code());
    assert_eq!(lint(&folder, &["--suppressed"]).status.code(), Some(2));
    let (all, _) = found(&lint(&folder, &["--no-ignores"]));
    assert_eq!(all, ["pass-any-role", "redundant-action"]);
    // The nearest file above a policy counts.
    fs::write(folder.join("policies/ica-policy.toml"), "").unwrap();
    assert_eq!(found(&lint(&folder, &[])).0, ["pass-any-role", "redundant-action"]);
    let pinned = lint(&folder, &["--config", "ica-policy.toml"]);
    assert_eq!(found(&pinned).0, ["redundant-action"]);
}

#[test]
fn ignores_that_hide_nothing_or_are_over_are_findings() {
    let other = "[[ignore]]\nrule = \"pass-any-role\"\npath = \"policies/wide.json\"\npointer = \"/Statement/1\"\nreason = \"r\"\n";
    let over = format!("{IGNORE}expires = \"2020-01-31\"\n");
    let elsewhere =
        "[[ignore]]\nrule = \"pass-any-role\"\npath = \"others/*.json\"\nreason = \"r\"\n";
    let folder = folder("stale", &format!("{other}\n{over}\n{elsewhere}"));
    let output = lint(&folder, &["--fail-on", "warning"]);
    let (policies, configurations) = found(&output);
    assert_eq!(policies, ["pass-any-role", "redundant-action"]);
    // No policy was read that the third is about.
    assert_eq!(configurations, ["unused-ignore", "expired-ignore"]);
    assert_eq!(output.status.code(), Some(1));
    let line = &report(&output)["configurations"][0]["findings"][1]["span"]["line"];
    assert_eq!(line, 7);
}

#[test]
fn what_aws_would_refuse_is_not_ignored() {
    let config = "[[ignore]]\nrule = \"invalid-effect\"\npath = \"**\"\nreason = \"r\"\n";
    let folder = folder("refused", config);
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "allow", "Action": "s3:GetObject", "Resource": "*"}}"#;
    fs::write(folder.join("policies/wide.json"), text).unwrap();
    let output = lint(&folder, &[]);
    assert_eq!(found(&output).0, ["invalid-effect"]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_wrong_configuration_is_wrong_usage() {
    for (name, config, words) in [
        ("name", "fail_on = \"error\"\npedantc = true\n", "perhaps `pedantic` is meant"),
        ("no-name", "pedantc = true\n", "there are select, pedantic, fail_on, kind, ignore"),
        ("ignore", "[[ignore]]\nrule = \"pass-any-role\"\npath = \"**\"\n", "reason"),
        (
            "reason",
            "[[ignore]]\nrule = \"pass-any-role\"\npath = \"**\"\nreason = \" \"\n",
            "needs a reason",
        ),
        (
            "rule",
            "[[ignore]]\nrule = \"pass-any-rule\"\npath = \"**\"\nreason = \"r\"\n",
            "`pass-any-role`",
        ),
        (
            "day",
            "[[ignore]]\nrule = \"pass-any-role\"\npath = \"**\"\nreason = \"r\"\nexpires = \"soon\"\n",
            "is a day",
        ),
        ("kind", "[[kind]]\npath = \"**\"\nkind = \"user\"\n", "no kind of policy"),
        ("fail", "fail_on = \"sometimes\"\n", "is one of"),
        ("toml", "select = [", "ica-policy.toml"),
    ] {
        let folder = folder(&format!("wrong-{name}"), config);
        let output = lint(&folder, &[]);
        let errors = report(&output)["errors"].to_string();
        // What is no TOML could not be read.
        let code = if name == "toml" { 3 } else { 2 };
        assert_eq!(output.status.code(), Some(code), "{name}: {errors}");
        assert!(errors.contains(words), "{name}: {errors}");
    }
}

#[test]
fn a_configuration_says_kinds_rules_and_what_fails() {
    let folder = folder(
        "settings",
        "select = [\"REDUNDANT_ACTION\"]\nfail_on = \"info\"\n[[kind]]\npath = \"policies/w*.json\"\nkind = \"scp\"\n",
    );
    let output = lint(&folder, &[]);
    let report = report(&output);
    assert_eq!(found(&output).0, ["redundant-action"]);
    assert_eq!(
        (&report["policies"][0]["kind"], &report["policies"][0]["kind_from"]),
        (&json!("scp"), &json!("configuration"))
    );
    assert_eq!(output.status.code(), Some(1));
    // Flags have precedence.
    assert_eq!(lint(&folder, &["--fail-on", "error"]).status.code(), Some(0));
    let (policies, _) = found(&lint(&folder, &["--kind", "identity", "--select", "pass-any-role"]));
    assert_eq!(policies, ["pass-any-role"]);
}

/// What was there before is known, also if lines move and statements are added; what is new is found.
#[test]
fn a_baseline_survives_moved_lines() {
    let folder = folder("baseline", "");
    let written = run_in(&folder, &["lint", "policies", "--write-baseline", "known.json"]);
    assert_eq!(written.status.code(), Some(0), "{}", stderr(&written));
    let known = ["--baseline", "known.json"];
    let output = lint(&folder, &known);
    assert_eq!((found(&output).0, &report(&output)["hidden"]["baseline"]), (vec![], &json!(2)));
    let moved = WIDE.replace("[\n", "[\n\n    {\"Effect\": \"Allow\", \"Action\": [\"ec2:Describe*\", \"ec2:DescribeVpcs\"], \"Resource\": \"*\"},\n\n");
    fs::write(folder.join("policies/wide.json"), moved).unwrap();
    let output = lint(&folder, &known);
    assert_eq!(
        (found(&output).0, &report(&output)["hidden"]["baseline"]),
        (vec!["redundant-action".to_owned()], &json!(2))
    );
    let wrong = lint(&folder, &["--baseline", "policies/wide.json"]);
    assert_eq!(wrong.status.code(), Some(2));
}

/// The lint of a folder whose configuration counts as of the last commit. Its variables are our own: a hook of git sets others.
fn lint_since(folder: &Path, more: &[&str]) -> Output {
    let arguments =
        [&["lint", "policies", "--format", "json", "--changed-since", "HEAD"], more].concat();
    Command::new(env!("CARGO_BIN_EXE_ica-policy"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn commit(folder: &Path) {
    git(folder, &["init", "--quiet"]);
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", "honest"]);
}

/// A commit that the policy is not part of: the change adds it.
fn commit_before(folder: &Path) {
    let policy = folder.join("policies/wide.json");
    fs::remove_file(&policy).unwrap();
    commit(folder);
    fs::write(policy, WIDE).unwrap();
}

const CHANGED: [&str; 1] = ["changed-configuration"];
const BOTH: [&str; 2] = ["pass-any-role", "redundant-action"];

/// A pull request that adds an ignore does not silence its own check, and neither does one that changes another setting, takes the configuration out, or adds
/// one in a folder below.
#[test]
fn a_change_cannot_silence_its_own_check() {
    let strict = "fail_on = \"warning\"\n";
    for (name, config) in [
        ("ignore", format!("{strict}{IGNORE}")),
        ("fail", "fail_on = \"never\"\n".to_owned()),
        ("select", format!("{strict}select = [\"lost-colon\"]\n")),
        ("kind", format!("{strict}[[kind]]\npath = \"**\"\nkind = \"scp\"\n")),
        ("wrong", "fail_on = [".to_owned()),
    ] {
        let folder = folder(&format!("since-{name}"), strict);
        commit_before(&folder);
        fs::write(folder.join("ica-policy.toml"), config).unwrap();
        let since = lint_since(&folder, &[]);
        let (policies, configurations) = found(&since);
        assert_eq!(
            (policies, configurations),
            (BOTH.map(str::to_owned).into(), CHANGED.map(str::to_owned).into()),
            "{name}"
        );
        assert_eq!(since.status.code(), Some(1), "{name}");
    }
    let folder = folder("since-others", strict);
    commit_before(&folder);
    fs::remove_file(folder.join("ica-policy.toml")).unwrap();
    assert_eq!(found(&lint_since(&folder, &[])).1, CHANGED);
    assert_eq!(lint_since(&folder, &[]).status.code(), Some(1));
    fs::write(folder.join("ica-policy.toml"), strict).unwrap();
    assert_eq!(found(&lint_since(&folder, &[])).1, Vec::<String>::new());
    let nested = format!("fail_on = \"never\"\n{}", IGNORE.replace("policies/", ""));
    fs::write(folder.join("policies/ica-policy.toml"), nested).unwrap();
    assert_eq!(found(&lint(&folder, &[])).0, ["redundant-action"]);
    let since = lint_since(&folder, &[]);
    assert_eq!(found(&since), (BOTH.map(str::to_owned).into(), CHANGED.map(str::to_owned).into()));
    assert_eq!(since.status.code(), Some(1));
    let line = &report(&since)["configurations"][0]["findings"][0]["span"]["line"];
    assert_eq!(line, 1);
}

/// A configuration or a baseline that is a link to a file elsewhere does not print that file.
#[cfg(unix)]
#[test]
fn links_of_a_change_show_no_other_file() {
    use std::os::unix::fs::symlink;
    let folder = folder("since-link", "");
    fs::write(folder.join("../secret-of-links"), "AWS_SECRET_ACCESS_KEY=hunter2\n").unwrap();
    commit_before(&folder);
    symlink("../../secret-of-links", folder.join("policies/ica-policy.toml")).unwrap();
    symlink("../../secret-of-links", folder.join("policies/known.json")).unwrap();
    let assert_unsaid = |output: Output| {
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8(all).unwrap();
        assert_eq!(output.status.code(), Some(3), "{all}");
        assert!(all.contains("leads out of its folder") && !all.contains("hunter2"), "{all}");
    };
    assert_unsaid(lint_since(&folder, &[]));
    assert_unsaid(lint(&folder, &[]));
    fs::remove_file(folder.join("policies/ica-policy.toml")).unwrap();
    assert_unsaid(lint_since(&folder, &["--baseline", "policies/known.json"]));
}

/// Links inside of a folder that are as they were bring nothing new, and those that a change makes do.
#[cfg(unix)]
#[test]
fn links_of_the_revision_are_known() {
    use std::os::unix::fs::symlink;
    let folder = folder("since-inner-links", "");
    fs::create_dir_all(folder.join("policies/.h/d")).unwrap();
    for name in ["a.json", "d/b.json"] {
        fs::write(folder.join("policies/.h").join(name), WIDE).unwrap();
    }
    symlink(".h/a.json", folder.join("policies/a.json")).unwrap();
    symlink(".h/d", folder.join("policies/dd")).unwrap();
    commit(&folder);
    assert_eq!(found(&lint(&folder, &[])).0, [BOTH; 3].concat());
    assert_eq!(found(&lint_since(&folder, &[])), (vec![], vec![]));
    // A link to a file becomes one to a folder, one to a folder a folder, and a folder a link.
    fs::remove_file(folder.join("policies/a.json")).unwrap();
    fs::remove_file(folder.join("policies/dd")).unwrap();
    fs::create_dir_all(folder.join("policies/.h/e")).unwrap();
    fs::create_dir(folder.join("policies/dd")).unwrap();
    let other =
        WIDE.replace("\"s3:Get*\", \"s3:GetObject\"", "\"ec2:Describe*\", \"ec2:DescribeVpcs\"");
    fs::write(folder.join("policies/.h/e/c.json"), &other).unwrap();
    fs::write(folder.join("policies/dd/b.json"), &other).unwrap();
    symlink(".h/e", folder.join("policies/a.json")).unwrap();
    let (policies, configurations) = found(&lint_since(&folder, &[]));
    assert_eq!(policies, [&BOTH[1..], &BOTH].concat());
    assert_eq!(configurations, Vec::<String>::new());
}

/// Another repository in the folder, as a submodule is, is new as a whole and ends no run. Its configuration is new, too, and one that the revision
/// has in its place counts.
#[test]
fn another_repository_in_the_folder_is_new() {
    let folder = folder("since-submodule", "");
    let other = folder.join("policies/other");
    commit(&folder);
    fs::create_dir(&other).unwrap();
    fs::write(other.join("wide.json"), WIDE).unwrap();
    fs::write(other.join("ica-policy.toml"), IGNORE.replace("policies/", "")).unwrap();
    commit(&other);
    let all = (BOTH.map(str::to_owned).into(), CHANGED.map(str::to_owned).into());
    assert_eq!(found(&lint_since(&folder, &[])), all);
    fs::remove_file(other.join("ica-policy.toml")).unwrap();
    assert_eq!(found(&lint_since(&folder, &[])), (all.0, vec![]));
    // It takes the place of a folder of the revision.
    fs::remove_dir_all(other.join(".git")).unwrap();
    fs::write(other.join("ica-policy.toml"), "fail_on = \"info\"\n").unwrap();
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "--message", "a folder"]);
    fs::remove_file(other.join("ica-policy.toml")).unwrap();
    commit(&other);
    let since = lint_since(&folder, &[]);
    assert_eq!(
        (found(&since).1, since.status.code()),
        (CHANGED.map(str::to_owned).into(), Some(1))
    );
}

/// A baseline that the change itself writes hides nothing.
#[test]
fn a_change_cannot_write_its_own_baseline() {
    let folder = folder("since-baseline", "");
    commit_before(&folder);
    run_in(&folder, &["lint", "policies", "--write-baseline", "known.json"]);
    assert_eq!(found(&lint(&folder, &["--baseline", "known.json"])).0, Vec::<String>::new());
    let since = lint_since(&folder, &["--baseline", "known.json"]);
    assert_eq!(found(&since), (BOTH.map(str::to_owned).into(), CHANGED.map(str::to_owned).into()));
    commit(&folder);
    let since = lint_since(&folder, &["--baseline", "known.json"]);
    assert_eq!(found(&since), (vec![], vec![]));
}

/// An ignore may hide something in a file that was not read, or of a rule that was not asked.
#[test]
fn an_ignore_that_was_not_asked_is_not_unused() {
    let glob = "[[ignore]]\nrule = \"pass-any-role\"\npath = \"policies/*.json\"\nreason = \"r\"\n";
    let folder = folder("not-asked", glob);
    fs::write(folder.join("policies/good.json"), WIDE.replace("iam:PassRole", "iam:ListRoles"))
        .unwrap();
    let one = run_in(&folder, &["lint", "policies/good.json", "--format", "json"]);
    assert_eq!(found(&one).1, Vec::<String>::new());
    let other = lint(&folder, &["--select", "lost-colon"]);
    assert_eq!(found(&other).1, Vec::<String>::new());
    fs::remove_file(folder.join("policies/wide.json")).unwrap();
    assert_eq!(found(&lint(&folder, &[])).1, ["unused-ignore"]);
}

/// Each policy fails by its own configuration, and so does each configuration.
#[test]
fn each_configuration_judges_its_own() {
    let over = format!("{IGNORE}expires = \"2020-01-31\"\n");
    let folder = folder("judges", &format!("fail_on = \"error\"\n{over}"));
    fs::create_dir(folder.join("a")).unwrap();
    fs::write(folder.join("a/ica-policy.toml"), "fail_on = \"warning\"\n").unwrap();
    fs::write(folder.join("a/good.json"), WIDE.replace("iam:PassRole", "iam:ListRoles")).unwrap();
    let output = run_in(&folder, &["lint", "a", "policies", "--format", "json"]);
    assert_eq!(found(&output).1, ["expired-ignore"]);
    assert_eq!(output.status.code(), Some(0));
    fs::write(folder.join("a/ica-policy.toml"), "fail_on = \"info\"\n").unwrap();
    let output = run_in(&folder, &["lint", "a", "policies", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
}

/// A misspelt word does not make another file of a policy.
#[test]
fn a_policy_with_a_mistake_is_not_left_out() {
    let folder = folder("misspelt", "");
    for (text, expected) in [
        (WIDE.replace("\"Statement\"", "\"Statment\""), 1),
        (
            WIDE.replace("\"Statement\"", "\"statements\"")
                .replace("\"Version\": \"2012-10-17\", ", ""),
            3,
        ),
        (r#"[{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]"#.to_owned(), 3),
        (r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}"#.to_owned(), 3),
        (r#"{"Version": "2012-10-17"}"#.to_owned(), 1),
    ] {
        fs::write(folder.join("policies/wide.json"), &text).unwrap();
        let output = lint(&folder, &[]);
        assert_eq!(output.status.code(), Some(expected), "{text}: {}", stdout(&output));
        assert_eq!(report(&output)["skipped"], json!([]), "{text}");
    }
    let template = r#"{"Resources": {"P": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": {"Version": "2012-10-17", "Statement": []}}}}}"#;
    fs::write(folder.join("policies/good.json"), WIDE).unwrap();
    fs::write(folder.join("policies/wide.json"), template).unwrap();
    assert_eq!(report(&lint(&folder, &[]))["skipped"], json!(["policies/wide.json"]));
}

#[test]
fn the_word_none_means_nothing_here() {
    let output = run_in(&folder("none", ""), &["lint", "none"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(!stderr(&output).contains("say `none`"), "{}", stderr(&output));
}

/// A version of another thing is no sign of a policy.
#[test]
fn a_date_does_not_make_a_policy() {
    let folder = folder("date", "");
    let path = folder.join("policies/other.json");
    fs::write(path, r#"{"released": "2012-10-17", "name": "x"}"#).unwrap();
    let report = report(&lint(&folder, &["--fail-on", "never"]));
    assert_eq!(report["skipped"], json!(["policies/other.json"]));
    for name in ["version", "Vrsion", "Versoin"] {
        fs::write(
            folder.join("policies/other.json"),
            format!("{{\"{name}\": \"2012-10-17\", \"name\": \"x\"}}"),
        )
        .unwrap();
        assert_eq!(lint(&folder, &[]).status.code(), Some(1), "{name}");
    }
}

/// `lint --batch`: a line with the findings for each line, the id as it was written.
#[test]
fn lines_are_answered_one_by_one() {
    let wide = WIDE.replace('\n', " ");
    let quoted = serde_json::to_string(&wide).unwrap();
    let input = [
        format!(r#"{{"id": 7, "policy": {wide}}}"#),
        format!(r#"{{"id": "scp", "kind": "scp", "policy": {quoted}}}"#),
        String::new(),
        format!(r#"{{"id": [1], "kind": "user", "policy": {wide}}}"#),
        r#"{"id": 8, "policy": {"Statement": 1, }}"#.to_owned(),
        r#"{"id": 9, "policy": {}, "policy": {}}"#.to_owned(),
        r#"{"id": 10, "polcy": {}}"#.to_owned(),
        r#"{"id": [1,], "policy": {}}"#.to_owned(),
        format!(r#"{{"id": 12, "policy": {wide}}} more"#),
        r#"{"id": 01, "policy": {}}"#.to_owned(),
    ];
    let mut child = Command::new(env!("CARGO_BIN_EXE_ica-policy"))
        .args(["lint", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.join("\n").as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let text = stdout(&output);
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let lines = lines.collect::<Vec<_>>();
    let ids = |line: &Value| {
        let findings = line["findings"].as_array().unwrap().iter();
        findings.map(|finding| finding["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((&lines[0]["id"], ids(&lines[0])), (&json!(7), BOTH.map(str::to_owned).into()));
    assert_eq!(
        (&lines[1]["id"], ids(&lines[1])),
        (&json!("scp"), vec!["redundant-action".to_owned()])
    );
    for (line, id, words) in [
        (&lines[2], json!([1]), "no kind of policy"),
        (&lines[3], json!(8), "comma"),
        (&lines[4], json!(9), "twice"),
        (&lines[5], json!(10), "polcy"),
        (&lines[6], json!(null), "comma"),
        (&lines[7], json!(12), "trailing"),
        (&lines[8], json!(null), "not JSON"),
    ] {
        let message = line["error"]["message"].as_str().unwrap();
        assert!(line["id"] == id && message.contains(words), "{line}");
    }
    assert_eq!(lines.len(), 9);
}

/// All policies in the answer about an account, each with its owner; those that AWS manages are nobody's to change.
#[test]
fn the_policies_of_an_account() {
    let folder = folder("account", "");
    let policy = |actions: &str| {
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": [{actions}], "Resource": "*"}}]}}"#
        )
    };
    let wide = policy(r#""ec2:Describe*", "ec2:DescribeVpcs""#);
    let trust = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}"#;
    let managed = |arn: &str| {
        format!(
            r#"{{"PolicyName": "p", "Arn": "{arn}", "PolicyVersionList": [{{"IsDefaultVersion": true, "Document": {wide}}}]}}"#
        )
    };
    let answer = format!(
        r#"{{"UserDetailList": [{{"UserName": "ana", "UserPolicyList": [{{"PolicyName": "own", "PolicyDocument": {wide}}}]}}],
        "GroupDetailList": [], "RoleDetailList": [{{"RoleName": "ica", "AssumeRolePolicyDocument": {trust}, "RolePolicyList": []}}],
        "Policies": [{}, {}]}}"#,
        managed("arn:aws:iam::111122223333:policy/p"),
        managed("arn:aws:iam::aws:policy/p")
    );
    fs::write(folder.join("policies/wide.json"), &answer).unwrap();
    let output = lint(&folder, &[]);
    let report = report(&output);
    let policies = report["policies"].as_array().unwrap().iter();
    let found = policies.map(|policy| {
        (
            policy["of"].as_str().unwrap().to_owned(),
            policy["kind"].as_str().unwrap().to_owned(),
            policy["findings"][0]["id"].clone(),
        )
    });
    let expected = [
        ("user `ana`, inline policy `own`", "identity", "redundant-action"),
        ("role `ica`, trust policy", "trust", "trust-everybody"),
        ("managed policy `p`", "identity", "redundant-action"),
    ];
    let expected = expected.map(|(of, kind, rule)| (of.to_owned(), kind.to_owned(), json!(rule)));
    assert_eq!(found.collect::<Vec<_>>(), expected);
    // It says what each policy is: nothing else can be said of all of them.
    let other = run_in(&folder, &["lint", "policies/wide.json", "--kind", "scp"]);
    assert_eq!(other.status.code(), Some(3));
    assert!(stderr(&other).contains("leave out `--kind`"), "{}", stderr(&other));
    // An account without policies is left out, and a policy with the words of an answer is a policy.
    fs::write(folder.join("policies/none.json"), r#"{"RoleDetailList": []}"#).unwrap();
    let words = WIDE.replace("\"Pass\"", "\"RoleDetailList\"");
    fs::write(folder.join("policies/words.json"), words).unwrap();
    let output = lint(&folder, &[]);
    let all = serde_json::from_str::<Value>(&stdout(&output)).unwrap();
    assert_eq!(all["skipped"], json!(["policies/none.json"]));
    let own = all["policies"].as_array().unwrap().iter().filter(|policy| policy["of"].is_null());
    assert_eq!(
        own.map(|policy| policy["file"].clone()).collect::<Vec<_>>(),
        ["policies/words.json"]
    );
    let one = run_in(&folder, &["lint", "policies/none.json"]);
    assert_eq!(one.status.code(), Some(3));
    for name in ["none.json", "words.json"] {
        fs::remove_file(folder.join("policies").join(name)).unwrap();
    }
    // Nobody keeps the answer as a file.
    run_in(&folder, &["lint", "policies", "--fix"]);
    assert_eq!(fs::read_to_string(folder.join("policies/wide.json")).unwrap(), answer);
}
