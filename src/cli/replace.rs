//! Files that take the place of others: all of them or none, as far as the operating system allows.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file and its new text.
pub(super) struct Replacement {
    pub path: PathBuf,
    /// What it must hold now: somebody may have edited it meanwhile.
    pub old: String,
    pub new: String,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReplaceError {
    /// It was edited since it was read.
    #[error("`{}` has been changed since it was read, so nothing was written; run the command again", .0.display())]
    Changed(PathBuf),
    /// One file under two names.
    #[error("`{}` is named twice and the edits of the two differ, so nothing was written; name it in one way only", .0.display())]
    Twice(PathBuf),
    /// The system says no.
    #[error("`{}` cannot be written: {error}; nothing was written", path.display())]
    Io {
        /// What was to be written.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The system says no, and what was moved cannot be moved back.
    #[error("`{}` cannot be written: {error}; `{}` could not be put back, its old text is in `{}`", path.display(), lost.display(), kept.display())]
    Torn {
        /// What was to be written.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
        /// The file that has its new text already.
        lost: PathBuf,
        /// Where its old text is.
        kept: PathBuf,
    },
}

/// A file whose new and old text stand beside it.
struct Staged {
    path: PathBuf,
    new: PathBuf,
    old: PathBuf,
}

/// Writes all files. Each new text is written in full beside its file and then moved there in one step; if a step fails, the files that
/// were moved get their old text back.
///
/// # Errors
/// [`ReplaceError`]; the files are then as they were, or it says which is not.
pub(super) fn replace_all(files: &[Replacement]) -> Result<(), ReplaceError> {
    let mut staged = Vec::new();
    let prepared = prepare(files, &mut staged);
    let moved = prepared.and_then(|()| publish(&staged));
    let keeps = matches!(moved, Err(ReplaceError::Torn { .. }));
    for file in &staged {
        // What is left over is a hidden file that nobody reads.
        let _ = fs::remove_file(&file.new);
        if !keeps {
            let _ = fs::remove_file(&file.old);
        }
    }
    moved
}

fn prepare(files: &[Replacement], staged: &mut Vec<Staged>) -> Result<(), ReplaceError> {
    let mut known: Vec<(PathBuf, &str)> = Vec::new();
    for file in files {
        let failed = |error| ReplaceError::Io { path: file.path.clone(), error };
        // A link stays a link: the file that it names is written.
        let path = fs::canonicalize(&file.path).map_err(failed)?;
        match known.iter().find(|(other, _)| *other == path) {
            Some((_, text)) if *text == file.new => continue,
            Some(_) => return Err(ReplaceError::Twice(file.path.clone())),
            None => known.push((path.clone(), &file.new)),
        }
        if fs::read(&path).map_err(failed)? != file.old.as_bytes() {
            return Err(ReplaceError::Changed(file.path.clone()));
        }
        let entry = Staged { new: beside(&path, "new"), old: beside(&path, "old"), path };
        let (path, new, old) = (entry.path.clone(), entry.new.clone(), entry.old.clone());
        staged.push(entry);
        stage(&path, &new, &file.new).and_then(|()| stage(&path, &old, &file.old)).map_err(failed)?;
    }
    Ok(())
}

/// Writes a text under another name in the same folder, with the permissions of the file.
fn stage(path: &Path, beside: &Path, text: &str) -> io::Result<()> {
    let mut out = File::create_new(beside)?;
    out.write_all(text.as_bytes())?;
    out.set_permissions(fs::metadata(path)?.permissions())?;
    out.sync_all()
}

fn publish(staged: &[Staged]) -> Result<(), ReplaceError> {
    for (number, file) in staged.iter().enumerate() {
        let Err(error) = fs::rename(&file.new, &file.path) else { continue };
        let lost = staged[..number].iter().rev().find(|moved| fs::rename(&moved.old, &moved.path).is_err());
        let path = file.path.clone();
        return Err(match lost {
            Some(lost) => ReplaceError::Torn { path, error, lost: lost.path.clone(), kept: lost.old.clone() },
            None => ReplaceError::Io { path, error },
        });
    }
    Ok(())
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{}.{end}", std::process::id()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    fn fresh(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("ica-policy-replace-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        folder
    }

    fn file(folder: &Path, name: &str, old: &str, new: &str) -> Replacement {
        Replacement { path: folder.join(name), old: old.to_owned(), new: new.to_owned() }
    }

    fn names(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn all_are_written_and_nothing_else_is_left() {
        let folder = fresh("all");
        fs::write(folder.join("a"), "1").unwrap();
        fs::write(folder.join("b"), "2").unwrap();
        replace_all(&[file(&folder, "a", "1", "x"), file(&folder, "b", "2", "y")]).unwrap();
        assert_eq!([fs::read_to_string(folder.join("a")).unwrap(), fs::read_to_string(folder.join("b")).unwrap()], ["x", "y"]);
        assert_eq!(names(&folder), 2);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn nothing_is_written_if_one_cannot_be() {
        let folder = fresh("none");
        fs::write(folder.join("a"), "1").unwrap();
        fs::write(folder.join("b"), "other").unwrap();
        assert!(matches!(replace_all(&[file(&folder, "a", "1", "x"), file(&folder, "b", "2", "y")]), Err(ReplaceError::Changed(_))));
        assert!(matches!(replace_all(&[file(&folder, "a", "1", "x"), file(&folder, "c", "2", "y")]), Err(ReplaceError::Io { .. })));
        assert!(matches!(replace_all(&[file(&folder, "a", "1", "x"), file(&folder, "./a", "1", "y")]), Err(ReplaceError::Twice(_))));
        assert_eq!((fs::read_to_string(folder.join("a")).unwrap(), names(&folder)), ("1".to_owned(), 2));
        fs::remove_dir_all(folder).unwrap();
    }
}
