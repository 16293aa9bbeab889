//! The report of `fix` for people: the diff, the purpose of each edit, and what is left to decide,
//! with its place underlined.

use super::calls::calls;
use super::check_human::{framed, title};
use super::check_words::by_caller;
use super::draw::{draw, draw_with_help};
use super::finding::Finding;
use super::fix::{Decision, Edit, Repaired};
use super::look::{Human, Look, paragraph, word};
use crate::finding::{Code, Severity, codes};
use crate::fix::{ChangeKind, DecisionKind};
use crate::product::{Verdict, quoted};
use anstyle::{AnsiColor, Style};
use std::fmt::Write;

impl Human for Repaired {
    fn human(&self, look: Look) -> String {
        report(self, look)
    }
}

/// Whether an operation is allowed after the edits; one that is not shown any more was only the cause of another.
fn is_allowed(repaired: &Repaired, caller: &str, id: &str) -> bool {
    let mut operations = repaired.operations.iter().filter(|operation| operation.id == id);
    let after = operations.find_map(|operation| {
        Some(operation.callers.iter().find(|report| report.caller == caller)?.after)
    });
    after.flatten().is_none_or(|after| after == Verdict::Allowed)
}

/// The report of a connection.
fn report(repaired: &Repaired, look: Look) -> String {
    let (first, more) = title(&repaired.connection);
    let mut text = format!("{first}\n{more}\n\n");
    // Writing to a string cannot fail, so the results are ignored.
    for file in &repaired.files {
        let _ = writeln!(text, "{}", coloured(&file.shown, look));
    }
    for (number, edit) in repaired.edits.iter().enumerate() {
        let Edit { file, words, operation, caller, action, .. } = edit;
        let words = format!("{file}: {words}");
        text.push_str(&paragraph(&words, &format!("{}. ", number + 1), "     ", look));
        let _ = writeln!(text, "   for {operation} ({caller}): `{action}`");
    }
    if !repaired.mended.is_empty() {
        let mended = repaired.mended.iter().map(|mended| (mended.caller, mended.operation));
        let (allowed, better): (Vec<_>, Vec<_>) =
            mended.partition(|(caller, id)| is_allowed(repaired, caller, id));
        let groups = [
            ("allowed with these edits, for all requests", allowed),
            ("better with these edits, and not allowed yet", better),
        ];
        text.push('\n');
        for (words, operations) in groups.into_iter().filter(|(_, of)| !of.is_empty()) {
            let words = format!("{words}: {}", by_caller(operations.into_iter()));
            text.push_str(&paragraph(&words, "", "  ", look));
        }
        let worse = format!("no operation is worse; {}", proved(repaired));
        text.push_str(&paragraph(&worse, "", "  ", look));
    }
    for (decision, concerns) in decisions(repaired) {
        draw_decision(&mut text, decision, &concerns, look);
    }
    if !repaired.edits.is_empty() && !repaired.assumptions.is_empty() {
        let ids = repaired.assumptions.iter().map(|assumption| assumption.id()).collect::<Vec<_>>();
        let words = format!(
            "as far as these assumptions hold, which `ica-policy check` explains: {}",
            ids.join(", ")
        );
        text.push('\n');
        text.push_str(&paragraph(&words, "", "  ", look));
    }
    for finding in repaired.refused.iter().flat_map(|refused| &refused.findings) {
        let _ = write!(text, "\n{}", draw(finding, look));
    }
    if let Some(folder) = &repaired.folder {
        let folder = quoted(folder);
        let _ = writeln!(text, "\nwrote {folder}; check it with `ica-policy check {folder}`");
    }
    text.push_str(&calls(&repaired.commands));
    let _ = writeln!(text, "\n{}", closing(repaired, look));
    framed(!repaired.refused.is_empty(), text)
}

/// What was proved of the edits. An addition is compared with what ICA needs; an exception only
/// keeps a Deny from its caller.
fn proved(repaired: &Repaired) -> &'static str {
    if repaired.edits.iter().any(|edit| edit.kind == ChangeKind::ReplacePrincipal) {
        "the right role gets what the statement allowed to the role of another region, and the additions are no more than the operations need"
    } else if repaired.edits.iter().any(|edit| edit.kind.is_exception()) {
        "by the exceptions only the excepted callers gain access, and those of ICA only to actions of its catalogue; the additions are no more than needed"
    } else {
        "nobody else gains access, and the additions are no more than the operations need"
    }
}

/// What a decision concerns: callers, their actions, and the operations that need them.
type Concerns<'a> = Vec<(&'a str, Vec<&'a str>, Vec<&'a str>)>;

