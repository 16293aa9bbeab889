//! Links of a git revision: where a file or folder of it is as the revision itself says, never as the work tree does.

use super::git::{Entry, Revision};
use super::listed::is_left_out;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// More links than that lead in a circle. Linux follows as many.
const MOST_LINKS: usize = 40;

/// What a revision has under a name.
pub(super) struct Found {
    /// Its path without links.
    pub path: PathBuf,
    pub entry: Entry,
}

impl Revision {
    /// What the commit has under a path. `None`: nothing, also where a folder above is a file or a link that cannot be followed.
    ///
    /// # Errors
    /// The path itself is a link that cannot be followed.
    pub(super) fn found(&self, path: &Path) -> Result<Option<Found>, String> {
        if let Some(entry) = self.entry(path)?.filter(|entry| !entry.is_link()) {
            return Ok(Some(Found { path: path.to_owned(), entry }));
        }
        let names = |path: &Path| path.iter().rev().map(ToOwned::to_owned).collect::<Vec<_>>();
        // The names that are left, the next one last; of those the given ones are the first.
        let mut left = names(path);
        let (mut given, mut links, mut plain) = (left.len(), 0, PathBuf::new());
        while let Some(name) = left.pop() {
            given = given.min(left.len());
            match Path::new(&name).components().next() {
                Some(Component::Normal(name)) => plain.push(name),
                Some(Component::CurDir) | None => continue,
                Some(Component::ParentDir) if plain.pop() => continue,
                Some(_) => return not_followed(given),
            }
            match self.entry(&plain)? {
                Some(entry) if entry.is_link() => {
                    links += 1;
                    if links > MOST_LINKS {
                        return not_followed(given);
                    }
                    let target = self.blob(&entry)?;
                    left.extend(names(Path::new(&*String::from_utf8_lossy(&target))));
                    plain.pop();
                }
                Some(entry) if left.is_empty() || entry.is_folder() => {}
                _ => return Ok(None),
            }
        }
        let entry = self.entry(&plain)?;
        Ok(entry.map(|entry| Found { path: plain, entry }))
    }

    /// The files below a folder of the commit that end in `.json`: their names, which begin with the one that is shown, and their objects.
    /// What links lead to is there under the names of the links, and each folder once.
    pub(super) fn json_below(
        &self,
        inner: &Path,
        shown: &Path,
    ) -> Result<BTreeMap<String, String>, String> {
        let Some(top) = self.found(inner)?.filter(|found| found.entry.is_folder()) else {
            return Ok(BTreeMap::new());
        };
        let (mut files, mut seen) = (BTreeMap::new(), BTreeSet::new());
        let mut folders = BTreeMap::from([(shown.to_owned(), top.path)]);
        while let Some((shown, folder)) = folders.pop_first() {
            let mut looked_at = Vec::new();
            for (path, entry) in self.entries_below(&folder)? {
                let above = path.parent().unwrap_or(Path::new("")).to_owned();
                let is_known = seen.contains(&above);
                looked_at.push(above);
                let Some(rest) = path.strip_prefix(&folder).ok().filter(|_| !is_known) else {
                    continue;
                };
                if rest.iter().any(|part| is_left_out(&part.to_string_lossy())) {
                    looked_at.pop();
                    continue;
                }
                let name = shown.join(rest);
                let is_json = rest.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
                // A link that cannot be followed leads to nothing that could be compared.
                let found = match entry.is_link() {
                    true => self.found(&path).unwrap_or_default(),
                    false => Some(Found { path, entry }),
                };
                let Some(Found { path, entry }) = found else { continue };
                if entry.is_folder() {
                    folders.insert(name, path);
                } else if entry.is_file() && is_json {
                    files.insert(name.display().to_string(), entry.object);
                }
            }
            seen.extend(looked_at);
        }
        Ok(files)
    }

    /// The files and links below a folder, in the folders in it, too.
    fn entries_below(&self, folder: &Path) -> Result<Vec<(PathBuf, Entry)>, String> {
        let path = format!("./{}", folder.display());
        let mut arguments = vec!["ls-tree", "-r", "-z", self.commit()];
        if folder != Path::new("") {
            arguments.extend(["--", &path]);
        }
        let listed = self.run(&arguments)?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let entry = |line: &str| {
            let (entry, name) = line.split_once('\t')?;
            Some((PathBuf::from(name), Entry::read(entry)?))
        };
        Ok(listed.split('\0').filter_map(entry).collect())
    }
}

/// A link that leads out of the repository, or in a circle. Where names below it are left, the revision has nothing under them.
fn not_followed(given: usize) -> Result<Option<Found>, String> {
    let message = "in that revision it is a link that leads out of the repository or in a circle";
    if given == 0 { Err(message.to_owned()) } else { Ok(None) }
}
