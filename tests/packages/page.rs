//! Formats that other programs judge: JUnit's files hold their schema. The page of `--format html`: the Nu Html Checker of the W3C finds nothing in it, and Chromium shows it.

use crate::pypi::Tools;
use crate::repository::{PROJECT, command, deny_sessions, fresh, succeeds, text, with_connection};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const CHECKER: &str = "vnu-jar@26.9.27";

/// The folder with what is looked at, and the commands that look at it.
fn looked_at(name: &str) -> (PathBuf, [&'static [&'static str]; 4]) {
    let repository = with_connection(name);
    deny_sessions(&repository);
    let odd = r#"{"Version": "2012-10-17", "Statement": {"Sid": "</style><b>&amp;", "Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "*"}}"#;
    fs::write(repository.join("odd <b>.json"), odd).unwrap();
    let runs: [&[&str]; 4] = [
        &["check", "."],
        &["lint", "odd <b>.json"],
        &["compare", "none", "odd <b>.json"],
        &["can", "bucket-policy.json", "--public", "--account", "111122223333"],
    ];
    (repository, runs)
}

/// What each command prints in a format, as files.
fn printed(name: &str, format: &str) -> (PathBuf, Vec<PathBuf>) {
    let folder = fresh(name);
    let (repository, runs) = looked_at(&format!("{name}-of"));
    let mut files = Vec::new();
    for (number, arguments) in runs.iter().enumerate() {
        let mut run = Command::new(env!("CARGO_BIN_EXE_ica-policy"));
        let output = run.args(*arguments).args(["--format", format]).current_dir(&repository);
        let file = folder.join(format!("{number}.{format}"));
        fs::write(&file, output.output().unwrap().stdout).unwrap();
        files.push(file);
    }
    (folder, files)
}

/// JUnit's files hold the schema that Jenkins publishes.
pub(crate) fn junit(tools: &Tools) {
    let schema = Path::new(PROJECT).join("../shared/schemas/junit-10.xsd");
    if !schema.exists() {
        eprintln!("{} is not here: the files are not checked", schema.display());
        return;
    }
    let (_, files) = printed("junit", "junit");
    let program = "import sys, lxml.etree as e\nschema = e.XMLSchema(e.parse(sys.argv[1]))\nfor file in sys.argv[2:]: schema.assertValid(e.parse(file))";
    succeeds(command(&tools.program("python")).args(["-c", program]).arg(schema).args(files));
}

/// Both programs are tried where they are: Java and npm for the checker, Chromium (`.ci/full` installs it).
pub(crate) fn valid(_: &Tools) {
    let (folder, pages) = printed("page", "html");
    checked(&folder, &pages);
    shown(&pages[0]);
}

fn checked(folder: &Path, pages: &[PathBuf]) {
    let is_here = |name: &str| Command::new(name).arg("-version").output().is_ok();
    if !is_here("java") || !is_here("npm") {
        eprintln!("java or npm is not here: the pages are not checked");
        return;
    }
    let mut npm = Command::new("npm");
    npm.args([
        "install",
        "--no-audit",
        "--no-fund",
        "--loglevel",
        "error",
        "--prefix",
        ".",
        CHECKER,
    ]);
    if !npm.current_dir(folder).output().unwrap().status.success() {
        eprintln!("{CHECKER} could not be fetched: the pages are not checked");
        return;
    }
    let checker = "node_modules/vnu-jar/build/dist/vnu.jar";
    let mut java = Command::new("java");
    java.args(["-jar", checker]).current_dir(folder).args(pages);
    let output = java.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}

fn shown(page: &Path) {
    let arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"];
    let mut browser = Command::new("chromium");
    browser.args(arguments).arg(format!("file://{}", page.display()));
    if Command::new("chromium").arg("--version").output().is_err() {
        eprintln!("chromium is not here: the page is not opened");
        return;
    }
    let tree = succeeds(&mut browser);
    assert!(tree.contains("<h1>ica-policy check</h1>"), "{tree}");
    assert!(tree.contains("<td class=\"blocked\">blocked"), "{tree}");
    assert!(tree.contains("<svg") && tree.contains("<mark class=\"cause\""), "{tree}");
}
