//! Reading files and standard input.

use super::exit::Exit;
use super::progress;
pub(super) use crate::api::files::{decoded, unreadable};
use crate::api::files::{read_file, read_limited};
use crate::input::{Loader, Unreadable};
use crate::report::look::Look;
use crate::report::visible::visible;
use crate::source::{SourceId, Sources, one_line};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

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

/// The mistake of naming standard input more than once among these files.
pub(super) fn stdin_twice(
    names: impl IntoIterator<Item = impl AsRef<str>>,
) -> Option<&'static str> {
    let count = names.into_iter().filter(|name| name.as_ref() == "-").count();
    (count > 1).then_some("only one file can be `-`: standard input is read once")
}

/// Whether reports are not printed.
static IS_QUIET: AtomicBool = AtomicBool::new(false);

/// From now on no report is printed, only errors.
pub(super) fn be_quiet() {
    IS_QUIET.store(true, Ordering::Relaxed);
}

fn is_quiet() -> bool {
    progress::end();
    IS_QUIET.load(Ordering::Relaxed)
}

/// Where a stream of answers goes: nowhere, if no report is to be printed.
pub(super) fn stream_of_answers() -> Box<dyn Write> {
    if is_quiet() { Box::new(io::sink()) } else { Box::new(io::stdout().lock()) }
}

/// Writes to standard output, unless no report is to be printed.
fn on_stdout(write: impl FnOnce(io::Stdout) -> io::Result<()>) -> io::Result<()> {
    if is_quiet() { Ok(()) } else { write(io::stdout()) }
}

/// Prints the report.
pub(super) fn print(text: &str) {
    // A closed pipe ends the output; it is not an error.
    let _ = on_stdout(|stream| write_visible(stream, text));
}

/// Prints the report, or an error if that is not possible.
pub(super) fn print_report(text: &str) -> Exit {
    printed(on_stdout(|stream| write_visible(stream, text)))
}

/// Prints commands for GitHub. Whoever wrote them has escaped the words of inputs.
pub(super) fn print_commands(text: &str) -> Exit {
    printed(on_stdout(|mut stream| {
        stream.write_all(text.as_bytes())?;
        stream.flush()
    }))
}

/// How printing ended. A closed pipe ends the output; it is not an error.
fn printed(result: io::Result<()>) -> Exit {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            print_line("error: ", &format!("the report cannot be written: {error}"));
            Exit::Unreadable
        }
        Ok(()) | Err(_) => Exit::Clean,
    }
}

/// Prints an error, a warning or another message in one line: words that it quotes begin none.
pub(super) fn print_line(start: &str, message: &str) {
    print_error(&format!("{start}{}\n", one_line(message)));
}

/// Prints an error.
pub(super) fn print_error(text: &str) {
    progress::end();
    let _ = write_visible(io::stderr(), text);
}

/// The only place where text leaves the program, but for the lines of `simulate --batch`.
fn write_visible(mut stream: impl anstream::stream::RawStream, text: &str) -> io::Result<()> {
    let styles = look(&stream).colour;
    stream.write_all(visible(text, styles).as_bytes())?;
    stream.flush()
}

/// Columns where no terminal says how many it has.
const USUAL_WIDTH: usize = 110;

/// The longest line that is drawn whole where no terminal would break it.
const LONGEST_LINE: usize = 300;

/// Columns that the frame of a picture takes, with the numbers of lines.
const FRAME: usize = 8;

/// Colours follow `--color`, NO_COLOR and the terminal; the width that of the terminal, or COLUMNS.
pub(super) fn look(stream: &impl anstream::stream::RawStream) -> Look {
    let colour = anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never;
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let of_terminal = || {
        let size = stream.is_terminal().then(terminal_size::terminal_size).flatten();
        size.map(|(width, _)| usize::from(width.0))
    };
    let known = columns.or_else(of_terminal).map(|width: usize| width.max(40));
    Look {
        colour,
        width: known.unwrap_or(USUAL_WIDTH),
        longest_line: known.map_or(LONGEST_LINE, |width| width - FRAME),
        ascii: !is_utf8(),
        verbose: false,
    }
}

/// Whether the locale has more than ASCII. Where none is set, most machines do.
fn is_utf8() -> bool {
    let set = |name| std::env::var(name).ok().filter(|locale: &String| !locale.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    locale.is_none_or(|locale| locale.to_ascii_lowercase().replace('-', "").contains("utf8"))
}
