//! What a person reads: the matrix, the causes with their words underlined, the assumptions, and what to do next.

use super::causes::{Cause, causes};
use super::excerpt::{excerpt, is_on_long_line};
use super::place::{Position, position};
use crate::finding::{Finding, Label, Severity};
use crate::ica::catalogue::{IcaCaller, catalogue};
use crate::ica::connection::{Connection, Unreadable, Versioning};
use crate::ica::{Check, Level, OperationReport, Verdict};
use crate::source::{Sources, Span};
use anstyle::{AnsiColor, Style};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report};
use std::fmt::Write;

/// The most findings about the words of policies that are drawn.
const MOST_FINDINGS: usize = 50;

/// How the report is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// With colours.
    pub colour: bool,
    /// Columns of the terminal.
    pub width: usize,
}

/// The report of a check.
pub fn report(sources: &Sources, connection: &Connection, check: &Check, look: Look) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail, so the results are not looked at.
    let _ = writeln!(text, "{}\n", title(connection));
    matrix(&mut text, check, look);
    for (number, cause) in causes(check).iter().enumerate() {
        draw_cause(&mut text, sources, number + 1, cause, look);
    }
    for finding in check.findings.iter().take(MOST_FINDINGS) {
        let _ = writeln!(text, "\n{}", draw_finding(sources, finding, look));
    }
    if let Some(more) = check.findings.len().checked_sub(MOST_FINDINGS).filter(|more| *more > 0) {
        let _ = writeln!(text, "\n{more} more findings about the words of the policies; `--format json` lists all");
    }
    assumptions(&mut text, check);
    let is_whole = connection.operations.is_empty() && check.skipped.is_empty();
    let _ = writeln!(text, "\n{}", closing(check, is_whole, look));
    text
}

/// The causes that concern some of the operations and callers.
pub(super) fn draw_causes(text: &mut String, sources: &Sources, check: &Check, concerns: &dyn Fn(&str, &str) -> bool, look: Look) {
    let causes = causes(check);
    let concerned = causes.iter().filter(|cause| cause.concerns.iter().any(|(caller, ids)| ids.iter().any(|id| concerns(id, caller))));
    for (number, cause) in concerned.filter(|cause| cause.level == Level::Required).enumerate() {
        draw_cause(text, sources, number + 1, cause, look);
    }
}

