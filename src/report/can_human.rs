//! The report of `can` for people: the answer in one line, then each group of actions with a
//! request and the statements that grant or limit it.

use super::example::Example;
use super::granted::{IsPublic, Public, Report, granting, limiting};
use super::human::{draw_finding, framed};
use super::look::Look;
use super::views::data_line;
use crate::finding::{Finding, codes};
use crate::rules::unknown_service;
use crate::s3::PublicStatement;
use crate::source::Sources;
use crate::symbolic::{Answered, Granted, Outsider};
use std::fmt::Write;

/// The most groups that are drawn.
const MOST: usize = 12;

/// The most actions of a group that are listed.
const MOST_ACTIONS: usize = 6;

/// The report of a question.
pub fn report(sources: &Sources, report: &Report<'_>, look: Look) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail, so the results are ignored.
    match &report.public {
        Some(public) => draw_public(&mut text, sources, report, public, look),
        None => drop(writeln!(text, "{}", words(report.granted))),
    }
    if let Some(note) = report.note {
        let _ = writeln!(text, "  {note}");
    }
    draw_answers(&mut text, sources, report, report.answers.iter(), look);
    for finding in report.findings {
        let _ = write!(text, "\n{}", draw_finding(sources, finding, look));
    }
    text.push('\n');
    framed(report.findings.iter().any(Finding::is_refusal), text) + &data_line()
}

fn draw_answers<'a>(
    text: &mut String,
    sources: &Sources,
    report: &Report<'_>,
    answers: impl Iterator<Item = &'a Answered>,
    look: Look,
) {
    let mut answers = answers.peekable();
    answers.by_ref().take(MOST).for_each(|answer| draw(text, sources, report, answer, look));
    let more = answers.count();
    if more > 0 {
        let _ = writeln!(text, "\n{more} more groups of actions; `--format json` lists all");
    }
}

/// Writes the answers by both definitions, the parts that S3 evaluates, and the access of each
/// caller outside the account.
fn draw_public(
    text: &mut String,
    sources: &Sources,
    report: &Report<'_>,
    public: &Public<'_>,
    look: Look,
) {
    let _ = writeln!(text, "public for S3's Block Public Access: {}", is_public(public.for_s3()));
    let _ = writeln!(
        text,
        "access from outside of account {}: {}",
        public.account,
        is_public(public.for_outsiders())
    );
    draw_all(text, sources, &opening(public), look);
    for outside in public.outside {
        let who = match &outside.who {
            Outsider::Unsigned => "callers that do not sign".to_owned(),
            Outsider::Named(name) => format!("`{name}`"),
            Outsider::Others => "all other callers that sign".to_owned(),
        };
        let _ = writeln!(text, "\n{who}: {}", words(outside.granted));
        let granted = outside.answers.iter().filter(|answer| answer.granted != Granted::None);
        draw_answers(text, sources, report, granted, look);
    }
}

/// The statements that make the policy public for S3, with the parts that cause it.
fn opening(public: &Public<'_>) -> Vec<Finding> {
    let finding = |statement: &PublicStatement| {
        let makes = if statement.certain { "makes" } else { "may make" };
        let number = statement.index;
        let mut causes = statement.causes.iter();
        let (span, why) = causes.next().map_or((statement.span, String::new()), |cause| {
            (cause.span, format!(": {}", cause.text))
        });
        let first = Finding::new(
            codes::PUBLIC,
            span,
            format!("statement {number} {makes} the policy public for S3{why}"),
        );
        causes.fold(first, |finding, cause| finding.related(cause.span, cause.text.clone()))
    };
    public.statements.iter().map(finding).collect()
}

fn is_public(is_public: IsPublic) -> &'static str {
    match is_public {
        IsPublic::Yes => "yes",
        IsPublic::No => "no",
        IsPublic::Unknown => "not known",
    }
}

fn words(granted: Granted) -> &'static str {
    match granted {
        Granted::All => "yes, for all such requests",
        Granted::Some => "for some such requests, not for all",
        Granted::None => "no, for none of these requests",
        Granted::Unknown => "not known",
    }
}

fn draw(text: &mut String, sources: &Sources, report: &Report<'_>, answer: &Answered, look: Look) {
    let shown =
        answer.actions.iter().take(MOST_ACTIONS).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = answer.actions.len().checked_sub(MOST_ACTIONS).filter(|more| *more > 0);
    let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
    let on = answer.resource_type.map(|kind| format!(" on {kind}")).unwrap_or_default();
    let _ = writeln!(text, "\n{shown}{more}{on}: {}", words(answer.granted));
    if let Some(service) = answer.actions.first().and_then(|action| unknown_service(action)) {
        let date = crate::aws::data_date();
        let _ = writeln!(text, "  the service `{service}` is not known to the AWS data of {date}");
    }
    if let Some(undecided) = &answer.undecided {
        let _ = writeln!(text, "  {}", undecided.reason);
        for (choices, granted) in answer.readings.iter().filter(|(choices, _)| !choices.is_empty())
        {
            let choices = choices
                .iter()
                .map(|(ambiguity, choice)| ambiguity.text(*choice))
                .collect::<Vec<_>>()
                .join(", and ");
            let _ = writeln!(text, "  {} if {choices}", words(*granted));
        }
    }
    if let Some(shown) = &answer.allowed {
        let _ =
            writeln!(text, "  granted for example: {}", Example::of_shown(shown, report.layers));
        draw_all(text, sources, &granting(shown, report.layers), look);
    }
    if let Some(shown) = answer.denied.as_ref().filter(|_| report.public.is_none()) {
        let _ = writeln!(
            text,
            "  not granted for example: {}",
            Example::of_shown(shown, report.layers)
        );
        draw_all(text, sources, &limiting(shown, report.layers), look);
    }
}

fn draw_all(text: &mut String, sources: &Sources, findings: &[Finding], look: Look) {
    for finding in findings {
        let _ = write!(text, "{}", draw_finding(sources, finding, look));
    }
}
