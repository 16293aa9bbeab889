//! The causes of a check and the documents that AWS would refuse, as its JSON report has them.

use super::causes::{Cause, Concern, causes};
use super::place::{Position, position};
use super::views::{FindingView, finding_view};
use crate::ica::{Check, Level, Reason, ReasonKind, Verdict};
use crate::source::Sources;
use serde::Serialize;

/// A cause with all that it stops.
#[derive(Serialize)]
pub(super) struct CauseView<'a> {
    id: ReasonKind,
    verdict: Verdict,
    level: Level,
    place: PlaceView,
    message: String,
    to_do: Option<String>,
    stops: Vec<StopView<'a>>,
    depends_on: &'a [String],
}

/// The part of a document that is a reason.
#[derive(Serialize)]
pub(super) struct PlaceView {
    layer: Option<&'static str>,
    file: Option<String>,
    statement: Option<usize>,
    sid: Option<String>,
    span: Option<Position>,
    text: Option<String>,
}

/// The place of a reason.
pub(super) fn place_view(sources: &Sources, reason: &Reason) -> PlaceView {
    let span = reason.span.and_then(|span| position(sources, span));
    PlaceView {
        layer: (!reason.layer.is_empty()).then_some(reason.layer),
        file: span.as_ref().map(|span| span.file.clone()),
        statement: reason.statement,
        sid: reason.sid.clone(),
        text: span.as_ref().map(|span| span.text.clone()),
        span,
    }
}

/// A step that a cause stops.
#[derive(Serialize)]
struct StopView<'a> {
    operation: &'static str,
    caller: &'static str,
    action: &'a str,
    level: Level,
}

/// A document that AWS would refuse as it is.
#[derive(Serialize)]
pub(super) struct RefusedView {
    file: Option<String>,
    findings: Vec<FindingView>,
}

/// The causes of a check, each once.
pub(super) fn cause_views<'a>(sources: &Sources, check: &'a Check) -> Vec<CauseView<'a>> {
    causes(check).into_iter().map(|cause| cause_view(sources, cause)).collect()
}

fn cause_view<'a>(sources: &Sources, cause: Cause<'a>) -> CauseView<'a> {
    let reason = cause.reason;
    let stop = |concern: &Concern<'a>| StopView {
        operation: concern.operation,
        caller: concern.caller,
        action: concern.action,
        level: concern.level,
    };
    CauseView {
        id: reason.kind,
        verdict: cause.verdict,
        level: cause.level,
        place: place_view(sources, reason),
        message: cause.message(),
        to_do: cause.to_do(),
        stops: cause.concerns.iter().map(stop).collect(),
        depends_on: cause.depends_on,
    }
}

/// The documents with an error among their findings, in the order of the findings.
pub(super) fn refused_views(sources: &Sources, check: &Check) -> Vec<RefusedView> {
    let mut refused: Vec<RefusedView> = Vec::new();
    for finding in check.refused() {
        let file = position(sources, finding.span).map(|span| span.file);
        let view = finding_view(sources, finding);
        match refused.iter_mut().find(|known| known.file == file) {
            Some(known) => known.findings.push(view),
            None => refused.push(RefusedView { file, findings: vec![view] }),
        }
    }
    refused
}
