//! Files that get a new text: all of them or none, and only if they still have the text that was read.

use super::put::{Entry, Lost, PutError, Why, put_all};
use std::fs;
use std::path::PathBuf;

/// A file and its new text.
pub(super) struct Replacement {
    pub path: PathBuf,
    /// The text that it must have now: somebody may have edited it meanwhile.
    pub old: String,
    pub new: String,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReplaceError {
    /// It was edited since it was read.
    #[error("`{}` has been changed since it was read, so nothing was written; run the command again", .0.display())]
    Changed(PathBuf),
    /// Its permissions say that it stays.
    #[error("`{}` is read-only, so nothing was written", .0.display())]
    ReadOnly(PathBuf),
    /// One file under two names.
    #[error("`{}` is named twice and the edits of the two differ, so nothing was written; name it in one way only", .0.display())]
    Twice(PathBuf),
    /// The system refuses.
    #[error("`{}` cannot be written: {}", .0.path.display(), .0.words())]
    Put(PutError),
}

impl ReplaceError {
    /// What to do, of a command that has --force or has not.
    pub(super) fn help(&self, has_force: bool) -> &'static str {
        match self {
            ReplaceError::ReadOnly(_) if has_force => "--force replaces it",
            ReplaceError::ReadOnly(_) => "let it be written (chmod u+w), and run the command again",
            _ => "",
        }
    }
}

/// Writes all files. Returns what they do not have any more.
///
/// # Errors
/// [`ReplaceError`]; the files are then as before, or it names the one that is not.
pub(super) fn replace_all(files: &[Replacement], force: bool) -> Result<Vec<Lost>, ReplaceError> {
    let mut entries: Vec<Entry> = Vec::new();
    for file in files {
        let failed = |error: std::io::Error| {
            ReplaceError::Put(PutError { path: file.path.clone(), why: error.into(), torn: None })
        };
        // A link stays a link: the file that it names is written.
        let path = fs::canonicalize(&file.path).map_err(failed)?;
        match entries.iter().find(|other| other.path == path) {
            Some(other) if other.text == file.new => continue,
            Some(_) => return Err(ReplaceError::Twice(file.path.clone())),
            None => {}
        }
        if fs::read(&path).map_err(failed)? != file.old.as_bytes() {
            return Err(ReplaceError::Changed(file.path.clone()));
        }
        if !force && fs::metadata(&path).map_err(failed)?.permissions().readonly() {
            return Err(ReplaceError::ReadOnly(file.path.clone()));
        }
        entries.push(Entry {
            path,
            text: file.new.clone(),
            over: true,
            old: Some(file.old.clone()),
        });
    }
    put_all(&entries).map_err(|failed| match failed {
        PutError { path, why: Why::Changed, torn: None } => ReplaceError::Changed(path),
        failed => ReplaceError::Put(failed),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;
    use std::path::Path;

    fn fresh(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("ica-policy-replace-{name}-{}", std::process::id()));
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
        replace_all(&[file(&folder, "a", "1", "x"), file(&folder, "b", "2", "y")], false).unwrap();
        assert_eq!(
            [
                fs::read_to_string(folder.join("a")).unwrap(),
                fs::read_to_string(folder.join("b")).unwrap()
            ],
            ["x", "y"]
        );
        assert_eq!(names(&folder), 2);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn nothing_is_written_if_one_cannot_be() {
        let folder = fresh("none");
        fs::write(folder.join("a"), "1").unwrap();
        fs::write(folder.join("b"), "other").unwrap();
        assert!(matches!(
            replace_all(&[file(&folder, "a", "1", "x"), file(&folder, "b", "2", "y")], false),
            Err(ReplaceError::Changed(_))
        ));
        assert!(matches!(
            replace_all(&[file(&folder, "a", "1", "x"), file(&folder, "c", "2", "y")], false),
            Err(ReplaceError::Put(_))
        ));
        assert!(matches!(
            replace_all(&[file(&folder, "a", "1", "x"), file(&folder, "./a", "1", "y")], false),
            Err(ReplaceError::Twice(_))
        ));
        assert_eq!(
            (fs::read_to_string(folder.join("a")).unwrap(), names(&folder)),
            ("1".to_owned(), 2)
        );
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_read_only_file_is_replaced_by_force_only() {
        let folder = fresh("read-only");
        let path = folder.join("a");
        fs::write(&path, "1").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        let files = [file(&folder, "a", "1", "x")];
        assert!(matches!(replace_all(&files, false), Err(ReplaceError::ReadOnly(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "1");
        replace_all(&files, true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "x");
        assert!(fs::metadata(&path).unwrap().permissions().readonly());
        fs::remove_dir_all(folder).unwrap();
    }
}
