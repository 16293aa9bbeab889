//! The condition block.

use super::Context;
use crate::finding::Finding;
use crate::model::condition::{Condition, Test, parse_operator};
use crate::model::policy::Doubt;
use crate::source::Spanned;
use crate::syntax::{Body, Element, KeyEntry, OperatorEntry};

pub(super) fn lower_block(element: &Element, context: &mut Context, doubts: &mut Vec<Doubt>) -> Vec<Condition> {
    let Body::Condition(_, operators) = &element.body else {
        doubts.push(Doubt { span: element.body.span(), reason: "`Condition` cannot be read".to_owned() });
        return Vec::new();
    };
    repeated_operators(operators, doubts);
    operators.iter().flat_map(|operator| lower_operator(operator, context, doubts)).collect()
}

/// The reader of the text has reported the duplicate member; here it only casts its doubt.
fn repeated_operators(operators: &[OperatorEntry], doubts: &mut Vec<Doubt>) {
    for (number, operator) in operators.iter().enumerate() {
        if operators[..number].iter().any(|before| before.name.text == operator.name.text) {
            doubts.push(Doubt { span: operator.name.span, reason: format!("`{}` stands twice", operator.name.text) });
        }
    }
}

fn lower_operator(operator: &OperatorEntry, context: &mut Context, doubts: &mut Vec<Doubt>) -> Vec<Condition> {
    repeated_keys(operator, context, doubts);
    let parsed = parse_operator(&operator.name.text);
    let unknown = parsed.as_ref().err().map(|reason| context.refuse("invalid-operator", operator.name.span, reason.clone()));
    let conditions = operator.keys.iter().map(|key| {
        let span = key.name.span.to(key.values.span);
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
            span,
            doubts: unknown.iter().cloned().collect(),
        }
    });
    conditions.collect()
}

/// Key names compare without case, so two spellings of one key are a duplicate as well (B3).
fn repeated_keys(operator: &OperatorEntry, context: &mut Context, doubts: &mut Vec<Doubt>) {
    for (number, key) in operator.keys.iter().enumerate() {
        let before = operator.keys[..number].iter().find(|before| before.name.text.eq_ignore_ascii_case(&key.name.text));
        let Some(before) = before else { continue };
        let reason = format!("the key `{}` stands twice under `{}`", key.name.text, operator.name.text);
        if before.name.text == key.name.text {
            doubts.push(Doubt { span: key.name.span, reason });
        } else {
            doubts.push(context.refuse_with_help("duplicate-key", key.name.span, reason, "put all values into one list"));
        }
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
