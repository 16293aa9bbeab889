//! The report of `simulate` for people: the decision, what each layer decided and where, and the
//! words that matter.

use super::draw::{data_line, draw};
use super::look::{Human, Look};
use super::simulate::{By, Decision, Said};
use super::statement::statement_name;
use crate::authz::LayerId;
use crate::eval::Outcome;
use std::fmt::Write;

impl Human for Decision {
    fn human(&self, look: Look) -> String {
        report(self, look)
    }
}

/// The report of one request.
fn report(decision: &Decision, look: Look) -> String {
    let [action, resource] = &decision.request;
    let mut text = format!("{}: {action} on {resource}\n\n", verdict(decision.outcome));
    // Writing to a string cannot fail, so the results are ignored.
    for said in &decision.layers {
        let _ = writeln!(text, "  {:<12} {}", layer_name(said.layer), said_words(said));
    }
    for remark in &decision.remarks {
        let _ = writeln!(text, "  {remark}");
    }
    for reading in &decision.readings {
        let (outcome, source) = (verdict(reading.outcome), reading.source);
        let _ = writeln!(text, "  {outcome} if {} ({source})", reading.text);
    }
    for finding in &decision.findings {
        let _ = write!(text, "\n{}", draw(finding, look));
    }
    let _ = write!(text, "\n{}", data_line());
    text
}

fn verdict(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allowed => "allowed",
        Outcome::ExplicitlyDenied => "explicitly denied",
        Outcome::ImplicitlyDenied => "implicitly denied",
        Outcome::Undetermined => "undetermined",
    }
}

fn layer_name(layer: LayerId) -> String {
    match layer {
        LayerId::Scp(level) | LayerId::Rcp(level) => format!("{layer} level {}", level + 1),
        other => other.to_string(),
    }
}

fn said_words(said: &Said) -> String {
    let by = said.by.iter().map(by_words).collect::<Vec<_>>();
    if by.is_empty() { said.words.to_owned() } else { format!("{}: {}", said.words, by.join(", ")) }
}

fn by_words(by: &By) -> String {
    let at = by.place.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
    statement_name(by.sid.as_deref(), by.statement.unwrap_or_default(), None) + &at
}
