//! Writes several files: all of them or none, as far as the operating system allows.
//!
//! Each text is written in full next to its place and then moved there in one step. If one fails, those that were moved are removed and the
//! previous files return.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A text and its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    pub path: PathBuf,
    pub text: String,
    /// Whether an existing file may be replaced.
    pub over: bool,
}

/// Why nothing was written.
#[derive(Debug)]
pub(super) struct PutError {
    /// The file to be written.
    pub path: PathBuf,
    /// The error of the system.
    pub error: io::Error,
    /// A file that could not get its old text back, and where that is.
    pub torn: Option<(PathBuf, PathBuf)>,
}

impl PutError {
    /// The text after `cannot be written`: the error of the system, and what is left.
    pub(super) fn words(&self) -> String {
        match &self.torn {
            Some((lost, kept)) => {
                format!(
                    "{}; `{}` could not be put back, its old text is in `{}`",
                    self.error,
                    lost.display(),
                    kept.display()
                )
            }
            None => format!("{}; nothing was written", self.error),
        }
    }
}

/// Writes all texts to their places. Missing folders are made.
///
/// # Errors
/// [`PutError`]; the files are then as before, or it names the one that is not.
pub(super) fn put_all(entries: &[Entry]) -> Result<(), PutError> {
    let mut undo = Undo::default();
    match put(entries, &mut undo) {
        Ok(()) => {
            undo.keep();
            Ok(())
        }
        Err((path, error)) => Err(PutError { path, error, torn: undo.take_back() }),
    }
}

type Failed = (PathBuf, io::Error);

fn put(entries: &[Entry], undo: &mut Undo) -> Result<(), Failed> {
    for folder in entries.iter().filter_map(|entry| entry.path.parent()) {
        make_folder(folder, undo).map_err(|error| (folder.to_owned(), error))?;
    }
    let failed = |entry: &Entry| {
        let path = entry.path.clone();
        |error| (path, error)
    };
    let staged = entries
        .iter()
        .map(|entry| stage(entry, undo).map_err(failed(entry)))
        .collect::<Result<Vec<_>, _>>()?;
    for (entry, staged) in entries.iter().zip(&staged) {
        publish(entry, staged, undo).map_err(failed(entry))?;
    }
    Ok(())
}

/// Makes a folder and its missing parents.
fn make_folder(folder: &Path, undo: &mut Undo) -> io::Result<()> {
    let missing = folder
        .ancestors()
        .take_while(|above| !above.as_os_str().is_empty() && !above.exists())
        .collect::<Vec<_>>();
    for above in missing.into_iter().rev() {
        fs::create_dir(above)?;
        undo.steps.push(Step::RemoveFolder(above.to_owned()));
    }
    Ok(())
}

/// Writes the text under another name in the same folder, with the permissions of the file that it replaces.
fn stage(entry: &Entry, undo: &mut Undo) -> io::Result<PathBuf> {
    let path = beside(&entry.path, "new");
    let mut out = File::create_new(&path)?;
    undo.steps.push(Step::RemoveStaged(path.clone()));
    out.write_all(entry.text.as_bytes())?;
    if let Ok(there) = fs::metadata(&entry.path) {
        out.set_permissions(there.permissions())?;
    }
    out.sync_all()?;
    Ok(path)
}

fn publish(entry: &Entry, staged: &Path, undo: &mut Undo) -> io::Result<()> {
    let path = &entry.path;
    if entry.over && path.exists() {
        // At every moment one of the two is in the place.
        let old = beside(path, "old");
        fs::hard_link(path, &old).or_else(|_| fs::copy(path, &old).map(drop))?;
        undo.steps.push(Step::Restore { from: old, to: path.clone() });
        return fs::rename(staged, path);
    }
    // A link is made only where no file is, even if another process was faster; not every file system has links.
    match fs::hard_link(staged, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
        Err(_) => fs::rename(staged, path)?,
        Ok(()) => {}
    }
    undo.steps.push(Step::Remove(path.clone()));
    Ok(())
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{}.{end}", std::process::id()))
}

enum Step {
    RemoveFolder(PathBuf),
    RemoveStaged(PathBuf),
    Remove(PathBuf),
    Restore { from: PathBuf, to: PathBuf },
}

