//! `can` for a person: the answer in one line, then each group of actions with a request and the words that grant or limit it.

use super::comparison::key_name;
use super::granted::{Report, granting, limiting};
use super::human::{Look, draw_finding};
use crate::authz::Request;
use crate::finding::Finding;
use crate::source::Sources;
use crate::symbolic::{Answered, Granted, Shown};
use std::fmt::Write;

/// The most groups that are drawn.
const MOST: usize = 12;

/// The most actions of a group that are named.
const MOST_ACTIONS: usize = 6;

/// The report of a question.
pub fn report(sources: &Sources, report: &Report<'_>, look: Look) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail, so the results are not looked at.
    let _ = writeln!(text, "{}", words(report.granted));
    if let Some(note) = report.note {
        let _ = writeln!(text, "  {note}");
    }
    for answer in report.answers.iter().take(MOST) {
        draw(&mut text, sources, report, answer, look);
    }
    if let Some(more) = report.answers.len().checked_sub(MOST).filter(|more| *more > 0) {
        let _ = writeln!(text, "\n{more} more groups of actions; `--format json` lists all");
    }
    for finding in report.findings {
        let _ = write!(text, "\n{}", draw_finding(sources, finding, look));
    }
    text
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
    let shown = answer.actions.iter().take(MOST_ACTIONS).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = answer.actions.len().checked_sub(MOST_ACTIONS).filter(|more| *more > 0);
    let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
    let on = answer.resource_type.map(|kind| format!(" on {kind}")).unwrap_or_default();
    let _ = writeln!(text, "\n{shown}{more}{on}: {}", words(answer.granted));
    if let Some(undecided) = &answer.undecided {
        let _ = writeln!(text, "  {}", undecided.reason);
        for (choices, granted) in answer.readings.iter().filter(|(choices, _)| !choices.is_empty()) {
            let choices = choices.iter().map(|(ambiguity, choice)| ambiguity.text(*choice)).collect::<Vec<_>>().join(", and ");
            let _ = writeln!(text, "  {} if {choices}", words(*granted));
        }
    }
    if let Some(shown) = &answer.allowed {
        let _ = writeln!(text, "  granted for example: {}", example(shown));
        draw_all(text, sources, &granting(shown, report.layers), look);
    }
    if let Some(shown) = &answer.denied {
        let _ = writeln!(text, "  not granted for example: {}", example(shown));
        draw_all(text, sources, &limiting(shown, report.layers), look);
    }
}

fn draw_all(text: &mut String, sources: &Sources, findings: &[Finding], look: Look) {
    for finding in findings {
        let _ = write!(text, "{}", draw_finding(sources, finding, look));
    }
}

fn example(shown: &Shown) -> String {
    let Request { action, resource, context, .. } = &shown.request;
    let action =
        crate::aws::action(action).map_or_else(|| action.clone(), |known| format!("{}:{}", known.service().prefix(), known.name()));
    let mut words = format!("{action} on {resource}");
    if let Some(principal) = shown.principal.as_ref().filter(|principal| !principal.is_empty()) {
        let _ = write!(words, " by {principal}");
    }
    for (number, (key, value)) in context.iter().enumerate() {
        let _ = write!(words, "{} {} {}", if number == 0 { " with" } else { "," }, key_name(key), value.as_slice().join(", "));
    }
    words
}
