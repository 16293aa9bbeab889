//! A folder that is checked: its settings file, or what its files are.

use super::files::{decoded, read_file};
use crate::product::build::discover::{Discovered, FolderFile, discover, is_looked_at};
use crate::product::build::incomplete;
use crate::product::build::settings::Settings;
use crate::product::not_assumed::FailedCall;
use crate::source::MAX_INPUT_BYTES;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// What a folder contains.
pub(crate) enum Folder {
    /// A settings file.
    Settings(PathBuf),
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
    let calls = match fs::symlink_metadata(&file) {
        Ok(what) if what.is_file() => match decoded(read_file(&file), incomplete::FILE) {
            Ok(text) => incomplete::parse(&text),
            Err(_) => Err("it cannot be read".to_owned()),
        },
        Ok(_) => Err("it is not a file".to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(format!("it cannot be read: {error}")),
    };
    calls.map_err(|message| FolderError::Unreadable(format!("{}: {message}", file.display())))
}

/// Reads a folder, without the files that flags name. For a settings file the caller asks for [`failed_calls`], too.
///
/// # Errors
/// [`FolderError`].
pub(crate) fn look_into(
    dir: &Path,
    named: &[PathBuf],
    allow_outside: bool,
) -> Result<Folder, FolderError> {
    let shown = dir.display();
    let unreadable =
        |error: io::Error| FolderError::Unreadable(format!("it cannot be read: {error}"));
    let what = fs::metadata(dir).map_err(unreadable)?;
    if !what.is_dir() {
        return Err(FolderError::Usage(format!(
            "`{shown}` is not a folder: a settings file is given with --connection, a policy with its own flag"
        )));
    }
    let settings = dir.join("ica.toml");
    // A link to nothing is one, too: who reads it says what is wrong with it.
    if fs::symlink_metadata(&settings).is_ok() {
        return Ok(Folder::Settings(settings));
    }
    let failed_calls = failed_calls(dir)?;
    let files = files(dir, named, allow_outside)?;
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

/// The regular files of a folder that may be inputs by their names, in the order of the names. They are listed before any is read: a
/// folder may hold anything.
fn files(
    dir: &Path,
    named: &[PathBuf],
    allow_outside: bool,
) -> Result<Vec<FolderFile>, FolderError> {
    let unreadable =
        |error: io::Error| FolderError::Unreadable(format!("it cannot be read: {error}"));
    let named = named.iter().filter_map(|path| path.canonicalize().ok()).collect::<Vec<_>>();
    let (mut names, mut bytes) = (Vec::new(), 0);
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(name) = path.file_name() else { continue };
        let Some(name) = name.to_str() else {
            let shown = name.to_string_lossy();
            if shown.starts_with('.') || !is_looked_at(&shown) {
                continue;
            }
            return Err(FolderError::Unreadable(format!(
                "`{shown}` has a name that is no Unicode text, so it is not clear what it is: rename it"
            )));
        };
        // Hidden files are never answers.
        if name.starts_with('.') || path.canonicalize().is_ok_and(|path| named.contains(&path)) {
            continue;
        }
        let is_looked_at = is_looked_at(name);
        if is_looked_at && !allow_outside && leads_out(dir, Path::new(name)) {
            return Err(FolderError::Unreadable(format!(
                "`{name}` is a link that leads out of the folder or to nothing: --allow-outside reads it all the same"
            )));
        }
        let about = match fs::metadata(&path) {
            Ok(about) if about.is_file() => about,
            Err(error) if is_looked_at => {
                return Err(FolderError::Unreadable(format!("`{name}` cannot be read: {error}")));
            }
            _ => continue,
        };
        if is_looked_at {
            bytes += about.len();
        }
        names.push(name.to_owned());
    }
    if bytes > MAX_INPUT_BYTES as u64 {
        return Err(FolderError::Unreadable(format!(
            "the files that may be policies have more than {} MiB together, the most that is read",
            MAX_INPUT_BYTES >> 20
        )));
    }
    names.sort();
    let read = |name: String| {
        let text = is_looked_at(&name).then(|| decoded(read_file(&dir.join(&name)), &name).ok());
        FolderFile { name, text: text.flatten() }
    };
    Ok(names.into_iter().map(read).collect())
}

/// Whether a file of a folder lies outside of it: by its name, or because a link leads there. A link that leads nowhere may lead anywhere
/// later. Of a name that does not exist counts how far it does.
pub(crate) fn leads_out(folder: &Path, name: &Path) -> bool {
    let folder = if folder == Path::new("") { Path::new(".") } else { folder };
    let is_below = |rest: &Path| {
        rest.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
    };
    let Ok(real) = folder.canonicalize() else { return !is_below(name) };
    let path = folder.join(name);
    for above in path.ancestors() {
        if let Ok(there) = above.canonicalize() {
            let rest = path.strip_prefix(above).unwrap_or(name);
            return !there.starts_with(&real) || !is_below(rest);
        }
        if above.is_symlink() {
            return true;
        }
    }
    true
}
