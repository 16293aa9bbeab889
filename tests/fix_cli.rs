use crate::support::holds_to_schema;
use crate::support::run::run_in;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const ROLE: &str = "arn:aws:iam::079623148045:role/ica_use1_crossacct";

/// A fresh folder with a copy of the example.
fn example(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for file in ["ica.toml", "user-policy.json", "bucket-policy.json"] {
        fs::copy(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/seed-conflict").join(file),
            folder.join(file),
        )
        .unwrap();
    }
    folder
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap() + &String::from_utf8_lossy(&output.stderr)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect::<Vec<_>>();
    names.sort();
    names
}

const FIX: [&str; 3] = ["fix", "--connection", "ica.toml"];

#[test]
fn the_example_is_shown_as_a_diff_and_left_alone() {
    let folder = example("fix-diff");
    let before = fs::read_to_string(folder.join("bucket-policy.json")).unwrap();
    let output = run_in(&folder, &FIX);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let diff = format!(
        "@@ -18,7 +18,8 @@
                 \"ArnNotLike\": {{
                     \"aws:PrincipalArn\": [
                         \"arn:aws:iam::111122223333:user/illumina_ica_admin\",
-                        \"arn:aws:sts::111122223333:federated-user/*\"
+                        \"arn:aws:sts::111122223333:federated-user/*\",
+                        \"{ROLE}\"
                     ]
                 }}
             }}
"
    );
    for words in [
        "--- a/bucket-policy.json\n+++ b/bucket-policy.json\n",
        &diff,
        "--write makes it",
        "copy-into-bucket",
    ] {
        assert!(text(&output).contains(words), "{words} is not in\n{}", text(&output));
    }
    assert_eq!(fs::read_to_string(folder.join("bucket-policy.json")).unwrap(), before);
}

#[test]
fn with_write_the_file_is_edited_and_nothing_is_left_to_do() {
    let folder = example("fix-write");
    let files = names(&folder);
    assert_eq!(run_in(&folder, &[&FIX[..], &["--write"]].concat()).status.code(), Some(0));
    let check = run_in(&folder, &["check", "--connection", "ica.toml"]);
    assert_eq!(check.status.code(), Some(0), "{}", text(&check));
    assert_eq!(names(&folder), files);
    let edited = fs::read_to_string(folder.join("bucket-policy.json")).unwrap();
    let again = run_in(&folder, &[&FIX[..], &["--write"]].concat());
    assert!(text(&again).contains("nothing is blocked"), "{}", text(&again));
    assert_eq!(fs::read_to_string(folder.join("bucket-policy.json")).unwrap(), edited);
}

