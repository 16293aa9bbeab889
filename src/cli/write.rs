//! Writes new files into a folder: all of them or none, and never over others unasked.

use super::links::{BEHIND_LINK, follows_out};
use super::put::{Entry, Lost, PutError, Why, put_all};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A file to be written into a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct NewFile {
    pub name: String,
    pub text: String,
}

/// What the user has allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct May {
    /// Files that are there are replaced.
    pub replace: bool,
    /// A link may lead out of its folder: a checkout may have one that nobody has looked at.
    pub leave: bool,
}

/// Why nothing was written.
#[derive(Debug, Error)]
pub(super) enum WriteError {
    /// Files exist and may not be replaced.
    #[error("{} there already: --force writes over them, or name another folder", existing(.0))]
    Exists(Vec<PathBuf>),
    /// A folder, link or device is where a file should be.
    #[error("`{}` exists and is not a regular file, so it is not replaced", .0.display())]
    NoFile(PathBuf),
    /// A link in the path of the folder leads elsewhere.
    #[error("`{}` is {BEHIND_LINK}, so nothing was written: --allow-outside follows it", .0.display())]
    Outside(PathBuf),
    /// The system refuses.
    #[error("`{}` cannot be written: {}", .0.path.display(), .0.words())]
    Put(PutError),
}

impl WriteError {
    /// Whether another name or flag is what it takes.
    pub(super) fn is_usage(&self) -> bool {
        !matches!(self, WriteError::Put(_))
    }
}

fn existing(paths: &[PathBuf]) -> String {
    let names =
        paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ");
    names + if paths.len() == 1 { " is" } else { " are" }
}

/// Writes all files into a folder, which is made if it does not exist. Returns their paths, and what files lost that were there.
///
/// # Errors
/// [`WriteError`]; the folder is then as before, or it names the file that is not.
pub(super) fn write_all(
    folder: &Path,
    files: &[NewFile],
    may: May,
) -> Result<(Vec<PathBuf>, Vec<Lost>), WriteError> {
    if !may.leave && follows_out(folder) {
        return Err(WriteError::Outside(folder.to_owned()));
    }
    let force = may.replace;
    refuse_existing(folder, files, force)?;
    let entry = |file: &NewFile| Entry {
        path: folder.join(&file.name),
        text: file.text.clone(),
        over: force,
        old: None,
    };
    let entries = files.iter().map(entry).collect::<Vec<_>>();
    let lost = put_all(&entries).map_err(|failed| match &failed.why {
        Why::System(error)
            if error.kind() == io::ErrorKind::AlreadyExists && failed.torn.is_none() =>
        {
            WriteError::Exists(vec![failed.path])
        }
        _ => WriteError::Put(failed),
    })?;
    Ok((entries.into_iter().map(|entry| entry.path).collect(), lost))
}

fn refuse_existing(folder: &Path, files: &[NewFile], force: bool) -> Result<(), WriteError> {
    let mut there = Vec::new();
    for path in files.iter().map(|file| folder.join(&file.name)) {
        match fs::symlink_metadata(&path) {
            Ok(what) if !what.is_file() => return Err(WriteError::NoFile(path)),
            Ok(_) => there.push(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(WriteError::Put(PutError { path, why: error.into(), torn: None }));
            }
        }
    }
    if force || there.is_empty() { Ok(()) } else { Err(WriteError::Exists(there)) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    #[test]
    fn nothing_is_written_over_unasked() {
        let folder = std::env::temp_dir().join(format!("ica-policy-write-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("y"), "old").unwrap();
        fs::create_dir(folder.join("z")).unwrap();
        let over = May { replace: true, leave: false };
        let file = |name: &str| NewFile { name: name.to_owned(), text: "new".to_owned() };
        assert!(matches!(
            write_all(&folder, &[file("x"), file("y")], May::default()),
            Err(WriteError::Exists(_))
        ));
        assert!(matches!(
            write_all(&folder, &[file("x"), file("z")], over),
            Err(WriteError::NoFile(_))
        ));
        assert!(!folder.join("x").exists());
        assert_eq!(
            write_all(&folder, &[file("x"), file("y")], over).unwrap().0,
            [folder.join("x"), folder.join("y")]
        );
        assert_eq!(fs::read_to_string(folder.join("y")).unwrap(), "new");
        fs::remove_dir_all(folder).unwrap();
    }
}
