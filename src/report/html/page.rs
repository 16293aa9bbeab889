//! The page: what was asked, the findings with their words marked, the documents.

use super::marked::{Document, documents, excerpt};
use crate::aws;
use crate::finding::Severity;
use crate::report::issues::{Issue, Issues, Region};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("style.css");

/// The page of a run.
pub fn write(issues: &Issues) -> String {
    let list = issues.list(true);
    let documents = documents(&list);
    let title = format!("ica-policy {}", issues.command);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { h1 { (title) } p.counts { (counts(issues)) } }
                main {
                    @for head in &issues.pages { (PreEscaped(head)) }
                    @for failure in &issues.failures {
                        section.finding.error {
                            h3 { "not read" @if let Some(file) = &failure.file { ": " (file) } }
                            p { (failure.message) }
                            @if let Some(help) = &failure.help { (to_do(help)) }
                        }
                    }
                    @if !list.is_empty() {
                        h2 #findings { "What was found" }
                        @for issue in &list { (finding(issue, &documents)) }
                    }
                    @if !documents.is_empty() {
                        h2 #documents { "The documents" }
                        @for document in &documents { (document.whole()) }
                    }
                }
                footer { p { (footer()) } }
            }
        }
    };
    page.into_string() + "\n"
}

fn footer() -> String {
    format!(
        "by the AWS data of {}; made by ica-policy {}",
        aws::data_date(),
        env!("CARGO_PKG_VERSION")
    )
}

fn counts(issues: &Issues) -> String {
    let counts =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")];
    let counts = counts.map(|(severity, one)| match issues.count(severity) {
        1 => format!("1 {one}"),
        number => format!("{number} {one}s"),
    });
    let unread = match issues.failures.len() {
        0 => String::new(),
        number => format!("; {number} could not be read"),
    };
    format!("{}{unread}", counts.join(", "))
}

fn finding(issue: &Issue<'_>, documents: &[Document<'_>]) -> Markup {
    let finding = issue.finding;
    let place = issue.region.as_ref().map(Region::shown);
    let document = documents.iter().find(|document| document.has(finding));
    html! {
        section.finding.(finding.severity.word()) {
            h3 {
                span.severity { (finding.severity.word()) } " "
                code { (finding.code.id()) }
                @if let Some(place) = &place {
                    " "
                    @match document {
                        Some(document) => a href={ "#" (document.anchor()) } { (place) },
                        None => span { (place) },
                    }
                }
            }
            p { (in_code(&finding.message)) }
            (excerpt(finding))
            @if let Some(help) = &finding.help { (to_do(help)) }
        }
    }
}

fn to_do(help: &str) -> Markup {
    html! { p.to-do { strong { "What to do: " } (in_code(help)) } }
}

/// A sentence before the findings.
pub(in crate::report) fn sentence(words: &str) -> String {
    html! { p.verdict { (in_code(words)) } }.into_string()
}

/// A table before the findings; nothing without rows. The last two cells of a row are verdicts.
pub(in crate::report) fn table(head: [&str; 4], rows: &[[&str; 4]]) -> String {
    let page = html! {
        @if !rows.is_empty() {
            table {
                thead { tr { @for name in head { th scope="col" { (name) } } } }
                tbody {
                    @for [operation, caller, old, new] in rows {
                        tr {
                            th scope="row" { (operation) }
                            td { (caller) }
                            td.(old.replace(' ', "-")) { (old) }
                            td.(new.replace(' ', "-")) { (new) }
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}

/// A message, with the names that are in backticks as code.
pub(super) fn in_code(message: &str) -> Markup {
    html! {
        @for (number, piece) in message.split('`').enumerate() {
            @if number % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}
