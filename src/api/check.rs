//! A connection of ICA to a bucket, checked against all that ICA does.

use super::error::Error;
use super::folder::{Folder, FolderError, failed_calls, look_into};
use super::workspace::Workspace;
use crate::finding::codes;
use crate::input::NONE;
use crate::product::budget::Budget;
use crate::product::build::settings::{self, Settings};
use crate::product::build::{Built, WrongSettings, build, unknown_keys};
use crate::product::not_assumed::FailedCall;
use crate::product::setup::Setup;
use crate::report::Finding;
use crate::report::check::Checked;
use crate::source::Span;
use std::path::Path;

impl Workspace {
    /// Checks the connections of a settings file, such as `ica.toml`. Files in it are relative to
    /// it.
    ///
    /// # Errors
    /// What is wrong with the settings, and every file that cannot be read.
    pub fn check(&mut self, settings_file: &str) -> Result<Vec<Checked>, Error> {
        self.check_file(settings_file, &[])
    }

    /// [`Workspace::check`], where these calls failed when the files were fetched.
    fn check_file(
        &mut self,
        settings_file: &str,
        failed_calls: &[FailedCall],
    ) -> Result<Vec<Checked>, Error> {
        let connections = self.settings_of(settings_file)?;
        if connections.is_empty() {
            return Err(Error::setting(settings_file, "there is no connection in it"));
        }
        let (mut checked, mut wrong) = (Vec::new(), Vec::new());
        let budget = Budget::default();
        for mut settings in connections {
            settings.failed_calls = failed_calls.to_vec();
            match self.check_within(&placed(settings, settings_file), &budget) {
                Ok(check) => checked.push(check),
                Err(error) => wrong.extend(error.findings().to_vec()),
            }
        }
        Error::unless_empty(wrong, checked)
    }

    /// Checks the connection of a folder: that of its `ica.toml`, else its files, each taken for
    /// what its name or its content says. Findings of the code `folder-file` say for what.
    ///
    /// # Errors
    /// As [`Workspace::check`]; or it cannot be said what a file is.
    pub fn check_folder(path: impl AsRef<Path>) -> Result<Vec<Checked>, Error> {
        let path = path.as_ref();
        let about_folder = |error| match error {
            FolderError::Usage(message) => Finding::new(codes::WRONG_SETTING, message),
            FolderError::Unreadable(message) => {
                let message = format!("{}: {message}", path.display());
                Finding::new(codes::UNREADABLE_FILE, message)
            }
        };
        match look_into(path, &[], false).map_err(about_folder)? {
            Folder::Settings(file) => {
                let failed_calls = failed_calls(path).map_err(about_folder)?;
                Workspace::in_folder("").check_file(&file.display().to_string(), &failed_calls)
            }
            Folder::Files(found) => {
                let mut checked = Workspace::in_folder(path).check_settings(&found.settings)?;
                let words = found.words.into_iter();
                checked.findings.extend(words.map(|text| Finding::new(codes::FOLDER_FILE, text)));
                Ok(vec![checked])
            }
        }
    }

    /// Checks the connection that these settings describe.
    ///
    /// # Errors
    /// As [`Workspace::check`].
    pub fn check_settings(&mut self, settings: &Settings) -> Result<Checked, Error> {
        self.check_within(settings, &Budget::default())
    }

    /// The same, where several connections share a budget.
    fn check_within(&mut self, settings: &Settings, budget: &Budget) -> Result<Checked, Error> {
        let mut connection = self.setup(settings)?;
        connection.findings.extend(
            unknown_keys(self.product, &settings.assume).map(|words| {
                crate::finding::Finding::new(codes::UNKNOWN_KEY, Span::NOWHERE, words)
            }),
        );
        connection.budget = budget.clone();
        let check = crate::product::check(&connection);
        if check.operations.is_empty() {
            return Err(Error::setting("operation", "nothing is left to check"));
        }
        Ok(Checked::new(&self.sources, &connection, &check))
    }

    /// The connections of a settings file, as written.
    pub(crate) fn settings_of(&mut self, file: &str) -> Result<Vec<Settings>, Error> {
        let id = self.read(file)?;
        let text = &self.sources.get(id).text;
        settings::parse(text)
            .map_err(|error| Error::settings(file, WrongSettings::new(&error, text)))
    }

    /// The connection that these settings describe.
    pub(super) fn setup(&mut self, settings: &Settings) -> Result<Setup, Error> {
        let Built { connection, unreadable } =
            build(self.product, settings, &mut self.sources, &mut self.texts)?;
        Error::unless_unreadable(&self.sources, unreadable, connection)
    }
}

/// Settings whose files are relative to the file that has them.
pub(super) fn placed(settings: Settings, settings_file: &str) -> Settings {
    let folder = Path::new(settings_file).parent().unwrap_or(Path::new(""));
    let place = |name: &str| Some(beside(folder, name));
    settings.with_files(&place)
}

/// A file that is named in another one of this folder.
pub(super) fn beside(folder: &Path, name: &str) -> String {
    if name == NONE { name.to_owned() } else { folder.join(name).display().to_string() }
}
