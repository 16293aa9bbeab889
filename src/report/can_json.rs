//! `can --format json`: the schema `ica-policy/can/v1`, published in `schemas/can-v1.json`.

use super::comparison::key_name;
use super::granted::{Report, granting, limiting};
use super::json::{self, FindingView, finding_view};
use crate::authz::{Ambiguity, Choice, ContextValue, Layers};
use crate::finding::Finding;
use crate::ica::connection::Unreadable;
use crate::source::Sources;
use crate::symbolic::{Answered, Granted, Shown};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct View<'a, E> {
    schema: &'static str,
    granted: Option<Granted>,
    note: Option<&'static str>,
    answers: Vec<AnswerView<'a>>,
    findings: Vec<FindingView>,
    errors: E,
    data: Data,
}

#[derive(Serialize)]
struct Data {
    services: &'static str,
}

#[derive(Serialize)]
struct AnswerView<'a> {
    actions: &'a [String],
    resource_type: Option<&'static str>,
    granted: Granted,
    undecided: Option<&'a str>,
    readings: Vec<ReadingView>,
    allowed: Option<ShownView<'a>>,
    denied: Option<ShownView<'a>>,
}

#[derive(Serialize)]
struct ReadingView {
    choices: Vec<ChoiceView>,
    granted: Granted,
}

#[derive(Serialize)]
struct ChoiceView {
    id: &'static str,
    text: &'static str,
}

#[derive(Serialize)]
struct ShownView<'a> {
    principal: Option<&'a str>,
    action: &'a str,
    resource: &'a str,
    context: BTreeMap<String, serde_json::Value>,
    because: Vec<FindingView>,
}

/// The report of a question.
pub fn report(sources: &Sources, report: &Report<'_>) -> String {
    let findings = |findings: &[Finding]| findings.iter().map(|finding| finding_view(sources, finding)).collect::<Vec<_>>();
    let answer = |answer: &'_ Answered| -> (Vec<FindingView>, Vec<FindingView>) {
        let words = |shown: Option<&Shown>, of: fn(&Shown, &Layers<'_>) -> Vec<Finding>| {
            shown.map(|shown| findings(&of(shown, report.layers))).unwrap_or_default()
        };
        (words(answer.allowed.as_ref(), granting), words(answer.denied.as_ref(), limiting))
    };
    let views = report.answers.iter().map(|known| {
        let (allowed, denied) = answer(known);
        let reading = |(choices, granted): &(Vec<(Ambiguity, Choice)>, Granted)| ReadingView {
            choices: choices.iter().map(|(ambiguity, choice)| ChoiceView { id: ambiguity.id(), text: ambiguity.text(*choice) }).collect(),
            granted: *granted,
        };
        AnswerView {
            actions: &known.actions,
            resource_type: known.resource_type,
            granted: known.granted,
            undecided: known.undecided.as_ref().map(|undecided| undecided.reason.as_str()),
            readings: known.readings.iter().filter(|(choices, _)| !choices.is_empty()).map(reading).collect(),
            allowed: known.allowed.as_ref().map(|shown| shown_view(shown, allowed)),
            denied: known.denied.as_ref().map(|shown| shown_view(shown, denied)),
        }
    });
    written(&View {
        granted: Some(report.granted),
        note: report.note,
        answers: views.collect(),
        findings: findings(report.findings),
        ..empty([(); 0])
    })
}

fn shown_view(shown: &Shown, because: Vec<FindingView>) -> ShownView<'_> {
    let value = |value: &ContextValue| match value {
        ContextValue::One(value) => serde_json::Value::from(value.as_str()),
        ContextValue::Many(values) => serde_json::Value::from(values.as_slice()),
    };
    let request = &shown.request;
    ShownView {
        principal: shown.principal.as_deref(),
        action: &request.action,
        resource: &request.resource,
        context: request.context.iter().map(|(key, found)| (key_name(key), value(found))).collect(),
        because,
    }
}

/// The report where the command line is wrong.
pub fn usage(message: &str) -> String {
    written(&empty(json::setting_error(message).into_errors()))
}

/// The report where inputs could not be read.
pub fn unreadable(sources: &Sources, unreadable: &[Unreadable]) -> String {
    written(&empty(json::unreadable(sources, unreadable).into_errors()))
}

fn empty<'a, E>(errors: E) -> View<'a, E> {
    let data = Data { services: crate::aws::data_date() };
    View { schema: "ica-policy/can/v1", granted: None, note: None, answers: Vec::new(), findings: Vec::new(), errors, data }
}

fn written(report: &impl Serialize) -> String {
    // Serialising plain strings and numbers cannot fail.
    serde_json::to_string(report).unwrap_or_default() + "\n"
}
