//! `fix --format json`: the schema `ica-policy/fix/v1`, published in `schemas/fix-v1.json`.

use super::causes_json::{RefusedView, refused_views};
use super::fix_diff::diff;
use super::json;
use super::place::{Position, position};
use super::views::{Data, line};
use crate::fix::{ChangeKind, Decision, DecisionKind, Edit, Fixed, Left, Mended};
use crate::ica::{Assumption, CallerReport, Check, Verdict};
use crate::input::Unreadable;
use crate::source::Sources;
use serde::Serialize;

/// The name of the schema.
const SCHEMA: &str = "ica-policy/fix/v1";

#[derive(Serialize)]
struct Report<'a, E> {
    schema: &'static str,
    connection: Option<ConnectionView<'a>>,
    /// Whether the files have been written.
    written: bool,
    files: Vec<FileView<'a>>,
    edits: Vec<EditView<'a>>,
    mended: Vec<MendedView<'a>>,
    left: Vec<LeftView<'a>>,
    operations: Vec<OperationView>,
    /// Documents that AWS would refuse, also after the edits.
    refused: Vec<RefusedView>,
    /// The assumptions on which the verdicts depend after the edits.
    assumptions: Vec<Assumption>,
    errors: E,
    data: Data,
}

#[derive(Serialize)]
struct ConnectionView<'a> {
    name: Option<&'a str>,
    bucket: &'a str,
    account: &'a str,
    prefix: &'a str,
}

#[derive(Serialize)]
struct FileView<'a> {
    file: &'a str,
    diff: String,
}

#[derive(Serialize)]
struct EditView<'a> {
    kind: ChangeKind,
    file: &'a str,
    statement: Option<usize>,
    value: &'a str,
    message: String,
    operation: &'static str,
    caller: &'static str,
    action: &'a str,
}

#[derive(Serialize)]
struct MendedView<'a> {
    operation: &'static str,
    caller: &'static str,
    action: &'a str,
    before: Verdict,
}

#[derive(Serialize)]
struct LeftView<'a> {
    operation: &'static str,
    caller: &'static str,
    action: &'a str,
    verdict: Verdict,
    decisions: Vec<DecisionView<'a>>,
}

#[derive(Serialize)]
struct DecisionView<'a> {
    kind: DecisionKind,
    file: Option<String>,
    span: Option<Position>,
    text: Option<String>,
    message: &'a str,
    help: &'a str,
}

#[derive(Serialize)]
struct OperationView {
    id: &'static str,
    callers: Vec<CallerView>,
}

#[derive(Serialize)]
struct CallerView {
    caller: &'static str,
    before: Verdict,
    /// `None` if the operation was shown only as the cause of another one, and is no longer one.
    after: Option<Verdict>,
}

/// The report of a connection. `written` says whether the files have been written.
pub fn report(fixed: &Fixed, written: bool) -> String {
    let connection = &fixed.connection;
    let view = ConnectionView {
        name: connection.name.as_deref(),
        bucket: &connection.bucket,
        account: &connection.account,
        prefix: &connection.prefix,
    };
    line(&Report {
        connection: Some(view),
        written: written && !fixed.edits.is_empty(),
        files: fixed
            .texts
            .list
            .iter()
            .filter_map(|text| Some(FileView { file: &text.shown, diff: diff(text)? }))
            .collect(),
        edits: fixed.edits.iter().map(edit_view).collect(),
        mended: fixed.mended.iter().map(mended_view).collect(),
        left: fixed.left.iter().map(|left| left_view(&fixed.sources, left)).collect(),
        operations: operation_views(&fixed.before, &fixed.after),
        refused: refused_views(&fixed.sources, &fixed.after),
        assumptions: fixed.after.assumptions.clone(),
        ..empty([(); 0])
    })
}

/// The report if nothing could be done.
pub fn error(message: &str) -> String {
    line(&empty(json::setting_error(message).into_errors()))
}

/// The report if inputs could not be read.
pub fn unreadable(sources: &Sources, unreadable: &[Unreadable]) -> String {
    line(&empty(json::unreadable(sources, unreadable).into_errors()))
}

fn empty<'a, E>(errors: E) -> Report<'a, E> {
    Report {
        schema: SCHEMA,
        connection: None,
        written: false,
        files: Vec::new(),
        edits: Vec::new(),
        mended: Vec::new(),
        left: Vec::new(),
        operations: Vec::new(),
        refused: Vec::new(),
        assumptions: Vec::new(),
        errors,
        data: Data::today(),
    }
}

fn edit_view(edit: &Edit) -> EditView<'_> {
    let Edit { change, operation, caller, action } = edit;
    EditView {
        kind: change.kind,
        file: &change.file,
        statement: change.statement,
        value: &change.value,
        message: change.words(),
        operation,
        caller: caller.id(),
        action,
    }
}

fn mended_view(mended: &Mended) -> MendedView<'_> {
    MendedView {
        operation: mended.operation,
        caller: mended.caller.id(),
        action: &mended.action,
        before: mended.before,
    }
}

fn left_view<'a>(sources: &Sources, left: &'a Left) -> LeftView<'a> {
    let decisions =
        left.decisions.iter().map(|decision| decision_view(sources, decision)).collect();
    LeftView {
        operation: left.operation,
        caller: left.caller.id(),
        action: &left.action,
        verdict: left.verdict,
        decisions,
    }
}

fn decision_view<'a>(sources: &Sources, decision: &'a Decision) -> DecisionView<'a> {
    let span = decision.span.and_then(|span| position(sources, span));
    DecisionView {
        kind: decision.kind,
        file: span.as_ref().map(|span| span.file.clone()),
        text: span.as_ref().map(|span| span.text.clone()),
        span,
        message: &decision.message,
        help: &decision.help,
    }
}

fn operation_views(before: &Check, after: &Check) -> Vec<OperationView> {
    let now = |id: &str, caller: &CallerReport| {
        let operation = after.operations.iter().find(|operation| operation.id == id)?;
        operation
            .callers
            .iter()
            .find(|report| report.caller == caller.caller)
            .map(|report| report.verdict)
    };
    let view = |id, caller: &CallerReport| CallerView {
        caller: caller.caller.id(),
        before: caller.verdict,
        after: now(id, caller),
    };
    let operations = before.operations.iter();
    operations
        .map(|known| OperationView {
            id: known.id,
            callers: known.callers.iter().map(|caller| view(known.id, caller)).collect(),
        })
        .collect()
}
