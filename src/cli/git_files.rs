//! Files of a git revision, in the place of those of the work tree.

use super::files::unreadable;
use super::git::Revision;
use crate::input::{Loader, Unreadable};
use crate::source::{SourceId, Sources};
use std::path::PathBuf;

/// Files of a git revision, relative to a folder.
pub(super) struct GitFiles<'a> {
    revision: &'a Revision,
    folder: PathBuf,
    /// Whether reports name them with the revision.
    is_shown_as_old: bool,
}

impl GitFiles<'_> {
    /// Reports name them with the revision: `HEAD:policy.json`.
    pub(super) fn shown_as_old(revision: &Revision, folder: PathBuf) -> GitFiles<'_> {
        GitFiles { revision, folder, is_shown_as_old: true }
    }

    /// They have the names of today, so that findings in both can be compared.
    pub(super) fn shown_as_now(revision: &Revision, folder: PathBuf) -> GitFiles<'_> {
        GitFiles { revision, folder, is_shown_as_old: false }
    }
}

impl Loader for GitFiles<'_> {
    fn load(&mut self, sources: &mut Sources, name: &str) -> Result<SourceId, Unreadable> {
        let path = self.folder.join(name).display().to_string();
        let old = self.revision.shown(&path);
        let failed = |message: String| unreadable(&old, message, None);
        if name == "-" {
            return Err(failed("git has no older version of standard input".to_owned()));
        }
        let text = self.revision.read(&path)?;
        let text = text.ok_or_else(|| failed("the revision has no such file".to_owned()))?;
        let shown = if self.is_shown_as_old { &old } else { &path };
        sources.add_file(shown, text).map_err(|error| failed(error.to_string()))
    }
}