/// The steps that restore the previous state.
#[derive(Default)]
struct Undo {
    steps: Vec<Step>,
}

impl Undo {
    /// Keeps the new files and removes what is left over.
    fn keep(self) {
        for step in self.steps {
            // At worst a hidden file is left that nobody reads.
            let _ = match step {
                Step::RemoveStaged(path) | Step::Restore { from: path, .. } => {
                    fs::remove_file(path)
                }
                Step::Remove(_) | Step::RemoveFolder(_) => Ok(()),
            };
        }
    }

    /// Restores the previous state; returns the first file that cannot be restored, and where its old text is.
    fn take_back(self) -> Option<(PathBuf, PathBuf)> {
        let mut torn = None;
        for step in self.steps.into_iter().rev() {
            match step {
                // A new file that cannot be removed stays.
                Step::RemoveFolder(path) => drop(fs::remove_dir(path)),
                Step::RemoveStaged(path) | Step::Remove(path) => drop(fs::remove_file(path)),
                Step::Restore { from, to } if fs::rename(&from, &to).is_err() => {
                    torn = torn.or(Some((to, from)))
                }
                // Two names of one file must both remain.
                Step::Restore { from, .. } => drop(fs::remove_file(from)),
            }
        }
        torn
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    fn fresh(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("ica-policy-put-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        folder
    }

    fn entry(folder: &Path, name: &str, text: &str, over: bool) -> Entry {
        Entry { path: folder.join(name), text: text.to_owned(), over }
    }

    /// The files below a folder, hidden ones too, with their texts.
    fn files(folder: &Path) -> Vec<(String, String)> {
        let entries = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file());
        let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        let mut files = entries
            .map(|path| (name(&path), fs::read_to_string(&path).unwrap()))
            .collect::<Vec<_>>();
        files.sort();
        files
    }

    fn named(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn all_are_written_and_nothing_else_is_left() {
        let folder = fresh("all");
        let below = folder.join("a/b");
        put_all(&[entry(&below, "x", "1", false), entry(&below, "y", "2", false)]).unwrap();
        assert_eq!(files(&below), named(&[("x", "1"), ("y", "2")]));
        put_all(&[entry(&below, "x", "3", true)]).unwrap();
        assert_eq!(files(&below), named(&[("x", "3"), ("y", "2")]));
        fs::remove_dir_all(folder).unwrap();
    }

    /// The last file cannot be moved because a folder is in its place; before it one file was replaced, one is new and a folder was made.
    #[test]
    fn if_one_fails_everything_is_as_it_was() {
        let folder = fresh("undo");
        fs::write(folder.join("x"), "old").unwrap();
        fs::create_dir(folder.join("z")).unwrap();
        for over in [false, true] {
            let entries = [
                entry(&folder, "x", "1", true),
                entry(&folder, "y", "2", over),
                entry(&folder.join("deep/er"), "w", "3", over),
                entry(&folder, "z", "4", over),
            ];
            let error = put_all(&entries).unwrap_err();
            assert_eq!((error.path, error.torn), (folder.join("z"), None));
            assert_eq!(files(&folder), named(&[("x", "old")]));
            assert!(!folder.join("deep").exists() && folder.join("z").is_dir());
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_there_stays_unless_it_may_go() {
        let folder = fresh("stays");
        fs::write(folder.join("y"), "old").unwrap();
        let error = put_all(&[entry(&folder, "x", "1", false), entry(&folder, "y", "2", false)])
            .unwrap_err();
        assert_eq!(error.error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(files(&folder), named(&[("y", "old")]));
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay() {
        use std::os::unix::fs::PermissionsExt;
        let folder = fresh("permissions");
        fs::write(folder.join("x"), "old").unwrap();
        fs::set_permissions(folder.join("x"), fs::Permissions::from_mode(0o640)).unwrap();
        put_all(&[entry(&folder, "x", "1", true)]).unwrap();
        assert_eq!(fs::metadata(folder.join("x")).unwrap().permissions().mode() & 0o777, 0o640);
        fs::remove_dir_all(folder).unwrap();
    }
}
