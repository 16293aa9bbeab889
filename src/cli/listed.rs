//! The files of a command line, with those of the folders that it names.

use super::files::decoded;
use crate::api::folder::leads_out;
use crate::finding::codes;
use crate::input::{Unreadable, is_like_policy, read_policy};
use crate::report::{Failure, failure};
use crate::source::Sources;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A file to read, and whether it was found in a folder.
pub(super) type Given = Result<(String, bool), Failure>;

/// The files that are given, those of folders in the order of their names.
pub(super) fn listed(given: &[String]) -> Vec<Given> {
    let mut files = Vec::new();
    // A name that is given twice is read once.
    let mut seen = BTreeSet::new();
    for name in given.iter().filter(|name| seen.insert(name.as_str())) {
        if name != "-" && Path::new(name).is_dir() {
            files.extend(in_folder(Path::new(name), true));
        } else {
            files.push(Ok((name.clone(), false)));
        }
    }
    files
}

/// The files of a folder, with those that links lead to or without.
pub(super) fn in_folder(top: &Path, with_links: bool) -> Vec<Given> {
    let mut walk = Walk { top, with_links, files: Vec::new(), above: Vec::new() };
    walk.folder(top);
    walk.files
}

/// Whether a folder or a file is hidden, or what other tools install.
pub(super) fn is_left_out(name: &str) -> bool {
    name.starts_with('.') || name == "node_modules"
}

/// The files of a folder whose names end in `.json`. Hidden names are left out, and so is what other tools install. A link is what it leads
/// to, as for whoever uses the policies; one that leads out of the folder is an error, for a policy would pass unread.
struct Walk<'a> {
    top: &'a Path,
    with_links: bool,
    files: Vec<Given>,
    /// The folders that are being looked at, where links lead.
    above: Vec<PathBuf>,
}

impl Walk<'_> {
    fn fails(&mut self, path: &Path, message: &str) {
        let failure = failure::of_file(&path.display().to_string(), message);
        self.files.extend(failure.into_iter().map(Err));
    }

    fn folder(&mut self, folder: &Path) {
        // A link to a folder above leads to what is looked at already.
        let place = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        if self.above.contains(&place) {
            return;
        }
        self.above.push(place);
        self.entries(folder);
        self.above.pop();
    }

    fn entries(&mut self, folder: &Path) {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                return self.fails(folder, &format!("the folder cannot be read: {error}"));
            }
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let (name, path) = (entry.file_name(), entry.path());
            let name = name.to_string_lossy();
            let is_json = name.to_ascii_lowercase().ends_with(".json");
            if is_left_out(&name) || !self.with_links && path.is_symlink() {
                continue;
            }
            let below = path.strip_prefix(self.top).unwrap_or(&path).to_string_lossy();
            if path.is_symlink() && (is_json || path.is_dir()) && leads_out(self.top, &below) {
                self.fails(
                    &path,
                    "it is a link that leads out of the folder, which is not followed",
                );
            } else if path.is_dir() {
                self.folder(&path);
            } else if path.is_file() && is_json {
                self.files.push(Ok((path.display().to_string(), true)));
            }
        }
    }
}

/// Whether a file of a folder is something else than a policy: other JSON, or text without the word that every policy has.
pub(super) fn is_no_policy(sources: &Sources, wrong: &Unreadable) -> bool {
    let Unreadable::Text(findings) = wrong else { return false };
    let is_other = findings.iter().any(|finding| finding.code == codes::NO_POLICY);
    let text = sources.iter().last().map_or("", |source| &source.text);
    !is_like_policy(text) && (is_other || !text.to_ascii_lowercase().contains("\"statement\""))
}

/// Whether a file of a folder is a policy, or may be one. A file that cannot be read counts, so that the error is reported.
pub(super) fn may_hold_policy(name: &str, bytes: Vec<u8>) -> bool {
    if bytes.is_empty() {
        return false;
    }
    let Ok(text) = decoded(Ok(bytes), name) else { return true };
    let mut sources = Sources::new();
    let Ok(id) = sources.add_file(name, text) else { return true };
    match read_policy(&mut sources, id) {
        Ok(_) => true,
        Err(wrong) => !is_no_policy(&sources, &Unreadable::Text(wrong)),
    }
}
