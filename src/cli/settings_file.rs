//! Settings files (`ica.toml`), and where the files lie that they name.
//!
//! A settings file may come from a pull request of a stranger, and reports quote what they read. So a settings file names files of its
//! own folder only, unless the user says otherwise.

use super::files::{read_text, unreadable};
use super::links::{ALLOW_OUTSIDE, LINK_OUT, is_link_out};
use crate::api::folder::{FolderError, failed_calls, leads_out};
use crate::input::{NONE, Unreadable};
use crate::product::build::WrongSettings;
use crate::product::build::settings::{self, Settings};
use crate::product::not_assumed::FailedCall;
use std::path::{Path, PathBuf};

/// Why there are no settings.
pub(super) enum Failure {
    Usage(String),
    Unreadable(Box<Unreadable>),
}

/// The connections of a settings file.
pub(super) fn read(file: &Path, allow_outside: bool) -> Result<Vec<Settings>, Failure> {
    let shown = file.display().to_string();
    let folder = folder(file);
    let refused = |path: &str, message: String| {
        Failure::Unreadable(Box::new(unreadable(path, message, Some(ALLOW_OUTSIDE))))
    };
    if !allow_outside && is_link_out(file) {
        return Err(refused(&shown, LINK_OUT.to_owned()));
    }
    let text = read_text(&shown, file, &shown)
        .map_err(|unreadable| Failure::Unreadable(Box::new(about_settings(unreadable))))?;
    let settings = parsed(&text, &shown)?;
    let names = settings.iter().flat_map(Settings::files);
    let mut files = names.filter(|name| !matches!(*name, NONE | "-"));
    match files.find(|name| !allow_outside && leads_out(&folder, Path::new(name))) {
        Some(name) => {
            let message = format!("it lies outside of the folder of the settings file `{shown}`");
            Err(refused(&folder.join(name).display().to_string(), message))
        }
        None => Ok(settings),
    }
}

/// The connections of a settings file, with the calls that failed when its folder was fetched.
pub(super) fn read_fetched(file: &Path, allow_outside: bool) -> Result<Vec<Settings>, Failure> {
    let settings = read(file, allow_outside)?;
    let folder = folder(file);
    let calls = failed_calls(&folder).map_err(|error| match error {
        FolderError::Usage(message) => Failure::Usage(message),
        FolderError::Unreadable(message) => {
            Failure::Unreadable(Box::new(unreadable(&folder.display().to_string(), message, None)))
        }
    })?;
    Ok(with_failed(settings, &calls))
}

/// The connections, where these calls failed.
pub(super) fn with_failed(mut settings: Vec<Settings>, calls: &[FailedCall]) -> Vec<Settings> {
    settings.iter_mut().for_each(|settings| settings.failed_calls = calls.to_vec());
    settings
}

/// The connections of the text of a settings file. A text that is not TOML is unreadable; a wrong value is wrong usage.
pub(super) fn parsed(text: &str, shown: &str) -> Result<Vec<Settings>, Failure> {
    match settings::parse(text) {
        Ok(settings) if settings.is_empty() => {
            Err(Failure::Usage(format!("{shown}: there is no connection in it")))
        }
        Ok(settings) => Ok(settings),
        Err(error) => Err(match WrongSettings::new(&error, text) {
            WrongSettings::Setting { place_and_message } => {
                Failure::Usage(format!("{shown}{place_and_message}"))
            }
            WrongSettings::NoToml { message, help } => {
                Failure::Unreadable(Box::new(unreadable(shown, message, help)))
            }
        }),
    }
}

/// The folder that the paths of a settings file are relative to.
pub(super) fn folder(file: &Path) -> PathBuf {
    file.parent().map(Path::to_owned).unwrap_or_default()
}

/// The help about a policy's file is wrong for a settings file.
fn about_settings(unreadable: Unreadable) -> Unreadable {
    let help = Some("--connection takes an ica.toml with the names of the flags; `ica-policy check --help` shows one".to_owned());
    match unreadable {
        Unreadable::File { name, message, .. } => Unreadable::File { name, message, help },
        other => other,
    }
}
