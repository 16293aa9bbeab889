//! Links that lead out of their folders.

use crate::api::folder::leads_out;
use std::path::{Path, PathBuf};

/// What is wrong with what is read from such a link.
pub(super) const LINK_OUT: &str = "it is a link that leads out of its folder or to nothing";

/// What is wrong with what is written to one.
pub(super) const BEHIND_LINK: &str = "a link that leads out of its folder, or lies behind one";

/// What to do about that, where the command has no flag for it.
pub(super) const NAME_TARGET: &str = "name what the link leads to";

/// What to do about a file outside of a folder, where the command has the flag.
pub(super) const ALLOW_OUTSIDE: &str = "--allow-outside reads it all the same";

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
