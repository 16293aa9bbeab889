//! One edit of a file: what is added, where, and the resulting text.

use super::texts::Texts;
use super::tree_edit::{Key, TreeChange, TreeEdit};
use crate::input;
use crate::source::Sources;
use crate::syntax;
use crate::tree::Node;
use serde::Serialize;

/// Which kind of edit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// An action in the list of a statement.
    AddAction,
    /// A resource in the list of a statement.
    AddResource,
    /// A principal in the list of a statement.
    AddPrincipal,
    /// A value of a condition of an Allow.
    AddConditionValue,
    /// The caller in the exceptions of a Deny.
    AddException,
    /// The right action replaces a misspelt one.
    ReplaceAction,
    /// The right resource replaces that of another bucket, or a placeholder.
    ReplaceResource,
    /// The vendor's role of this region replaces that of another region.
    ReplacePrincipal,
    /// The same in the exceptions of a Deny.
    ReplaceException,
    /// A statement.
    AddStatement,
    /// The version of the policy language.
    RepairVersion,
}

impl ChangeKind {
    /// Whether a Deny leaves out one more caller.
    pub fn is_exception(self) -> bool {
        matches!(self, ChangeKind::AddException | ChangeKind::ReplaceException)
    }
}

/// One edit.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// Which kind.
    pub kind: ChangeKind,
    /// The name of the file in reports.
    pub file: String,
    /// The statement, by its number; a new one has the number that it gets.
    pub statement: Option<usize>,
    /// What is added.
    pub value: String,
    /// The words that it replaces.
    pub replaces: Option<String>,
    /// How the tree changes.
    pub edit: TreeEdit,
}

impl Change {
    /// A sentence about what it does, with the statement's number, which people count from one.
    pub fn words(&self) -> String {
        self.words_with(&format!("statement {}", self.statement.unwrap_or_default() + 1))
    }

    /// A sentence about what it does; `statement` is the name of the statement.
    pub fn words_with(&self, statement: &str) -> String {
        let value = &self.value;
        if let Some(old) = &self.replaces {
            return format!("replace `{old}` by `{value}` in {statement}");
        }
        match self.kind {
            ChangeKind::ReplaceAction
            | ChangeKind::ReplaceResource
            | ChangeKind::ReplacePrincipal
            | ChangeKind::ReplaceException => format!("write `{value}` in {statement}"),
            ChangeKind::AddAction => format!("add the action `{value}` to {statement}"),
            ChangeKind::AddResource => format!("add the resource `{value}` to {statement}"),
            ChangeKind::AddPrincipal => format!("add the principal `{value}` to {statement}"),
            ChangeKind::AddConditionValue => {
                format!("add `{value}` to the condition of {statement}")
            }
            ChangeKind::AddException => format!("except `{value}` from the Deny of {statement}"),
            ChangeKind::AddStatement => format!("add {statement}, which allows `{value}`"),
            ChangeKind::RepairVersion => format!("say that the policy follows version `{value}`"),
        }
    }

    /// Makes later changes fit texts without this one: statements that were added after a dropped one move up. False, and nothing is done, if a
    /// later one changes the statement that this one added.
    pub(super) fn can_be_dropped_before(&self, mut later: Vec<&mut Change>) -> bool {
        if self.kind != ChangeKind::AddStatement {
            return true;
        }
        let of_file = |other: &&mut &mut Change| other.file == self.file;
        let is_added = |other: &Change| other.kind == ChangeKind::AddStatement;
        let mut here = later.iter_mut().filter(of_file).collect::<Vec<_>>();
        if here.iter().any(|other| !is_added(other) && other.statement >= self.statement) {
            return false;
        }
        for other in here.iter_mut().filter(|other| is_added(other)) {
            other.statement = other.statement.map(|number| number - 1);
        }
        true
    }

    /// The texts after the edit. The edited text must parse to the intended tree, without new errors.
    ///
    /// # Errors
    /// Why it cannot be made, for the user.
    pub fn applied(&self, texts: &Texts) -> Result<Texts, String> {
        let mut texts = texts.clone();
        let text = texts
            .list
            .iter_mut()
            .find(|text| text.shown == self.file)
            .ok_or("the file is not one that was given")?;
        let old = Document::read(&text.now).ok_or("the file cannot be read")?;
        let meant = self.edit.applied(&old.root).ok_or("the policy has no such place")?;
        let splices =
            self.edit.splices(&old.sources, &old.root).ok_or("the policy has no such place")?;
        let edited = old
            .sources
            .spliced(&text.now, splices)
            .ok_or("the policy is in the file in a form that cannot be edited")?;
        let new = Document::read(&edited).ok_or("the edited text could not be read")?;
        if new.root != meant || new.findings > old.findings {
            return Err("the edited text does not have the intended meaning".to_owned());
        }
        text.now = edited;
        Ok(texts)
    }
}

/// A policy as it is written in a text.
pub(super) struct Document {
    pub sources: Sources,
    pub root: Node,
    findings: usize,
}

impl Document {
    pub(super) fn read(text: &str) -> Option<Document> {
        let mut sources = Sources::new();
        let id = sources.add_file("", text.to_owned()).ok()?;
        let document = input::read_policy(&mut sources, id).ok()?;
        Some(Document {
            root: syntax::print(&document.policy),
            findings: document.findings.len(),
            sources,
        })
    }
}

/// The path to a part of a statement.
pub(super) fn in_statement(statement: usize, rest: &[&str]) -> Vec<Key> {
    let start = [Key::Member("Statement".to_owned()), Key::Item(statement)];
    start.into_iter().chain(rest.iter().map(|name| Key::Member((*name).to_owned()))).collect()
}

/// An edit that adds a value to a list of a statement.
pub(super) fn append(
    kind: ChangeKind,
    file: &str,
    statement: usize,
    place: &[&str],
    value: &str,
) -> Change {
    let change = TreeChange::Append(super::tree_edit::string(value));
    Change {
        kind,
        file: file.to_owned(),
        statement: Some(statement),
        value: value.to_owned(),
        replaces: None,
        edit: TreeEdit { path: in_statement(statement, place), change },
    }
}