/// The decisions. Those on the same words are listed once.
fn decisions(repaired: &Repaired) -> Vec<(&Decision, Concerns<'_>)> {
    let mut list: Vec<(&Decision, Concerns<'_>)> = Vec::new();
    for left in &repaired.left {
        for decision in &left.decisions {
            let same = |known: &Decision| {
                known.kind == decision.kind && known.span == decision.span && known.span.is_some()
            };
            let at = list
                .iter()
                .position(|(known, _)| same(known) || *known == decision)
                .unwrap_or_else(|| {
                    list.push((decision, Vec::new()));
                    list.len() - 1
                });
            let concerns = &mut list[at].1;
            let (caller, action) = (left.caller, left.action.as_str());
            let at = concerns.iter().position(|(by, ..)| *by == caller).unwrap_or_else(|| {
                concerns.push((caller, Vec::new(), Vec::new()));
                concerns.len() - 1
            });
            let (_, actions, operations) = &mut concerns[at];
            if !actions.contains(&action) {
                actions.push(action);
            }
            if !operations.contains(&left.operation) {
                operations.push(left.operation);
            }
        }
    }
    list
}

fn draw_decision(text: &mut String, decision: &Decision, concerns: &Concerns<'_>, look: Look) {
    let words = concerns.iter().map(|(caller, actions, operations)| {
        let actions = actions.iter().map(|action| format!("`{action}`")).collect::<Vec<_>>();
        format!("{} ({caller}): {}", operations.join(", "), actions.join(", "))
    });
    let lead = "left to you";
    let words = format!("{lead}: {}", words.collect::<Vec<_>>().join("; "));
    text.push('\n');
    let lines = paragraph(&words, "", "  ", look);
    text.push_str(&lines.replacen(lead, &word(lead, Verdict::Partial, look), 1));
    let finding = Finding {
        severity: Severity::Warning,
        help: Some(decision.help.clone()),
        ..Finding::at(code(decision.kind), decision.span.clone(), decision.message.clone())
    };
    text.push_str(&draw_with_help(&finding, look));
}

fn code(kind: DecisionKind) -> Code {
    match kind {
        DecisionKind::DenyByIntent => codes::DENY_BY_INTENT,
        DecisionKind::NotPrincipal => codes::NOT_PRINCIPAL,
        DecisionKind::Condition => codes::CONDITION,
        DecisionKind::Organization => codes::ORGANIZATION,
        DecisionKind::Boundary => codes::BOUNDARY,
        DecisionKind::SessionPolicy => codes::SESSION_POLICY,
        DecisionKind::EndpointPolicy => codes::ENDPOINT_POLICY,
        DecisionKind::KeyPolicy => codes::KEY_POLICY,
        DecisionKind::TrustPolicy => codes::TRUST_POLICY,
        DecisionKind::NoDocument => codes::NO_DOCUMENT,
        DecisionKind::Environment => codes::ENVIRONMENT,
        DecisionKind::RefusedWords => codes::REFUSED_WORDS,
        DecisionKind::Open => codes::OPEN,
        DecisionKind::NotProved => codes::NOT_PROVED,
    }
}

fn closing(repaired: &Repaired, look: Look) -> String {
    let note = if repaired.is_unknown {
        "; some operations are unknown, which `ica-policy check` explains"
    } else {
        ""
    };
    let edits = match (repaired.edits.len(), repaired.written) {
        (0, _) if repaired.left.is_empty() => {
            let nothing = word("nothing to repair", Verdict::Allowed, look);
            return format!("{nothing}: nothing is blocked{note}");
        }
        (0, _) => "no edit can be made".to_owned(),
        (1, true) => "one edit was written".to_owned(),
        (1, false) => "one edit; --write makes it".to_owned(),
        (count, true) => format!("{count} edits were written"),
        (count, false) => format!("{count} edits; --write makes them"),
    };
    if repaired.left.is_empty() {
        let done = if repaired.written { "repaired" } else { "can be repaired" };
        return format!("{}: {edits}{note}", word(done, Verdict::Allowed, look));
    }
    let steps = if repaired.left.len() == 1 { "step is" } else { "steps are" };
    format!(
        "{}: {edits}; {} {steps} left to you",
        word("not all is repaired", Verdict::Partial, look),
        repaired.left.len()
    )
}

/// A diff with its lines coloured.
fn coloured(diff: &str, look: Look) -> String {
    if !look.colour {
        return diff.to_owned();
    }
    let paint = |line: &str| {
        let colour = match line.as_bytes().first() {
            Some(b'+') => AnsiColor::Green,
            Some(b'-') => AnsiColor::Red,
            Some(b'@') => AnsiColor::Cyan,
            _ => return format!("{line}\n"),
        };
        let style = Style::new().fg_color(Some(colour.into()));
        format!("{style}{line}{style:#}\n")
    };
    diff.lines().map(paint).collect()
}
