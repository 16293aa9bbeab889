//! Writes several files: all of them or none, as far as the operating system allows.
//!
//! Each text is written in full next to its place and then moved there in one step. If one fails, those that were moved are removed and the
//! previous files return.

use super::files::print_line;
use super::keep::keep;
use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A text and its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    pub path: PathBuf,
    pub text: String,
    /// Whether an existing file may be replaced.
    pub over: bool,
    /// The text that it must have then; any if `None`.
    pub old: Option<String>,
}

/// Why nothing was written.
#[derive(Debug)]
pub(super) struct PutError {
    /// The file to be written.
    pub path: PathBuf,
    /// What stopped it.
    pub why: Why,
    /// A file that could not get its old text back, and where that is.
    pub torn: Option<(PathBuf, PathBuf)>,
}

/// What stopped the writing.
#[derive(Debug, thiserror::Error)]
pub(super) enum Why {
    /// The system refuses.
    #[error("{0}")]
    System(#[from] io::Error),
    /// Somebody has edited the file.
    #[error("it has been changed since it was read")]
    Changed,
}

impl PutError {
    /// The text after `cannot be written`: what stopped it, and what is left.
    pub(super) fn words(&self) -> String {
        match &self.torn {
            Some((lost, kept)) => {
                format!(
                    "{}; `{}` could not be put back, its old text is in `{}`",
                    self.why,
                    lost.display(),
                    kept.display()
                )
            }
            None => format!("{}; nothing was written", self.why),
        }
    }
}

/// What a file that was replaced does not have any more.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Lost {
    pub path: PathBuf,
    pub what: Vec<&'static str>,
}

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` has lost {}", self.path.display(), self.what.join(", "))
    }
}

/// Warns of what files do not have any more.
pub(super) fn print_lost(lost: &[Lost]) {
    for lost in lost {
        print_line("warning: ", &lost.to_string());
    }
}

/// Writes all texts to their places. Missing folders are made. Returns what the files do not have any more.
///
/// # Errors
/// [`PutError`]; the files are then as before, or it names the one that is not.
pub(super) fn put_all(entries: &[Entry]) -> Result<Vec<Lost>, PutError> {
    let mut undo = Undo::default();
    match put(entries, &mut undo) {
        Ok(lost) => {
            undo.keep();
            Ok(lost)
        }
        Err((path, why)) => Err(PutError { path, why, torn: undo.take_back() }),
    }
}

type Failed = (PathBuf, Why);

fn put(entries: &[Entry], undo: &mut Undo) -> Result<Vec<Lost>, Failed> {
    for folder in entries.iter().filter_map(|entry| entry.path.parent()) {
        make_folder(folder, undo).map_err(|error| (folder.to_owned(), error.into()))?;
    }
    let (mut staged, mut lost) = (Vec::new(), Vec::new());
    for entry in entries {
        let failed = |error: io::Error| (entry.path.clone(), error.into());
        let (path, what) = stage(entry, undo).map_err(failed)?;
        staged.push(path);
        if !what.is_empty() {
            lost.push(Lost { path: entry.path.clone(), what });
        }
    }
    for (entry, staged) in entries.iter().zip(&staged) {
        publish(entry, staged, undo).map_err(|why| (entry.path.clone(), why))?;
    }
    Ok(lost)
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

/// Writes the text under another name in the same folder, with what the file that it replaces has. Returns the name and what the file
/// cannot keep.
fn stage(entry: &Entry, undo: &mut Undo) -> io::Result<(PathBuf, Vec<&'static str>)> {
    let path = beside(&entry.path, "new");
    let mut out = File::create_new(&path)?;
    undo.steps.push(Step::RemoveExtra(path.clone()));
    out.write_all(entry.text.as_bytes())?;
    let there = fs::metadata(&entry.path).ok().filter(|_| entry.over);
    let lost = there.map(|there| keep(&entry.path, &there, &out)).transpose()?;
    out.sync_all()?;
    Ok((path, lost.unwrap_or_default()))
}

fn publish(entry: &Entry, staged: &Path, undo: &mut Undo) -> Result<(), Why> {
    let path = &entry.path;
    if entry.over && path.exists() {
        return replace(entry, staged, undo);
    }
    // A link is made only where no file is, even if another process was faster; not every file system has links.
    match fs::hard_link(staged, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error.into()),
        Err(_) => fs::rename(staged, path)?,
        Ok(()) => {}
    }
    undo.steps.push(Step::Remove(path.clone()));
    Ok(())
}

/// Moves the new file to the place of the old one. At every moment one of the two exists. The old file is examined twice: before
/// the move an edit that replaced it is seen, after the move an edit of its text.
fn replace(entry: &Entry, staged: &Path, undo: &mut Undo) -> Result<(), Why> {
    let path = &entry.path;
    let is_edited = |file: &Path| -> io::Result<bool> {
        match &entry.old {
            Some(old) => Ok(fs::read(file)? != old.as_bytes()),
            None => Ok(false),
        }
    };
    let old = beside(path, "old");
    undo.steps.push(Step::RemoveExtra(old.clone()));
    if fs::hard_link(path, &old).is_err() {
        // Not every file system has links.
        let mut copy = File::create_new(&old)?;
        copy.set_permissions(fs::metadata(path)?.permissions())?;
        io::copy(&mut File::open(path)?, &mut copy)?;
    }
    if is_edited(path)? {
        return Err(Why::Changed);
    }
    fs::rename(staged, path)?;
    undo.steps.push(Step::Restore { from: old.clone(), to: path.clone() });
    if is_edited(&old)? { Err(Why::Changed) } else { Ok(()) }
}

/// A hidden name in the same folder that nobody can foresee.
fn beside(path: &Path, end: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let random = RandomState::new().hash_one(&name);
    path.with_file_name(format!(".{name}.{random:016x}.{end}"))
}

enum Step {
    RemoveFolder(PathBuf),
    RemoveExtra(PathBuf),
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
                Step::RemoveExtra(path) | Step::Restore { from: path, .. } => fs::remove_file(path),
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
                Step::RemoveExtra(path) | Step::Remove(path) => drop(fs::remove_file(path)),
                Step::Restore { from, to } if fs::rename(&from, &to).is_err() => {
                    torn = torn.or(Some((to, from)))
                }
                Step::Restore { .. } => {}
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
        Entry { path: folder.join(name), text: text.to_owned(), over, old: None }
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
        assert!(
            matches!(error.why, Why::System(error) if error.kind() == io::ErrorKind::AlreadyExists)
        );
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

    /// An edit that somebody makes while the new text is written, in the file or by a new file in its place, stays.
    #[test]
    fn an_edit_meanwhile_stays() {
        let folder = fresh("meanwhile");
        let path = folder.join("x");
        for (read, there) in [("old", "edited"), ("edited", "edited")] {
            fs::write(&path, there).unwrap();
            let entry = Entry { old: Some(read.to_owned()), ..entry(&folder, "x", "new", true) };
            let put = put_all(&[entry]);
            let (is_changed, text) = if read == there { (false, "new") } else { (true, "edited") };
            assert_eq!(matches!(put, Err(PutError { why: Why::Changed, .. })), is_changed);
            assert_eq!(files(&folder), named(&[("x", text)]));
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn what_cannot_be_kept_is_said() {
        let folder = fresh("kept");
        fs::write(folder.join("x"), "old").unwrap();
        fs::hard_link(folder.join("x"), folder.join("other")).unwrap();
        let lost = put_all(&[entry(&folder, "x", "1", true)]).unwrap();
        assert_eq!(lost.len(), 1);
        assert!(lost[0].to_string().contains("hard links"), "{}", lost[0]);
        assert_eq!(files(&folder), named(&[("other", "old"), ("x", "1")]));
        assert_eq!(put_all(&[entry(&folder, "x", "2", true)]).unwrap(), []);
        fs::remove_dir_all(folder).unwrap();
    }

    /// Names that an earlier run left, or that somebody planted, are neither used nor in the way.
    #[cfg(unix)]
    #[test]
    fn names_beside_the_file_cannot_be_foreseen() {
        let folder = fresh("names");
        let victim = folder.join("victim");
        fs::write(&victim, "precious").unwrap();
        fs::write(folder.join("x"), "old").unwrap();
        for end in ["old", "new"] {
            let planted = folder.join(format!(".x.{}.{end}", std::process::id()));
            std::os::unix::fs::symlink(&victim, planted).unwrap();
        }
        put_all(&[entry(&folder, "x", "1", true)]).unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
        assert_eq!(fs::read_to_string(folder.join("x")).unwrap(), "1");
        assert_ne!(beside(&victim, "new"), beside(&victim, "new"));
        fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn extended_attributes_stay() {
        use rustix::fs::{XattrFlags, getxattr, setxattr};
        let folder = fresh("attributes");
        let path = folder.join("x");
        fs::write(&path, "old").unwrap();
        // Not every file system of a test machine has attributes.
        if setxattr(&path, "user.note", b"mine", XattrFlags::empty()).is_ok() {
            assert_eq!(put_all(&[entry(&folder, "x", "1", true)]).unwrap(), []);
            let mut value = [0; 4];
            assert_eq!(getxattr(&path, "user.note", &mut value), Ok(4));
            assert_eq!(&value, b"mine");
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
