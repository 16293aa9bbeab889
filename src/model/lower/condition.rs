//! Lowers the condition block.

use super::context::{Context, as_limit, wrong_variable};
use crate::finding::{Finding, codes};
use crate::model::condition::{Condition, ParsedOperator, Quantifier, Test, parse_operator};
use crate::model::doubt::Doubt;
use crate::source::Spanned;
use crate::syntax::{Body, Element, KeyEntry, OperatorEntry};
use std::collections::HashMap;

pub(super) fn lower_block(
    element: &Element,
    context: &mut Context,
    doubts: &mut Vec<Doubt>,
) -> Vec<Condition> {
    let Body::Condition(_, operators) = &element.body else {
        doubts.push(Doubt::refused(element.body.span(), "`Condition` cannot be read".to_owned()));
        return Vec::new();
    };
    // The JSON reader has already reported the duplicate member, so only a doubt is added here.
    let twice = standing_twice(operators.iter().map(|operator| operator.name.text.clone()));
    let mut conditions = Vec::new();
    for operator in operators {
        let mut lowered = lower_operator(operator, context);
        if twice.contains_key(&operator.name.text) {
            let reason = format!("`{}` occurs twice", operator.name.text);
            lowered.iter_mut().for_each(|condition| {
                condition.doubts.push(Doubt::refused(operator.name.span, reason.clone()))
            });
        }
        conditions.extend(lowered);
    }
    conditions
}

/// The names that occur more than once, with their numbers.
fn standing_twice(names: impl Iterator<Item = String>) -> HashMap<String, Vec<usize>> {
    let mut places = HashMap::<_, Vec<_>>::new();
    for (number, name) in names.enumerate() {
        places.entry(name).or_default().push(number);
    }
    places.retain(|_, numbers| numbers.len() > 1);
    places
}

fn lower_operator(operator: &OperatorEntry, context: &mut Context) -> Vec<Condition> {
    let parsed = parse_operator(&operator.name.text);
    let unknown = parsed
        .as_ref()
        .err()
        .map(|reason| context.refuse(codes::INVALID_OPERATOR, operator.name.span, reason.clone()));
    if unknown.is_some() && operator.name.text.ends_with("NullIfExists") {
        context.known_as("NULL_WITH_IF_EXISTS");
    } else if unknown.is_some() {
        context.known_as("INVALID_CONDITION_OPERATOR");
    }
    let lower_key = |key: &KeyEntry, context: &mut Context| {
        let test = match &parsed {
            Ok(parsed) => {
                Test::parse(parsed.operator, &key.values.items, key.values.span, context.version)
            }
            Err(_) => Test::Unknown,
        };
        report_values(&test, key, empty_list(parsed.as_ref().ok()), context);
        Condition {
            operator: Spanned::new(operator.name.text.clone(), operator.name.span),
            quantifier: parsed.as_ref().ok().and_then(|parsed| parsed.quantifier),
            if_exists: parsed.as_ref().is_ok_and(|parsed| parsed.if_exists),
            key: Spanned::new(key.name.text.to_lowercase().into(), key.name.span),
            test,
            span: key.name.span.to(key.values.span),
            doubts: unknown.iter().cloned().collect(),
        }
    };
    let mut conditions =
        operator.keys.iter().map(|key| lower_key(key, context)).collect::<Vec<_>>();
    repeated_keys(operator, &mut conditions, context);
    conditions
}

/// Key names compare without case, so two spellings of one key are duplicates as well
/// (IAM:access-analyzer-reference-policy-checks, "Duplicate keys with different case"). AWS does
/// not say which of them counts, so all get a doubt.
fn repeated_keys(operator: &OperatorEntry, conditions: &mut [Condition], context: &mut Context) {
    let twice = standing_twice(operator.keys.iter().map(|key| key.name.text.to_lowercase()));
    let reason = |key: &KeyEntry| {
        format!("the key `{}` occurs twice under `{}`", key.name.text, operator.name.text)
    };
    for (number, (key, condition)) in operator.keys.iter().zip(conditions).enumerate() {
        let Some(places) = twice.get(&*condition.key.node) else { continue };
        condition.doubts.push(Doubt::refused(key.name.span, reason(key)));
        let first = &operator.keys[places[0]];
        if number != places[0] && first.name.text != key.name.text {
            context.refuse_with_help(
                codes::DUPLICATE_KEY,
                key.name.span,
                reason(key),
                "put all values into one list",
            );
        }
    }
}

/// What IAM Access Analyzer says of a value that the operator cannot read.
fn wrong_value(test: &Test, reason: &str) -> Option<&'static str> {
    Some(match test {
        Test::String { .. } | Test::Arn { .. } => return wrong_variable(reason),
        Test::Unknown => return None,
        _ if reason.contains("`${") => "INVALID_VARIABLE_FOR_OPERATOR",
        Test::Numeric(..) => "TYPE_MISMATCH_NUMBER",
        Test::Date(..) => "TYPE_MISMATCH_DATE",
        Test::Bool(_) | Test::Null(_) => "TYPE_MISMATCH_BOOLEAN",
        Test::Binary(_) => "TYPE_MISMATCH_STRING",
        Test::Ip { .. } => "TYPE_MISMATCH_IP_RANGE",
    })
}

/// What it says of an empty list of values.
fn empty_list(parsed: Option<&ParsedOperator>) -> &'static str {
    match parsed {
        Some(parsed) if parsed.if_exists => "EMPTY_ARRAY_CONDITION_IFEXISTS",
        Some(parsed) if parsed.quantifier == Some(Quantifier::ForAllValues) => {
            "EMPTY_ARRAY_CONDITION_FORALLVALUES"
        }
        Some(parsed) if parsed.quantifier == Some(Quantifier::ForAnyValue) => {
            "EMPTY_ARRAY_CONDITION_FORANYVALUE"
        }
        _ => "EMPTY_ARRAY_CONDITION",
    }
}

fn report_values(test: &Test, key: &KeyEntry, empty: &'static str, context: &mut Context) {
    for doubt in test.doubts() {
        let mut finding = Finding::new(codes::INVALID_VALUE, doubt.span, doubt.reason.clone());
        finding.analyzer = wrong_value(test, &doubt.reason);
        context.findings.push(as_limit(doubt, finding));
    }
    if key.values.items.is_empty() {
        let message =
            format!("`{}` has no values; AWS's pages differ on what that means", key.name.text);
        let finding = Finding::new(codes::EMPTY_LIST, key.values.span, message);
        context.findings.push(finding.analyzer(empty));
    }
}
