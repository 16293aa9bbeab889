//! Links that lead out of their folders.

use crate::api::folder::leads_out;
use std::path::{Path, PathBuf};

/// Whether a path that somebody typed goes through a link that leads out of the link's folder. Links above the working folder are those
/// of the machine; of a path elsewhere only the last name counts.
pub(super) fn follows_out(path: &Path) -> bool {
    // Behind a slash the name of a link would mean the folder that it leads to.
    let path = path.components().collect::<PathBuf>();
    // The working folder may have several names, where a link above it leads to it.
    let here = Path::new(".").canonicalize().ok();
    let is_here = |above: &Path| here.is_some() && above.canonicalize().ok() == here;
    let names = match path.is_absolute() {
        true => path.ancestors().position(is_here).unwrap_or(1),
        false => usize::MAX,
    };
    path.ancestors().take(names).any(is_link_out)
}

/// Whether a path is a link that leads out of its folder.
pub(super) fn is_link_out(path: &Path) -> bool {
    let folder = path.parent().unwrap_or(Path::new(""));
    path.is_symlink() && path.file_name().is_some_and(|name| leads_out(folder, Path::new(name)))
}