/// Inputs that could not be read.
pub fn unreadable(sources: &Sources, unreadable: &[Unreadable], look: Look) -> String {
    let mut text = String::new();
    for unreadable in unreadable {
        match unreadable {
            Unreadable::File { name, message, help } => {
                let _ = writeln!(text, "{}: {name}: {message}", word("error", Verdict::Blocked, look));
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

/// What was looked at.
pub(super) fn title(connection: &Connection) -> String {
    let versioning = connection.versioning.map_or("versioning not given", Versioning::word);
    let name = connection.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    let region = connection.region.as_deref().unwrap_or("region not given");
    let prefix = if connection.prefix.is_empty() { "whole bucket".to_owned() } else { format!("prefix {}", connection.prefix) };
    let mut title = format!("{name}bucket {} of account {} ({region}, {versioning}, {prefix})", connection.bucket, connection.account);
    let _ = write!(title, "\n{}   {}", connection.customer.word(), connection.customer.arn().as_str());
    if let Some(key) = &connection.kms_key {
        let _ = write!(title, "\nkey    {}", key.words());
    }
    if let Some(role) = &connection.cross_account_role {
        // With a role of the customer's own, which stands above, Illumina's is named by what it does.
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

fn matrix(text: &mut String, check: &Check, look: Look) {
    let width = check.operations.iter().map(|operation| operation.id.len()).max().unwrap_or_default();
    let callers = IcaCaller::ALL.iter().filter(|caller| check.operations.iter().any(|operation| find(operation, **caller).is_some()));
    let callers = callers.copied().collect::<Vec<_>>();
    let heads = callers.iter().map(|caller| format!("{:<20}", caller.id())).collect::<String>();
    let _ = writeln!(text, "{:width$}  {}", "", heads.trim_end());
    for operation in &check.operations {
        let cells = callers.iter().map(|caller| match find(operation, *caller) {
            Some(report) => {
                let consequence = if report.own == report.verdict { "" } else { " *" };
                let plain = format!("{}{consequence}", report.verdict.word());
                format!("{}{:pad$}", word(&plain, report.verdict, look), "", pad = 20 - plain.len())
            }
            None => format!("{:<20}", "-"),
        });
        let _ = writeln!(text, "{:width$}  {}", operation.id, cells.collect::<String>().trim_end());
    }
    // The cause of something that is shown stands in the table, skipped or not.
    let is_shown = |id: &str| check.operations.iter().any(|operation| operation.id == id);
    for skipped in check.skipped.iter().filter(|skipped| !is_shown(&skipped.operation)) {
        let reason = skipped.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        let _ = writeln!(text, "{:width$}  skipped{reason}", skipped.operation);
    }
    let consequences = check.operations.iter().flat_map(|operation| &operation.callers).any(|caller| caller.own != caller.verdict);
    if consequences {
        let _ = writeln!(text, "* because of another operation that it depends on");
    }
}

fn find(operation: &OperationReport, caller: IcaCaller) -> Option<&crate::ica::CallerReport> {
    operation.callers.iter().find(|report| report.caller == caller)
}

fn draw_cause(text: &mut String, sources: &Sources, number: usize, cause: &Cause<'_>, look: Look) {
    let level = match cause.level {
        Level::Required => "",
        Level::Degrades => " (works without, leaves residue)",
        Level::Advised => " (advice; changes no verdict)",
    };
    let head = format!("{number}. {}{level}", word(cause.verdict.word(), cause.verdict, look));
    let _ = writeln!(text, "\n{head}: {}", cause.concerns_words());
    if let Some(words) = cause.depends_words() {
        let _ = writeln!(text, "   {words}");
    }
    if let Some(example) = cause.example_words() {
        let _ = writeln!(text, "   {example}");
    }
    let mut message = cause.reason.message.clone();
    if cause.actions.len() > 1 {
        let _ =
            write!(message, " (likewise {})", cause.actions[1..].iter().map(|action| format!("`{action}`")).collect::<Vec<_>>().join(", "));
    }
    let finding = Finding {
        id: cause.reason.kind.word(),
        severity: if cause.verdict == Verdict::Unknown || cause.level != Level::Required { Severity::Warning } else { Severity::Error },
        span: cause.reason.span.unwrap_or_default(),
        message,
        help: cause.reason.help.as_ref().map(|help| help.sentence(&cause.actions)),
        related: cause.reason.labels.clone(),
    };
    if cause.reason.span.is_some() {
        let _ = write!(text, "{}", draw_finding(sources, &finding, look));
    } else {
        let _ = writeln!(text, "  {}: {}", finding.id, finding.message);
        if let Some(help) = &finding.help {
            let _ = writeln!(text, "  help: {help}");
        }
    }
}

/// Draws the words with the wrong ones underlined. Of a policy inside of a string the decoded text is shown.
pub(super) fn draw_finding(sources: &Sources, finding: &Finding, look: Look) -> String {
    let Some(place) = position(sources, finding.span) else {
        return format!("{}: {}", finding.id, finding.message);
    };
    let related = finding.related.iter().map(|label| label.span);
    if std::iter::once(finding.span).chain(related).any(|span| is_on_long_line(sources, span)) {
        return draw_excerpts(sources, finding, &place, look);
    }
    let Some(source) = sources.source_at(finding.span.lo) else { return String::new() };
    let label = |span: Span, text: &str| {
        let inside = source.span().contains(span);
        inside.then(|| LabeledSpan::new(Some(text.to_owned()), (span.lo - source.base) as usize, span.len()))
    };
    let related = finding.related.iter().filter_map(|Label { span, text }| label(*span, text));
    let labels = label(finding.span, "here").into_iter().chain(related);
    let mut diagnostic =
        MietteDiagnostic::new(finding.message.clone()).with_code(finding.id).with_severity(severity(finding)).with_labels(labels);
    diagnostic.help = finding.help.clone();
    // The marks count in the decoded text; the file has it elsewhere.
    let decoded = || format!("{} at {}:{}, decoded", place.file, place.line, place.column);
    let name = if source.name().is_empty() { decoded() } else { place.file.clone() };
    let report = Report::new(diagnostic).with_source_code(NamedSource::new(name, source.text.clone()));
    render(&report, look).unwrap_or_else(|| format!("{}: {}: {}\n", place.file, finding.id, finding.message))
}

/// Draws the words of long lines, each for itself.
fn draw_excerpts(sources: &Sources, finding: &Finding, place: &Position, look: Look) -> String {
    let mut diagnostic = MietteDiagnostic::new(finding.message.clone()).with_code(finding.id).with_severity(severity(finding));
    diagnostic.help = finding.help.clone();
    let mut text = render(&Report::new(diagnostic), look).unwrap_or_default();
    let first = (finding.span, "here");
    for (span, words) in std::iter::once(first).chain(finding.related.iter().map(|label| (label.span, label.text.as_str()))) {
        if let Some((line, marks)) = excerpt(sources, span) {
            let at = position(sources, span).unwrap_or_else(|| place.clone());
            let _ = writeln!(text, "  at {}:{}:{}\n    {line}\n    {marks} {words}", at.file, at.line, at.column);
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
    let theme = if look.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    // Without wrapping: it breaks ARNs at hyphens, and people copy them.
    let handler =
        GraphicalReportHandler::new_themed(theme).with_wrap_lines(false).with_links(false).with_width(look.width).with_context_lines(1);
    let mut text = String::new();
    handler.render_report(&mut text, report.as_ref()).ok()?;
    Some(text)
}

fn assumptions(text: &mut String, check: &Check) {
    if check.assumptions.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nassumed, as no file shows it:");
    for assumption in &check.assumptions {
        let _ = writeln!(text, "  {:<20} {}", assumption.id, assumption.text);
        let _ = writeln!(text, "  {:<20} -> {}", "", assumption.how_to_settle);
    }
}

/// The last lines: how it stands, and what to do next.
fn closing(check: &Check, is_whole: bool, look: Look) -> String {
    let worst = check.worst();
    let next = match worst {
        Verdict::Allowed if is_whole => "every operation is allowed, as far as the assumptions hold; connect the bucket",
        Verdict::Allowed => "every operation that was checked is allowed, as far as the assumptions hold",
        Verdict::Unknown => {
            "nothing is blocked for certain; settle what is unknown, or leave out what you do not need with --skip OPERATION"
        }
        Verdict::Partial | Verdict::Blocked => {
            "mend the causes from the top, then run the same command again; leave out what you do not need with --skip OPERATION"
        }
    };
    let broken = check.operations.iter().filter(|operation| operation.callers.iter().any(|caller| caller.verdict == Verdict::Blocked));
    let broken = broken
        .filter_map(|operation| catalogue().operation(operation.id))
        .map(|operation| format!("\n  {}: {}", operation.id, operation.breaks));
    let broken = broken.collect::<String>();
    let broken = if broken.is_empty() { broken } else { format!("what users will see:{broken}\n") };
    format!("{broken}{}: {next}", word(worst.word(), worst, look))
}

pub(super) fn word(text: &str, verdict: Verdict, look: Look) -> String {
    if !look.colour {
        return text.to_owned();
    }
    let colour = match verdict {
        Verdict::Allowed => AnsiColor::Green,
        Verdict::Unknown => AnsiColor::Yellow,
        Verdict::Partial => AnsiColor::Magenta,
        Verdict::Blocked => AnsiColor::Red,
    };
    let style = Style::new().fg_color(Some(colour.into())).bold();
    format!("{style}{text}{style:#}")
}
