//! Texts from files of a folder, and texts that the program has at hand.

use crate::input::{Loader, Unreadable};
use crate::json::decode_bytes;
use crate::source::{MAX_INPUT_BYTES, SourceId, Sources};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Reads files relative to a folder.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// The folder; empty for the working folder.
    pub path: PathBuf,
}

impl Loader for Folder {
    fn load(&mut self, sources: &mut Sources, name: &str) -> Result<SourceId, Unreadable> {
        let path = self.path.join(name);
        let shown = path.display().to_string();
        let text = decoded(read_file(&path), &shown)?;
        sources.add_file(&shown, text).map_err(|error| unreadable(&shown, error.to_string(), None))
    }
}

/// Texts by name, then the files of another loader.
#[derive(Default)]
pub(super) struct Texts {
    pub texts: HashMap<String, SourceId>,
    pub files: Option<Box<dyn Loader>>,
}

impl Loader for Texts {
    fn load(&mut self, sources: &mut Sources, name: &str) -> Result<SourceId, Unreadable> {
        match (self.texts.get(name), &mut self.files) {
            (Some(id), _) => Ok(*id),
            (None, Some(files)) => files.load(sources, name),
            (None, None) => {
                let help = "add the text under this name, or open a folder";
                Err(unreadable(name, "there is no text of this name".to_owned(), Some(help)))
            }
        }
    }
}

/// The text of a file's bytes.
pub(crate) fn decoded(bytes: io::Result<Vec<u8>>, shown: &str) -> Result<String, Unreadable> {
    let bytes = bytes.map_err(|error| unreadable(shown, io_words(&error), io_help(&error)))?;
    if bytes.len() > MAX_INPUT_BYTES {
        let message =
            format!("the file is larger than {} MiB, the most that is read", MAX_INPUT_BYTES >> 20);
        return Err(unreadable(
            shown,
            message,
            Some("a policy has a few kilobytes; is it the right file?"),
        ));
    }
    decode_bytes(bytes).map_err(|error| unreadable(shown, error.to_string(), Some(error.help())))
}

pub(crate) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    read_limited(file)
}

/// Reads one byte more than the limit, which detects a file that is too large without reading all of it.
pub(crate) fn read_limited(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_INPUT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::IsADirectory => "this is a directory, not a file".to_owned(),
        io::ErrorKind::PermissionDenied => "it may not be read".to_owned(),
        _ => format!("it cannot be read: {error}"),
    }
}

fn io_help(error: &io::Error) -> Option<&'static str> {
    (error.kind() == io::ErrorKind::NotFound)
        .then_some("say `none` instead of a file to assert that there is no such policy")
}

pub(crate) fn unreadable(name: &str, message: String, help: Option<&str>) -> Unreadable {
    Unreadable::File { name: name.into(), message, help: help.map(str::to_owned) }
}
