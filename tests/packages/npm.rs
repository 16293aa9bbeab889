//! The packages of npm, installed from their archives.

use crate::pypi::Tools;
use crate::repository::{PROJECT, command, exits_with, fresh, succeeds, text};
use std::path::Path;
use std::process::Command;

/// npm installs the package and the one of the platform, and the program runs with its exit code.
pub(crate) fn installed(tools: &Tools) {
    if Command::new("npm").arg("--version").output().is_err() {
        eprintln!("npm is not here: its packages are not tried");
        return;
    }
    let folder = fresh("npm");
    let binary = env!("CARGO_BIN_EXE_ica-policy");
    let pair = format!(
        "{}={binary}",
        succeeds(Command::new("node").args(["-p", "process.platform + '-' + process.arch"])).trim()
    );
    let made = folder.join("made");
    succeeds(
        command(&tools.program("python"))
            .arg("packaging/npm/make.py")
            .arg(&made)
            .args([env!("CARGO_PKG_VERSION"), &pair]),
    );
    let platform = pair.split('=').next().unwrap();
    let mut install = Command::new("npm");
    install
        .args(["install", "--offline", "--no-audit", "--no-fund", "--loglevel", "error"])
        .current_dir(&folder);
    succeeds(install.arg(made.join(platform)).arg(made.join("ica-policy")).args([
        "--install-links",
        "--prefix",
        ".",
    ]));
    let program = folder.join("node_modules/.bin/ica-policy");
    let output = Command::new(&program)
        .args(["check", "--connection", "examples/seed-conflict/ica.toml"])
        .current_dir(Path::new(PROJECT))
        .output()
        .unwrap();
    exits_with(&output, 1);
    assert!(text(&output.stdout).contains("copy-from-bucket"), "{}", text(&output.stdout));
    exits_with(&Command::new(&program).arg("nonsense").output().unwrap(), 2);
}
