//! Programs from PyPI, in a virtual environment of the tests' own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A virtual environment below `target/tmp`.
pub(crate) struct Tools {
    pub(crate) folder: PathBuf,
}

impl Tools {
    /// A program of the environment.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }
}

/// Installs what `tests/NAME/requirements.txt` pins, once.
pub(crate) fn install(name: &str) -> Result<Tools, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let wanted =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/{name}/requirements.txt"));
    let requirements = fs::read_to_string(&wanted).map_err(|error| error.to_string())?;
    let marker = folder.join("requirements.txt");
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == requirements) {
        return Ok(Tools { folder });
    }
    let _ = fs::remove_dir_all(&folder);
    run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    let pip =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", "-r"];
    run(Command::new(folder.join("bin/python")).args(pip).arg(wanted))?;
    fs::write(marker, requirements).map_err(|error| error.to_string())?;
    Ok(Tools { folder })
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// A test that needs the programs.
pub(crate) type Test = fn(&Tools);

/// Runs the tests as the arguments say; where PyPI cannot be reached they are reported as ignored.
pub(crate) fn harness(
    name: &str,
    tests: &'static [(&'static str, Test)],
) -> std::process::ExitCode {
    use libtest_mimic::{Arguments, Failed, Trial};
    let arguments = Arguments::from_args();
    let wanted = |name: &str| arguments.filter.as_ref().is_none_or(|filter| name.contains(filter));
    let tools = if arguments.list || !tests.iter().any(|(name, _)| wanted(name)) {
        Err("not asked for".to_owned())
    } else {
        install(name)
    };
    if let Err(why) = &tools {
        eprintln!("{name}: ignored: {why}");
    }
    let tools = tools.map(std::sync::Arc::new);
    let is_here = tools.is_ok();
    let trials = tests.iter().map(|(name, test)| {
        let tools = tools.clone();
        let run = move || match &tools {
            Ok(tools) => {
                test(tools);
                Ok(())
            }
            Err(why) => Err(Failed::from(why)),
        };
        Trial::test(*name, run).with_ignored_flag(!is_here)
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}
