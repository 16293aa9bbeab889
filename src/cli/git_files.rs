//! Reads files from a git revision instead of the work tree.

use super::files::{decoded, unreadable};
use super::git::Revision;
use crate::input::{Loader, Unreadable};
use crate::source::{SourceId, Sources};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

/// Files of a git revision, relative to a folder.
pub(super) struct GitFiles<'a> {
    revision: &'a Revision,
    folder: PathBuf,
    /// Whether reports name them with the revision.
    is_shown_as_old: bool,
    /// Texts that were read before.
    known: Option<&'a BTreeMap<String, Rc<[u8]>>>,
}

impl<'a> GitFiles<'a> {
    /// Reports name them with the revision: `HEAD:policy.json`.
    pub(super) fn shown_as_old(revision: &'a Revision, folder: PathBuf) -> GitFiles<'a> {
        GitFiles { revision, folder, is_shown_as_old: true, known: None }
    }

    /// They have the names of today, so that findings in both can be compared.
    pub(super) fn shown_as_now(revision: &'a Revision, folder: PathBuf) -> GitFiles<'a> {
        GitFiles { revision, folder, is_shown_as_old: false, known: None }
    }

    /// With texts that [`Revision::texts`] has read.
    pub(super) fn with(self, known: &'a BTreeMap<String, Rc<[u8]>>) -> GitFiles<'a> {
        GitFiles { known: Some(known), ..self }
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
        let text = match self.known.and_then(|known| known.get(&path)) {
            Some(bytes) => Some(decoded(Ok(bytes.to_vec()), &old)?),
            None => self.revision.read(&path)?,
        };
        let text = text.ok_or_else(|| failed("the revision has no such file".to_owned()))?;
        let shown = if self.is_shown_as_old { &old } else { &path };
        sources.add_file(shown, text).map_err(|error| failed(error.to_string()))
    }
}
