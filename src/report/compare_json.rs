//! `compare --format json`: the schema `ica-policy/compare/v1`, published in `schemas/compare-v1.json`.

use super::comparison::{Comparison, Document, Touched, action_name, key_name};
use super::json::{self, FindingView, finding_view};
use super::place::{Position, position};
use crate::authz::{Ambiguity, Choice, ContextValue};
use crate::ica::connection::Unreadable;
use crate::source::Sources;
use crate::symbolic::{Cause, Direction, Place, Region, Relation, Requests, Sample};
use serde::Serialize;
use std::collections::BTreeMap;

/// The name of the schema.
const SCHEMA: &str = "ica-policy/compare/v1";

#[derive(Serialize)]
struct Report<'a, E> {
    schema: &'static str,
    old: Option<DocumentView<'a>>,
    new: Option<DocumentView<'a>>,
    kind: Option<&'static str>,
    /// Which requests were looked at.
    requests: Option<Requests>,
    relation: Option<Relation>,
    newly_allowed: Vec<DifferenceView>,
    newly_denied: Vec<DifferenceView>,
    undecided: Vec<UndecidedView>,
    readings: Vec<ReadingView>,
    /// Operations of ICA, which need a connection.
    operations: [&'static str; 0],
    findings: Vec<FindingView>,
    errors: E,
    data: Data,
}

#[derive(Serialize)]
struct Data {
    services: &'static str,
}

#[derive(Serialize)]
struct DocumentView<'a> {
    file: &'a str,
    read_as: Option<&'a str>,
}

#[derive(Serialize)]
struct DifferenceView {
    region: RegionView,
    witness: WitnessView,
    because: Vec<CauseView>,
}

#[derive(Serialize)]
struct RegionView {
    allowed_by: StatementView,
    denied_by: Option<StatementView>,
    actions: TouchedView,
    resources: TouchedView,
    condition_keys: Vec<String>,
    only_if: Vec<ChoiceView>,
}

#[derive(Serialize)]
struct TouchedView {
    all_but: bool,
    patterns: Vec<String>,
}

#[derive(Serialize)]
struct StatementView {
    side: &'static str,
    statement: usize,
    sid: Option<String>,
}

#[derive(Serialize)]
struct WitnessView {
    principal: Option<String>,
    action: Option<String>,
    resource: Option<String>,
    context: BTreeMap<String, serde_json::Value>,
    absent: Vec<String>,
}

#[derive(Serialize)]
struct CauseView {
    side: &'static str,
    file: String,
    span: Position,
    text: String,
}

#[derive(Serialize)]
struct UndecidedView {
    direction: &'static str,
    message: String,
    file: Option<String>,
    span: Option<Position>,
}

#[derive(Serialize)]
struct ReadingView {
    choices: Vec<ChoiceView>,
    relation: Relation,
}

#[derive(Serialize)]
struct ChoiceView {
    id: &'static str,
    text: &'static str,
}

/// The report of a comparison.
pub fn report(sources: &Sources, comparison: &Comparison<'_>) -> String {
    let differences = comparison.differences;
    let undecided = [("newly-allowed", &differences.newly_allowed), ("newly-denied", &differences.newly_denied)];
    let reading = |(choices, relation): &(Vec<_>, Relation)| ReadingView { choices: choice_views(choices), relation: *relation };
    written(&Report {
        old: Some(document_view(comparison.old)),
        new: Some(document_view(comparison.new)),
        kind: Some(comparison.kind),
        requests: Some(comparison.requests),
        relation: Some(differences.relation),
        newly_allowed: difference_views(sources, &differences.newly_allowed, ("old", comparison.old), ("new", comparison.new)),
        newly_denied: difference_views(sources, &differences.newly_denied, ("new", comparison.new), ("old", comparison.old)),
        undecided: undecided.iter().filter_map(|(name, direction)| undecided_view(sources, name, direction)).collect(),
        readings: differences.readings.iter().filter(|(choices, _)| !choices.is_empty()).map(reading).collect(),
        findings: comparison.findings.iter().map(|finding| finding_view(sources, finding)).collect(),
        ..empty([(); 0])
    })
}

