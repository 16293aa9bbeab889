//! A page about one topic, without a format: sections of text, lists and tables. Names of the tool are in backticks.

use serde::Serialize;

/// What a page is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageKind {
    /// An operation of ICA.
    Operation,
    /// A setting of the bucket.
    Check,
    /// An assumption that reports list.
    Assumption,
    /// A point that AWS leaves open.
    Reading,
    /// The caller.
    Caller,
    /// An action of AWS.
    Action,
    /// A message of ICA or AWS.
    Message,
    /// A region of ICA.
    Region,
    /// A word of reports, of the ICA page or of AWS.
    Word,
    /// A kind of finding.
    Finding,
    /// A list of things.
    List,
}

impl PageKind {
    /// The words before its name.
    pub fn words(self) -> &'static str {
        match self {
            PageKind::Operation => "operation of ICA",
            PageKind::Check => "check of a setting",
            PageKind::Assumption => "assumption of reports",
            PageKind::Reading => "point that AWS leaves open",
            PageKind::Caller => "caller",
            PageKind::Action => "action of AWS",
            PageKind::Message => "message",
            PageKind::Region => "region of ICA",
            PageKind::Word => "word",
            PageKind::Finding => "finding",
            PageKind::List => "list",
        }
    }
}

/// The content of a section.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// What the topic is or means.
    About,
    /// Who asks AWS for what.
    Requests,
    /// What must work before, or what the check examines.
    Needs,
    /// What follows where it is blocked or wrong.
    Breaks,
    /// What mostly blocks it.
    Causes,
    /// The words of the ICA page.
    Page,
    /// Messages that a user sees.
    Messages,
    /// Which checks predict it.
    Predicted,
    /// Why no file shows it.
    NotVisible,
    /// Commands to run.
    Run,
    /// What to change, or how to settle it.
    Change,
    /// What verdicts depend on.
    Assumptions,
    /// The source.
    Source,
    /// Names of other pages.
    Topics,
}

impl Part {
    /// The heading where a section has none of its own.
    fn heading(self) -> &'static str {
        match self {
            Part::About => "what it is",
            Part::Requests => "who asks AWS for what",
            Part::Needs => "what must work or be right",
            Part::Breaks => "what breaks",
            Part::Causes => "what mostly blocks it",
            Part::Page => "text of the ICA page",
            Part::Messages => "messages that users see",
            Part::Predicted => "which check predicts it",
            Part::NotVisible => "what no file shows",
            Part::Run => "what to run",
            Part::Change => "what to change",
            Part::Assumptions => "what verdicts depend on",
            Part::Source => "source",
            Part::Topics => "topics",
        }
    }
}

/// A table; every row has as many cells as there are columns.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Table {
    /// Its heads.
    pub columns: Vec<&'static str>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

/// A section: text, then a list, then a table; each may be empty.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Section {
    /// The kind of its content.
    pub part: Part,
    /// Its heading.
    pub heading: &'static str,
    /// Sentences.
    pub text: Vec<String>,
    /// Items of a list.
    pub items: Vec<String>,
    /// Rows.
    pub table: Option<Table>,
}

impl Section {
    fn new(part: Part) -> Section {
        Section { part, heading: part.heading(), text: Vec::new(), items: Vec::new(), table: None }
    }

    /// A section of one text.
    pub(super) fn text(part: Part, text: impl Into<String>) -> Section {
        Section { text: vec![text.into()], ..Section::new(part) }
    }

    /// A section of a list.
    pub(super) fn items(part: Part, items: Vec<String>) -> Section {
        Section { items, ..Section::new(part) }
    }

    /// A section of a table.
    pub(super) fn table(part: Part, columns: &[&'static str], rows: Vec<Vec<String>>) -> Section {
        Section { table: Some(Table { columns: columns.to_vec(), rows }), ..Section::new(part) }
    }

    /// Under another heading.
    pub(super) fn under(self, heading: &'static str) -> Section {
        Section { heading, ..self }
    }

    /// With an introductory sentence.
    pub(super) fn with_text(mut self, text: impl Into<String>) -> Section {
        self.text.push(text.into());
        self
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty()
            && self.items.is_empty()
            && self.table.as_ref().is_none_or(|table| table.rows.is_empty())
    }
}

/// A page.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Page {
    /// What it is about.
    pub kind: PageKind,
    /// Its name.
    pub id: String,
    /// A short title.
    pub title: String,
    /// The content.
    pub sections: Vec<Section>,
}

impl Page {
    /// A page without its empty sections.
    pub(super) fn new(kind: PageKind, id: &str, title: &str, sections: Vec<Section>) -> Page {
        let sections = sections.into_iter().filter(|section| !section.is_empty()).collect();
        Page { kind, id: id.to_owned(), title: title.to_owned(), sections }
    }
}

/// A name in backticks.
pub(super) fn code(name: &str) -> String {
    format!("`{name}`")
}

/// Names in backticks, with commas.
pub(super) fn codes<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(code).collect::<Vec<_>>().join(", ")
}
