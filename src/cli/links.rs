//! Links that lead out of their folders.

use crate::api::folder::leads_out;
use std::path::Path;

/// Whether a path is a link that leads out of its folder.
pub(super) fn is_link_out(path: &Path) -> bool {
    let folder = path.parent().unwrap_or(Path::new(""));
    path.is_symlink() && path.file_name().is_some_and(|name| leads_out(folder, Path::new(name)))
}
