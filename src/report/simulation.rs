//! The report of `simulate` for people: the decision, what each layer decided and where, and the
//! words that matter.

use super::human::draw_finding;
use super::look::Look;
use super::place::position;
use super::views::data_line;
use crate::authz::{
    Caller, LayerId, Layers, Request, StatementRef, needs_no_permission, ruled_out,
};
use crate::eval::Outcome;
use crate::finding::Finding;
use crate::simulate::{LayerTrace, Simulated, explain, left_out_words, trace};
use crate::source::Sources;
use std::fmt::Write;

/// The report of one request. `findings` are those about the documents themselves.
pub fn report(
    sources: &Sources,
    request: &Request,
    layers: &Layers<'_>,
    simulated: &Simulated,
    findings: &[Finding],
    look: Look,
) -> String {
    let decision = &simulated.decision;
    let mut text = String::new();
    // Writing to a string cannot fail, so the results are ignored.
    // Requests hold actions in lower case; the reference data has the usual spelling.
    let action = crate::aws::action(&request.action).map_or(request.action.clone(), |action| {
        format!("{}:{}", action.service().prefix(), action.name())
    });
    let _ = writeln!(text, "{}: {action} on {}\n", verdict(decision.outcome), request.resource);
    for layer in trace(request, layers) {
        let _ = writeln!(
            text,
            "  {:<12} {}",
            layer_name(layer.layer),
            said(&layer, sources, layers, request)
        );
    }
    // What follows from the credentials alone, no layer can show.
    for words in ruled_out(request).into_iter().chain(needs_no_permission(request)) {
        let _ = writeln!(text, "  {words}");
    }
    if decision.is_incomplete {
        let _ = writeln!(text, "  there are too many open points to try all of them");
    }
    for key in &simulated.left_out {
        let _ = writeln!(text, "  {}", left_out_words(key));
    }
    for reading in &decision.readings {
        let _ = writeln!(
            text,
            "  {} if {} ({})",
            verdict(reading.outcome),
            reading.ambiguity.text(reading.choice),
            reading.ambiguity.source()
        );
    }
    for finding in explain(decision, request, layers).iter().chain(findings) {
        let _ = write!(text, "\n{}", draw_finding(sources, finding, look));
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
        LayerId::Scp(level) | LayerId::Rcp(level) => format!("{layer} level {level}"),
        other => other.to_string(),
    }
}

fn said(trace: &LayerTrace, sources: &Sources, layers: &Layers<'_>, request: &Request) -> String {
    let places = |statements: &[StatementRef]| {
        statements
            .iter()
            .map(|place| place_words(place, sources, layers))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let binds = crate::authz::denies_bind(trace.layer, request);
    match trace {
        LayerTrace { policies: 0, layer: LayerId::Session, .. }
            if matches!(request.caller, Caller::FederatedSession { .. }) =>
        {
            "none was passed, so the session has only what the resource's policy gives it by name"
                .to_owned()
        }
        LayerTrace { policies: 0, .. } => "no policy".to_owned(),
        _ if !binds => "does not apply to this request".to_owned(),
        LayerTrace { denies, .. } if !denies.is_empty() => format!("denies: {}", places(denies)),
        LayerTrace { allows, .. } if !allows.is_empty() => format!("allows: {}", places(allows)),
        _ => "says nothing".to_owned(),
    }
}

fn place_words(place: &StatementRef, sources: &Sources, layers: &Layers<'_>) -> String {
    let statement = layers
        .policies(place.layer)
        .get(place.policy)
        .and_then(|policy| policy.statements.get(place.statement));
    let Some(statement) = statement else { return String::new() };
    let sid = statement.sid.as_ref().map(|sid| format!(" `{}`", sid.node)).unwrap_or_default();
    let at = position(sources, statement.span)
        .map(|at| format!(" ({}:{}:{})", at.file, at.line, at.column))
        .unwrap_or_default();
    format!("statement {}{sid}{at}", place.statement)
}
