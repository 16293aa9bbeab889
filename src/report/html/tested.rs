//! What the page says of tests before their findings.

use crate::report::tested::Tested;
use crate::report::tested_words::{colour, numbers, title};
use maud::html;

/// The part of the page.
pub(in crate::report) fn tested(tested: &Tested) -> String {
    let page = html! {
        section.check {
            h2 { (tested.file) }
            p.verdict.(colour(tested.verdict).word()) { (numbers(tested)) }
            table {
                tbody {
                    @for test in &tested.tests {
                        tr {
                            th scope="row" { (title(test)) }
                            td.(colour(test.status).word()) { (test.status.word()) }
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}
