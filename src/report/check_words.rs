//! Words about causes, for people.

use super::causes::Cause;
use super::check::Checked;
use super::draw::draw_with_help;
use super::finding::Finding;
use super::look::{Look, paragraph, word};
use super::place::at_line;
use crate::product::{Level, ReasonKind, Verdict};

/// A cause with its words underlined, or `is_short`: in words alone.
pub(super) fn draw_cause(
    text: &mut String,
    number: usize,
    cause: &Cause,
    is_short: bool,
    look: Look,
) {
    let levels = [Level::Required, Level::Degrades, Level::Advised].into_iter();
    let levels = levels.filter(|level| cause.stops.iter().any(|stop| stop.level == *level));
    // Beside what is blocked, advice is of no help.
    let is_shown =
        |level: &Level| *level != Level::Advised || *level == cause.level || look.verbose;
    let levels = levels.filter(is_shown);
    let levels = levels.collect::<Vec<_>>();
    for (line, level) in levels.iter().copied().enumerate() {
        // Only required steps are coloured by their verdict. The others are advice, drawn like an
        // unknown verdict.
        let weight = if level == Level::Required { cause.verdict } else { Verdict::Unknown };
        let head = level_words(cause, level);
        let actions = if levels.len() > 1 {
            format!(": {}", action_words(cause, level))
        } else {
            String::new()
        };
        let start = if line == 0 { format!("{number}. ") } else { "   ".to_owned() };
        let words = format!("{head}: {}{actions}", stop_words(cause, level));
        let lines = paragraph(&words, &start, "     ", look);
        text.push_str(if line == 0 { "\n" } else { "" });
        // The colour is put in afterwards: its codes would count as letters of the line.
        text.push_str(&lines.replacen(head, &word(head, weight, look), 1));
    }
    if !cause.depends_on.is_empty() {
        let is_unknown = cause.verdict == Verdict::Unknown;
        let lead = if is_unknown { "would be allowed" } else { "allowed" };
        let words = format!("{lead} {}", cause.depends_on.join(", and "));
        text.push_str(&paragraph(&words, "   ", "     ", look));
    }
    if let Some(example) = &cause.example {
        text.push_str(&paragraph(example, "   ", "     ", look));
    }
    if is_short {
        text.push_str(&in_words(cause, look));
    } else {
        text.push_str(&draw_with_help(&cause.finding, look));
    }
}

/// Whether a cause is only about actions that newer pages advise: one line says it of all of them.
pub(super) fn is_mere_advice(cause: &Cause) -> bool {
    cause.level == Level::Advised && cause.stops.iter().all(|stop| stop.action.contains(':'))
}

/// The actions that such causes are about, and the operations that they are for.
pub(super) fn mere_advice(causes: &[Cause], look: Look) -> String {
    let causes = causes.iter().filter(|cause| is_mere_advice(cause));
    let stops = causes.flat_map(|cause| &cause.stops).collect::<Vec<_>>();
    if stops.is_empty() {
        return String::new();
    }
    let mut actions = stops.iter().map(|stop| format!("`{}`", stop.action)).collect::<Vec<_>>();
    actions.sort();
    actions.dedup();
    let words = format!(
        "advised, changes no verdict (--verbose shows where): {} for {}",
        actions.join(", "),
        by_caller(stops.iter().map(|stop| (stop.caller, stop.operation)))
    );
    format!("\n{}", paragraph(&words, "", "  ", look))
}

/// A finding without a picture: advice should not be longer than what is wrong. Of an action that is not allowed the help says all.
fn in_words(cause: &Cause, look: Look) -> String {
    let finding = &cause.finding;
    let place = at_line(finding.place.as_ref());
    if let Some(help) = finding.help.as_ref().filter(|_| cause.id == ReasonKind::NoAllow) {
        return paragraph(&format!("{place}{help}"), "   ", "     ", look);
    }
    finding_in_words(finding, look)
}

/// The words of a finding with its place.
pub(super) fn finding_in_words(finding: &Finding, look: Look) -> String {
    let message = format!("{}{}", at_line(finding.place.as_ref()), finding.message);
    let help = finding.help.iter().map(|help| paragraph(help, "   help: ", "     ", look));
    paragraph(&message, "   ", "     ", look) + &help.collect::<String>()
}

/// The effect on the operations if steps of this level are missing.
fn level_words(cause: &Cause, level: Level) -> &'static str {
    match (level, cause.verdict) {
        (Level::Required, verdict) => verdict.word(),
        (Level::Degrades, Verdict::Unknown) => "may leave residue",
        (Level::Degrades, Verdict::Partial) => "leaves residue of some requests",
        (Level::Degrades, _) => "leaves residue",
        (Level::Advised, _) if cause.level == Level::Advised => "advised, changes no verdict",
        (Level::Advised, _) => "advised",
    }
}

/// The operations and callers that it stops at a level, as text: `upload-data, create-folder
/// (iam-user); copy-into-bucket (cross-account-role)`.
fn stop_words(cause: &Cause, level: Level) -> String {
    let stops = cause.stops.iter().filter(|stop| stop.level == level);
    by_caller(stops.map(|stop| (stop.caller, stop.operation)))
}

/// Operations by their callers, each once: `upload-data, create-folder (iam-user); ..`.
pub(super) fn by_caller<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut callers: Vec<(&str, Vec<&str>)> = Vec::new();
    for (caller, operation) in pairs {
        match callers.iter_mut().find(|(known, _)| *known == caller) {
            Some((_, operations)) if operations.contains(&operation) => {}
            Some((_, operations)) => operations.push(operation),
            None => callers.push((caller, vec![operation])),
        }
    }
    let words =
        callers.iter().map(|(caller, operations)| format!("{} ({caller})", operations.join(", ")));
    words.collect::<Vec<_>>().join("; ")
}

/// The actions that it stops at a level, as text.
fn action_words(cause: &Cause, level: Level) -> String {
    let mut actions = Vec::new();
    for stop in cause.stops.iter().filter(|stop| stop.level == level) {
        let action = format!("`{}`", stop.action);
        if !actions.contains(&action) {
            actions.push(action);
        }
    }
    actions.join(", ")
}

/// What `--changed-since` leaves out.
pub(super) fn known(checked: &Checked) -> String {
    match checked.known {
        0 => String::new(),
        1 => "\n1 cause or finding was there before and is left out\n".to_owned(),
        number => format!("\n{number} causes and findings were there before and are left out\n"),
    }
}
