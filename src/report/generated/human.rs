//! Generated documents for people: each under its name, or the files that were written; and the
//! remarks after them.

use super::view::Made;
use super::{remarks, text};
use crate::product::quoted;
use crate::report::calls::calls;
use crate::report::look::{Human, Look};
use std::fmt::Write;

impl Human for Made<'_> {
    fn human(&self, _: Look) -> String {
        report(self)
    }
}

fn report(made: &Made<'_>) -> String {
    let mut report = String::new();
    // Writing to a string cannot fail, so the results are ignored.
    if made.written.is_empty() {
        for document in &made.generated.documents {
            let _ = writeln!(report, "== {}\n{}", document.kind.file_name(), text(document));
        }
    }
    for file in made.written {
        let _ = writeln!(report, "wrote {file}");
    }
    for remark in remarks(made.generated) {
        let _ = writeln!(report, "{remark}");
    }
    if made.written.is_empty() {
        report.push_str("with --write DIR the documents are files, and the report ends in the calls that put them into AWS\n");
        return report;
    }
    let _ = writeln!(report, "check it with `ica-policy check {}`", quoted(made.folder));
    report + &calls(&made.commands)
}
