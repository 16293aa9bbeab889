use crate::support::run::{fresh_folder, run_in, run_in_shell, stderr, stdout};
use crate::support::{files_below, holds_to_schema, one_of};
use ica_policy::api::{Status, TestOptions, Tested, Workspace};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

#[derive(Deserialize)]
struct Cases<T> {
    case: Vec<T>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    title: String,
    #[allow(dead_code, reason = "for people")]
    source: String,
    files: BTreeMap<String, String>,
    tests: String,
    expect: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrong {
    tests: String,
    mentions: Vec<String>,
    line: usize,
}

fn corpus<T: serde::de::DeserializeOwned>(name: &str) -> Vec<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/expectations").join(name);
    toml::from_str::<Cases<T>>(&fs::read_to_string(path).unwrap()).unwrap().case
}

/// A workspace with these texts.
fn workspace(files: &BTreeMap<String, String>, tests: &str) -> Workspace {
    let mut workspace = Workspace::new();
    for (name, text) in files {
        workspace.add_text(name, text).unwrap();
    }
    workspace.add_text("policy-tests.toml", tests).unwrap();
    workspace
}

fn tested(files: &BTreeMap<String, String>, tests: &str) -> Tested {
    workspace(files, tests).test("policy-tests.toml", TestOptions::default()).unwrap()
}

/// The word of the corpus and of JSON.
fn status(of: Status) -> String {
    serde_json::to_value(of).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn every_test_of_the_corpus_has_its_result() {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for case in corpus::<Case>("cases.toml") {
        let tested = tested(&case.files, &case.tests);
        assert_eq!(tested.tests.len(), case.expect.len(), "{}", case.title);
        for test in &tested.tests {
            let expected = case.expect[&test.name].as_str();
            seen.insert(expected.to_owned());
            if status(test.status) != expected {
                wrong.push(format!("{}: {}: {:?}", case.title, test.name, test.status));
            }
            // Who reads a failure sees why.
            let has_example = test.parts.iter().any(|part| !part.counterexamples.is_empty());
            assert_eq!(has_example, expected != "holds", "{}: {}", case.title, test.name);
        }
        assert!(!tested.is_defect, "{}", case.title);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(seen.len(), 3);
}

#[test]
fn what_cannot_be_meant_so_is_said_with_its_line() {
    let policy = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}}"#;
    let files = BTreeMap::from([("p.json".to_owned(), policy.to_owned())]);
    for Wrong { tests, mentions, line } in corpus("wrong.toml") {
        let error = workspace(&files, &tests).test("policy-tests.toml", TestOptions::default());
        let error = error.err().unwrap_or_else(|| panic!("it was accepted: {tests}"));
        let [finding] = error.findings() else { panic!("{error}") };
        let words = format!("{} {}", finding.message, finding.help.clone().unwrap_or_default());
        for part in mentions {
            assert!(words.contains(&part), "{tests}\n{words}");
        }
        let found = finding.place.as_ref().map_or(0, |place| place.line);
        assert_eq!(found, line, "{tests}\n{words}");
    }
}

/// The policies of a folder as values of a line of `simulate`.
struct Lines {
    user: Value,
    bucket: Value,
}

impl Lines {
    fn of(folder: &Path) -> Lines {
        let read = |name: &str| {
            serde_json::from_str(&fs::read_to_string(folder.join(name)).unwrap()).unwrap()
        };
        Lines { user: read("user-policy.json"), bucket: read("bucket-policy.json") }
    }

    /// What `simulate` answers to a request of a report.
    fn decision(&self, folder: &Path, request: &Value) -> String {
        let mut line = request.clone();
        let principal = request["principal"].as_str().unwrap_or_default();
        // What Illumina's own policies and ICA's session policy allow is assumed.
        let all = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
        let is_own = principal.contains(":111122223333:");
        line["identity_policies"] = json!([if is_own { &self.user } else { &all }]);
        if principal.contains(":federated-user/") {
            line["session_policies"] = json!([all]);
        }
        if request["resource"].as_str().unwrap().starts_with("arn:aws:s3:::acme-genomics") {
            line["resource_policy"] = self.bucket.clone();
        }
        let output = crate::support::run::run_with_input(
            folder,
            &["simulate", "--batch"],
            &format!("{line}\n"),
        );
        let answer = serde_json::from_str::<Value>(&stdout(&output)).unwrap();
        answer["decision"].as_str().unwrap_or_else(|| panic!("{line}: {answer}")).to_owned()
    }
}

