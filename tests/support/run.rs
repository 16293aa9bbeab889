//! Runs the binary, and makes folders to run it in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Runs the binary in a folder with a clean environment and nothing on standard input.
pub fn run_in(folder: &Path, arguments: &[&str]) -> Output {
    run_reading(folder, arguments, Stdio::null())
}

/// The same with this text on standard input.
pub fn run_with_input(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let path = folder.join("standard-input");
    fs::write(&path, input).unwrap();
    run_reading(folder, arguments, fs::File::open(path).unwrap().into())
}

fn run_reading(folder: &Path, arguments: &[&str], input: Stdio) -> Output {
    let binary = env!("CARGO_BIN_EXE_ica-policy");
    Command::new(binary)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("NO_COLOR", "1")
        .stdin(input)
        .output()
        .unwrap()
}

/// Runs a line of a shell that calls `ica-policy`, as a user who pastes it.
pub fn run_in_shell(folder: &Path, line: &str) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_ica-policy"));
    let path = std::env::var("PATH").unwrap_or_default();
    let folder_of_binary = binary.parent().unwrap().display();
    Command::new("sh")
        .args(["-c", line])
        .current_dir(folder)
        .env_clear()
        .env("NO_COLOR", "1")
        .env("PATH", format!("{folder_of_binary}:{path}"))
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The arguments that make the documents of a connection; the folder follows.
pub const GENERATE: [&str; 14] = [
    "generate",
    "--bucket",
    "my-bucket",
    "--account",
    "111122223333",
    "--region",
    "eu-central-1",
    "--prefix",
    "ica/",
    "--versioning",
    "unversioned",
    "--user",
    "ica",
    "--write",
];

/// The flags of the bucket that most tests are about.
pub const OF_BUCKET: [&str; 8] = [
    "--bucket",
    "acme-genomics",
    "--account",
    "111122223333",
    "--region",
    "us-east-1",
    "--prefix",
    "ica/",
];

/// A fresh folder below the build folder.
pub fn fresh_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs git in a folder as the people of its repository do, whatever the settings of the machine.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let who = ["user.name=t", "user.email=t@example.org"];
    let settings = ["init.defaultBranch=main", "commit.gpgsign=false"];
    let output = Command::new("git")
        .args(who.into_iter().chain(settings).flat_map(|setting| ["-c", setting]))
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    stdout(&output).trim().to_owned()
}
