//! The report of `check` for people: the matrix, the causes with their words underlined, the
//! assumptions, and what to do next.

use super::causes::{Cause, Concern, causes};
use super::excerpt::{excerpt, is_on_long_line};
use super::look::{Look, word};
use super::matrix::matrix;
use super::place::{Position, position};
use super::views::data_line;
use crate::finding::{Finding, Label, Severity};
use crate::ica::catalogue::{IcaCaller, Operation, catalogue};
use crate::ica::setup::{Setup, Versioning};
use crate::ica::{Assumption, Check, Level, OperationReport, Verdict};
use crate::input::Unreadable;
use crate::source::{Sources, Span};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report,
};
use std::fmt::Write;

/// The most findings about the text of policies that are drawn.
const MOST_FINDINGS: usize = 50;

/// The first and the last line of a report about a document that is not in force anywhere.
const REFUSED: &str =
    "AWS would refuse a document (see its findings): correct it before anything else";

/// A report that begins and ends with the words about a document that AWS would refuse, if there is
/// one.
pub(super) fn framed(is_refused: bool, text: String) -> String {
    if is_refused { format!("{REFUSED}\n\n{text}{REFUSED}\n") } else { text }
}

/// The report of a check.
pub fn report(sources: &Sources, connection: &Setup, check: &Check, look: Look) -> String {
    let is_refused = check.refused().next().is_some();
    let mut text = body(sources, connection, check, look);
    // Writing to a string cannot fail, so the results are ignored.
    assumptions(&mut text, check.assumptions.iter().map(|assumption| (*assumption, String::new())));
    let is_whole = connection.operations.is_empty() && check.skipped.is_empty();
    let _ = writeln!(
        text,
        "\n{}{}: {}",
        broken(check),
        word(check.worst().word(), check.worst(), look),
        next(check.worst(), is_whole, is_refused)
    );
    framed(is_refused, text) + &data_line()
}

/// The report of one check of several. What all of them have in common follows after the last one,
/// written by [`super::overview::Overview`].
pub fn report_one_of(
    sources: &Sources,
    connection: &Setup,
    check: &Check,
    (number, of): (usize, usize),
    look: Look,
) -> String {
    let gap = if number == 1 { "" } else { "\n\n" };
    let broken = broken(check);
    let gap_behind = if broken.is_empty() { "" } else { "\n" };
    format!(
        "{gap}connection {number} of {of}\n{}{gap_behind}{broken}",
        body(sources, connection, check, look)
    )
}

fn body(sources: &Sources, connection: &Setup, check: &Check, look: Look) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}\n", title(connection));
    matrix(&mut text, connection, check, look);
    for (number, cause) in causes(check).iter().enumerate() {
        draw_cause(&mut text, sources, number + 1, cause, look);
    }
    for finding in check.findings.iter().take(MOST_FINDINGS) {
        let _ = writeln!(text, "\n{}", draw_finding(sources, finding, look));
    }
    if let Some(more) = check.findings.len().checked_sub(MOST_FINDINGS).filter(|more| *more > 0) {
        let _ = writeln!(
            text,
            "\n{more} more findings about the text of the policies; `--format json` lists all"
        );
    }
    text
}

/// Draws the causes that stop some of the operations and callers.
pub(super) fn draw_causes(
    text: &mut String,
    sources: &Sources,
    check: &Check,
    concerns: &dyn Fn(&str, &str) -> bool,
    look: Look,
) {
    let causes = causes(check);
    let is_concerned = |concern: &Concern<'_>| {
        concern.level == Level::Required && concerns(concern.operation, concern.caller)
    };
    for (number, cause) in
        causes.iter().filter(|cause| cause.concerns.iter().any(is_concerned)).enumerate()
    {
        draw_cause(text, sources, number + 1, cause, look);
    }
}

/// The report of inputs that could not be read.
pub fn unreadable(sources: &Sources, unreadable: &[Unreadable], look: Look) -> String {
    let mut text = String::new();
    for unreadable in unreadable {
        match unreadable {
            Unreadable::File { name, message, help } => {
                let _ =
                    writeln!(text, "{}: {name}: {message}", word("error", Verdict::Blocked, look));
                if let Some(help) = help {
                    let _ = writeln!(text, "  help: {help}");
                }
            }
            Unreadable::Text(findings) => {
                for finding in findings {
                    let _ = writeln!(text, "{}", draw_finding(sources, finding, look));
                }
            }
        }
    }
    text
}

