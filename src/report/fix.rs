//! The view of `fix`: the schema `ica-policy/fix/v1`, published in `schemas/fix-v1.json`.

use super::check::{Connection, Refused, refused};
use super::fix_diff::{diff, diff_of_policy};
use super::place::{Position, position};
use super::statement::statement_name;
use super::view::View;
use crate::fix::{self, ChangeKind, DecisionKind, Fixed};
use crate::model::PolicyKind;
use crate::product::{Assumption, CallerReport, Check, Command, Verdict};
use crate::source::{FileName, Sources};
use serde::ser::{SerializeStruct, Serializer};

/// The edits that unblock a connection.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Repaired {
    /// What was repaired.
    #[serde(serialize_with = "in_short")]
    pub connection: Connection,
    /// Whether the files have been written.
    pub written: bool,
    /// The files that the edits change.
    pub files: Vec<Changed>,
    /// The edits, in the order in which they are made.
    pub edits: Vec<Edit>,
    /// Required steps that are allowed now.
    pub mended: Vec<Mended>,
    /// Required steps about which a person must decide.
    pub left: Vec<Left>,
    /// Every operation of ICA for each of its callers.
    pub operations: Vec<Operation>,
    /// The documents that AWS would refuse, also after the edits.
    pub refused: Vec<Refused>,
    /// The assumptions on which the verdicts depend after the edits.
    pub assumptions: Vec<Assumption>,
    /// The calls that put the documents into AWS, once they are files by themselves.
    pub commands: Vec<Command>,
    /// The folder that was written, for people.
    #[serde(skip)]
    pub folder: Option<String>,
    /// Whether an operation is unknown after the edits by its own steps.
    #[serde(skip)]
    pub is_unknown: bool,
}

/// A file that is edited.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Changed {
    /// Its name.
    pub file: FileName,
    /// The unified diff from the file as it was read.
    pub diff: String,
    /// The same for people: of the policy by itself, where the file is an answer of the AWS CLI.
    #[serde(skip)]
    pub shown: String,
}

/// An edit, and the step that it was made for.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Edit {
    /// Which kind.
    pub kind: ChangeKind,
    /// The file.
    pub file: FileName,
    /// The statement's number in the policy, from 0.
    pub statement: Option<usize>,
    /// What is added.
    pub value: String,
    /// What it stands in the place of.
    pub replaces: Option<String>,
    /// What it does, in a sentence.
    pub message: String,
    /// The operation.
    pub operation: &'static str,
    /// Who does it.
    pub caller: &'static str,
    /// The action of the step.
    pub action: String,
    /// The sentence with the name of the statement.
    #[serde(skip)]
    pub words: String,
}

/// A step that was blocked or partial and is allowed now.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Mended {
    /// The operation.
    pub operation: &'static str,
    /// Who does it.
    pub caller: &'static str,
    /// The action of the step.
    pub action: String,
    /// What it was.
    pub before: Verdict,
}

/// A step that is still not allowed.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Left {
    /// The operation.
    pub operation: &'static str,
    /// Who does it.
    pub caller: &'static str,
    /// The action of the step, or the setting.
    pub action: String,
    /// What it is.
    pub verdict: Verdict,
    /// What to decide; at least one.
    pub decisions: Vec<Decision>,
}

/// What a person must decide.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Decision {
    /// Why nothing was edited.
    pub kind: DecisionKind,
    /// The file.
    pub file: Option<FileName>,
    /// The place in it.
    pub span: Option<Position>,
    /// The words there.
    pub text: Option<String>,
    /// The obstacle.
    pub message: String,
    /// What can be done.
    pub help: String,
}

/// An operation of ICA.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Operation {
    /// Its name.
    pub id: &'static str,
    /// For each of its callers.
    pub callers: Vec<Caller>,
}

/// An operation for one caller.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Caller {
    /// Who does it.
    pub caller: &'static str,
    /// The verdict before the edits.
    pub before: Verdict,
    /// The verdict after them; `None` if the operation was shown only as the cause of another one,
    /// and is no longer one.
    pub after: Option<Verdict>,
}

