//! The templates that `generate` makes, read by the programs of their makers: cfn-lint of AWS, and HashiCorp's own parser of HCL (pygohcl).

use crate::lab::{stderr, stdout};
use crate::pypi::Tools;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A user, a role, a key, and a prefix that looks like parts of templates.
const CONNECTIONS: [&[&str]; 4] = [
    &["--user", "lab/ica", "--prefix", "ica/"],
    &["--user", "ica", "--prefix", "a*b${c}%{d}\"e\\/"],
    &["--role", "lab/ica", "--prefix", "", "--kms-key", KEY],
    &["--user", "arn:aws:iam::444455556666:user/ica", "--prefix", "ica/"],
];
const KEY: &str = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// The folders of all connections in a format.
fn folders(format: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("templates-made").join(format);
    let _ = std::fs::remove_dir_all(&root);
    let made = |(number, flags): (usize, &&[&str])| {
        let folder = root.join(number.to_string());
        let connection =
            ["--bucket", "lab-genomics", "--account", "111122223333", "--region", "eu-central-1"];
        let output = Command::new(env!("CARGO_BIN_EXE_ica-policy"))
            .args(["generate", "--deny-others", "--format", format, "--write"])
            .arg(&folder)
            .args(connection)
            .args(*flags)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        folder
    };
    CONNECTIONS.iter().enumerate().map(made).collect()
}

/// cfn-lint has nothing to say, not even a warning.
pub(crate) fn cloudformation(tools: &Tools) {
    for folder in folders("cloudformation") {
        let template = folder.join("ica.template.json");
        let output = Command::new(tools.program("cfn-lint")).arg(template).output().unwrap();
        assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    }
}

/// The three files of a module are read, and a file with an error is not.
pub(crate) fn terraform(tools: &Tools) {
    let parse = "import pygohcl, sys\nfor name in sys.argv[1:]: pygohcl.loads(open(name).read())";
    let read = |files: &[PathBuf]| {
        Command::new(tools.program("python")).args(["-c", parse]).args(files).output().unwrap()
    };
    for folder in folders("terraform") {
        let files = ["main.tf", "variables.tf", "outputs.tf"].map(|name| folder.join(name));
        let output = read(&files);
        assert!(output.status.success(), "{}", stderr(&output));
        let broken = folder.join("broken.tf");
        let text =
            std::fs::read_to_string(&files[0]).unwrap().replacen("jsonencode(", "jsonencode", 1);
        std::fs::write(&broken, text).unwrap();
        assert!(!read(&[broken]).status.success());
    }
}
