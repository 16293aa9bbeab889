//! The report of `fix` for people: the diff, the purpose of each edit, and what is left to decide,
//! with its place underlined.

use super::comparison::file_of;
use super::fix_diff::diff;
use super::human::{draw_finding, framed, title};
use super::look::{Look, word};
use super::statement::statement_name;
use crate::finding::{Code, Finding, Severity, codes};
use crate::fix::{ChangeKind, Decision, DecisionKind, Edit, Fixed};
use crate::ica::Verdict;
use crate::model::PolicyKind;
use anstyle::{AnsiColor, Style};
use std::fmt::Write;

/// The report of a connection. `written` says whether the files have been written.
pub fn report(fixed: &Fixed, written: bool, look: Look) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail, so the results are ignored.
    let _ = writeln!(text, "{}\n", title(&fixed.connection));
    for file in fixed.texts.list.iter().filter_map(diff) {
        let _ = writeln!(text, "{}", coloured(&file, look));
    }
    for (number, edit) in fixed.edits.iter().enumerate() {
        let _ = writeln!(text, "{}. {}", number + 1, edit_words(fixed, edit));
    }
    mended(&mut text, fixed);
    for (decision, concerns) in decisions(fixed) {
        draw_decision(&mut text, fixed, decision, &concerns, look);
    }
    if !fixed.edits.is_empty() && !fixed.after.assumptions.is_empty() {
        let ids =
            fixed.after.assumptions.iter().map(|assumption| assumption.id()).collect::<Vec<_>>();
        let _ = writeln!(
            text,
            "\nas far as these assumptions hold, which `ica-policy check` explains: {}",
            ids.join(", ")
        );
    }
    for finding in fixed.after.refused() {
        let _ = write!(text, "\n{}", draw_finding(&fixed.sources, finding, look));
    }
    let _ = writeln!(text, "\n{}", closing(fixed, written, look));
    framed(fixed.after.refused().next().is_some(), text)
}

fn edit_words(fixed: &Fixed, edit: &Edit) -> String {
    let change = &edit.change;
    let number = change.statement.unwrap_or_default();
    let words = change.words_with(&statement_name(
        sid(fixed, &change.file, number).as_deref(),
        number,
        None,
    ));
    format!(
        "{}: {words}\n   for {} ({}): `{}`",
        change.file,
        edit.operation,
        edit.caller.id(),
        edit.action
    )
}

/// The Sid of a statement of a file, if only one statement of the file can be meant and it has one.
fn sid(fixed: &Fixed, file: &str, number: usize) -> Option<String> {
    let kinds = [
        PolicyKind::Identity,
        PolicyKind::Session,
        PolicyKind::Resource,
        PolicyKind::KmsKey,
        PolicyKind::Trust,
    ];
    let policies = kinds.into_iter().flat_map(|kind| fixed.connection.policies.known(kind));
    let statements = policies.filter_map(|policy| policy.statements.get(number));
    let mut found = statements.filter(|statement| file_of(&fixed.sources, statement) == file);
    let first = found.next()?;
    if found.next().is_some() { None } else { first.sid.as_ref().map(|sid| sid.node.clone()) }
}

/// Writes what is allowed now, by caller.
fn mended(text: &mut String, fixed: &Fixed) {
    let mut callers: Vec<(&str, Vec<&str>)> = Vec::new();
    for step in &fixed.mended {
        let caller = step.caller.id();
        let known = callers.iter().position(|(known, _)| *known == caller).unwrap_or_else(|| {
            callers.push((caller, Vec::new()));
            callers.len() - 1
        });
        if !callers[known].1.contains(&step.operation) {
            callers[known].1.push(step.operation);
        }
    }
    if callers.is_empty() {
        return;
    }
    let words = callers
        .iter()
        .map(|(caller, operations)| format!("{} ({caller})", operations.join(", ")))
        .collect::<Vec<_>>();
    let _ = writeln!(
        text,
        "\nallowed with these edits, for all requests: {}\nno operation is worse; {}",
        words.join("; "),
        proved(fixed)
    );
}

/// What was proved of the edits. An addition is compared with what ICA needs; an exception only
/// keeps a Deny from its caller.
fn proved(fixed: &Fixed) -> &'static str {
    let is_exception = |edit: &Edit| edit.change.kind == ChangeKind::AddException;
    if fixed.edits.iter().any(is_exception) {
        "only the excepted callers gain access by the exceptions, to what other statements allow them; the additions are no more than needed"
    } else {
        "nobody else gains access, and the additions are no more than the operations need"
    }
}

/// What a decision concerns: caller, action, and the operations that need it.
type Concerns<'a> = Vec<(&'a str, &'a str, Vec<&'a str>)>;

/// The decisions. Those on the same words are listed once.
fn decisions(fixed: &Fixed) -> Vec<(&Decision, Concerns<'_>)> {
    let mut list: Vec<(&Decision, Concerns<'_>)> = Vec::new();
    for left in &fixed.left {
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
            let (caller, action) = (left.caller.id(), left.action.as_str());
            match concerns.iter_mut().find(|(by, known, _)| *by == caller && *known == action) {
                Some((_, _, operations)) => operations.push(left.operation),
                None => concerns.push((caller, action, vec![left.operation])),
            }
        }
    }
    list
}

fn draw_decision(
    text: &mut String,
    fixed: &Fixed,
    decision: &Decision,
    concerns: &Concerns<'_>,
    look: Look,
) {
    let words = concerns.iter().map(|(caller, action, operations)| {
        format!("{} ({caller}): `{action}`", operations.join(", "))
    });
    let _ = writeln!(
        text,
        "\n{}: {}",
        word("left to you", Verdict::Partial, look),
        words.collect::<Vec<_>>().join("; ")
    );
    let finding = Finding {
        code: code(decision.kind),
        severity: Severity::Warning,
        span: decision.span.unwrap_or_default(),
        message: decision.message.clone(),
        help: Some(decision.help.clone()),
        related: Vec::new(),
    };
    if decision.span.is_some() {
        let _ = write!(text, "{}", draw_finding(&fixed.sources, &finding, look));
    } else {
        let _ = writeln!(
            text,
            "  {}: {}\n  help: {}",
            finding.code.id(),
            finding.message,
            decision.help
        );
    }
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

fn closing(fixed: &Fixed, written: bool, look: Look) -> String {
    let unknown = fixed
        .after
        .operations
        .iter()
        .flat_map(|operation| &operation.callers)
        .any(|caller| caller.own == Verdict::Unknown);
    let note = if unknown {
        "; some operations are unknown, which `ica-policy check` explains"
    } else {
        ""
    };
    let edits = match (fixed.edits.len(), written) {
        (0, _) if fixed.left.is_empty() => {
            return format!(
                "{}: nothing is blocked{note}",
                word("nothing to repair", Verdict::Allowed, look)
            );
        }
        (0, _) => "no edit can be made".to_owned(),
        (1, true) => "one edit was written".to_owned(),
        (1, false) => "one edit; --write makes it".to_owned(),
        (count, true) => format!("{count} edits were written"),
        (count, false) => format!("{count} edits; --write makes them"),
    };
    if fixed.left.is_empty() {
        return format!("{}: {edits}{note}", word("repaired", Verdict::Allowed, look));
    }
    let steps = if fixed.left.len() == 1 { "step is" } else { "steps are" };
    format!(
        "{}: {edits}; {} {steps} left to you",
        word("not all is repaired", Verdict::Partial, look),
        fixed.left.len()
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
