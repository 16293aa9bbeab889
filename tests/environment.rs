use ica_policy::ica::ICA;
use ica_policy::input::{Loader, Unreadable};
use ica_policy::product::build::settings::parse;
use ica_policy::product::build::{Built, build};
use ica_policy::product::refusal::Refusal;
use ica_policy::source::{SourceId, Sources};
use std::fs;
use std::process::Command;

/// A loader for which every file has the same text.
struct Always(&'static str);

impl Loader for Always {
    fn load(&mut self, sources: &mut Sources, name: &str) -> Result<SourceId, Unreadable> {
        Ok(sources.add_file(name, self.0.to_owned()).unwrap())
    }
}

fn built(setting: &str, text: &'static str, sources: &mut Sources) -> Result<Built, Refusal> {
    let settings = format!("bucket = 'bbb'\naccount = '111122223333'\nuser = 'u'\n{setting}");
    build(&ICA, &parse(&settings).unwrap().remove(0), sources, &mut Always(text))
}

/// Checks that a text is refused as a setting, with this message on these words.
#[track_caller]
fn refused(setting: &str, text: &'static str, message: &str, words: &str) {
    let mut sources = Sources::new();
    let unreadable =
        built(&format!("{setting} = 'file.json'"), text, &mut sources).unwrap().unreadable;
    let [Unreadable::Text(findings)] = unreadable.as_slice() else {
        panic!("{setting} {text}: {unreadable:?}")
    };
    let told = findings.iter().any(|finding| {
        finding.message.contains(message) && sources.text(finding.span).contains(words)
    });
    assert!(told, "{setting} {text}: {findings:?}");
}

/// Checks that a text of another form is refused with this message, which quotes nothing of it.
#[track_caller]
fn refused_without_words(setting: &str, text: &'static str, message: &str) {
    let mut sources = Sources::new();
    let unreadable =
        built(&format!("{setting} = 'file.json'"), text, &mut sources).unwrap().unreadable;
    let [Unreadable::Text(findings)] = unreadable.as_slice() else {
        panic!("{setting} {text}: {unreadable:?}")
    };
    let [finding] = findings.as_slice() else { panic!("{setting} {text}: {findings:?}") };
    assert!(finding.message.contains(message), "{setting} {text}: {finding:?}");
    assert_eq!(sources.text(finding.span), "", "{setting} {text}: {finding:?}");
}

const FILES: [&str; 4] = ["cors", "notifications", "public_access_block", "bucket_encryption"];

#[test]
fn what_is_no_json_or_of_another_shape_cannot_be_read() {
    for setting in FILES {
        refused(setting, "", "empty", "");
        refused(setting, "{", "", "");
        refused_without_words(setting, "[1]", "this is no");
        refused_without_words(setting, r#""text""#, "this is no");
        refused_without_words(setting, "null", "this is no");
        let policy = r#"{"Version": "2012-10-17", "Statement": []}"#;
        refused_without_words(setting, policy, "this is no");
    }
}

#[test]
fn misspelt_members_are_told_with_their_place() {
    refused(
        "cors",
        r#"[{"AllowedOrigin": ["*"], "AllowedMethods": ["PUT"]}]"#,
        "`AllowedOrigin` is none",
        "AllowedOrigin",
    );
    refused("cors", r#"{"CORSRules": [{"AllowedOrigins": "*"}]}"#, "a list is wanted", "*");
    refused(
        "notifications",
        r#"{"TopicConfigurations": [], "QueueConfiguration": {}}"#,
        "`QueueConfiguration` is none",
        "QueueConfiguration",
    );
    refused("notifications", r#"{"QueueConfigurations": [{"Id": "a"}]}"#, "without `Events`", "Id");
    let filter = r#"{"QueueConfigurations": [{"Events": [], "Filter": {"Key": {"FilterRules": [{"Name": "infix", "Value": "x"}]}}}]}"#;
    refused("notifications", filter, "`infix` is no filter", "infix");
    let twice = r#"{"QueueConfigurations": [{"Events": [], "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "x"}, {"Name": "Prefix", "Value": "y"}]}}}]}"#;
    refused("notifications", twice, "a second `Prefix`", "y");
    refused(
        "public_access_block",
        r#"{"BlockPublicAcls": true, "RestrictPublicBucket": true}"#,
        "is none of its members",
        "RestrictPublicBucket",
    );
    refused(
        "public_access_block",
        r#"{"RestrictPublicBuckets": "true"}"#,
        "`true` or `false` is wanted",
        "true",
    );
    refused_without_words("public_access_block", "{}", "none of its members");
    let empty = r#"{"PublicAccessBlockConfiguration": {}}"#;
    refused("public_access_block", empty, "none of the four switches", "{}");
    refused("bucket_encryption", r#"{"Rules": []}"#, "one rule is wanted", "[]");
    refused("bucket_encryption", r#"{"Rules": [{}]}"#, "no `SSEAlgorithm`", "{}");
    // A member that occurs twice is ambiguous.
    refused(
        "public_access_block",
        r#"{"RestrictPublicBuckets": true, "RestrictPublicBuckets": false}"#,
        "twice",
        "RestrictPublicBuckets",
    );
}

#[track_caller]
fn wrong_usage(setting: &str, message: &str) {
    let Err(Refusal { message: told, .. }) = built(setting, "", &mut Sources::new()) else {
        panic!("{setting}")
    };
    assert!(told.contains(message), "{told}");
}

#[test]
fn wrong_words_are_wrong_usage() {
    wrong_usage("ownership = 'bucketownerenforced'", "is not an Object Ownership value");
    wrong_usage("encryption = 'AWS:KMS'", "there are AES256 and aws:kms");
    wrong_usage("public_access_block = ['none', 'a.json']", "excludes other files");
}

/// On the command line: exit code 3 and the place. Flags and names of the settings file mean the
/// same.
#[test]
fn the_command_line_takes_the_settings() {
    let folder =
        std::env::temp_dir().join(format!("ica-policy-environment-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write(
        "cors.json",
        r#"[{"AllowedOrigins": ["https://ica.illumina.com/"], "AllowedMethods": ["PUT"]}]"#,
    );
    write("empty.json", "");
    let run = |arguments: &[&str]| {
        let common = [
            "check",
            "--bucket",
            "bbb",
            "--account",
            "111122223333",
            "--user",
            "u",
            "--operation",
            "browser-upload",
            "--format",
            "json",
        ];
        let output = Command::new(env!("CARGO_BIN_EXE_ica-policy"))
            .current_dir(&folder)
            .args(common)
            .args(arguments)
            .output()
            .unwrap();
        let report = serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
        crate::support::holds_to_schema(&report, "check-v1.json");
        (output.status.code(), report)
    };
    let (code, report) = run(&[
        "--cors",
        "cors.json",
        "--notifications",
        "none",
        "--ownership",
        "ObjectWriter",
        "--encryption",
        "AES256",
    ]);
    assert_eq!(code, Some(1));
    let cors = report["environment"]
        .as_array()
        .unwrap()
        .iter()
        .find(|found| found["check"] == "cors")
        .unwrap();
    assert_eq!(
        (cors["verdict"].as_str(), cors["reasons"][0]["text"].as_str()),
        (Some("blocked"), Some(r#""https://ica.illumina.com/""#))
    );
    assert_eq!(cors["reasons"][0]["span"]["line"], 1);
    assert_eq!(report["connection"]["layers"]["notifications"], "none");
    // Copies were not asked for, so the ownership of the objects they write is not reported.
    assert!(
        !report["environment"]
            .as_array()
            .unwrap()
            .iter()
            .any(|found| found["check"] == "ownership")
    );
    let (code, report) = run(&["--cors", "empty.json"]);
    assert_eq!(code, Some(3));
    assert!(report["errors"][0]["message"].as_str().unwrap().contains("empty"), "{report}");
    fs::remove_dir_all(&folder).unwrap();
}
