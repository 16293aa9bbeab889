//! The end of a report: what to do, one numbered item for each cause, so that the last screen of a terminal holds it.

use super::causes::Cause;
use super::check::Checked;
use super::check_words::is_mere_advice;
use super::finding::Finding;
use super::look::{Look, wrapped};
use super::place::at_line;
use crate::finding::Severity;
use crate::finding::codes::ROLE_OF_OTHER_REGION;
use crate::product::{Level, Verdict};
use crate::rules::{LOST_COLON, NO_ARN, PLACEHOLDER, UNKNOWN_ACTION};
use std::fmt::Write;

/// The most lines that the list has.
const MOST_LINES: usize = 30;

/// Writes what to do: documents that AWS would refuse first, then the causes in the order of the report. Advice that changes no
/// verdict is only counted.
pub(super) fn to_do(text: &mut String, checked: &Checked, look: Look) {
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let is_mistyped = |finding: &&Finding| {
        let is_near = |help: &String| help.starts_with("perhaps ");
        [PLACEHOLDER, LOST_COLON, NO_ARN].contains(&finding.code)
            || finding.code == UNKNOWN_ACTION && finding.help.as_ref().is_some_and(is_near)
    };
    let first = checked.findings.iter().filter(is_mistyped);
    let corrections = first.chain(checked.findings.iter().filter(is_error)).map(correction);
    let numbered = || checked.causes.iter().zip(1..);
    let counts = |cause: &Cause| cause.level != Level::Advised;
    // With a wrong name or prefix what the other causes ask for would be wrong, too.
    let is_first = |cause: &Cause| {
        let mut stops = cause.stops.iter().map(|stop| stop.action.as_str());
        counts(cause) && stops.any(|action| ["prefix", "bucket name"].contains(&action))
    };
    let has_first = checked.causes.iter().any(is_first);
    let is_shown = |cause: &Cause| counts(cause) && (!has_first || is_first(cause));
    let mends = numbered().filter(|(cause, _)| is_shown(cause)).map(|(cause, at)| mend(cause, at));
    // A Deny hides what the Allow lacks, but both have to name the right role.
    let is_role = |finding: &&Finding| {
        finding.code == ROLE_OF_OTHER_REGION && checked.verdict != Verdict::Allowed
    };
    let roles = checked.findings.iter().filter(is_role).map(correction);
    let mut items: Vec<String> = Vec::new();
    for item in corrections.chain(mends).chain(roles) {
        if !items.contains(&item) {
            items.push(item);
        }
    }
    // Writing to a string cannot fail, so the results are ignored.
    if !items.is_empty() {
        let _ = writeln!(text, "\nto do:");
        list(text, &items, look);
    }
    let is_told = |cause: &Cause| !counts(cause) && (look.verbose || !is_mere_advice(cause));
    let advised = numbered().filter(|(cause, _)| is_told(cause)).map(|(_, at)| at.to_string());
    let advised = advised.collect::<Vec<_>>().join(", ");
    if !advised.is_empty() {
        let _ = writeln!(text, "\nadvised, changes no verdict: see {advised} above");
    }
}

/// The items as lines of the terminal's width, as many as fit.
fn list(text: &mut String, items: &[String], look: Look) {
    let mut lines = 0;
    for (number, item) in (1..).zip(items) {
        let start = format!("{number:>3}. ");
        let wrapped = wrapped(item, &start, "     ", look);
        let left = items.len() - number + 1;
        let is_last = left == 1;
        if lines + wrapped.len() + usize::from(!is_last) > MOST_LINES && number > 1 {
            let _ = writeln!(text, "     and {left} more, see the causes above");
            return;
        }
        lines += wrapped.len();
        wrapped.iter().for_each(|line| {
            let _ = writeln!(text, "{line}");
        });
    }
}

/// What to do about a document that AWS would refuse.
fn correction(finding: &Finding) -> String {
    let words = finding.help.as_ref().unwrap_or(&finding.message);
    format!("{}{words}", at_line(finding.place.as_ref()))
}

/// What to do about a cause.
fn mend(cause: &Cause, number: usize) -> String {
    let place = at_line(cause.place.span.as_ref());
    match &cause.to_do {
        // Without a place only the message says what is not known.
        Some(words) if place.is_empty() && cause.verdict == Verdict::Unknown => {
            format!("{}: {words}", cause.message)
        }
        Some(words) => format!("{place}{words}"),
        None => format!("{place}see {number} above: {}", cause.message),
    }
}

/// The verdict in one line: how many operations are not allowed, and for whom.
pub(super) fn headline(checked: &Checked, look: Look) -> String {
    let worst = checked.verdict;
    headline_with(checked, &super::look::word(worst.word(), worst, look))
}

/// The same with the verdict in these words.
pub(super) fn headline_with(checked: &Checked, verdict: &str) -> String {
    let worst = checked.verdict;
    let has = |operation: &&super::check::Operation| {
        operation.callers.iter().any(|caller| caller.verdict == worst)
    };
    let all = checked.operations.len();
    let count = checked.operations.iter().filter(has).count();
    let reports = || checked.operations.iter().flat_map(|operation| &operation.callers);
    let is_hit =
        |caller: &&&str| reports().any(|own| own.caller == **caller && own.verdict == worst);
    let callers = checked.callers.iter().filter(is_hit).copied().collect::<Vec<_>>().join(", ");
    let operations = if all == 1 { "operation" } else { "operations" };
    match count == all {
        true => format!("{verdict}: all {all} {operations}, for {callers}"),
        false => format!("{verdict}: {count} of {all} {operations}, for {callers}"),
    }
}
