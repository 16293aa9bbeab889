//! Draws findings for people: the text with the words in question underlined.

use super::excerpt::{Ink, excerpt, is_on_long_line};
use super::failure::Failure;
use super::finding::Finding;
use super::indented::laid_out;
use super::look::{Look, paragraph, word};
use super::place::Position;
use crate::product::Verdict;
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, MietteDiagnostic, Report, ThemeCharacters,
    ThemeStyles,
};
use std::fmt::Write;
use textwrap::{WordSeparator, WordSplitter};

/// Draws the source with the wrong words underlined. For a policy inside a string the decoded text
/// is shown.
pub(super) fn draw(finding: &Finding, look: Look) -> String {
    draw_named(finding, finding.code.id(), look)
}

/// Lines that are drawn of the words of a finding; of more the first. They may be a whole document.
const MOST_DRAWN: usize = 400;

/// The finding with places that can be drawn; `None` if all can.
fn cut(finding: &Finding) -> Option<Finding> {
    let is_long = |place: &Position| place.has_more_lines(MOST_DRAWN);
    if !finding.marks().any(|(place, _)| is_long(place)) {
        return None;
    }
    let short = |place: &Position| if is_long(place) { place.first_line() } else { place.clone() };
    let related = finding.related.iter().map(|(place, words)| (short(place), words.clone()));
    let place = finding.place.as_ref().map(short);
    Some(Finding { place, related: related.collect(), ..finding.clone() })
}

/// As [`draw`], with this name of the finding.
pub(super) fn draw_named(finding: &Finding, name: &str, look: Look) -> String {
    let Some(place) = &finding.place else {
        return without_place(finding, name, "", look);
    };
    if let Some(cut) = cut(finding) {
        return draw_named(&cut, name, look);
    }
    let mut diagnostic = MietteDiagnostic::new(finding.message.clone()).with_code(name);
    diagnostic.severity = Diagnostic::severity(finding);
    diagnostic.help = finding.help.clone();
    let is_long = |finding: &Finding| {
        finding.marks().any(|(place, _)| is_on_long_line(&place.shown, look.longest_line))
    };
    if is_long(finding) {
        if let Some(short) = laid_out(finding).filter(|laid_out| !is_long(laid_out)) {
            return draw_named(&short, name, look);
        }
        return render(&Report::new(diagnostic), look).unwrap_or_default()
            + &excerpts(finding, look);
    }
    let diagnostic = diagnostic.with_labels(finding.labels().into_iter().flatten());
    render(&Report::new(diagnostic).with_source_code(place.shown.clone()), look)
        .unwrap_or_else(|| format!("{}: {name}: {}\n", place.file, finding.message))
}

/// As [`draw`], on lines of its own where no text has the words.
pub(super) fn draw_with_help(finding: &Finding, look: Look) -> String {
    if finding.place.is_some() {
        return draw(finding, look);
    }
    without_place(finding, finding.code.id(), "  ", look)
}

fn without_place(finding: &Finding, name: &str, indent: &str, look: Look) -> String {
    let more = format!("{indent}  ");
    let message = format!("{name}: {}", finding.message);
    let help = finding.help.iter().map(|help| {
        let (first, rest) = (format!("{:2}help: ", ""), "        ");
        paragraph(help, &first, rest, look)
    });
    paragraph(&message, indent, &more, look) + &help.collect::<String>()
}

pub(super) fn draw_all(text: &mut String, findings: &[Finding], look: Look) {
    findings.iter().for_each(|finding| text.push_str(&draw(finding, look)));
}

/// The marked text of long lines, each as an excerpt.
fn excerpts(finding: &Finding, look: Look) -> String {
    let mut text = String::new();
    for (place, words) in finding.marks() {
        if let Some((line, marks)) =
            excerpt(&place.shown, look.width.saturating_sub(4), Ink::new(look.ascii))
        {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  at {place}\n    {line}\n    {marks} {words}");
        }
    }
    text
}

/// Frames that the terminal can show. All labels have the colour of the finding: other colours would mean other verdicts.
fn theme(report: &Report, look: Look) -> GraphicalTheme {
    let characters = if look.ascii { ThemeCharacters::ascii() } else { ThemeCharacters::unicode() };
    let mut styles = if look.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let own = match report.severity() {
        Some(miette::Severity::Warning) => styles.warning,
        Some(miette::Severity::Advice) => styles.advice,
        Some(miette::Severity::Error) | None => styles.error,
    };
    styles.highlights = vec![own];
    GraphicalTheme { characters, styles }
}

fn render(report: &Report, look: Look) -> Option<String> {
    let theme = theme(report, look);
    // Lines are broken between words only: people copy ARNs.
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_break_words(false)
        .with_word_separator(WordSeparator::AsciiSpace)
        .with_word_splitter(WordSplitter::NoHyphenation)
        .with_links(false)
        .with_width(look.width)
        .with_context_lines(1);
    let mut text = String::new();
    handler.render_report(&mut text, report.as_ref()).ok()?;
    Some(text)
}

/// Why there is no answer, for people.
pub fn failures(failures: &[Failure], look: Look) -> String {
    let mut text = String::new();
    for failure in failures {
        let _ = match &failure.finding {
            Some(finding) => writeln!(text, "{}", draw(finding, look)),
            None => {
                let file = failure.file.as_ref().map(|file| format!("{file}: "));
                let error = word("error", Verdict::Blocked, look);
                let help = failure.help.as_ref().map(|help| format!("\n  help: {help}"));
                let (file, help) = (file.unwrap_or_default(), help.unwrap_or_default());
                writeln!(text, "{error}: {file}{}{help}", failure.message)
            }
        };
    }
    text
}

/// The last line of a report.
pub(super) fn data_line() -> String {
    format!("by the AWS data of {}\n", crate::aws::data_date())
}
