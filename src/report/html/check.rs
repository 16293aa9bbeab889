//! What the page says of a check before its findings: the verdict, the table of operations, what is assumed, the graph.

use super::graph::graph;
use super::page::in_code;
use crate::report::check::Checked;
use crate::report::check_words::known;
use crate::report::to_do::headline_with;
use maud::{Markup, html};

/// The part of the page.
pub(in crate::report) fn check(checked: &Checked) -> String {
    let of = &checked.connection;
    let verdict = checked.verdict.word();
    let page = html! {
        section.check {
            h2 {
                @if let Some(name) = &of.name { (name) ": " }
                "bucket " (of.place()) " of account " (of.account)
            }
            p.verdict.(verdict) { (headline_with(checked, verdict)) }
            (table(checked))
            @if checked.known > 0 { p { (known(checked)) } }
            @if !of.files.is_empty() { (files(checked)) }
            @if !checked.assumptions.is_empty() { (assumptions(checked)) }
            @if let Some(dependencies) = &checked.graph {
                details { summary { "What depends on what" } (graph(&dependencies.without_steps())) }
            }
        }
    };
    page.into_string()
}

fn table(checked: &Checked) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "operation" } @for caller in &checked.callers { th scope="col" { (caller) } } } }
            tbody {
                @for operation in &checked.operations {
                    tr {
                        th scope="row" { (operation.id) }
                        @for caller in &checked.callers {
                            @match operation.of(caller) {
                                Some(report) => td.(report.verdict.word()) {
                                    (report.verdict.word())
                                    @if !report.blocked_by.is_empty() {
                                        br;
                                        small { "because of " (report.blocked_by.join(", ")) }
                                    }
                                },
                                None => td { "-" },
                            }
                        }
                    }
                }
            }
        }
    }
}

fn files(checked: &Checked) -> Markup {
    html! {
        details {
            summary { "What was read" }
            ul { @for file in &checked.connection.files { li { code { (file.file) } " as " (file.read_as) ": " (file.layer) } } }
        }
    }
}

fn assumptions(checked: &Checked) -> Markup {
    html! {
        details {
            summary { "What is assumed, as no file shows it" }
            dl {
                @for known in &checked.assumptions {
                    dt { code { (known.id.id()) } }
                    dd { (in_code(known.text)) "; to settle it: " (in_code(known.how_to_settle)) }
                }
            }
        }
    }
}