/// The title: what was checked.
pub(super) fn title(connection: &Setup) -> String {
    let versioning = connection.versioning.map_or("versioning not given", Versioning::word);
    let name = connection.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    let region = connection.region.as_deref().unwrap_or("region not given");
    let prefix = if connection.prefix.is_empty() {
        "whole bucket".to_owned()
    } else {
        format!("prefix {}", connection.prefix)
    };
    let state = if connection.is_new { "new" } else { "connected" };
    let (bucket, account) = (&connection.bucket, &connection.account);
    let mut title = format!(
        "{name}bucket {bucket} of account {account} ({region}, {versioning}, {prefix}, state {state})"
    );
    let _ =
        write!(title, "\n{}   {}", connection.customer.word(), connection.customer.arn().as_str());
    if let Some(key) = &connection.kms_key {
        let _ = write!(title, "\nkey    {}", key.words());
    }
    if let Some(role) = &connection.cross_account_role {
        // If the customer has a role of its own, which the line above names, Illumina's role is
        // labelled by its purpose.
        let label = if connection.customer.has(IcaCaller::OidcRole) { "copies" } else { "role  " };
        let _ = write!(title, "\n{label} {}", role.as_str());
    }
    for file in &connection.files {
        let _ = write!(title, "\nread   {} as {}: {}", file.name, file.read_as, file.layer.name());
    }
    for file in &connection.environment.files {
        let _ = write!(title, "\nread   {} as {}", file.name, file.setting);
    }
    title
}

fn draw_cause(text: &mut String, sources: &Sources, number: usize, cause: &Cause<'_>, look: Look) {
    let levels = cause.levels();
    for (line, level) in levels.iter().enumerate() {
        // Only required steps are coloured by their verdict. The others are advice, drawn like an
        // unknown verdict.
        let weight = if *level == Level::Required { cause.verdict } else { Verdict::Unknown };
        let head = word(cause.level_words(*level), weight, look);
        let actions = if levels.len() > 1 {
            format!(": {}", cause.action_words(*level))
        } else {
            String::new()
        };
        let start = if line == 0 { format!("\n{number}. ") } else { "   ".to_owned() };
        let _ = writeln!(text, "{start}{head}: {}{actions}", cause.concerns_words(*level));
    }
    if let Some(words) = cause.depends_words() {
        let _ = writeln!(text, "   {words}");
    }
    if let Some(example) = cause.example_words() {
        let _ = writeln!(text, "   {example}");
    }
    let finding = Finding {
        code: cause.reason.kind.code(),
        severity: if cause.verdict == Verdict::Unknown || cause.level != Level::Required {
            Severity::Warning
        } else {
            Severity::Error
        },
        span: cause.reason.span.unwrap_or_default(),
        message: cause.message(),
        help: cause.to_do(),
        related: cause.reason.labels.clone(),
    };
    if cause.reason.span.is_some() {
        let _ = write!(text, "{}", draw_finding(sources, &finding, look));
    } else {
        let _ = writeln!(text, "  {}: {}", finding.code.id(), finding.message);
        if let Some(help) = &finding.help {
            let _ = writeln!(text, "  help: {help}");
        }
    }
}

/// Draws the source with the wrong words underlined. For a policy inside a string the decoded text
/// is shown.
pub(super) fn draw_finding(sources: &Sources, finding: &Finding, look: Look) -> String {
    let Some(place) = position(sources, finding.span) else {
        return format!("{}: {}", finding.code.id(), finding.message);
    };
    let related = finding.related.iter().map(|label| label.span);
    if std::iter::once(finding.span).chain(related).any(|span| is_on_long_line(sources, span)) {
        return draw_excerpts(sources, finding, &place, look);
    }
    let Some(source) = sources.source_at(finding.span.lo) else { return String::new() };
    let label = |span: Span, text: &str| {
        let inside = source.span().contains(span);
        inside.then(|| {
            LabeledSpan::new(Some(text.to_owned()), (span.lo - source.base) as usize, span.len())
        })
    };
    let related = finding.related.iter().filter_map(|Label { span, text }| label(*span, text));
    let labels = label(finding.span, "here").into_iter().chain(related);
    let mut diagnostic = MietteDiagnostic::new(finding.message.clone())
        .with_code(finding.code.id())
        .with_severity(severity(finding))
        .with_labels(labels);
    diagnostic.help = finding.help.clone();
    // Lines and columns of the picture count in the decoded text; the name says where it is in the
    // file.
    let decoded = || format!("{} at {}:{}, decoded", place.file, place.line, place.column);
    let name = if source.name().is_empty() { decoded() } else { place.file.clone() };
    let report =
        Report::new(diagnostic).with_source_code(NamedSource::new(name, source.text.clone()));
    render(&report, look)
        .unwrap_or_else(|| format!("{}: {}: {}\n", place.file, finding.code.id(), finding.message))
}

