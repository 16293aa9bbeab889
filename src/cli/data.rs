//! `--data`: AWS data of a newer package, instead of the tables in the program.

use super::exit::Exit;
use super::files::print_error;
use crate::aws::package::{NAME, PackageError, Tables};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// The file that identifies a package.
const ABOUT: &str = "package.json";
/// The largest file of today's package has less than 2 MiB.
const MOST_BYTES: u64 = 64 << 20;

/// Uses the data of the folder instead of the embedded data. This must precede the first lookup.
pub(super) fn install(folder: &Path) -> Result<(), Mistake> {
    let tables = Tables::read(|name| read(&folder.join(name)));
    let tables = tables.map_err(|error| Mistake::of_package(folder, &error))?;
    tables.install().map_err(|error| Mistake { exit: Exit::Defect, message: error.to_string() })
}

/// Why the data cannot be used.
#[derive(Debug)]
pub(super) struct Mistake {
    /// How the run ends.
    pub exit: Exit,
    /// What is wrong and what to do.
    pub message: String,
}

impl Mistake {
    fn of_package(folder: &Path, error: &PackageError) -> Self {
        if error.file == ABOUT {
            let message = format!(
                "--data {}: this is not an unpacked package `{NAME}`: {error}\n  help: `npm pack {NAME}` and `tar -xzf` on its answer make a folder \
                `package`; name that folder",
                folder.display()
            );
            return Self { exit: Exit::Usage, message };
        }
        let message = format!(
            "--data: {}: {}\n  help: unpack the archive again; if the package is whole, its form is newer than this version of ica-policy: \
            leave `--data` out",
            folder.join(&error.file).display(),
            error.problem
        );
        Self { exit: Exit::Unreadable, message }
    }

    /// Prints it for people.
    pub(super) fn print(&self) {
        print_error(&format!("error: {}\n", self.message));
    }
}

fn read(path: &Path) -> Result<String, String> {
    let words = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::InvalidData => "the text is not UTF-8".to_owned(),
        _ => format!("it cannot be read: {error}"),
    };
    let mut text = String::new();
    let file = File::open(path).map_err(words)?;
    let length = file.take(MOST_BYTES + 1).read_to_string(&mut text).map_err(words)?;
    if length as u64 > MOST_BYTES {
        return Err(format!(
            "the file is larger than {} MiB, the most that is read",
            MOST_BYTES >> 20
        ));
    }
    Ok(text)
}
