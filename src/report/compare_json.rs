//! `compare --format json`: the schema `ica-policy/compare/v1`, published in
//! `schemas/compare-v1.json`.

use super::comparison::{Change, Comparison, Side, Touched, Version, file_of};
use super::example::Example;
use super::json;
use super::place::{Position, position};
use super::views::{
    ChoiceView, Data, FindingView, choice_views, finding_view, key_name, line, value_view,
};
use crate::ica::Verdict;
use crate::input::Unreadable;
use crate::source::Sources;
use crate::symbolic::{Cause, Direction, Place, Region, Relation, Requests, Undecided};
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
    /// Which requests were compared.
    requests: Option<Requests>,
    relation: Option<Relation>,
    newly_allowed: Vec<DifferenceView>,
    newly_denied: Vec<DifferenceView>,
    undecided: Vec<UndecidedView>,
    readings: Vec<ReadingView>,
    connection: Option<&'a str>,
    /// Operations of ICA; only if connections were compared.
    operations: Vec<OperationView>,
    not_compared: Vec<NotComparedView>,
    findings: Vec<FindingView>,
    errors: E,
    data: Data,
}

#[derive(Serialize)]
struct DocumentView<'a> {
    file: &'a str,
    read_as: Option<&'a str>,
}

#[derive(Serialize)]
struct OperationView {
    id: &'static str,
    caller: &'static str,
    old: Option<Verdict>,
    new: Option<Verdict>,
}

#[derive(Serialize)]
struct NotComparedView {
    /// A caller, or a layer.
    caller: &'static str,
    reason: String,
}

#[derive(Serialize)]
struct DifferenceView {
    caller: Option<&'static str>,
    layer: Option<&'static str>,
    region: RegionView,
    witness: WitnessView,
    because: Vec<CauseView>,
}

#[derive(Serialize)]
struct RegionView {
    allowed_by: Option<StatementView>,
    denied_by: Option<StatementView>,
    limited_by: Option<StatementView>,
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
    file: String,
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
    caller: Option<&'static str>,
    direction: &'static str,
    message: String,
    file: Option<String>,
    span: Option<Position>,
}

#[derive(Serialize)]
struct ReadingView {
    caller: Option<&'static str>,
    choices: Vec<ChoiceView>,
    relation: Relation,
}

/// The report of a comparison.
pub fn report(sources: &Sources, comparison: &Comparison<'_>) -> String {
    let changes = || comparison.changes.iter();
    let relation = match (&comparison.connections, &comparison.old.read_as, &comparison.new.read_as)
    {
        // A connection without a partner is compared with nothing.
        (Some(_), None, _) => Some(Relation::NewAllowsMore),
        (Some(_), _, None) => Some(Relation::NewAllowsLess),
        _ => changes().map(|change| change.differences.relation).reduce(Relation::joined),
    };
    // Parts that were not compared may differ.
    let is_open =
        comparison.connections.as_ref().is_some_and(|connections| !connections.left_out.is_empty());
    let relation = if is_open && relation == Some(Relation::Equal) {
        Some(Relation::Unknown)
    } else {
        relation
    };
    let connections = comparison.connections.as_ref();
    let operations = connections.iter().flat_map(|connections| connections.operations);
    let left_out = connections.iter().flat_map(|connections| &connections.left_out);
    line(&Report {
        old: Some(version_view(comparison.old)),
        new: Some(version_view(comparison.new)),
        kind: Some(comparison.kind),
        requests: Some(comparison.requests),
        relation,
        newly_allowed: changes().flat_map(|change| gains(sources, change)).collect(),
        newly_denied: changes().flat_map(|change| losses(sources, change)).collect(),
        undecided: changes().flat_map(|change| undecided_views(sources, change)).collect(),
        readings: changes().flat_map(reading_views).collect(),
        connection: connections.and_then(|connections| connections.name),
        operations: operations
            .map(|change| OperationView {
                id: change.id,
                caller: change.caller.id(),
                old: change.old,
                new: change.new,
            })
            .collect(),
        not_compared: left_out
            .map(|(caller, reason)| NotComparedView { caller, reason: reason.clone() })
            .collect(),
        findings: comparison
            .findings
            .iter()
            .map(|finding| finding_view(sources, finding))
            .collect(),
        ..empty([(); 0])
    })
}

