//! `ica-policy fix --out DIR`: a folder with the documents of the connections as they are with the edits.

use super::exit::Exit;
use super::format::Printer;
use super::put::print_lost;
use super::write::{May, NewFile, write_all};
use crate::fix::{Text, Texts};
use crate::input::{NONE, StatedBoundary, bare_policy};
use crate::product::build::incomplete;
use crate::product::build::settings::{Levels, Settings, print};
use crate::report::fix::Repaired;
use crate::report::indented::indented;
use std::path::Path;

const SETTINGS: &str = "ica.toml";
const HEAD: &str =
    "# Made by `ica-policy fix --out`: the documents with the edits, and the others as they were.
#   ica-policy check DIR     checks them, DIR being this folder
";

/// The folder, and the name in it of each text.
pub(super) struct Out<'a> {
    dir: &'a Path,
    texts: &'a Texts,
    names: Vec<String>,
}

impl<'a> Out<'a> {
    pub(super) fn new(dir: &'a Path, texts: &'a Texts) -> Out<'a> {
        let mut names = vec![SETTINGS.to_owned(), incomplete::FILE.to_owned()];
        for text in &texts.list {
            let plain = file_name(text);
            let numbered = (2..).map(|number| format!("{number}-{plain}"));
            let mut free = std::iter::once(plain.clone()).chain(numbered);
            names.extend(free.find(|name| !names.contains(name)));
        }
        Out { dir, texts, names: names.split_off(2) }
    }

    /// The name of a text in the folder.
    fn name(&self, name: &str) -> Option<&str> {
        let at = self.texts.list.iter().position(|text| text.name == name)?;
        self.names.get(at).map(String::as_str)
    }

    /// The path of a text there.
    pub(super) fn path(&self, text: &Text) -> String {
        let name = self.name(&text.name).unwrap_or(&text.name);
        self.dir.join(name).display().to_string()
    }

    /// The folder, if anything is written.
    pub(super) fn folder(&self) -> Option<String> {
        let is_written = self.texts.list.iter().any(Text::is_changed);
        is_written.then(|| self.dir.display().to_string())
    }

    /// Writes all documents and the settings; the exit code if that is not possible. Without an edit nothing is written.
    pub(super) fn write(
        &self,
        connections: &[Settings],
        folder: &Path,
        may: May,
        printer: &Printer<Repaired>,
    ) -> Option<Exit> {
        self.folder()?;
        let is_input = |name: &String| {
            let target = self.dir.join(name).canonicalize();
            let same = |text: &Text| {
                target.as_ref().ok() == folder.join(&text.name).canonicalize().ok().as_ref()
            };
            target.is_ok() && self.texts.list.iter().any(same)
        };
        if self.names.iter().any(is_input) {
            return Some(printer.usage(
                "--out: a file that was read is in this folder; name another folder, or use --write",
            ));
        }
        match write_all(self.dir, &self.files(connections), may) {
            Ok((_, lost)) => {
                print_lost(&lost);
                None
            }
            Err(error) if error.is_usage() => Some(printer.usage(&format!("--out: {error}"))),
            Err(error) => Some(printer.error(&error.to_string(), "", Exit::Unreadable)),
        }
    }

    fn files(&self, connections: &[Settings]) -> Vec<NewFile> {
        let documents = self
            .texts
            .list
            .iter()
            .zip(&self.names)
            .map(|(text, name)| NewFile { name: name.clone(), text: document(text) });
        let settings = connections.iter().map(|settings| self.placed(settings));
        let settings = HEAD.to_owned() + &print(&settings.collect::<Vec<_>>());
        let settings = NewFile { name: SETTINGS.to_owned(), text: settings };
        let calls = missing(connections);
        let calls = NewFile { name: incomplete::FILE.to_owned(), text: calls };
        let calls = Some(calls).filter(|calls| !calls.text.is_empty());
        documents.chain([settings]).chain(calls).collect()
    }

    /// The settings with the names that the files have in the folder.
    fn placed(&self, settings: &Settings) -> Settings {
        let name = |name: &str| match name {
            NONE => Some(NONE.to_owned()),
            name => Some(self.name(name).unwrap_or(name).to_owned()),
        };
        let mut placed = settings.clone().with_files(&name);
        if placed.boundary.is_none() && placed.stated_boundary == Some(StatedBoundary::None) {
            placed.boundary = Some(Levels::One(NONE.to_owned()));
        }
        placed
    }
}

/// What could not be fetched is not known of the new folder either. The answer of `get-user`, which names the boundary, is not in it.
fn missing(connections: &[Settings]) -> String {
    let mut lines = Vec::new();
    for settings in connections {
        let calls = settings.failed_calls.iter();
        lines.extend(calls.map(|call| format!("{}: {}\n", call.setting, call.words)));
        if let (None, Some(StatedBoundary::Arn(arn))) =
            (&settings.boundary, &settings.stated_boundary)
        {
            lines.push(format!("boundary: aws iam get-policy --policy-arn {arn}: not fetched\n"));
        }
    }
    lines.sort();
    lines.dedup();
    lines.concat()
}

/// An edited policy by itself, in lines; another file as it was read.
fn document(text: &Text) -> String {
    match bare_policy(&text.now).filter(|_| text.is_changed()) {
        Some((_, policy)) => indented(&policy),
        None => text.now.clone(),
    }
}

/// The name of a file without its folder.
fn file_name(text: &Text) -> String {
    if text.name == "-" {
        return "policy.json".to_owned();
    }
    let name = Path::new(&text.shown).file_name().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "policy.json".to_owned())
}
