//! The programs from PyPI.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The virtual environment.
pub(crate) struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// A program of the environment.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }
}

const REQUIREMENTS: &str = include_str!("requirements.txt");

/// Installs what `requirements.txt` pins, once.
pub(crate) fn install() -> Result<Tools, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("moto");
    let marker = folder.join("requirements.txt");
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == REQUIREMENTS) {
        return Ok(Tools { folder });
    }
    let _ = fs::remove_dir_all(&folder);
    let wanted = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moto/requirements.txt");
    run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    let pip =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", "-r"];
    run(Command::new(folder.join("bin/python")).args(pip).arg(wanted))?;
    fs::write(marker, REQUIREMENTS).map_err(|error| error.to_string())?;
    Ok(Tools { folder })
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)))
}
