//! Generated documents for people: each under its name, and the remarks after them.

use super::{remarks, text};
use crate::generate::Generated;
use std::fmt::Write;

/// All documents, one after the other.
pub fn human(generated: &Generated) -> String {
    let mut report = String::new();
    for document in &generated.documents {
        // Writing to a string cannot fail.
        let _ = writeln!(report, "== {}\n{}", document.kind.file_name(), text(document));
    }
    add_remarks(&mut report, generated);
    report
}

/// The files that were written, and the remarks.
pub fn written(generated: &Generated, files: &[String], check: &str) -> String {
    let mut report = String::new();
    for file in files {
        let _ = writeln!(report, "wrote {file}");
    }
    add_remarks(&mut report, generated);
    let _ = writeln!(report, "check it with `ica-policy check {check}`");
    report
}

fn add_remarks(report: &mut String, generated: &Generated) {
    for remark in remarks(generated) {
        let _ = writeln!(report, "{remark}");
    }
}
