//! `ica-policy lint --write-baseline`: a file with the findings that are known from now on.

use super::exit::Exit;
use super::files::print_report;
use super::format::Printer;
use super::links::{BEHIND_LINK, NAME_TARGET, follows_out};
use super::lint_settings::text_of;
use super::put::{Lost, print_lost};
use super::replace::{Replacement, replace_all};
use super::write::{May, NewFile, write_all};
use crate::api::lint_baseline::Baseline;
use crate::report::lint::Lint;
use std::fs;
use std::io;
use std::path::Path;

/// Why a baseline is not written: what is wrong, what to do, and how the run ends.
type Refused = (String, &'static str, Exit);

const OTHER: &str = "name another file, or remove that one";

/// Writes the findings of a run as known ones.
pub(super) fn write_baseline(path: &Path, lint: &Lint, printer: &Printer<Lint>) -> Exit {
    if !lint.failures.is_empty() {
        let message = "some inputs cannot be read, so no baseline is written";
        return printer.error(message, "name the inputs that can be read", Exit::Unreadable);
    }
    let baseline = Baseline::of(&lint.policies);
    let written = old_text(path).and_then(|old| match old {
        Some(old) => replaced(path, old, baseline.text()),
        None => made(path, baseline.text()),
    });
    match written {
        Ok(lost) => {
            print_lost(&lost);
            let known = match baseline.number() {
                1 => "1 finding is".to_owned(),
                number => format!("{number} findings are"),
            };
            print_report(&format!("{}: {known} known from now on\n", path.display()))
        }
        Err((message, help, exit)) => printer.error(&message, help, exit),
    }
}

/// The text of the baseline that is there; `None` if there is no file. Anything else stays as it is.
fn old_text(path: &Path) -> Result<Option<String>, Refused> {
    let refused = |why: &str, help| {
        Err((format!("`{}` is not written: {why}", path.display()), help, Exit::Usage))
    };
    if follows_out(path) {
        return refused(&format!("it is {BEHIND_LINK}"), NAME_TARGET);
    }
    match fs::metadata(path) {
        // Of a pipe the end may never come.
        Ok(about) if !about.is_file() => refused("it is no regular file", OTHER),
        Ok(_) => match text_of(path, &path.display().to_string()) {
            Ok(text) if text.is_empty() || Baseline::read(&text).is_ok() => Ok(Some(text)),
            _ => refused("it is there already, and is no baseline", OTHER),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => refused(&error.to_string(), OTHER),
    }
}

fn replaced(path: &Path, old: String, new: String) -> Result<Vec<Lost>, Refused> {
    let replacement = Replacement { path: path.to_owned(), old, new };
    replace_all(&[replacement], false)
        .map_err(|error| (error.to_string(), error.help(false), Exit::Unreadable))
}

fn made(path: &Path, text: String) -> Result<Vec<Lost>, Refused> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let file = NewFile { name: name.unwrap_or_default(), text };
    let written = write_all(path.parent().unwrap_or(Path::new("")), &[file], May::default());
    written.map(|(_, lost)| lost).map_err(|error| {
        let exit = if error.is_usage() { Exit::Usage } else { Exit::Unreadable };
        (error.to_string(), "", exit)
    })
}