/// The files of the ICA page: the connection of the seed, with one word changed.
fn seed(name: &str) -> std::path::PathBuf {
    let folder = fresh_folder(name);
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/seed-conflict");
    for file in ["ica.toml", "user-policy.json", "bucket-policy.json"] {
        fs::copy(from.join(file), folder.join(file)).unwrap();
    }
    folder
}

fn report(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = run_in(folder, &[&["test"], arguments, &["--format", "json"]].concat());
    let report = serde_json::from_str::<Value>(&stdout(&output)).unwrap();
    holds_to_schema(&report, "test-v1.json");
    (output.status.code().unwrap(), report)
}

fn names_with(report: &Value, status: &str) -> BTreeSet<String> {
    let tests = report["tests"].as_array().unwrap().iter();
    let tests = tests.filter(|test| test["status"] == status);
    tests.map(|test| test["name"].as_str().unwrap().to_owned()).collect()
}

/// What holds today is written; without one action exactly the tests fail that name it for a caller whom that file concerns; and every
/// request that shows a failure gets that answer from `simulate`.
#[test]
fn a_first_file_pins_every_action_of_the_page() {
    let folder = seed("first-file-of-tests");
    // Without the Deny of the example everything that the page asks for is allowed.
    let bucket = folder.join("bucket-policy.json");
    let mut policy: Value = serde_json::from_str(&fs::read_to_string(&bucket).unwrap()).unwrap();
    policy["Statement"].as_array_mut().unwrap().retain(|own| own["Effect"] == "Allow");
    fs::write(&bucket, policy.to_string()).unwrap();
    let output = run_in(&folder, &["test", "--update", "--connection", "ica.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    let (code, before) = report(&folder, &[]);
    assert_eq!((code, &before["counts"]["fails"]), (0, &json!(0)));
    assert!(before["tests"].as_array().unwrap().len() >= 12, "{before}");
    // It is not written over.
    let output = run_in(&folder, &["test", "--update", "--connection", "ica.toml"]);
    assert_eq!(output.status.code(), Some(2));

    let (mut removed, mut replayed) = (0, 0);
    for (file, callers) in [
        ("user-policy.json", &["iam-user", "federated-session"][..]),
        ("bucket-policy.json", &["cross-account-role"]),
    ] {
        let path = folder.join(file);
        let text = fs::read_to_string(&path).unwrap();
        let policy: Value = serde_json::from_str(&text).unwrap();
        for (at, statement) in policy["Statement"].as_array().unwrap().iter().enumerate() {
            let Some(actions) = statement["Action"].as_array() else { continue };
            for (number, action) in actions.iter().enumerate() {
                let mut changed = policy.clone();
                changed["Statement"][at]["Action"].as_array_mut().unwrap().remove(number);
                fs::write(&path, changed.to_string()).unwrap();
                let (code, after) = report(&folder, &[]);
                let needs = |test: &&Value| {
                    let has = |member: &str, text: &Value| {
                        test[member].as_array().unwrap().contains(text)
                    };
                    let parts = test["parts"].as_array().unwrap();
                    let concerns = parts
                        .iter()
                        .any(|part| callers.contains(&part["caller"].as_str().unwrap_or_default()));
                    test["expected"] == "allow" && has("actions", action) && concerns
                };
                let needing = before["tests"].as_array().unwrap().iter().filter(needs);
                let needing = needing
                    .map(|test| test["name"].as_str().unwrap().to_owned())
                    .collect::<BTreeSet<_>>();
                let failed = names_with(&after, "fails");
                assert_eq!(failed, needing, "without {action} of {file}");
                assert_eq!(code, i32::from(!needing.is_empty()), "without {action} of {file}");
                removed += 1;
                let lines = Lines::of(&folder);
                for test in after["tests"].as_array().unwrap() {
                    for part in test["parts"].as_array().unwrap() {
                        for one in part["counterexamples"].as_array().unwrap() {
                            let decision = lines.decision(&folder, &one["request"]);
                            assert_ne!(decision, "Allowed", "{one}");
                            assert!(
                                !is_allowed(&folder, one["command"].as_str().unwrap()),
                                "{one}"
                            );
                            replayed += 1;
                        }
                    }
                }
            }
        }
        fs::write(&path, text).unwrap();
    }
    assert!(removed >= 12 && replayed >= removed, "{removed} actions, {replayed} requests");
}

/// What fails as `deny` shows a request that `simulate` allows.
#[test]
fn a_failure_of_deny_is_replayed() {
    let folder = seed("failure-of-deny");
    let tests = "connection = 'ica.toml'\n[[test]]\nname = 'x'\ndeny = 's3:*'\non = 'arn:aws:s3:::acme-genomics/*'\ncaller = 'all'\n";
    fs::write(folder.join("policy-tests.toml"), tests).unwrap();
    let (code, report) = report(&folder, &[]);
    assert_eq!(code, 1);
    let lines = Lines::of(&folder);
    let mut seen = 0;
    for part in report["tests"][0]["parts"].as_array().unwrap() {
        for one in part["counterexamples"].as_array().unwrap() {
            assert_eq!(lines.decision(&folder, &one["request"]), "Allowed", "{one}");
            assert!(is_allowed(&folder, one["command"].as_str().unwrap()), "{one}");
            assert!(!one["allowed"]["because"].as_array().unwrap().is_empty(), "{one}");
            seen += 1;
        }
    }
    assert!(seen > 0);
}

/// Whether the command that a report gives says that the request is allowed.
fn is_allowed(folder: &Path, command: &str) -> bool {
    let output = run_in_shell(folder, command);
    let code = output.status.code();
    assert!(code.is_some_and(|code| code < 2), "{command}\n{}", stderr(&output));
    code == Some(0)
}

/// Each failure of the corpus gives a command that shows it, but where nobody by name asks or a policy of the resource is imagined.
#[test]
fn the_command_of_a_failure_shows_it() {
    let (mut allowed, mut denied) = (0, 0);
    for (number, case) in corpus::<Case>("cases.toml").into_iter().enumerate() {
        let folder = fresh_folder(&format!("command-of-failure-{number}"));
        for (name, text) in &case.files {
            fs::write(folder.join(name), text).unwrap();
        }
        fs::write(folder.join("policy-tests.toml"), &case.tests).unwrap();
        let (_, report) = report(&folder, &[]);
        for test in report["tests"].as_array().unwrap() {
            let parts = test["parts"].as_array().unwrap().iter();
            let all = parts.flat_map(|part| {
                let examples = part["counterexamples"].as_array().unwrap().iter();
                examples.map(move |one| (!part["caller"].is_null(), one))
            });
            for (has_caller, one) in all.filter(|(_, one)| one["granted"] != "unknown") {
                let Some(command) = one["command"].as_str() else {
                    assert!(!has_caller || test["expected"] == "never", "{}: {one}", case.title);
                    continue;
                };
                let is_allowed = is_allowed(&folder, command);
                assert_eq!(is_allowed, test["expected"] != "allow", "{}: {one}", case.title);
                if is_allowed { allowed += 1 } else { denied += 1 }
            }
        }
    }
    assert!(allowed > 2 && denied > 2, "{allowed} allowed, {denied} denied");
}

/// A test without keys asks for more requests than a step of `check` makes: it cannot hold where the step is not allowed, and `deny` cannot
/// hold where it is allowed.
#[test]
fn tests_and_check_do_not_contradict_each_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/ica");
    let (mut asked, mut held) = (0, 0);
    for path in files_below(&root, ".toml").into_iter().step_by(one_of(5)) {
        let mut document: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let mut workspace = Workspace::new();
        let files: Option<BTreeMap<String, String>> =
            document.remove("files").and_then(|files| files.try_into().ok());
        for (name, text) in files.unwrap_or_default() {
            workspace.add_text(&name, &text).unwrap();
        }
        let connection = document.remove("connection").unwrap();
        workspace.add_text("ica.toml", &toml::to_string(&connection).unwrap()).unwrap();
        let Ok(checked) = workspace.check("ica.toml") else { continue };
        let mut tests = String::from("connection = 'ica.toml'\n");
        let mut verdicts = Vec::new();
        for operation in &checked[0].operations {
            for caller in &operation.callers {
                for step in &caller.steps {
                    let is_policy = step.action.contains(':') && step.resource.starts_with("arn:");
                    if !is_policy || step.action.starts_with("sts:AssumeRole") {
                        continue;
                    }
                    for expected in ["allow", "deny"] {
                        tests.push_str(&format!(
                            "[[test]]\n{expected} = '{}'\non = '{}'\ncaller = '{}'\n",
                            step.action, step.resource, caller.caller
                        ));
                        verdicts.push((expected, step.verdict, step.action.clone()));
                    }
                }
            }
        }
        workspace.add_text("policy-tests.toml", &tests).unwrap();
        let tested = workspace.test("policy-tests.toml", TestOptions::default());
        let tested = match tested {
            Ok(tested) => tested,
            Err(error) => panic!("{}: {error}", path.display()),
        };
        for (test, (expected, verdict, action)) in tested.tests.iter().zip(&verdicts) {
            asked += 1;
            held += usize::from(test.status == Status::Holds);
            let holds = test.status == Status::Holds;
            let contradicts = match *expected {
                "allow" => holds && verdict.word() != "allowed",
                _ => holds && verdict.word() == "allowed",
            };
            assert!(!contradicts, "{}: {expected} {action}: {verdict:?}", path.display());
        }
    }
    assert!(asked > 500 && held > 150, "{asked} asked, {held} held");
}

/// Words that no test needs are listed, words that one needs are not.
#[test]
fn coverage_lists_what_no_test_needs() {
    let folder = fresh_folder("coverage-of-tests");
    let policy = "{\"Version\": \"2012-10-17\", \"Statement\": [\n\
        {\"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\",\n\"s3:PutObject\"], \"Resource\": \"arn:aws:s3:::b/*\",\n\
        \"Condition\": {\"IpAddress\": {\"aws:SourceIp\": [\"203.0.113.0/24\",\n\"198.51.100.0/24\"]}}},\n\
        {\"Effect\": \"Deny\", \"Action\": \"s3:DeleteObject\", \"Resource\": \"*\"}]}";
    fs::write(folder.join("p.json"), policy).unwrap();
    let tests = "identity_policy = 'p.json'\n[[test]]\nallow = 's3:GetObject'\non = 'arn:aws:s3:::b/*'\nwith = { 'aws:SourceIp' = '203.0.113.7' }\n";
    fs::write(folder.join("policy-tests.toml"), tests).unwrap();
    let (code, report) = report(&folder, &["--coverage"]);
    assert_eq!(code, 0);
    let lines = report["untested"].as_array().unwrap().iter();
    let lines =
        lines.map(|own| (own["span"]["line"].as_u64().unwrap(), own["id"].as_str().unwrap()));
    // Line 3: s3:PutObject; line 4: the condition as a whole, without which the test holds too; line 5: the other network; line 6: the Deny.
    assert_eq!(
        lines.collect::<Vec<_>>(),
        [(3, "untested"), (4, "untested"), (5, "untested"), (6, "untested")]
    );
    assert_eq!(report["words"], 7);
}

#[test]
fn files_and_names_that_are_not_there() {
    let folder = seed("tests-elsewhere");
    let below = folder.join("below");
    fs::create_dir(&below).unwrap();
    let tests = "connection = '../ica.toml'\n[[test]]\nallow = 's3:GetObject'\non = 'arn:aws:s3:::acme-genomics/ica/*'\ncaller = 'iam-user'\n";
    fs::write(below.join("policy-tests.toml"), tests).unwrap();
    let output = run_in(&below, &["test"]);
    assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
    assert!(stderr(&output).contains("--allow-outside reads it all the same"));
    let output = run_in(&below, &["test", "--allow-outside", "--fail-on", "never"]);
    assert_eq!(output.status.code(), Some(0));
    let output = run_in(&below, &["test", "--only", "nothing of this name", "--allow-outside"]);
    assert_eq!(output.status.code(), Some(2));
    // The settings that it names are held to the same.
    let settings = fs::read_to_string(folder.join("ica.toml")).unwrap();
    let settings = settings.replace("\"bucket-policy.json\"", "\"../elsewhere.json\"");
    fs::write(folder.join("ica.toml"), settings).unwrap();
    fs::write(folder.join("policy-tests.toml"), tests.replace("../", "")).unwrap();
    let output = run_in(&folder, &["test"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("elsewhere.json"), "{}", stderr(&output));
    assert_eq!(run_in(&folder, &["test", "no-such.toml"]).status.code(), Some(3));
    assert_eq!(run_in(&folder, &["test", "--update"]).status.code(), Some(2));
}

#[test]
fn a_long_report_of_tests_says_how_much_more_there_is() {
    let folder = fresh_folder("tests-long");
    let policy = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#;
    fs::write(folder.join("p.json"), policy).unwrap();
    let fails = "[[test]]\nname = 'nothing'\ndeny = 's3:*'\non = ['*', 'arn:aws:s3:::b/*', 'arn:aws:s3:::c/*', 'arn:aws:s3:::d/*']\n";
    let holds =
        "[[test]]\nname = 'reads'\nallow = 's3:GetObject'\non = 'arn:aws:s3:::b/*'\n".repeat(60);
    let tests = format!("identity_policy = 'p.json'\n{fails}{holds}");
    fs::write(folder.join("policy-tests.toml"), tests).unwrap();
    let text = stdout(&run_in(&folder, &["test"]));
    assert!(text.contains("more groups of actions and callers; --verbose shows all"), "{text}");
    let expected = text.lines().filter(|line| line.contains("expected: deny"));
    assert_eq!(expected.count(), 3, "{text}");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(" more on *"), "the actions beyond six are counted: {text}");
    assert!(!text.contains("reads"), "{text}");
    assert!(text.contains("61 tests: 60 hold, 1 fail"), "{text}");
    let text = stdout(&run_in(&folder, &["test", "--verbose"]));
    assert_eq!(text.matches("holds     reads").count(), 60);
    assert!(!text.contains("--verbose shows all"), "{text}");
}

/// A case for each test, whether it holds or not.
#[test]
fn junit_has_every_test() {
    let folder = fresh_folder("tests-junit");
    let case = corpus::<Case>("cases.toml").remove(0);
    for (name, text) in &case.files {
        fs::write(folder.join(name), text).unwrap();
    }
    fs::write(folder.join("policy-tests.toml"), &case.tests).unwrap();
    let output = run_in(&folder, &["test", "--format", "junit"]);
    let text = stdout(&output);
    let document = roxmltree::Document::parse(&text).unwrap();
    let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
    let cases = cases.map(|node| {
        let fails = node.children().any(|child| child.has_tag_name("failure"));
        (node.attribute("name").unwrap().to_owned(), fails)
    });
    let expected = case.expect.iter().map(|(name, status)| (name.clone(), status == "fails"));
    assert_eq!(cases.collect::<BTreeMap<_, _>>(), expected.collect::<BTreeMap<_, _>>());
    let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
    assert_eq!((suite.attribute("tests"), suite.attribute("failures")), (Some("7"), Some("2")));
}

/// The example is reviewed by hand, and its schema is that of the file.
#[test]
fn the_example_holds_and_keeps_to_the_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = run_in(root, &["test", "examples/kms", "--coverage"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let text = fs::read_to_string(root.join("examples/kms/policy-tests.toml")).unwrap();
    let document = serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap();
    holds_to_schema(&document, "policy-tests-v1.json");
    for case in corpus::<Case>("cases.toml") {
        let document = serde_json::to_value(case.tests.parse::<toml::Table>().unwrap()).unwrap();
        holds_to_schema(&document, "policy-tests-v1.json");
    }
}

/// A command stands only where it shows the failure: not for a key that the flag cannot say, nor where `simulate` leaves the request open.
#[test]
fn a_command_that_would_show_something_else_is_not_given() {
    let folder = fresh_folder("no-command");
    let conditions = [
        r#"{"StringEquals": {"aws:PrincipalTag/a=b": "x=y"}}"#,
        r#"{"ForAllValues:StringEquals": {"s3:RequestObjectTagKeys": ["a", "b"]}, "Null": {"s3:RequestObjectTagKeys": "false"}}"#,
    ];
    for condition in conditions {
        let policy = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*", "Condition": {condition}}}]}}"#
        );
        fs::write(folder.join("user.json"), policy).unwrap();
        let tests = "identity_policy = 'user.json'\n[[test]]\nname = 'x'\ndeny = 's3:PutObject'\non = 'arn:aws:s3:::b/*'\ncaller = 'arn:aws:iam::111122223333:user/ana'\n";
        fs::write(folder.join("policy-tests.toml"), tests).unwrap();
        let (_, report) = report(&folder, &[]);
        let one = &report["tests"][0]["parts"][0]["counterexamples"][0];
        assert!(!one["request"].is_null(), "{report}");
        assert!(one["command"].is_null(), "{one}");
    }
}

/// An operation that is stopped in part has an entry that says so; a part of its name finds it, in any case of the letters.
#[test]
fn a_first_file_says_what_it_has_in_part() {
    let folder = seed("first-file-in-part");
    assert_eq!(
        run_in(&folder, &["test", "--update", "--connection", "ica.toml"]).status.code(),
        Some(0)
    );
    let file = fs::read_to_string(folder.join("policy-tests.toml")).unwrap();
    assert!(file.contains("name = \"copy-into-bucket (in part)\""), "{file}");
    assert!(file.contains("name = \"upload-data\""), "{file}");
    let (_, report) = report(&folder, &["--only", "COPY-INTO"]);
    assert_eq!(report["tests"].as_array().unwrap().len(), 1, "{report}");
}
