//! Reading files and standard input.

use super::exit::Exit;
use crate::input::{Loader, Unreadable};
use crate::json::decode_bytes;
use crate::report::look::Look;
use crate::source::{MAX_INPUT_BYTES, SourceId, Sources};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Reads files relative to a folder; `-` is standard input.
#[derive(Debug)]
pub(super) struct Files {
    pub folder: PathBuf,
}

impl Loader for Files {
    fn load(&mut self, sources: &mut Sources, name: &str) -> Result<SourceId, Unreadable> {
        let path = self.folder.join(name);
        let shown =
            if name == "-" { "standard input".to_owned() } else { path.display().to_string() };
        let text = read_text(name, &path, &shown)?;
        sources.add_file(&shown, text).map_err(|error| unreadable(&shown, error.to_string(), None))
    }
}

/// Reads a text file or standard input.
pub(super) fn read_text(name: &str, path: &Path, shown: &str) -> Result<String, Unreadable> {
    let bytes = if name == "-" { read_limited(io::stdin().lock()) } else { read_file(path) };
    let bytes = bytes.map_err(|error| unreadable(shown, io_words(&error), io_help(&error)))?;
    decoded(bytes, shown)
}

/// The text of a file's bytes.
pub(super) fn decoded(bytes: Vec<u8>, shown: &str) -> Result<String, Unreadable> {
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

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    read_limited(file)
}

/// Reads one byte more than the limit, so that too much is noticed without reading all of it.
fn read_limited(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_INPUT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::IsADirectory => "this is a directory, a file is wanted".to_owned(),
        io::ErrorKind::PermissionDenied => "it may not be read".to_owned(),
        _ => format!("it cannot be read: {error}"),
    }
}

fn io_help(error: &io::Error) -> Option<&'static str> {
    (error.kind() == io::ErrorKind::NotFound)
        .then_some("say `none` instead of a file to assert that there is no such policy")
}

pub(super) fn unreadable(name: &str, message: String, help: Option<&str>) -> Unreadable {
    Unreadable::File { name: name.to_owned(), message, help: help.map(str::to_owned) }
}

/// Prints the report.
pub(super) fn print(text: &str) {
    // A closed pipe ends the output, it is no error.
    let _ = io::stdout().write_all(text.as_bytes());
}

/// Prints the report; where it cannot be written, says so.
pub(super) fn print_report(text: &str) -> Exit {
    let mut stdout = io::stdout();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            print_error(&format!("error: the report cannot be written: {error}\n"));
            Exit::Unreadable
        }
        Ok(()) | Err(_) => Exit::Clean,
    }
}

/// Prints an error.
pub(super) fn print_error(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Colours follow NO_COLOR and the terminal.
pub(super) fn look(stream: &impl anstream::stream::RawStream) -> Look {
    let colour = anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never;
    let width = if stream.is_terminal() { terminal_width() } else { 110 };
    Look { colour, width }
}

/// Terminals tell their width in COLUMNS where a shell exports it.
fn terminal_width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(110)
}
