use crate::support::holds_to_schema;
use crate::support::run::{GENERATE, OF_BUCKET, fresh_folder, run_in, stderr, stdout};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs the binary in the repository with a clean environment.
fn run(arguments: &[&str]) -> Output {
    run_in(root(), arguments)
}

const ROLE: &str = "arn:aws:iam::079623148045:role/ica_use1_crossacct";
const EXAMPLE: &str = "examples/seed-conflict/ica.toml";

#[test]
fn the_example_shows_the_conflict_of_the_pages_steps() {
    let output = run(&["check", "--connection", EXAMPLE]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    for words in [
        "copy-into-bucket       -            -                  blocked",
        "move-from-bucket",
        "\"aws:PrincipalArn\": [",
        "the statement denies",
        &format!("add `{ROLE}` to this list"),
    ] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    assert!(text.contains("upload-data            allowed      allowed"), "{text}");
}

#[test]
fn the_example_is_clean_once_the_missing_arn_is_added() {
    let folder = fresh_folder("repaired");
    for name in ["ica.toml", "user-policy.json", "bucket-policy.json"] {
        let text = fs::read_to_string(root().join("examples/seed-conflict").join(name)).unwrap();
        let anchor = "\"arn:aws:sts::111122223333:federated-user/*\"";
        fs::write(folder.join(name), text.replace(anchor, &format!("{anchor},\n\"{ROLE}\"")))
            .unwrap();
    }
    let output = run(&["check", "--connection", folder.join("ica.toml").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

const FLAGS: [&str; 11] = [
    "check",
    "--bucket",
    "acme-genomics",
    "--account",
    "111122223333",
    "--region",
    "us-east-1",
    "--prefix",
    "ica/",
    "--user",
    "illumina_ica_admin",
];

fn check(more: &[&str]) -> Output {
    run(&[&FLAGS, more].concat())
}

const USER_POLICY: &str = "examples/seed-conflict/user-policy.json";

#[test]
fn the_pages_user_policy_alone_suits_an_unversioned_bucket() {
    let output = check(&[
        "--versioning",
        "unversioned",
        "--identity-policy",
        USER_POLICY,
        "--bucket-policy",
        "none",
    ]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("browser-upload         -            unknown"), "{text}");
    for operation in ["copy-into-bucket", "copy-from-bucket", "move-from-bucket"] {
        assert!(
            text.contains(&format!("{operation:<21}  -            -                  blocked")),
            "{text}"
        );
    }
    assert_eq!(text.matches("blocked\n").count(), 3, "{text}");
    let skip = [
        "--versioning",
        "unversioned",
        "--identity-policy",
        USER_POLICY,
        "--skip",
        "copy-into-bucket",
        "copy-from-bucket",
        "move-from-bucket",
    ];
    assert_eq!(check(&skip).status.code(), Some(0));
}

#[test]
fn the_same_policy_lacks_the_version_actions_on_a_versioned_bucket() {
    let output = check(&[
        "--versioning",
        "enabled",
        "--identity-policy",
        USER_POLICY,
        "--state",
        "connected",
        "--format",
        "json",
    ]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut lacking = Vec::new();
    for operation in report["operations"].as_array().unwrap() {
        for caller in operation["callers"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|caller| caller["caller"] == "iam-user")
        {
            for step in caller["steps"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|step| step["verdict"] == "blocked" && step["level"] == "required")
            {
                let help = step["reasons"][0]["help"].as_str().unwrap();
                assert!(help.contains(step["action"].as_str().unwrap()), "{help}");
                lacking.push((operation["id"].as_str().unwrap(), step["action"].as_str().unwrap()));
            }
        }
    }
    let expected = [
        ("validate-storage", "s3:GetBucketVersioning"),
        ("validate-storage", "s3:ListBucketVersions"),
        ("list-data", "s3:ListBucketVersions"),
        ("download-data", "s3:GetObjectVersion"),
        ("delete-data", "s3:DeleteObjectVersion"),
    ];
    assert_eq!(lacking, expected);
}

/// A document that AWS would not store is not in force, so the run never ends well.
#[test]
fn a_document_that_aws_would_refuse_fails_the_check() {
    let folder = fresh_folder("refused");
    let place = folder.to_str().unwrap();
    let made = run(&[&GENERATE[..], &[place]].concat());
    assert!(made.status.success(), "{}", stderr(&made));
    assert_eq!(run(&["check", place]).status.code(), Some(0));
    let path = folder.join("bucket-policy.json");
    let mut policy: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let refused = serde_json::json!({"Effect": "deny", "Principal": "*", "Action": "sqs:SendMessage",
        "Resource": "arn:aws:s3:::my-bucket/*"});
    policy["Statement"].as_array_mut().unwrap().push(refused);
    fs::write(&path, policy.to_string()).unwrap();
    let found = run(&["check", place]);
    let text = stdout(&found);
    assert_eq!(found.status.code(), Some(1), "{text}");
    assert!(text.starts_with("AWS would refuse a document"), "{text}");
    assert!(!text.contains("connect the bucket"), "{text}");
    assert_eq!(run(&["check", place, "--fail-on", "never"]).status.code(), Some(0));
}

#[test]
fn bad_input_is_a_clear_error_and_nothing_else() {
    let folder = fresh_folder("bad");
    let nested = format!("{{\"a\": {}", "[".repeat(10_000));
    let large = format!("\"{}\"", "x".repeat(50 << 20));
    let cases: [(&str, &[u8], &str); 15] = [
        ("prose.json", b"this is no JSON", "is not JSON: it does not begin with `{`"),
        ("empty.json", b"", "the file is empty"),
        ("blank.json", b" \n", "the file is empty"),
        ("large.json", large.as_bytes(), "larger than 16 MiB"),
        ("nested.json", nested.as_bytes(), "nest deeper than 128 levels"),
        ("latin1.json", b"{\"Id\": \"caf\xe9\"}", "not UTF-8 text: byte 11"),
        ("utf16.json", b"\xff\xfe{\0}\0", "the file is UTF-16"),
        ("other.json", b"{\"Buckets\": []}", "this is JSON, but not a policy"),
        ("p.yaml", b"Version: '2012-10-17'\nStatement: []\n", "is not JSON: it is YAML"),
        ("p.tf", b"# ours\nresource \"aws_iam_policy\" \"p\" {}\n", "it is Terraform's language"),
        (
            "t.yaml",
            b"Resources:\n  B:\n    Type: AWS::S3::BucketPolicy\n",
            "it is a CloudFormation",
        ),
        ("e.json", b"\nAn error occurred (AccessDenied) when", "an error of the AWS CLI"),
        ("cors.json", b"{\"CORSRules\": []}", "it is a CORS configuration"),
        ("plan.json", b"{\"planned_values\": {}}", "it is a plan of Terraform"),
        ("array.json", b"[]", "this is JSON, but not a policy"),
    ];
    for (name, bytes, words) in cases {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        is_refused(path.to_str().unwrap(), words);
    }
    is_refused(folder.to_str().unwrap(), "this is a directory");
    is_refused(folder.join("missing.json").to_str().unwrap(), "there is no such file");
}

#[track_caller]
fn is_refused(path: &str, words: &str) {
    let output = check(&["--identity-policy", path]);
    assert_eq!(output.status.code(), Some(3), "{path}");
    assert_eq!(stdout(&output), "", "{path}");
    let text = stderr(&output);
    assert!(unwrapped(&text).contains(words) && text.lines().count() < 20, "{path}: {text}");
    let output = check(&["--identity-policy", path, "--format", "json"]);
    assert_eq!(output.status.code(), Some(3), "{path}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["errors"][0]["message"].as_str().unwrap().contains(words), "{report}");
    holds_to_schema(&report, "check-v1.json");
}

/// The text without the line breaks that the report puts into long lines; where they are depends on
/// the length of the path.
fn unwrapped(report: &str) -> String {
    let words = report.split_whitespace().filter(|word| *word != "│");
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn wrong_usage_names_the_setting() {
    let cases: [(&[&str], &str); 8] = [
        (
            &["check"],
            "error: --bucket: these are missing: --bucket NAME (which bucket), --account DIGITS (which account owns it), --user NAME or",
        ),
        (&["check", "--account", "111122223333", "--user", "u"], "error: --bucket: which bucket?"),
        (&["check", "--account", "1111", "--bucket", "b"], "`1111` is not an account"),
        (
            &["check", "--account", "111122223333", "--bucket", "arn:aws:s3:::b", "--user", "u"],
            "is not a bucket name",
        ),
        (
            &[
                "check",
                "--account",
                "111122223333",
                "--bucket",
                "bbb",
                "--user",
                "u",
                "--skip",
                "uploads",
            ],
            "`uploads` is not an operation; there are assume-role, validate-storage",
        ),
        (
            &[
                "check",
                "--account",
                "111122223333",
                "--bucket",
                "bbb",
                "--user",
                "u",
                "--versioning",
                "on",
            ],
            "`on` is not a versioning state",
        ),
        (
            &[
                "check",
                "--account",
                "111122223333",
                "--bucket",
                "bbb",
                "--user",
                "u",
                "--assume",
                "aws:username=x",
            ],
            "follows from the caller",
        ),
        (&["check", "--set", "x=y"], "`--set` is not built yet"),
    ];
    for (arguments, words) in cases {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(words), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn a_misspelt_name_in_ica_toml_is_shown_with_its_line() {
    let folder = fresh_folder("toml");
    fs::write(folder.join("ica.toml"), "bucket = 'b'\nbuckt_policy = 'x'\n").unwrap();
    let output = run(&["check", "--connection", folder.join("ica.toml").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("ica.toml:2: there is no setting `buckt_policy`"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn several_connections_of_one_file_are_checked_one_after_the_other() {
    let folder = fresh_folder("several");
    for name in ["user-policy.json", "bucket-policy.json"] {
        fs::copy(root().join("examples/seed-conflict").join(name), folder.join(name)).unwrap();
    }
    let one = "[[connection]]\nbucket = 'acme-genomics'\naccount = '111122223333'\nuser = 'illumina_ica_admin'\nprefix = 'ica/'\nversioning = 'unversioned'\nregion = 'us-east-1'\nidentity_policy = 'user-policy.json'\n";
    let text = format!(
        "{one}name = 'a'\nbucket_policy = 'none'\n{one}name = 'b'\nbucket_policy = 'bucket-policy.json'\n"
    );
    fs::write(folder.join("ica.toml"), text).unwrap();
    let output = run(&[
        "check",
        "--connection",
        folder.join("ica.toml").to_str().unwrap(),
        "--format",
        "json",
    ]);
    let names = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["connection"]["name"].clone())
        .collect::<Vec<_>>();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn a_settings_file_without_a_connection_is_wrong_usage() {
    let folder = fresh_folder("no-connection");
    fs::write(folder.join("ica.toml"), "connection = []").unwrap();
    let output = run(&["check", "--connection", folder.join("ica.toml").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("there is no connection in it"), "{}", stderr(&output));
}

#[test]
fn the_report_names_the_edition_that_was_followed() {
    let ica = |edition: &str| {
        let output = check(&["--edition", edition, "--format", "json"]);
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["data"]["ica"].clone()
    };
    assert_eq!(ica("seed"), "seed");
    assert_eq!(
        ica("current"),
        ica_policy::product::Product::wording(&ica_policy::ica::ICA).edition
    );
}

#[test]
fn the_cause_of_a_consequence_is_shown_though_nobody_asked_for_it() {
    let folder = fresh_folder("root-cause");
    let file = folder.join("user.json");
    let text = fs::read_to_string(root().join(USER_POLICY)).unwrap();
    fs::write(&file, text.replace("s3:GetBucketLocation", "s3:GetBucketAcl")).unwrap();
    let file = file.to_str().unwrap();
    let output = check(&[
        "--identity-policy",
        file,
        "--versioning",
        "unversioned",
        "--operation",
        "upload-data",
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ids = report["operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|operation| operation["id"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(ids, ["validate-storage", "upload-data"]);
    assert_eq!(
        report["operations"][1]["callers"][0]["blocked_by"],
        serde_json::json!(["validate-storage"])
    );
}

#[test]
fn wrong_usage_of_files_and_operations_is_reported() {
    for (more, words) in [
        (&["--operation", "upload-data", "--skip", "upload-data"][..], "nothing is left to check"),
        (&["--identity-policy", "none", USER_POLICY], "`none` excludes other files"),
        (&["--identity-policy", "-", "--bucket-policy", "-"], "only one file can be `-`"),
        (&["--role", "arn:aws:iam::111122223333:role/ica"], "exclude each other"),
        (&["--trust-policy", "none"], "say which one with --role"),
        (&["--kms-key-policy", "none"], "which key is it the policy of?"),
        (&["--kms-key", "alias/ica"], "`alias/ica` is not a KMS key"),
        (
            &["--kms-key", "arn:aws:kms:us-east-1:111122223333:alias/ica"],
            "an alias is another key in every account",
        ),
        (
            &["--kms-key", "arn:aws:kms:us-east-1:111122223333:key/"],
            "region, account or key id is missing",
        ),
        (&["--assume", "kms:CallerAccount=111122223333"], "follows from the caller"),
        (
            &["--assume", "martian:aws:SourceIp=192.0.2.1"],
            "error: --assume: `martian` is not a caller",
        ),
        (&["--ica-region", "mars"], "error: --ica-region: `mars` is not a region of ICA"),
        (&["--ica-region=mars"], "error: --ica-region: `mars` is not a region of ICA"),
    ] {
        let output = check(more);
        assert_eq!(output.status.code(), Some(2), "{more:?}");
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
}

#[test]
fn a_report_that_cannot_be_written_is_no_success() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let binary = env!("CARGO_BIN_EXE_ica-policy");
    let output = Command::new(binary)
        .args(["check", "--connection", EXAMPLE, "--fail-on", "never"])
        .current_dir(root())
        .stdout(full)
        .output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("the report cannot be written"), "{}", stderr(&output));
}

#[test]
fn json_reports_hold_to_the_published_schema() {
    for more in [
        &["--identity-policy", USER_POLICY][..],
        &["--bucket-policy", "examples/seed-conflict/bucket-policy.json"],
        &["--strict"],
        &["--user", "*"],
    ] {
        let output = check(&[more, &["--format", "json"]].concat());
        holds_to_schema(&serde_json::from_slice(&output.stdout).unwrap(), "check-v1.json");
    }
}

#[test]
fn spans_of_a_wrapped_policy_point_into_the_file() {
    let folder = fresh_folder("wrapped");
    let policy =
        fs::read_to_string(root().join("examples/seed-conflict/bucket-policy.json")).unwrap();
    let answer = serde_json::json!({"Policy": policy}).to_string();
    fs::write(folder.join("answer.json"), &answer).unwrap();
    let file = folder.join("answer.json");
    let output = check(&[
        "--bucket-policy",
        file.to_str().unwrap(),
        "--operation",
        "copy-from-bucket",
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let operations = report["operations"].as_array().unwrap();
    let copy = operations.iter().find(|operation| operation["id"] == "copy-from-bucket").unwrap();
    let steps = copy["callers"][0]["steps"].as_array().unwrap();
    let reason = &steps.iter().find(|step| step["action"] == "s3:GetObject").unwrap()["reasons"][0];
    let (start, end) = (
        reason["span"]["start"].as_u64().unwrap() as usize,
        reason["span"]["end"].as_u64().unwrap() as usize,
    );
    assert_eq!(reason["text"].as_str().unwrap(), &answer[start..end]);
    assert!(answer[start..end].starts_with("\\\"aws:PrincipalArn\\\""), "{}", &answer[start..end]);
}

#[test]
fn the_help_names_every_operation_of_the_catalogue() {
    let text = stdout(&run(&["check", "--help"])).split_whitespace().collect::<Vec<_>>().join(" ");
    for operation in &ica_policy::ica::catalogue().operations {
        assert!(text.contains(&operation.id), "{}", operation.id);
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let script = format!(
        "{} check --connection {EXAMPLE} | head -n 1; echo \"${{PIPESTATUS[0]}}\"",
        env!("CARGO_BIN_EXE_ica-policy")
    );
    let output = Command::new("bash").args(["-c", &script]).current_dir(root()).output().unwrap();
    assert!(stdout(&output).trim_end().ends_with('1'), "{}", stdout(&output));
}

#[test]
fn a_setting_has_the_name_that_the_user_wrote() {
    let folder = fresh_folder("names");
    let file = folder.join("ica.toml");
    let file = file.to_str().unwrap();
    fs::write(
        file,
        "bucket = 'acme-genomics'\naccount = '111122223333'\nuser = 'u'\nica_region = 'mars'\n",
    )
    .unwrap();
    let told = |more: &[&str]| stderr(&run(&[&["check", "--connection", file], more].concat()));
    assert!(
        told(&[]).contains(&format!("error: {file}: ica_region: `mars` is not a region")),
        "{}",
        told(&[])
    );
    let by_flag = told(&["--ica-region", "venus"]);
    assert!(by_flag.contains("error: --ica-region: `venus` is not a region"), "{by_flag}");
}

/// Whoever reads the causes alone misses no step that is required and not allowed, and reads no cause twice.
#[test]
fn the_causes_of_a_json_report_stop_each_step_once() {
    let policy = "examples/seed-conflict/bucket-policy.json";
    let output = check(&["--bucket-policy", policy, "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let list = |value: &Value| value.as_array().unwrap().clone();
    let causes = list(&report["causes"]);
    let stops = causes.iter().flat_map(|cause| list(&cause["stops"])).collect::<Vec<_>>();
    for operation in list(&report["operations"]) {
        for caller in list(&operation["callers"]) {
            let is_stopped = list(&caller["steps"])
                .iter()
                .any(|step| step["level"] == "required" && step["verdict"] != "allowed");
            let has_cause = stops.iter().any(|stop| {
                stop["operation"] == operation["id"]
                    && stop["caller"] == caller["caller"]
                    && stop["level"] == "required"
            });
            assert_eq!(is_stopped, has_cause, "{} {}", operation["id"], caller["caller"]);
        }
    }
    for (number, cause) in causes.iter().enumerate() {
        assert!(!causes[number + 1..].contains(cause), "{cause}");
    }
    assert_eq!(report["verdict"], "blocked");
    assert_eq!(report["refused"], serde_json::json!([]));
}

#[test]
fn an_assumed_key_that_nobody_knows_is_told() {
    let key = "AWS:SourceIpp=192.0.2.1";
    let human = check(&["--assume", key]);
    assert!(
        stderr(&human).contains("warning: --assume: ")
            && stderr(&human).contains(&format!("`{key}`")),
        "{}",
        stderr(&human)
    );
    let report = check(&["--assume", key, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
    holds_to_schema(&report, "check-v1.json");
    let finding = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["id"] == "unknown-key")
        .unwrap();
    assert!(
        finding["file"].is_null() && finding["span"].is_null() && finding["severity"] == "warning",
        "{finding}"
    );
    let known = check(&["--assume", "aws:SourceIp=192.0.2.1", "token.example.org:sub=x"]);
    assert!(!stderr(&known).contains("warning"), "{}", stderr(&known));
}

#[test]
fn an_answer_of_get_user_says_whether_there_is_a_boundary() {
    let dir = fresh_folder("get-user");
    let example = root().join("examples/seed-conflict");
    for (from, to) in
        [("user-policy.json", "user-inline-ica.json"), ("bucket-policy.json", "bucket-policy.json")]
    {
        fs::copy(example.join(from), dir.join(to)).unwrap();
    }
    let verdict = |boundary: &str| {
        let answer = format!(
            r#"{{"User": {{"Arn": "arn:aws:iam::111122223333:user/illumina_ica_admin"{boundary}}}}}"#
        );
        fs::write(dir.join("user.json"), answer).unwrap();
        let dir = dir.display().to_string();
        let only = ["--versioning", "unversioned", "--operation", "upload-data"];
        stdout(&run(&[&["check", &dir][..], &OF_BUCKET, &only].concat()))
    };
    let without = verdict("");
    assert!(!without.contains("no-boundary"), "{without}");
    let arn = "arn:aws:iam::111122223333:policy/limit";
    let with = verdict(&format!(
        r#", "PermissionsBoundary": {{"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "{arn}"}}"#
    ));
    assert!(
        with.contains(&format!("the permissions boundary `{arn}`, which was not given")),
        "{with}"
    );
}

#[test]
fn cors_rules_may_be_xml() {
    let dir = fresh_folder("cors-xml");
    let rule = |origin: &str| {
        format!(
            "<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n  <CORSRule>\n    <AllowedOrigin>{origin}</AllowedOrigin>\n    \
             <AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod><AllowedMethod>POST</AllowedMethod><AllowedMethod>DELETE</AllowedMethod>\n    \
             <AllowedMethod>HEAD</AllowedMethod><AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader>\n  </CORSRule>\n</CORSConfiguration>\n"
        )
    };
    let file = dir.join("cors.xml");
    let verdict = |origin: &str| {
        fs::write(&file, rule(origin)).unwrap();
        let name = file.display().to_string();
        let set_up = [
            "--versioning",
            "unversioned",
            "--user",
            "illumina_ica_admin",
            "--identity-policy",
            "examples/seed-conflict/user-policy.json",
            "--bucket-policy",
            "none",
            "--operation",
            "browser-upload",
            "--cors",
            &name,
        ];
        let output = run(&[&["check"][..], &OF_BUCKET, &set_up].concat());
        (stdout(&output), stderr(&output))
    };
    let (right, error) = verdict("*");
    assert!(right.contains("browser-upload  allowed"), "{right}{error}");
    // A place in the XML is named, as one in JSON is.
    let (wrong, error) = verdict("https://elsewhere.example");
    assert!(wrong.contains("browser-upload  blocked"), "{wrong}{error}");
    assert!(wrong.contains("cors.xml:1"), "{wrong}{error}");
}

#[test]
fn two_policies_that_are_swapped_are_recognised() {
    let [user, bucket] = ["user-policy.json", "bucket-policy.json"]
        .map(|name| format!("examples/seed-conflict/{name}"));
    let output = run(&[
        "check",
        "--connection",
        EXAMPLE,
        "--identity-policy",
        &bucket,
        "--bucket-policy",
        &user,
    ]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    let text = stderr(&output);
    assert!(text.contains("the two policies look swapped") && text.lines().count() < 10, "{text}");
    // One wrong file alone is a wrong document, not a swap.
    let output = run(&["check", "--connection", EXAMPLE, "--identity-policy", &bucket]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn what_is_wrong_in_a_settings_file_is_said_in_its_words() {
    let dir = fresh_folder("wrong-settings");
    let file = dir.join("ica.toml");
    for (text, words) in [
        (
            "bucket = \"b\"\nidentity-policy = \"u.json\"\n",
            "ica.toml:2: there is no setting `identity-policy`: do you mean `identity_policy`?",
        ),
        (
            "bucket = \"b\"\nbucketpolicy = \"u.json\"\n",
            "ica.toml:2: there is no setting `bucketpolicy`: do you mean `bucket_policy`?",
        ),
        (
            "account = 111122223333\n",
            "ica.toml:1: a text is wanted here: write \"111122223333\", in quotes",
        ),
        (
            "account = \"111122223333\"\n[[connection]]\nname = \"a\"\n",
            "ica.toml:1: `account` stands above `[[connection]]`",
        ),
        (
            "region = 'us-east-1'\nnonsense = 1\n",
            "ica.toml:2: there is no setting `nonsense`; there are name, bucket",
        ),
        (
            "nonsense = 1\n",
            "ica.toml:1: it has no setting that such a file has; there are connection, name, bucket",
        ),
    ] {
        fs::write(&file, text).unwrap();
        let output = run(&["check", "--connection", &file.display().to_string()]);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
}

/// The published schema of `ica.toml` has the settings that the program takes, and no others.
#[test]
fn the_schema_of_settings_has_them_all() {
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(root().join("schemas/ica-toml-v1.json")).unwrap())
            .unwrap();
    let mut names = schema["$defs"]["connection"]["properties"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect::<Vec<_>>();
    names.sort();
    let dir = fresh_folder("schema-of-settings");
    let file = dir.join("ica.toml");
    fs::write(&file, "region = 'us-east-1'\nnonsense = 1\n").unwrap();
    let error = stderr(&run(&["check", "--connection", &file.display().to_string()]));
    let listed = error
        .split("there are ")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .take_while(|word| *word != "help:");
    let mut known = listed.map(|word| word.trim_matches(',').to_owned()).collect::<Vec<_>>();
    known.sort();
    assert_eq!(names, known);
    let validator = jsonschema::validator_for(&schema).unwrap();
    for example in ["seed-conflict", "kms", "role-method"] {
        let text = fs::read_to_string(root().join(format!("examples/{example}/ica.toml"))).unwrap();
        let settings: Value = toml::from_str(&text).unwrap();
        assert!(
            validator.is_valid(&settings),
            "{example}: {:?}",
            validator.iter_errors(&settings).map(|error| error.to_string()).collect::<Vec<_>>()
        );
    }
    assert!(!validator.is_valid(&serde_json::json!({"bukket": "b"})));
    assert!(validator.is_valid(&serde_json::json!({"connection": [{"bucket": "b"}]})));
}

/// An operation that only newer pages have is not one of the page of 2025.
#[test]
fn copies_inside_of_one_account_are_of_the_current_edition() {
    let example = ["check", "--connection", "examples/seed-conflict/ica.toml", "--format", "json"];
    for (edition, is_there) in [("current", true), ("seed", false)] {
        let output = run(&[&example[..], &["--edition", edition]].concat());
        let report = serde_json::from_slice::<Value>(&output.stdout).unwrap();
        let operations = report["operations"].as_array().unwrap();
        let found = operations.iter().any(|operation| operation["id"] == "copy-within-account");
        assert_eq!(found, is_there, "{edition}");
    }
    let only = ["--edition", "seed", "--operation", "copy-within-account"];
    assert_eq!(run(&[&example[..], &only].concat()).status.code(), Some(2));
}

/// `aws s3api get-bucket-policy --query Policy` prints the policy as a string of JSON, in quotes.
#[test]
fn a_policy_may_be_a_string_alone() {
    let dir = fresh_folder("string-alone");
    let policy =
        fs::read_to_string(root().join("examples/seed-conflict/bucket-policy.json")).unwrap();
    let file = dir.join("bucket.json");
    fs::write(&file, serde_json::to_string(&policy).unwrap()).unwrap();
    let name = file.display().to_string();
    let output = run(&["check", "--connection", EXAMPLE, "--bucket-policy", &name]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains(&format!("add `{ROLE}` to this list")), "{}", stdout(&output));
    // Another string is no policy.
    fs::write(&file, "\"hello\"").unwrap();
    assert_eq!(
        run(&["check", "--connection", EXAMPLE, "--bucket-policy", &name]).status.code(),
        Some(3)
    );
}

#[test]
fn quiet_prints_no_report_and_keeps_the_exit_code() {
    for (arguments, code) in [
        (&["check", "--connection", "examples/seed-conflict/ica.toml"][..], 1),
        (&["check", "--connection", "examples/seed-conflict/ica.toml", "--format", "github"], 1),
        (&["lint", "examples/seed-conflict/user-policy.json"], 0),
    ] {
        let output = run(&[arguments, &["--quiet"]].concat());
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert_eq!(stdout(&output), "", "{arguments:?}");
    }
    let output = run(&["-q", "lint", "no-such-file.json"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("no-such-file.json"), "{}", stderr(&output));
}

/// Both are made from the table of the command line, so every command is in them.
#[test]
fn completions_and_manual_pages_have_every_command() {
    let commands = [
        "can", "check", "compare", "generate", "fix", "explain", "graph", "lint", "inputs",
        "simulate", "test",
    ];
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        let script = stdout(&output);
        assert!(commands.iter().all(|command| script.contains(command)), "{shell}");
        assert!(script.contains("--connection") || script.contains("connection"), "{shell}");
    }
    let folder = fresh_folder("man");
    let output = run(&["man", "--write", folder.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for command in commands {
        let page = fs::read_to_string(folder.join(format!("ica-policy-{command}.1"))).unwrap();
        assert!(page.contains(&format!(".TH ica-policy-{command} 1")), "{page}");
        assert_eq!(page, stdout(&run(&["man", command])), "{command}");
    }
    assert!(folder.join("ica-policy.1").exists());
    let output = run(&["man", "chek"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("`chek` is no command; there are can, check"));
}

/// The shell itself says what it would complete.
#[test]
fn bash_completes_flags_of_commands() {
    let script = stdout(&run(&["completions", "bash"]));
    for (words, expected) in [
        ("ica-policy ch", "check"),
        ("ica-policy check --form", "--format"),
        ("ica-policy lint --k", "--kind"),
        ("ica-policy man c", ""),
    ] {
        let last = words.split(' ').count() - 1;
        let ask = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD={last}\n_ica__policy ica-policy \"${{COMP_WORDS[{last}]}}\" \"${{COMP_WORDS[{last}-1]}}\"\necho \"${{COMPREPLY[*]}}\""
        );
        let output = Command::new("bash").args(["--norc", "-c", &ask]).output();
        let Ok(output) = output else { return };
        let reply = stdout(&output);
        assert!(reply.contains(expected), "{words}: {reply}{}", stderr(&output));
    }
}
