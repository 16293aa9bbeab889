//! The hooks, run by the real pre-commit.

use crate::pypi::Tools;
use crate::repository::{
    PROJECT, commit, deny_sessions, exits_with, fresh, git, text, with_connection,
};
use crate::wheel;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The hooks in a repository of their own, as pre-commit fetches them.
fn hooks() -> PathBuf {
    let folder = fresh("hooks");
    git(&folder, &["init", "--quiet"]);
    fs::copy(
        Path::new(PROJECT).join(".pre-commit-hooks.yaml"),
        folder.join(".pre-commit-hooks.yaml"),
    )
    .unwrap();
    commit(&folder);
    folder
}

/// Runs the hooks over what is staged, as `git commit` would.
fn run(tools: &Tools, repository: &Path, configuration: &str) -> Output {
    fs::write(repository.join(".pre-commit-config.yaml"), configuration).unwrap();
    git(repository, &["add", "--all"]);
    let binary = Path::new(env!("CARGO_BIN_EXE_ica-policy")).parent().unwrap();
    Command::new(tools.program("pre-commit"))
        .arg("run")
        .current_dir(repository)
        .env("PRE_COMMIT_HOME", fresh("pre-commit-home"))
        .env("PATH", wheel::path_with(binary))
        .output()
        .unwrap()
}

/// The words of a hook's line and what follows it.
fn of_hook<'a>(report: &'a str, id: &str) -> &'a str {
    let (_, rest) = report.split_once(&format!("{id}..")).unwrap_or_else(|| panic!("{report}"));
    rest.split("\nica-policy ").next().unwrap()
}

/// With the `ica-policy` on the path: a clean change passes; a Deny that blocks a session fails `check`, and nothing is newly allowed.
pub(crate) fn system(tools: &Tools) {
    let repository = with_connection("pre-commit");
    let revision = git(&hooks(), &["rev-parse", "HEAD"]);
    let configuration = format!(
        "repos:\n- repo: {}\n  rev: {revision}\n  hooks:\n  - id: ica-policy-check\n  - id: ica-policy-lint\n  - id: ica-policy-compare\n",
        hooks_folder().display()
    );
    let policy = repository.join("user-policy.json");
    let same = fs::read_to_string(&policy).unwrap().replace("  ", " ");
    fs::write(&policy, same).unwrap();
    let output = run(tools, &repository, &configuration);
    exits_with(&output, 0);
    let report = text(&output.stdout);
    assert_eq!(report.matches("Passed").count(), 3, "{report}");

    deny_sessions(&repository);
    let output = run(tools, &repository, &configuration);
    exits_with(&output, 1);
    let report = text(&output.stdout);
    assert!(of_hook(&report, "check").contains("Failed"), "{report}");
    assert!(of_hook(&report, "check").contains("bucket-policy.json:"), "{report}");
    assert!(of_hook(&report, "compare").contains("Passed"), "{report}");

    let wide = fs::read_to_string(&policy).unwrap().replace("s3:GetObject\"", "s3:*\"");
    fs::write(&policy, wide).unwrap();
    let report = text(&run(tools, &repository, &configuration).stdout);
    assert!(of_hook(&report, "compare").contains("Failed"), "{report}");
    assert!(of_hook(&report, "compare").contains("newly allowed"), "{report}");
}

fn hooks_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("acted/hooks")
}

/// pre-commit installs the wheel by itself, as docs/ci.md says.
pub(crate) fn by_wheel(tools: &Tools) {
    let page = fs::read_to_string(Path::new(PROJECT).join("docs/ci.md")).unwrap();
    let block =
        page.split("```yaml\n").find(|block| block.contains("additional_dependencies")).unwrap();
    let block = block.split("```").next().unwrap();
    let package =
        "/path/to/ica_policy-0.1.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl";
    assert!(block.contains(package), "{block}");
    let configuration = block.replace(package, wheel::built(tools).to_str().unwrap());
    let repository = with_connection("pre-commit-wheel");
    deny_sessions(&repository);
    let output = run(tools, &repository, &configuration);
    exits_with(&output, 1);
    let report = text(&output.stdout);
    assert!(of_hook(&report, "check").contains("bucket-policy.json:"), "{report}");
}