#[test]
fn reports_hold_to_their_schema() {
    let folder = example("fix-json");
    let report = |arguments: &[&str]| {
        let output = run_in(&folder, &[&FIX[..], &["--format", "json"], arguments].concat());
        let report = serde_json::from_slice::<Value>(&output.stdout).unwrap();
        holds_to_schema(&report, "fix-v1.json");
        (output.status.code().unwrap(), report)
    };
    let (code, mended) = report(&[]);
    assert_eq!(
        (code, &mended["edits"][0]["value"], &mended["written"]),
        (0, &Value::from(ROLE), &Value::Bool(false))
    );
    assert!(
        mended["files"][0]["diff"]
            .as_str()
            .unwrap()
            .contains(&format!("+                        \"{ROLE}\""))
    );
    let locked = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:Delete*", "Resource": "arn:aws:s3:::acme-genomics/*"}}"#;
    fs::write(folder.join("locked.json"), locked).unwrap();
    let (code, left) = report(&["--bucket-policy", "locked.json", "--operation", "delete-data"]);
    let decision = &left["left"][0]["decisions"][0];
    assert_eq!(
        (code, &decision["kind"], &decision["text"]),
        (1, &Value::from("deny-by-intent"), &Value::from("\"s3:Delete*\""))
    );
    assert_eq!(report(&["--bucket-policy", "nowhere.json"]).0, 3);
    assert_eq!(report(&["--account", "1"]).0, 2);
}

#[test]
fn standard_input_is_repaired_but_not_written() {
    let folder = example("fix-stdin");
    let piped = |more: &[&str]| {
        let arguments = [&FIX[..], &["--bucket-policy", "-"], more].concat();
        let mut command = Command::new(env!("CARGO_BIN_EXE_ica-policy"));
        command.args(arguments).current_dir(&folder).env_clear().env("NO_COLOR", "1");
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(&fs::read(folder.join("bucket-policy.json")).unwrap())
            .unwrap();
        child.wait_with_output().unwrap()
    };
    let shown = piped(&[]);
    assert!(
        shown.status.code() == Some(0) && text(&shown).contains("+++ b/standard input"),
        "{}",
        text(&shown)
    );
    let refused = piped(&["--write"]);
    assert!(
        refused.status.code() == Some(2)
            && text(&refused).contains("standard input cannot be written"),
        "{}",
        text(&refused)
    );
}

/// The second connection reads what the first one has edited: one file is edited for both.
#[test]
fn several_connections_share_a_file() {
    let folder = example("fix-several");
    let settings = fs::read_to_string(folder.join("ica.toml")).unwrap();
    let of = |name: &str, prefix: &str| {
        let skip =
            settings.split("[skip]").next().unwrap().lines().filter(|line| !line.starts_with('#'));
        let lines = skip.collect::<Vec<_>>().join("\n");
        format!(
            "[[connection]]\n{}\nskip = {{ browser-upload = \"no\" }}\n",
            lines.replace("\"seed-conflict\"", name).replace("\"ica/\"", prefix)
        )
    };
    fs::write(folder.join("ica.toml"), of("\"one\"", "\"ica/\"") + &of("\"two\"", "\"lab/\""))
        .unwrap();
    let output = run_in(&folder, &[&FIX[..], &["--write"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(
        fs::read_to_string(folder.join("user-policy.json"))
            .unwrap()
            .contains("arn:aws:s3:::acme-genomics/lab/*")
    );
    assert_eq!(
        fs::read_to_string(folder.join("bucket-policy.json")).unwrap().matches(ROLE).count(),
        2
    );
    assert_eq!(run_in(&folder, &["check", "--connection", "ica.toml"]).status.code(), Some(0));
}

/// The policy of an answer of the AWS CLI is written by itself, and the report says how to put it into AWS.
#[test]
fn documents_are_written_into_a_folder_as_aws_takes_them() {
    let folder = example("fix-out");
    let file = folder.join("bucket-policy.json");
    let policy: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    let answer = serde_json::json!({"Policy": policy.to_string()}).to_string();
    fs::write(&file, &answer).unwrap();
    let output = run_in(&folder, &[&FIX[..], &["--out", "new"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let report = text(&output);
    let call = "  aws s3api put-bucket-policy --region us-east-1 --bucket acme-genomics --policy file://new/bucket-policy.json";
    assert!(report.contains(call), "{report}");
    // The diff is of the policy, in lines.
    assert!(report.contains(&format!("\n+            \"{ROLE}\"\n")), "{report}");
    // The answer stays as it is; what is new can be checked, and is whole.
    assert_eq!(fs::read_to_string(&file).unwrap(), answer);
    assert_eq!(names(&folder.join("new")), ["bucket-policy.json", "ica.toml", "user-policy.json"]);
    let new: Value =
        serde_json::from_str(&fs::read_to_string(folder.join("new/bucket-policy.json")).unwrap())
            .unwrap();
    assert_eq!(
        new["Statement"].as_array().unwrap().len(),
        policy["Statement"].as_array().unwrap().len()
    );
    let same = |name: &str| {
        fs::read(folder.join(name)).unwrap() == fs::read(folder.join("new").join(name)).unwrap()
    };
    assert!(same("user-policy.json"));
    assert!(report.contains("`ica-policy check new`"), "{report}");
    let check = run_in(&folder, &["check", "new"]);
    assert_eq!(check.status.code(), Some(0), "{}", text(&check));
    // Nothing is written over unasked, and --write does not say how to put an answer.
    let again = run_in(&folder, &[&FIX[..], &["--out", "new"]].concat());
    assert_eq!(again.status.code(), Some(2), "{}", text(&again));
    let written = run_in(&folder, &[&FIX[..], &["--write"]].concat());
    assert!(!text(&written).contains("put-bucket-policy"), "{}", text(&written));
    assert_eq!(run_in(&folder, &[&FIX[..], &["--force"]].concat()).status.code(), Some(2));
}

/// The folder is the connection: several of them, files of one name, flags, and what could not be fetched.
#[test]
fn a_folder_that_was_written_can_be_checked() {
    let folder = example("fix-out-several");
    let settings = fs::read_to_string(folder.join("ica.toml")).unwrap();
    fs::create_dir(folder.join("two")).unwrap();
    fs::copy(folder.join("bucket-policy.json"), folder.join("two/bucket-policy.json")).unwrap();
    let settings =
        settings.replace("\"seed-conflict\"", "\"one\"").replace("[skip]", "[connection.skip]");
    let one = format!("[[connection]]\n{settings}");
    let two = one
        .replace("\"one\"", "\"two\"")
        .replace("\"bucket-policy.json\"", "\"two/bucket-policy.json\"");
    fs::write(folder.join("ica.toml"), one + "\n" + &two).unwrap();
    fs::write(
        folder.join("INCOMPLETE"),
        "ownership: aws s3api get-bucket-ownership-controls: AccessDenied\n",
    )
    .unwrap();
    let output =
        run_in(&folder, &[&FIX[..], &["--out", "new", "--versioning", "enabled"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(
        names(&folder.join("new")),
        [
            "2-bucket-policy.json",
            "INCOMPLETE",
            "bucket-policy.json",
            "ica.toml",
            "user-policy.json"
        ]
    );
    assert!(text(&output).contains("file://new/2-bucket-policy.json"), "{}", text(&output));
    let check = run_in(&folder, &["check", "new", "--fail-on", "blocked"]);
    assert_eq!(check.status.code(), Some(0), "{}", text(&check));
    let report = text(&check);
    assert_eq!(report.matches(" enabled,").count(), 2, "{report}");
    assert!(report.contains("get-bucket-ownership-controls"), "{report}");
}

/// Inline policies are put under the names that the answer has.
#[test]
fn an_inline_policy_is_put_under_its_own_names() {
    let folder = example("fix-inline");
    let file = folder.join("user-policy.json");
    let mut policy: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    policy["Statement"][1]["Action"]
        .as_array_mut()
        .unwrap()
        .retain(|action| action != "s3:RestoreObject");
    let answer = serde_json::json!({"UserName": "ica,user", "PolicyName": "inline", "PolicyDocument": policy});
    fs::write(&file, answer.to_string()).unwrap();
    let output = run_in(&folder, &[&FIX[..], &["--out", "new", "--format", "json"]].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    holds_to_schema(&report, "fix-v1.json");
    let calls = report["commands"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| call["command"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(
        calls[0],
        "aws iam put-user-policy --user-name ica,user --policy-name inline --policy-document file://new/user-policy.json"
    );
}