/// Draws the marked text of long lines, each as an excerpt.
fn draw_excerpts(sources: &Sources, finding: &Finding, place: &Position, look: Look) -> String {
    let mut diagnostic = MietteDiagnostic::new(finding.message.clone())
        .with_code(finding.code.id())
        .with_severity(severity(finding));
    diagnostic.help = finding.help.clone();
    let mut text = render(&Report::new(diagnostic), look).unwrap_or_default();
    let first = (finding.span, "here");
    for (span, words) in std::iter::once(first)
        .chain(finding.related.iter().map(|label| (label.span, label.text.as_str())))
    {
        if let Some((line, marks)) = excerpt(sources, span) {
            let at = position(sources, span).unwrap_or_else(|| place.clone());
            let _ = writeln!(
                text,
                "  at {}:{}:{}\n    {line}\n    {marks} {words}",
                at.file, at.line, at.column
            );
        }
    }
    text
}

fn severity(finding: &Finding) -> miette::Severity {
    match finding.severity {
        Severity::Error => miette::Severity::Error,
        Severity::Warning => miette::Severity::Warning,
        Severity::Info => miette::Severity::Advice,
    }
}

fn render(report: &Report, look: Look) -> Option<String> {
    let theme =
        if look.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    // Without wrapping, which would break ARNs at hyphens: people copy them.
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_wrap_lines(false)
        .with_links(false)
        .with_width(look.width)
        .with_context_lines(1);
    let mut text = String::new();
    handler.render_report(&mut text, report.as_ref()).ok()?;
    Some(text)
}

/// Writes the assumptions, each with the connections it belongs to, unless it belongs to all.
pub(super) fn assumptions(text: &mut String, all: impl Iterator<Item = (Assumption, String)>) {
    for (number, (assumption, connections)) in all.enumerate() {
        if number == 0 {
            let _ = writeln!(text, "\nassumed, as no file shows it:");
        }
        let _ = writeln!(text, "  {:<20} {}{connections}", assumption.id(), assumption.text());
        let _ = writeln!(text, "  {:<20} -> {}", "", assumption.how_to_settle());
    }
}

/// The advice what to do next.
pub(super) fn next(worst: Verdict, is_whole: bool, is_refused: bool) -> &'static str {
    match worst {
        Verdict::Allowed if is_refused => {
            "no operation is blocked if the document without the refused words is in force; correct it, then run the same command again"
        }
        Verdict::Allowed if is_whole => {
            "every operation is allowed, as far as the assumptions hold; connect the bucket"
        }
        Verdict::Allowed => {
            "every operation that was checked is allowed, as far as the assumptions hold"
        }
        Verdict::Unknown => {
            "nothing is blocked for certain; settle what is unknown, or leave out what you do not need with --skip OPERATION"
        }
        Verdict::Partial | Verdict::Blocked => {
            "fix the causes from the top, then run the same command again; leave out what you do not need with --skip OPERATION"
        }
    }
}

/// What users will see of the blocked operations.
fn broken(check: &Check) -> String {
    let mut lines = String::new();
    for report in &check.operations {
        let Some(operation) = catalogue().operation(report.id) else { continue };
        if report.callers.iter().any(|caller| caller.verdict == Verdict::Blocked) {
            let scope =
                scope_of(operation, report).map(|scope| format!(", {scope}")).unwrap_or_default();
            let _ = writeln!(lines, "  {}: {}{scope}", report.id, operation.breaks);
        }
    }
    if lines.is_empty() { lines } else { format!("what users will see:\n{lines}") }
}

/// The requests for which an operation is blocked, if all blocked steps are needed for these
/// requests only.
fn scope_of<'a>(operation: &'a Operation, report: &OperationReport) -> Option<&'a str> {
    let blocked = report.callers.iter().filter(|caller| caller.verdict == Verdict::Blocked);
    let mut scopes = Vec::new();
    for caller in blocked {
        if !caller.blocked_by.is_empty() {
            return None;
        }
        let steps = caller
            .steps
            .iter()
            .filter(|step| step.level == Level::Required && step.verdict == Verdict::Blocked);
        let scope = |action: &str| {
            operation
                .steps
                .iter()
                .find(|step| step.action == action)
                .and_then(|step| step.scope.as_deref())
        };
        scopes.extend(steps.map(|step| scope(&step.action)));
    }
    let first = scopes.first().copied().flatten();
    first.filter(|_| scopes.iter().all(|scope| *scope == first))
}
