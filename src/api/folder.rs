//! A folder that is checked: its settings file, or what its files are.

use super::files::{decoded, read_file};
use crate::product::build::discover::{Discovered, FolderFile, discover};
use crate::product::build::incomplete;
use crate::product::build::settings::Settings;
use crate::product::not_assumed::FailedCall;
use std::fs;
use std::path::{Path, PathBuf};

/// What a folder contains.
pub(crate) enum Folder {
    /// A settings file, and the calls that failed when its files were fetched.
    Settings(PathBuf, Vec<FailedCall>),
    /// Files whose kind is not clear yet.
    Files(Box<Discovered>),
}

/// Why a folder cannot be used.
pub(crate) enum FolderError {
    /// It is the wrong one, or the kind of a file is not clear; a message for the user.
    Usage(String),
    /// The system does not let it be read.
    Unreadable(String),
}

/// The calls that failed when the files of a folder were fetched.
///
/// # Errors
/// [`FolderError`], if the script of `inputs` has not come to its end.
pub(crate) fn failed_calls(dir: &Path) -> Result<Vec<FailedCall>, FolderError> {
    let file = dir.join(incomplete::FILE);
    let calls = match fs::read_to_string(&file) {
        Ok(text) => incomplete::parse(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(format!("it cannot be read: {error}")),
    };
    calls.map_err(|message| FolderError::Unreadable(format!("{}: {message}", file.display())))
}

/// Reads a folder, without the files that flags name.
///
/// # Errors
/// [`FolderError`].
pub(crate) fn look_into(dir: &Path, named: &[PathBuf]) -> Result<Folder, FolderError> {
    let shown = dir.display();
    let unreadable =
        |error: std::io::Error| FolderError::Unreadable(format!("it cannot be read: {error}"));
    let what = fs::metadata(dir).map_err(unreadable)?;
    if !what.is_dir() {
        return Err(FolderError::Usage(format!(
            "`{shown}` is not a folder: a settings file is given with --connection, a policy with its own flag"
        )));
    }
    let failed_calls = failed_calls(dir)?;
    let settings = dir.join("ica.toml");
    if settings.exists() {
        return Ok(Folder::Settings(settings, failed_calls));
    }
    let files = files(dir, named).map_err(unreadable)?;
    let mut found = discover(&files);
    if !found.errors.is_empty() {
        return Err(FolderError::Usage(format!(
            "{shown}: there is no ica.toml, and it is not clear what the files are\n  {}",
            found.errors.join("\n  ")
        )));
    }
    if found.settings == Settings::default() {
        return Err(FolderError::Usage(format!(
            "{shown}: there is no ica.toml and no file that `ica-policy inputs` or `generate --write` makes"
        )));
    }
    found.settings.failed_calls = failed_calls;
    Ok(Folder::Files(Box::new(found)))
}

/// The regular files of a folder by name; hidden ones are never answers.
fn files(dir: &Path, named: &[PathBuf]) -> std::io::Result<Vec<FolderFile>> {
    let entries = fs::read_dir(dir)?.collect::<Result<Vec<_>, _>>()?;
    let named = named.iter().filter_map(|path| path.canonicalize().ok()).collect::<Vec<_>>();
    let wanted = |path: &PathBuf| {
        path.is_file() && !path.canonicalize().is_ok_and(|path| named.contains(&path))
    };
    let mut files = Vec::new();
    for path in entries.into_iter().map(|entry| entry.path()).filter(wanted) {
        let Some(name) =
            path.file_name().and_then(|name| name.to_str()).filter(|name| !name.starts_with('.'))
        else {
            continue;
        };
        files
            .push(FolderFile { name: name.to_owned(), text: decoded(read_file(&path), name).ok() });
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}
