//! Links of a git revision: where a file or folder of it is as the revision itself says, never as the work tree does.

use super::git::Revision;
use super::git_tree::{Entry, MOST_BYTES, Place, TOP, Tree};
use super::listed::is_left_out;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

/// More links than that lead in a circle. Linux follows as many.
const MOST_LINKS: usize = 40;

/// The names that are looked at where a path leads, those of the targets of links as well. A target of a stranger may go down and up again
/// and lead to another such target.
const MOST_NAMES: usize = 4096;

/// Why a path could not be followed.
enum Lost {
    /// A link leads out of the repository, or in a circle.
    Astray {
        /// Whether that is the path itself, and no folder above.
        is_itself: bool,
    },
    /// It is not known where the path leads.
    Unknown(String),
}

impl Revision {
    /// What the commit has under a path. `None`: nothing, also where a folder above is a file or a link that cannot be followed.
    ///
    /// # Errors
    /// The path itself is a link that cannot be followed, or nobody knows where the path leads.
    pub(super) fn found(&self, path: &Path) -> Result<Option<Entry>, String> {
        // A repository may be large, and most runs ask for a file or two that no link leads to.
        if !self.has_tree()
            && let Some(entry) = self.entry(path)?.filter(|entry| !entry.is_link())
        {
            return Ok(Some(entry));
        }
        let tree = self.tree()?;
        match followed(tree, TOP, path) {
            Ok(place) => Ok(place.map(|place| tree.entry(place).clone())),
            Err(Lost::Astray { is_itself: false }) => Ok(None),
            Err(Lost::Astray { is_itself: true }) => {
                Err("in that revision it is a link that leads out of the repository or in a circle"
                    .to_owned())
            }
            Err(Lost::Unknown(message)) => Err(message),
        }
    }

    /// The files below a folder of the commit that end in `.json`: their names, which begin with the one that is shown, and their objects.
    /// What links lead to is there under the names of the links, and each folder once.
    pub(super) fn json_below(
        &self,
        inner: &Path,
        shown: &Path,
    ) -> Result<BTreeMap<String, String>, String> {
        if !self.found(inner)?.is_some_and(|entry| entry.is_folder()) {
            return Ok(BTreeMap::new());
        }
        let tree = self.tree()?;
        let Ok(Some(top)) = followed(tree, TOP, inner) else { return Ok(BTreeMap::new()) };
        let (mut files, mut seen) = (BTreeMap::new(), BTreeSet::new());
        let mut links = BTreeMap::from([(shown.to_owned(), top)]);
        while let Some(link) = links.pop_first() {
            // The folders below have their own names before any other link has.
            let mut folders = vec![link];
            while let Some((shown, folder)) = folders.pop() {
                if !seen.insert(folder) {
                    continue;
                }
                for (name, place) in tree.children(folder) {
                    if is_left_out(&name.to_string_lossy()) {
                        continue;
                    }
                    let shown = shown.join(name);
                    let is_link = tree.entry(place).is_link();
                    let failed = |why: String| format!("`{}`: {why}", shown.display());
                    if shown.as_os_str().len() > MOST_BYTES {
                        let start =
                            shown.display().to_string().chars().take(80).collect::<String>();
                        return Err(format!(
                            "a path in it has more than {MOST_BYTES} bytes, `{start}`.."
                        ));
                    }
                    let place = match is_link.then(|| followed(tree, folder, Path::new(name))) {
                        None => place,
                        Some(Ok(Some(place))) => place,
                        // Such a link leads to nothing that could be compared.
                        Some(Ok(None) | Err(Lost::Astray { .. })) => continue,
                        Some(Err(Lost::Unknown(message))) => return Err(failed(message)),
                    };
                    let entry = tree.entry(place);
                    let is_json =
                        shown.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
                    if entry.is_folder() && is_link {
                        links.insert(shown, place);
                    } else if entry.is_folder() {
                        folders.push((shown, place));
                    } else if entry.is_file() && is_json {
                        files.insert(shown.display().to_string(), entry.object.clone());
                    }
                }
            }
        }
        Ok(files)
    }
}

/// Where a path from a folder leads.
fn followed(tree: &Tree, folder: Place, path: &Path) -> Result<Option<Place>, Lost> {
    // The names that are left, the next one last; of those the given ones are the first.
    let mut left = path.components().rev().collect::<Vec<_>>();
    let (mut given, mut links, mut here) = (left.len(), 0, folder);
    for _ in 0..=MOST_NAMES {
        let Some(name) = left.pop() else { return Ok(Some(here)) };
        given = given.min(left.len());
        let astray = Err(Lost::Astray { is_itself: given == 0 });
        let next = match name {
            Component::Normal(name) => tree.child(here, name),
            Component::CurDir => Some(here),
            Component::ParentDir if here != TOP => Some(tree.above(here)),
            _ => return astray,
        };
        let Some(next) = next else { return Ok(None) };
        let entry = tree.entry(next);
        if entry.is_link() {
            links += 1;
            if links > MOST_LINKS {
                return astray;
            }
            left.extend(tree.target(next).map_err(Lost::Unknown)?.components().rev());
        } else if left.is_empty() || entry.is_folder() {
            here = next;
        } else {
            return Ok(None);
        }
    }
    Err(Lost::Unknown(format!(
        "in that revision it leads through more than {MOST_NAMES} folders and links, which is more than is followed"
    )))
}