/// The report where the command line is wrong.
pub fn usage(message: &str) -> String {
    written(&empty(json::setting_error(message).into_errors()))
}

/// The report where inputs could not be read.
pub fn unreadable(sources: &Sources, unreadable: &[Unreadable]) -> String {
    written(&empty(json::unreadable(sources, unreadable).into_errors()))
}

fn empty<'a, E>(errors: E) -> Report<'a, E> {
    Report {
        schema: SCHEMA,
        old: None,
        new: None,
        kind: None,
        requests: None,
        relation: None,
        newly_allowed: Vec::new(),
        newly_denied: Vec::new(),
        undecided: Vec::new(),
        readings: Vec::new(),
        operations: [],
        findings: Vec::new(),
        errors,
        data: Data { services: crate::aws::data_date() },
    }
}

fn written(report: &impl Serialize) -> String {
    // Serialising plain strings and numbers cannot fail.
    serde_json::to_string(report).unwrap_or_default() + "\n"
}

fn document_view(document: &Document) -> DocumentView<'_> {
    DocumentView { file: &document.name, read_as: document.read_as.as_deref() }
}

type Side<'a> = (&'static str, &'a Document);

fn difference_views(sources: &Sources, direction: &Direction, from: Side<'_>, to: Side<'_>) -> Vec<DifferenceView> {
    let view = |region: &Region| DifferenceView {
        region: region_view(sources, region, from, to),
        witness: witness_view(region, &to.1.actions(sources, region)),
        because: region.because.iter().filter_map(|cause| cause_view(sources, cause)).collect(),
    };
    direction.regions.iter().map(view).collect()
}

fn region_view(sources: &Sources, region: &Region, from: Side<'_>, to: Side<'_>) -> RegionView {
    let view = |Touched { all_but, patterns }| TouchedView { all_but, patterns };
    RegionView {
        allowed_by: statement_view(region.allowed_by, to),
        denied_by: region.denied_by.map(|place| statement_view(place, from)),
        actions: view(to.1.actions(sources, region)),
        resources: view(to.1.resources(sources, region)),
        condition_keys: region.keys.iter().map(|key| key_name(key)).collect(),
        only_if: choice_views(&region.under),
    }
}

fn statement_view(place: Place, (side, document): Side<'_>) -> StatementView {
    let sid = document.statement(place).and_then(|statement| statement.sid.as_ref());
    StatementView { side, statement: place.statement, sid: sid.map(|sid| sid.node.clone()) }
}

fn witness_view(region: &Region, written: &Touched) -> WitnessView {
    let Sample { principal, action, resource, context, absent } = &region.witness;
    let value = |value: &ContextValue| match value {
        ContextValue::One(value) => serde_json::Value::from(value.as_str()),
        ContextValue::Many(values) => serde_json::Value::from(values.as_slice()),
    };
    WitnessView {
        principal: principal.clone(),
        action: action.as_ref().map(|action| action_name(action, written)),
        resource: resource.clone(),
        context: context.iter().map(|(key, found)| (key_name(key), value(found))).collect(),
        absent: absent.iter().map(|key| key_name(key)).collect(),
    }
}

fn cause_view(sources: &Sources, cause: &Cause) -> Option<CauseView> {
    let span = position(sources, cause.span)?;
    let side = if cause.is_new { "new" } else { "old" };
    Some(CauseView { side, file: span.file.clone(), text: span.text.clone(), span })
}

fn undecided_view(sources: &Sources, direction: &'static str, found: &Direction) -> Option<UndecidedView> {
    let undecided = found.undecided.as_ref()?;
    let span = undecided.span.and_then(|span| position(sources, span));
    Some(UndecidedView { direction, message: undecided.reason.clone(), file: span.as_ref().map(|span| span.file.clone()), span })
}

fn choice_views(choices: &[(Ambiguity, Choice)]) -> Vec<ChoiceView> {
    choices.iter().map(|(ambiguity, choice)| ChoiceView { id: ambiguity.id(), text: ambiguity.text(*choice) }).collect()
}
