//! The files of a command line, with those of the folders that it names.

use super::files::{decoded, unreadable};
use crate::api::folder::leads_out;
use crate::finding::codes;
use crate::input::{Unreadable, is_like_policy, read_policy};
use crate::report::{Failure, failure};
use crate::source::Sources;
use std::collections::BTreeSet;
use std::fs;
use std::io;
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
            files.extend(in_folder(Path::new(name)));
        } else {
            files.push(Ok((name.clone(), false)));
        }
    }
    files
}

/// The files of a folder, then those that links lead to, by the names of the links.
pub(super) fn in_folder(top: &Path) -> Vec<Given> {
    let (files, links, seen) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let mut walk = Walk { top, files, links, seen };
    walk.folder(top);
    // After the folders themselves: what a link leads to may have a name of its own, which counts. Of several links the first name does.
    while let Some(link) = walk.links.pop_first() {
        walk.folder(&link);
    }
    walk.files
}

/// Whether a folder or a file is hidden, or what other tools install.
pub(super) fn is_left_out(name: &str) -> bool {
    name.starts_with('.') || name == "node_modules"
}

/// The files of a folder whose names end in `.json`. Hidden names are left out, and so is what other tools install. A link is read as what it
/// leads to, as whoever uses the policies reads it. One that leads out of the folder is an error: a policy would pass unread.
struct Walk<'a> {
    top: &'a Path,
    files: Vec<Given>,
    /// Links to folders that are still to be looked at.
    links: BTreeSet<PathBuf>,
    /// The folders that were looked at, where links lead: links to each other would give more paths than anybody can read.
    seen: BTreeSet<PathBuf>,
}

impl Walk<'_> {
    fn fails(&mut self, path: &Path, message: String, help: &str) {
        let wrong = unreadable(&path.display().to_string(), message, Some(help));
        self.files.extend(failure::unreadable(&Sources::new(), &[wrong]).into_iter().map(Err));
    }

    fn folder(&mut self, folder: &Path) {
        if !self.seen.insert(folder.canonicalize().unwrap_or_else(|_| folder.to_owned())) {
            return;
        }
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                let message = format!("the folder cannot be read: {error}");
                return self.fails(folder, message, "let it be read, or name files");
            }
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if is_left_out(&name) {
                continue;
            }
            let path = entry.path();
            let is_json = name.to_ascii_lowercase().ends_with(".json");
            match entry.file_type() {
                Ok(kind) if kind.is_symlink() => self.link(path, is_json),
                Ok(kind) if kind.is_dir() => self.folder(&path),
                Ok(kind) if kind.is_file() && is_json => self.file(&path),
                _ if is_json => self.no_file(&path),
                _ => {}
            }
        }
    }

    fn file(&mut self, path: &Path) {
        let Some(name) = path.to_str() else {
            // By the name that is shown another file may be read.
            let message = "its name is no Unicode text, so it cannot be read by its name";
            return self.fails(path, message.to_owned(), "rename it, or the folder that it is in");
        };
        self.files.push(Ok((name.to_owned(), true)));
    }

    fn no_file(&mut self, path: &Path) {
        let message = "it is neither a file nor a folder".to_owned();
        self.fails(path, message, "remove it, or name the files that are meant");
    }

    fn link(&mut self, path: PathBuf, is_json: bool) {
        let is_gone = |error: io::Error| error.kind() == io::ErrorKind::NotFound;
        let is_nothing = fs::metadata(&path).err().is_some_and(is_gone);
        let is_folder = path.is_dir();
        // Nobody can read what such a link leads to as a policy: it is a file of another name, or would be. Without an extension it may stand
        // for a folder of policies that is missing.
        if !is_json && (path.is_file() || is_nothing && path.extension().is_some()) {
            return;
        }
        let below = path.strip_prefix(self.top).unwrap_or(&path);
        match () {
            () if leads_out(self.top, below) => self.fails(
                &path,
                "it is a link that leads out of the folder or to nothing, so it is not followed"
                    .to_owned(),
                "put what is meant in the place of the link, or remove the link",
            ),
            () if is_folder => drop(self.links.insert(path)),
            () if path.is_file() => self.file(&path),
            () => self.no_file(&path),
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