impl Repaired {
    /// The view of a search. `written` says whether the files have been written.
    pub fn new(fixed: &Fixed, written: bool, commands: Vec<Command>) -> Repaired {
        let mended = fixed.mended.iter().map(|mended| Mended {
            operation: mended.operation,
            caller: mended.caller.id(),
            action: mended.action.clone(),
            before: mended.before,
        });
        let left = fixed.left.iter().map(|left| Left {
            operation: left.operation,
            caller: left.caller.id(),
            action: left.action.clone(),
            verdict: left.verdict,
            decisions: left.decisions.iter().map(|one| decision(&fixed.sources, one)).collect(),
        });
        let changed = fixed.texts.list.iter();
        let changed = changed.filter_map(|text| {
            Some(Changed {
                file: (&text.shown).into(),
                diff: diff(text)?,
                shown: diff_of_policy(text)?,
            })
        });
        let mut reports = fixed.after.operations.iter().flat_map(|operation| &operation.callers);
        Repaired {
            connection: Connection::of(&fixed.connection),
            written: written && !fixed.edits.is_empty(),
            files: changed.collect(),
            edits: fixed.edits.iter().map(|one| edit(fixed, one)).collect(),
            mended: mended.collect(),
            left: left.collect(),
            operations: operations(&fixed.before, &fixed.after),
            refused: refused(&fixed.sources, &fixed.after),
            assumptions: fixed.after.assumptions.iter().map(|row| row.assumption()).collect(),
            commands,
            folder: None,
            is_unknown: reports.any(|report| report.own == Verdict::Unknown),
        }
    }
}

impl View for Repaired {
    const SCHEMA: &'static str = "ica-policy/fix/v1";
    const NOTHING: &'static str = r#""connection":null,"written":false,"files":[],"edits":[],"mended":[],"left":[],"operations":[],"refused":[],"assumptions":[],"commands":[]"#;
}

/// What identifies a connection.
fn in_short<S: Serializer>(connection: &Connection, serializer: S) -> Result<S::Ok, S::Error> {
    let mut short = serializer.serialize_struct("Connection", 4)?;
    short.serialize_field("name", &connection.name)?;
    short.serialize_field("bucket", &connection.bucket)?;
    short.serialize_field("account", &connection.account)?;
    short.serialize_field("prefix", &connection.prefix)?;
    short.end()
}

fn edit(fixed: &Fixed, edit: &fix::Edit) -> Edit {
    let fix::Edit { change, operation, caller, action } = edit;
    let number = change.statement.unwrap_or_default();
    let sid = sid(fixed, &change.file, number);
    Edit {
        kind: change.kind,
        file: (&change.file).into(),
        statement: change.statement,
        value: change.value.clone(),
        replaces: change.replaces.clone(),
        message: change.words(),
        operation,
        caller: caller.id(),
        action: action.clone(),
        words: change.words_with(&statement_name(sid.as_deref(), number, None)),
    }
}

/// The Sid of a statement of a file, if only one statement of the file can be meant and it has one.
fn sid(fixed: &Fixed, file: &str, number: usize) -> Option<String> {
    let kinds = [
        PolicyKind::Identity,
        PolicyKind::Session,
        PolicyKind::Resource,
        PolicyKind::KmsKey,
        PolicyKind::Trust,
    ];
    let policies = kinds.into_iter().flat_map(|kind| fixed.connection.policies.known(kind));
    let statements = policies.filter_map(|policy| policy.statements.get(number));
    let is_in_file =
        |span| position(&fixed.sources, span).is_some_and(|at| at.file.as_str() == file);
    let mut found = statements.filter(|statement| is_in_file(statement.span));
    let first = found.next()?;
    if found.next().is_some() { None } else { first.sid.as_ref().map(|sid| sid.node.clone()) }
}

fn decision(sources: &Sources, decision: &fix::Decision) -> Decision {
    let span = decision.span.and_then(|span| position(sources, span));
    Decision {
        kind: decision.kind,
        file: span.as_ref().map(|span| span.file.clone()),
        text: span.as_ref().map(|span| span.text.clone()),
        span,
        message: decision.message.clone(),
        help: decision.help.clone(),
    }
}

fn operations(before: &Check, after: &Check) -> Vec<Operation> {
    let now = |id: &str, caller: &CallerReport| {
        let operation = after.operations.iter().find(|operation| operation.id == id)?;
        let mut reports = operation.callers.iter();
        reports.find(|report| report.caller == caller.caller).map(|report| report.verdict)
    };
    let view = |id, report: &CallerReport| Caller {
        caller: report.caller.id(),
        before: report.verdict,
        after: now(id, report),
    };
    let operations = before.operations.iter().map(|known| Operation {
        id: known.id,
        callers: known.callers.iter().map(|caller| view(known.id, caller)).collect(),
    });
    operations.collect()
}
