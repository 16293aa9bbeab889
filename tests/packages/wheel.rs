//! The wheel: built once, installed into fresh environments.

use crate::pypi::Tools;
use crate::repository::{command, exits_with, fresh, succeeds, text};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

static BUILT: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Builds the wheel with the profile of the tests. `.ci/full` builds the one that is released.
pub(crate) fn built(tools: &Tools) -> PathBuf {
    let mut built = BUILT.lock().unwrap();
    if let Some(wheel) = &*built {
        return wheel.clone();
    }
    let folder = fresh("wheels");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let arguments = ["build", "--quiet", "--profile", "dev", "--out"];
    succeeds(
        command(&tools.program("maturin"))
            .args(arguments)
            .arg(&folder)
            .env("CARGO_TARGET_DIR", target)
            .env("PATH", path_with(&tools.folder.join("bin"))),
    );
    let mut wheels = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let wheel = wheels.next().unwrap();
    assert_eq!(wheels.next(), None);
    *built = Some(wheel.clone());
    wheel
}

/// The path with another folder first.
pub(crate) fn path_with(first: &Path) -> OsString {
    let old = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(first.to_owned()).chain(std::env::split_paths(&old));
    std::env::join_paths(folders).unwrap()
}

const README: &str = include_str!("../../README.md");

/// The README's commands for the wheel, in an environment that has nothing else.
pub(crate) fn by_the_readme(tools: &Tools) {
    let wheel = built(tools);
    let folder = fresh("by-the-readme").join("environment");
    succeeds(Command::new("python3").args(["-m", "venv"]).arg(&folder));
    let block = README.split("```sh\n").find(|block| block.contains("maturin build")).unwrap();
    let block = block.split("```").next().unwrap();
    let commands = block.lines().filter(|line| !line.contains("maturin build")).collect::<Vec<_>>();
    assert_eq!(commands.len(), 2, "{block}");
    let script = commands.join("\n");
    assert!(script.contains("pip install target/wheels/ica_policy-*.whl"), "{script}");
    let script = script.replace("target/wheels", wheel.parent().unwrap().to_str().unwrap());
    let output = command(Path::new("sh"))
        .args(["-ec", &script])
        .env("PATH", path_with(&folder.join("bin")))
        .output()
        .unwrap();
    exits_with(&output, 1);
    let main_job = ["check", "--connection", "examples/seed-conflict/ica.toml"];
    let usual =
        command(Path::new(env!("CARGO_BIN_EXE_ica-policy"))).args(main_job).output().unwrap();
    assert!(text(&output.stdout).ends_with(&text(&usual.stdout)), "{}", text(&output.stdout));
    assert!(text(&usual.stdout).contains("copy-from-bucket"), "{}", text(&usual.stdout));
}
