//! The report of `lint` for people: the refused policies, then each policy with its findings, then the numbers.

use super::draw::{data_line, draw_all, draw_named};
use super::finding::Finding;
use super::lint::{Configured, Counts, Found, Hidden, Lint, Linted};
use super::look::{Human, Look};
use std::fmt::Write;

impl Human for Lint {
    fn issues(&self) -> Vec<Finding> {
        let found = self.policies.iter().flat_map(|policy| &policy.findings);
        let of_files = self.configurations.iter().flat_map(|config| &config.findings);
        let shown = found.map(|found| &found.finding).chain(of_files);
        shown.chain(&self.suppressed).cloned().collect()
    }

    fn left_out(&self) -> usize {
        self.hidden.baseline + self.hidden.before
    }

    fn human(&self, look: Look) -> String {
        let mut text = refused(self);
        for policy in &self.policies {
            text.push_str(&of_policy(policy, look));
        }
        for Configured { file, findings } in
            self.configurations.iter().filter(|config| !config.findings.is_empty())
        {
            text.push_str(&format!("\n{file}\n"));
            draw_all(&mut text, findings, look);
            text.push('\n');
        }
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{} in {}",
            counted(self.counts),
            number(self.policies.len(), "policy", "policies")
        );
        let Hidden { ignored, baseline, before } = self.hidden;
        let hidden = [
            (ignored, "hidden by the configuration"),
            (baseline, "hidden by the baseline"),
            (before, "hidden, as they were there before"),
        ];
        for (count, why) in hidden.into_iter().filter(|(count, _)| *count > 0) {
            let _ = writeln!(text, "{} {why}", number(count, "finding is", "findings are"));
        }
        if !self.skipped.is_empty() {
            let files = number(
                self.skipped.len(),
                "file of the folders holds",
                "files of the folders hold",
            );
            let _ = writeln!(text, "{files} no policy");
        }
        text.push_str(&refused(self));
        text + &data_line()
    }
}

/// The policies that are in force nowhere: the report opens and closes with them.
fn refused(lint: &Lint) -> String {
    let refused = lint.policies.iter().filter(|policy| policy.refused);
    let of = |policy: &Linted| policy.of.as_ref().map_or(String::new(), |of| format!(", {of}"));
    refused
        .map(|policy| format!("AWS would refuse to store {}{}\n", policy.file, of(policy)))
        .collect()
}

fn of_policy(policy: &Linted, look: Look) -> String {
    let Linted { file, read_as, kind_name, kind_from, .. } = policy;
    let read_as = if read_as.is_answer() { format!("{read_as}, ") } else { String::new() };
    let of = policy.of.as_ref().map_or(String::new(), |of| format!("{of}, "));
    let mut text = format!("\n{file}: {of}{read_as}{kind_name} by {}\n", kind_from.words());
    for found in &policy.findings {
        text.push_str(&draw_named(&found.finding, &name(found), look));
    }
    if policy.findings.is_empty() {
        text.push_str("  nothing found\n");
    }
    text.push('\n');
    text
}

/// The rule with the name that AWS's checks have for it.
fn name(found: &Found) -> String {
    let id = found.finding.code.id();
    found.analyzer.map_or_else(|| id.to_owned(), |name| format!("{id} ({name})"))
}

fn counted(counts: Counts) -> String {
    let Counts { error, warning, info } = counts;
    if counts == Counts::default() {
        return "nothing found".to_owned();
    }
    let parts =
        [(error, "error", "errors"), (warning, "warning", "warnings"), (info, "note", "notes")];
    let parts = parts.into_iter().filter(|(count, ..)| *count > 0);
    parts.map(|(count, one, many)| number(count, one, many)).collect::<Vec<_>>().join(", ")
}

fn number(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
