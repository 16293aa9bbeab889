//! Writing files: all of them or none, and never over others unasked.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A file to be written into a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct NewFile {
    pub name: &'static str,
    pub text: String,
}

/// Why nothing was written.
#[derive(Debug, Error)]
pub(super) enum WriteError {
    /// Files are there and nobody said that they may go.
    #[error("{} there already: --force writes over them, or name another folder", existing(.0))]
    Exists(Vec<PathBuf>),
    /// A folder, link or device stands where a file should.
    #[error("`{}` is there and is no plain file, so it is not written over", .0.display())]
    NoFile(PathBuf),
    /// The system says no.
    #[error("`{}` cannot be written: {error}", path.display())]
    Io {
        /// What was to be written.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

fn existing(paths: &[PathBuf]) -> String {
    let names = paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ");
    names + if paths.len() == 1 { " is" } else { " are" }
}

/// Writes all files into a folder, which is made if it is not there. Each is written in full beside its place and then moved there; if one
/// fails, those that were moved are taken back and what was there before returns.
///
/// # Errors
/// [`WriteError`]; the folder is then as it was.
pub(super) fn write_all(folder: &Path, files: &[NewFile], force: bool) -> Result<Vec<PathBuf>, WriteError> {
    refuse_existing(folder, files, force)?;
    let mut undo = Undo::default();
    make_folder(folder, &mut undo)?;
    let staged = files.iter().map(|file| stage(folder, file, &mut undo)).collect::<Result<Vec<_>, _>>()?;
    for (file, staged) in files.iter().zip(&staged) {
        publish(folder, file, staged, force, &mut undo)?;
    }
    undo.keep();
    Ok(files.iter().map(|file| folder.join(file.name)).collect())
}

fn refuse_existing(folder: &Path, files: &[NewFile], force: bool) -> Result<(), WriteError> {
    let mut there = Vec::new();
    for path in files.iter().map(|file| folder.join(file.name)) {
        match fs::symlink_metadata(&path) {
            Ok(what) if !what.is_file() => return Err(WriteError::NoFile(path)),
            Ok(_) => there.push(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(WriteError::Io { path, error }),
        }
    }
    if force || there.is_empty() { Ok(()) } else { Err(WriteError::Exists(there)) }
}

/// Makes the folder and those above it that are missing.
fn make_folder(folder: &Path, undo: &mut Undo) -> Result<(), WriteError> {
    let missing = folder.ancestors().take_while(|above| !above.as_os_str().is_empty() && !above.exists()).collect::<Vec<_>>();
    for above in missing.into_iter().rev() {
        fs::create_dir(above).map_err(|error| WriteError::Io { path: above.to_owned(), error })?;
        undo.steps.push(Step::RemoveFolder(above.to_owned()));
    }
    Ok(())
}

/// Writes the text under another name in the same folder, so that moving it to its place is one step.
fn stage(folder: &Path, file: &NewFile, undo: &mut Undo) -> Result<PathBuf, WriteError> {
    let path = beside(folder, file, "new");
    let failed = |error| WriteError::Io { path: folder.join(file.name), error };
    let mut out = File::create_new(&path).map_err(failed)?;
    undo.steps.push(Step::RemoveFile(path.clone()));
    out.write_all(file.text.as_bytes()).and_then(|()| out.sync_all()).map_err(failed)?;
    Ok(path)
}

fn publish(folder: &Path, file: &NewFile, staged: &Path, force: bool, undo: &mut Undo) -> Result<(), WriteError> {
    let path = folder.join(file.name);
    let failed = |error| WriteError::Io { path: path.clone(), error };
    if force && path.exists() {
        // At every moment one of the two stands in the place.
        let old = beside(folder, file, "old");
        fs::hard_link(&path, &old).or_else(|_| fs::copy(&path, &old).map(drop)).map_err(failed)?;
        undo.steps.push(Step::Restore { from: old, to: path.clone() });
        return fs::rename(staged, &path).map_err(failed);
    }
    // A link is made only where nothing is, also if somebody was quicker than we; not every file system has links.
    match fs::hard_link(staged, &path) {
        Ok(()) => {
            undo.steps.push(Step::RemoveFile(path));
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(WriteError::Exists(vec![path])),
        Err(_) => {
            fs::rename(staged, &path).map_err(failed)?;
            undo.steps.push(Step::RemoveFile(path));
            Ok(())
        }
    }
}

fn beside(folder: &Path, file: &NewFile, end: &str) -> PathBuf {
    folder.join(format!(".{}.{}.{end}", file.name, std::process::id()))
}

enum Step {
    RemoveFolder(PathBuf),
    RemoveFile(PathBuf),
    Restore { from: PathBuf, to: PathBuf },
}

/// What must be done to make everything as it was; done unless it is told to keep what is new.
#[derive(Default)]
struct Undo {
    steps: Vec<Step>,
}

impl Undo {
    /// Leaves the new files and cleans up behind them.
    fn keep(mut self) {
        for step in std::mem::take(&mut self.steps) {
            // What is left over is a hidden file that nobody reads.
            let _ = match step {
                Step::RemoveFile(path) if is_staged(&path) => fs::remove_file(path),
                Step::Restore { from, .. } => fs::remove_file(from),
                Step::RemoveFile(_) | Step::RemoveFolder(_) => Ok(()),
            };
        }
    }
}

fn is_staged(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "new")
}

impl Drop for Undo {
    fn drop(&mut self) {
        for step in self.steps.drain(..).rev() {
            let _ = match step {
                Step::RemoveFolder(path) => fs::remove_dir(path),
                Step::RemoveFile(path) => fs::remove_file(path),
                Step::Restore { from, to } => fs::rename(from, to),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    fn fresh(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("ica-policy-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        folder
    }

    fn file(name: &'static str, text: &str) -> NewFile {
        NewFile { name, text: text.to_owned() }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect::<Vec<_>>();
        names.sort();
        names
    }

    #[test]
    fn all_are_written_and_nothing_else_is_left() {
        let folder = fresh("all");
        write_all(&folder.join("a/b"), &[file("x", "1"), file("y", "2")], false).unwrap();
        assert_eq!(names(&folder.join("a/b")), ["x", "y"]);
        write_all(&folder.join("a/b"), &[file("x", "3")], true).unwrap();
        assert_eq!(
            (names(&folder.join("a/b")), fs::read_to_string(folder.join("a/b/x")).unwrap()),
            (vec!["x".into(), "y".into()], "3".into())
        );
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn nothing_is_written_over_unasked() {
        let folder = fresh("unasked");
        fs::write(folder.join("y"), "old").unwrap();
        assert!(matches!(write_all(&folder, &[file("x", "1"), file("y", "2")], false), Err(WriteError::Exists(_))));
        assert_eq!(names(&folder), ["y"]);
        fs::remove_dir_all(folder).unwrap();
    }

    /// The third file cannot take its place, after the first was written over and the second is new: a folder came between.
    #[test]
    fn if_one_fails_everything_is_as_it_was() {
        let folder = fresh("undo");
        fs::write(folder.join("x"), "old").unwrap();
        let files = [file("x", "1"), file("y", "2"), file("z/none", "3")];
        assert!(matches!(write_all(&folder, &files, true), Err(WriteError::Io { .. })));
        assert_eq!((names(&folder), fs::read_to_string(folder.join("x")).unwrap()), (vec!["x".into()], "old".into()));
        let mut undo = Undo::default();
        let staged = files[..2].iter().map(|file| stage(&folder, file, &mut undo).unwrap()).collect::<Vec<_>>();
        publish(&folder, &files[0], &staged[0], true, &mut undo).unwrap();
        fs::create_dir(folder.join("y")).unwrap();
        assert!(publish(&folder, &files[1], &staged[1], false, &mut undo).is_err());
        drop(undo);
        assert_eq!((names(&folder), fs::read_to_string(folder.join("x")).unwrap()), (vec!["x".into(), "y".into()], "old".into()));
        fs::remove_dir_all(folder).unwrap();
    }
}
