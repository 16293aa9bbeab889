//! `can --format json`: the schema `ica-policy/can/v1`, published in `schemas/can-v1.json`.

use super::granted::{IsPublic, Public, Report, granting, keys_told, limiting};
use super::json;
use super::views::{ChoiceView, Data, FindingView, choice_views, finding_view, line, value_view};
use crate::authz::{Ambiguity, Choice, Layers};
use crate::finding::{Finding, Label, codes};
use crate::input::Unreadable;
use crate::s3::PublicStatement;
use crate::source::Sources;
use crate::symbolic::{Answered, Granted, Outside, Outsider, Shown};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct View<'a, E> {
    schema: &'static str,
    granted: Option<Granted>,
    note: Option<&'static str>,
    answers: Vec<AnswerView<'a>>,
    public: Option<PublicView<'a>>,
    findings: Vec<FindingView>,
    errors: E,
    data: Data,
}

#[derive(Serialize)]
struct PublicView<'a> {
    account: &'a str,
    for_s3: IsPublic,
    statements: Vec<StatementView>,
    for_outsiders: IsPublic,
    outsiders: Vec<OutsiderView<'a>>,
}

#[derive(Serialize)]
struct StatementView {
    index: usize,
    certain: bool,
    because: Vec<FindingView>,
}

#[derive(Serialize)]
struct OutsiderView<'a> {
    who: &'static str,
    name: Option<&'a str>,
    granted: Granted,
    answers: Vec<AnswerView<'a>>,
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
struct ShownView<'a> {
    principal: Option<&'a str>,
    action: &'a str,
    resource: &'a str,
    context: BTreeMap<String, serde_json::Value>,
    because: Vec<FindingView>,
}

/// The report of a question.
pub fn report(sources: &Sources, report: &Report<'_>) -> String {
    line(&View {
        granted: Some(report.granted),
        note: report.note,
        answers: answer_views(sources, report, report.answers),
        public: report.public.as_ref().map(|public| public_view(sources, report, public)),
        findings: finding_views(sources, report.findings),
        ..empty([(); 0])
    })
}

fn finding_views(sources: &Sources, findings: &[Finding]) -> Vec<FindingView> {
    findings.iter().map(|finding| finding_view(sources, finding)).collect()
}

fn answer_views<'a>(
    sources: &Sources,
    report: &Report<'_>,
    answers: &'a [Answered],
) -> Vec<AnswerView<'a>> {
    let shown = |shown: &'a Shown, because: fn(&Shown, &Layers<'_>) -> Vec<Finding>| {
        shown_view(shown, report.layers, finding_views(sources, &because(shown, report.layers)))
    };
    let reading = |(choices, granted): &(Vec<(Ambiguity, Choice)>, Granted)| ReadingView {
        choices: choice_views(choices),
        granted: *granted,
    };
    let view = |known: &'a Answered| AnswerView {
        actions: &known.actions,
        resource_type: known.resource_type,
        granted: known.granted,
        undecided: known.undecided.as_ref().map(|undecided| undecided.reason.as_str()),
        readings: known
            .readings
            .iter()
            .filter(|(choices, _)| !choices.is_empty())
            .map(reading)
            .collect(),
        allowed: known.allowed.as_ref().map(|request| shown(request, granting)),
        denied: known.denied.as_ref().map(|request| shown(request, limiting)),
    };
    answers.iter().map(view).collect()
}

fn public_view<'a>(sources: &Sources, report: &Report<'_>, public: &Public<'a>) -> PublicView<'a> {
    let cause = |cause: &Label| {
        finding_view(sources, &Finding::new(codes::PUBLIC, cause.span, cause.text.clone()))
    };
    let statement = |statement: &PublicStatement| StatementView {
        index: statement.index,
        certain: statement.certain,
        because: statement.causes.iter().map(cause).collect(),
    };
    let outsider = |outside: &'a Outside| {
        let (who, name) = match &outside.who {
            Outsider::Unsigned => ("unsigned", None),
            Outsider::Named(name) => ("named", Some(name.as_str())),
            Outsider::Others => ("others", None),
        };
        OutsiderView {
            who,
            name,
            granted: outside.granted,
            answers: answer_views(sources, report, &outside.answers),
        }
    };
    PublicView {
        account: public.account,
        for_s3: public.for_s3(),
        statements: public.statements.iter().map(statement).collect(),
        for_outsiders: public.for_outsiders(),
        outsiders: public.outside.iter().map(outsider).collect(),
    }
}

fn shown_view<'a>(
    shown: &'a Shown,
    layers: &Layers<'_>,
    because: Vec<FindingView>,
) -> ShownView<'a> {
    let request = &shown.request;
    ShownView {
        principal: shown.principal.as_deref(),
        action: &request.action,
        resource: &request.resource,
        context: keys_told(shown, layers)
            .into_iter()
            .map(|(key, found)| (key, value_view(found)))
            .collect(),
        because,
    }
}

/// The report if the command line is wrong.
pub fn usage(message: &str) -> String {
    line(&empty(json::setting_error(message).into_errors()))
}

/// The report if inputs could not be read.
pub fn unreadable(sources: &Sources, unreadable: &[Unreadable]) -> String {
    line(&empty(json::unreadable(sources, unreadable).into_errors()))
}

fn empty<'a, E>(errors: E) -> View<'a, E> {
    let data = Data::today();
    View {
        schema: "ica-policy/can/v1",
        granted: None,
        note: None,
        answers: Vec::new(),
        public: None,
        findings: Vec::new(),
        errors,
        data,
    }
}
