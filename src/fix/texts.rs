//! The files of a connection as texts that can be changed in memory; nothing is written here.

use crate::input::{Loader, Unreadable};
use crate::product::budget::Budget;
use crate::product::build::settings::Settings;
use crate::product::build::{Built, Findings, build_with};
use crate::product::setup::{Product, Setup};
use crate::source::{SourceId, Sources};

/// One file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    /// The name in the settings.
    pub name: String,
    /// The name in reports.
    pub shown: String,
    /// As it was read.
    pub original: String,
    /// As it is now.
    pub now: String,
}

impl Text {
    /// A file as it was read.
    pub fn new(name: &str, shown: &str, text: String) -> Text {
        Text { name: name.to_owned(), shown: shown.to_owned(), now: text.clone(), original: text }
    }

    /// Whether it differs from what was read.
    pub fn is_changed(&self) -> bool {
        self.original != self.now
    }
}

/// The files of a connection.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Texts {
    /// In the order in which they were read, each once.
    pub list: Vec<Text>,
}

impl Texts {
    /// Adds a file, unless it is already present.
    pub fn add(&mut self, text: Text) {
        if self.list.iter().all(|known| known.name != text.name) {
            self.list.push(text);
        }
    }

    /// How many bytes the documents have together.
    pub(crate) fn bytes(&self) -> usize {
        self.list.iter().map(|text| text.now.len()).sum()
    }

    /// The connection that is built from the current texts; `None` if that fails. Of the findings there are those about what AWS would refuse:
    /// no other is read.
    pub(super) fn connect(&self, asked: &Asked<'_>) -> Option<Snapshot> {
        let mut sources = Sources::new();
        let mut reader = Reader(self);
        let Built { mut connection, unreadable } = build_with(
            asked.product,
            asked.settings,
            Findings::Refusals,
            &mut sources,
            &mut reader,
        )
        .ok()?;
        // Steps that depend on assumptions are repaired as well; --strict is only about the report of a check.
        connection.not_assumed.strict = false;
        connection.budget = asked.budget.clone();
        unreadable.is_empty().then_some(Snapshot { sources, connection })
    }
}

/// The connection that is to be repaired, without its texts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub product: &'static dyn Product,
    pub settings: &'a Settings,
    pub budget: &'a Budget,
}

/// A connection and the texts it was made from.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub sources: Sources,
    pub connection: Setup,
}

/// Reads files and keeps their texts; a file that was read before has its text of now.
pub struct Recorder<'a> {
    /// Where the files come from.
    pub loader: &'a mut dyn Loader,
    /// What was read.
    pub texts: &'a mut Texts,
}

impl Loader for Recorder<'_> {
    fn load(&mut self, sources: &mut Sources, name: &str) -> Result<SourceId, Unreadable> {
        if self.texts.list.iter().any(|text| text.name == name) {
            return Reader(self.texts).load(sources, name);
        }
        let id = self.loader.load(sources, name)?;
        let source = sources.get(id);
        self.texts.add(Text::new(name, source.name(), source.text.clone()));
        Ok(id)
    }
}

/// Reads the texts of now.
pub struct Reader<'a>(pub &'a Texts);

impl Loader for Reader<'_> {
    fn load(&mut self, sources: &mut Sources, name: &str) -> Result<SourceId, Unreadable> {
        let refused = |message: String| Unreadable::File { name: name.into(), message, help: None };
        let text = self
            .0
            .list
            .iter()
            .find(|text| text.name == name)
            .ok_or_else(|| refused("it was not read".to_owned()))?;
        sources.add_file(&text.shown, text.now.clone()).map_err(|error| refused(error.to_string()))
    }
}
