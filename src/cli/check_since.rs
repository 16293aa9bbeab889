//! `check --changed-since`: the connection as it was in a revision of git.

use super::compare_connection::{name, settings_of};
use super::git::Revision;
use super::git_files::GitFiles;
use super::versions::Origin;
use crate::ica::ICA;
use crate::input::Unreadable;
use crate::product::budget::Budget;
use crate::product::build::build;
use crate::product::build::settings::Settings;
use crate::report::check::Checked;
use crate::source::Sources;
use std::path::Path;

/// A revision, and the settings that it has.
pub(super) struct Since {
    revision: Revision,
    /// Those of its settings file; `None` where flags alone describe the connection.
    settings: Option<Vec<Settings>>,
}

impl Since {
    /// The revision, with its version of the settings file. One that it does not have, or that cannot be read there, says nothing.
    pub(super) fn open(
        revision: &str,
        file: Option<&Path>,
        flags: &Settings,
        allow_outside: bool,
    ) -> Result<Since, Unreadable> {
        let revision = Revision::open(revision)?;
        let settings = file.map(|file| {
            let path = file.display().to_string();
            let origin = Origin::Revision { revision: &revision, path: &path };
            let settings = settings_of(&origin, allow_outside).unwrap_or_default();
            settings.into_iter().map(|settings| settings.overridden_by(flags.clone())).collect()
        });
        Ok(Since { revision, settings })
    }

    /// The check of the same connection with settings and files of the revision. `None` if it does not have all of them: then everything
    /// is new.
    pub(super) fn before(&self, now: &Settings, folder: &Path, budget: &Budget) -> Option<Checked> {
        let settings = match self.settings.as_deref() {
            None => now,
            Some([one]) => one,
            Some(several) => several.iter().find(|then| name(then) == name(now))?,
        };
        let mut sources = Sources::new();
        let mut files = GitFiles::shown_as_now(&self.revision, folder.to_owned());
        let mut built = build(&ICA, settings, &mut sources, &mut files).ok()?;
        built.connection.budget = budget.clone();
        let check =
            built.unreadable.is_empty().then(|| crate::product::check(&built.connection))?;
        Some(Checked::new(&sources, &built.connection, &check))
    }
}
