//! The condition block.

use super::Context;
use crate::finding::Finding;
use crate::model::condition::{Condition, Test, parse_operator};
use crate::model::policy::Doubt;
use crate::source::{Span, Spanned};
use crate::syntax::{Body, Element, KeyEntry, OperatorEntry};

pub(super) fn lower_block(element: &Element, context: &mut Context, doubts: &mut Vec<Doubt>) -> Vec<Condition> {
    let Body::Condition(_, operators) = &element.body else {
        doubts.push(Doubt { span: element.body.span(), reason: "`Condition` cannot be read".to_owned() });
        return Vec::new();
    };
    let mut conditions = Vec::new();
    for operator in operators {
        let mut lowered = lower_operator(operator, context);
        // The reader of the text has reported the duplicate member; here it only casts its doubt.
        if operators.iter().filter(|other| other.name.text == operator.name.text).count() > 1 {
            cast(&mut lowered, operator.name.span, format!("`{}` stands twice", operator.name.text), |_| true);
        }
        conditions.extend(lowered);
    }
    conditions
}

fn lower_operator(operator: &OperatorEntry, context: &mut Context) -> Vec<Condition> {
    let parsed = parse_operator(&operator.name.text);
    let unknown = parsed.as_ref().err().map(|reason| context.refuse("invalid-operator", operator.name.span, reason.clone()));
    let lower_key = |key: &KeyEntry, context: &mut Context| {
        let test = match &parsed {
            Ok(parsed) => Test::parse(parsed.operator, &key.values.items, key.values.span, context.version),
            Err(_) => Test::Unknown,
        };
        report_values(&test, key, context);
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
    let mut conditions = operator.keys.iter().map(|key| lower_key(key, context)).collect::<Vec<_>>();
    repeated_keys(operator, &mut conditions, context);
    conditions
}

/// Which of two that stand twice counts is open, so both are in doubt.
fn cast(conditions: &mut [Condition], span: Span, reason: String, concerns: impl Fn(&Condition) -> bool) {
    for condition in conditions.iter_mut().filter(|condition| concerns(condition)) {
        condition.doubts.push(Doubt { span, reason: reason.clone() });
    }
}

/// Key names compare without case, so two spellings of one key are a duplicate as well (B3).
fn repeated_keys(operator: &OperatorEntry, conditions: &mut [Condition], context: &mut Context) {
    for (number, key) in operator.keys.iter().enumerate() {
        let before = operator.keys[..number].iter().find(|before| before.name.text.eq_ignore_ascii_case(&key.name.text));
        let Some(before) = before else { continue };
        let reason = format!("the key `{}` stands twice under `{}`", key.name.text, operator.name.text);
        if before.name.text != key.name.text {
            context.refuse_with_help("duplicate-key", key.name.span, reason.clone(), "put all values into one list");
        }
        let lower = key.name.text.to_lowercase();
        cast(conditions, key.name.span, reason, |condition| *condition.key.node == *lower);
    }
}

fn report_values(test: &Test, key: &KeyEntry, context: &mut Context) {
    for doubt in test.doubts() {
        context.findings.push(Finding::warning("invalid-value", doubt.span, doubt.reason.clone()));
    }
    if key.values.items.is_empty() {
        let message = format!("`{}` has no values; AWS's pages differ on what that means", key.name.text);
        context.findings.push(Finding::warning("empty-list", key.values.span, message));
    }
}