fn gains(sources: &Sources, change: &Change<'_>) -> Vec<DifferenceView> {
    difference_views(
        sources,
        change,
        &change.differences.newly_allowed,
        ("old", &change.old),
        ("new", &change.new),
    )
}

fn losses(sources: &Sources, change: &Change<'_>) -> Vec<DifferenceView> {
    difference_views(
        sources,
        change,
        &change.differences.newly_denied,
        ("new", &change.new),
        ("old", &change.old),
    )
}

fn reading_views(change: &Change<'_>) -> impl Iterator<Item = ReadingView> {
    let readings = change.differences.readings.iter().filter(|(choices, _)| !choices.is_empty());
    let caller = change.caller;
    readings.map(move |(choices, relation)| ReadingView {
        caller,
        choices: choice_views(choices),
        relation: *relation,
    })
}

/// The report if the command line is wrong.
pub fn usage(message: &str) -> String {
    line(&empty(json::setting_error(message).into_errors()))
}

/// The report if inputs could not be read.
pub fn unreadable(sources: &Sources, unreadable: &[Unreadable]) -> String {
    line(&empty(json::unreadable(sources, unreadable).into_errors()))
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
        connection: None,
        operations: Vec::new(),
        not_compared: Vec::new(),
        findings: Vec::new(),
        errors,
        data: Data::today(),
    }
}

fn version_view(version: &Version) -> DocumentView<'_> {
    DocumentView { file: &version.name, read_as: version.read_as.as_deref() }
}

type Named<'a> = (&'static str, &'a Side<'a>);

fn difference_views(
    sources: &Sources,
    change: &Change<'_>,
    direction: &Direction,
    from: Named<'_>,
    to: Named<'_>,
) -> Vec<DifferenceView> {
    let view = |region: &Region| DifferenceView {
        caller: change.caller,
        layer: change.layer,
        region: region_view(sources, region, from, to),
        witness: witness_view(Example::of_region(sources, to.1, region)),
        because: region.because.iter().filter_map(|cause| cause_view(sources, cause)).collect(),
    };
    direction.regions.iter().map(view).collect()
}

fn region_view(sources: &Sources, region: &Region, from: Named<'_>, to: Named<'_>) -> RegionView {
    let view = |Touched { all_but, patterns }| TouchedView { all_but, patterns };
    RegionView {
        allowed_by: region.allowed_by.and_then(|place| statement_view(sources, place, to)),
        denied_by: region.denied_by.and_then(|place| statement_view(sources, place, from)),
        limited_by: region.limited_by.and_then(|place| statement_view(sources, place, from)),
        actions: view(to.1.actions(sources, region)),
        resources: view(to.1.resources(sources, region)),
        condition_keys: region.keys.iter().map(|key| key_name(key)).collect(),
        only_if: choice_views(&region.under),
    }
}

fn statement_view(
    sources: &Sources,
    place: Place,
    (side, policies): Named<'_>,
) -> Option<StatementView> {
    let statement = policies.statement(place)?;
    let sid = statement.sid.as_ref().map(|sid| sid.node.clone());
    Some(StatementView { side, file: file_of(sources, statement), statement: place.statement, sid })
}

fn witness_view(example: Example) -> WitnessView {
    let Example { principal, action, resource, context, absent } = example;
    let context = context.iter().map(|(key, value)| (key.clone(), value_view(value))).collect();
    WitnessView { principal, action, resource, context, absent }
}

fn cause_view(sources: &Sources, cause: &Cause) -> Option<CauseView> {
    let span = position(sources, cause.span)?;
    let side = if cause.is_new { "new" } else { "old" };
    Some(CauseView { side, file: span.file.clone(), text: span.text.clone(), span })
}

fn undecided_views(sources: &Sources, change: &Change<'_>) -> Vec<UndecidedView> {
    let differences = change.differences;
    let directions = [
        ("newly-allowed", &differences.newly_allowed),
        ("newly-denied", &differences.newly_denied),
    ];
    let undecided = directions
        .iter()
        .filter_map(|(name, direction)| Some((name, direction.undecided.as_ref()?)));
    let view = |(direction, undecided): (&&'static str, &Undecided)| {
        let span = undecided.span.and_then(|span| position(sources, span));
        let file = span.as_ref().map(|span| span.file.clone());
        UndecidedView {
            caller: change.caller,
            direction,
            message: undecided.reason.clone(),
            file,
            span,
        }
    };
    undecided.map(view).collect()
}
