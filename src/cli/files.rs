//! Reading files and standard input.

use super::exit::Exit;
pub(super) use crate::api::files::{decoded, unreadable};
use crate::api::files::{read_file, read_limited};
use crate::input::{Loader, Unreadable};
use crate::report::look::Look;
use crate::report::visible::visible;
use crate::source::{SourceId, Sources};
use std::io;
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
    decoded(bytes, shown)
}

/// Prints the report.
pub(super) fn print(text: &str) {
    // A closed pipe ends the output; it is not an error.
    let _ = write_visible(io::stdout(), text);
}

/// Prints the report, or an error if that is not possible.
pub(super) fn print_report(text: &str) -> Exit {
    printed(write_visible(io::stdout(), text))
}

/// How printing ended. A closed pipe ends the output; it is not an error.
fn printed(result: io::Result<()>) -> Exit {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            print_error(&format!("error: the report cannot be written: {error}\n"));
            Exit::Unreadable
        }
        Ok(()) | Err(_) => Exit::Clean,
    }
}

/// Prints an error.
pub(super) fn print_error(text: &str) {
    let _ = write_visible(io::stderr(), text);
}

/// The only place where text leaves the program, but for the lines of `simulate --batch`.
fn write_visible(mut stream: impl anstream::stream::RawStream, text: &str) -> io::Result<()> {
    let styles = look(&stream).colour;
    stream.write_all(visible(text, styles).as_bytes())?;
    stream.flush()
}

/// Colours follow NO_COLOR and the terminal.
pub(super) fn look(stream: &impl anstream::stream::RawStream) -> Look {
    let colour = anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never;
    let width = if stream.is_terminal() { terminal_width() } else { 110 };
    Look { colour, width }
}

/// The width of the terminal, if the shell exports COLUMNS.
fn terminal_width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(110)
}
