//! Decides whether a condition holds: missing keys, set operators, negation. The comparisons have
//! one file for each operator family (IAM:reference_policies_elements_condition_operators,
//! IAM:reference_policies_condition-logic-multiple-context-keys-or-values,
//! IAM:reference_policies_condition-single-vs-multi-valued-context-keys).

mod arn;
mod binary;
mod boolean;
mod date;
mod ip;
mod numeric;
mod string;

use super::tri::Tri;
use crate::authz::Readings;
use crate::authz::{Ambiguity, Context, ContextValue, may_be_null};
use crate::model::Condition;
use crate::model::condition::{Quantifier, Test, Values};
use crate::source::Spanned;

/// Whether the condition holds for a request with these keys.
pub(super) fn holds(condition: &Condition, context: &Context, readings: &Readings) -> Tri {
    if !condition.doubts.is_empty() {
        return Tri::Maybe;
    }
    let value = context.present(&condition.key.node);
    if let Some(found) = left_out(condition, value, context) {
        return found;
    }
    match &condition.test {
        Test::Null(wanted) if condition.quantifier.is_some() || !condition.test.has_no_values() => {
            let is_null = value.is_none_or(|value| {
                may_be_null(&condition.key.node) && is_null(wanted, value, readings)
            });
            return null(wanted, condition.quantifier, is_null);
        }
        test if test.has_no_values() => return without_values(condition, value, readings),
        _ => {}
    }
    match condition.quantifier {
        None => plain(condition, value, context, readings),
        Some(quantifier) => quantified(condition, quantifier, value, context, readings),
    }
}

/// The result for a key that AWS sends with every such request but whose value was not given
/// (IAM:reference_policies_condition-keys): for `Null` the key is present, otherwise it counts as
/// absent (`None`).
fn left_out(condition: &Condition, value: Option<&ContextValue>, context: &Context) -> Option<Tri> {
    if value.is_some() || !context.leaves_out(&condition.key.node) {
        return None;
    }
    match &condition.test {
        Test::Null(wanted) if condition.quantifier.is_none() && !condition.test.has_no_values() => {
            Some(null(wanted, None, false))
        }
        Test::Null(_) => None,
        _ => context.tries_any_value().then_some(Tri::Maybe),
    }
}

/// Whether a value that is there counts as none. AWS's pages differ on the empty text.
fn is_null(wanted: &Values<bool>, value: &ContextValue, readings: &Readings) -> bool {
    let all_same = wanted.list.windows(2).all(|two| two[0].node == two[1].node);
    all_same
        && value.as_slice().iter().all(String::is_empty)
        && readings.second(Ambiguity::EmptyText)
}

/// `true`: the key must be absent; `false`: it must be present. With `ForAllValues` the test always
/// holds, with `ForAnyValue` never (IAM:access-analyzer-reference-policy-checks, "Null with
/// qualifier").
fn null(wanted: &Values<bool>, quantifier: Option<Quantifier>, absent: bool) -> Tri {
    match quantifier {
        Some(Quantifier::ForAllValues) => Tri::Yes,
        Some(Quantifier::ForAnyValue) => Tri::No,
        None => sure(wanted, |&wants_absent| wants_absent == absent),
    }
}

/// `"key": []`. `ForAnyValue` "never matches"; `ForAllValues` and `..IfExists` match "only if the
/// key is missing", whether the operator is negated or not. Of plain operators the page says two
/// things (IAM:access-analyzer-reference-policy-checks).
fn without_values(condition: &Condition, value: Option<&ContextValue>, readings: &Readings) -> Tri {
    let is_missing = value.is_none_or(|value| {
        value.as_slice().iter().all(String::is_empty) && condition.quantifier.is_some()
    });
    Tri::from(match condition.quantifier {
        _ if value.is_none() && condition.if_exists => true,
        Some(quantifier) => is_missing && quantifier == Quantifier::ForAllValues,
        None if condition.if_exists => false,
        None => readings.second(Ambiguity::EmptyValues),
    })
}

fn plain(
    condition: &Condition,
    value: Option<&ContextValue>,
    context: &Context,
    readings: &Readings,
) -> Tri {
    match value.map(ContextValue::as_slice) {
        None => Tri::from(condition.if_exists || condition.test.is_negated()),
        Some([value]) => fits(&condition.test, value, context, readings),
        Some(values) => {
            // AWS leaves open how several values are compared. `Not..` negates the result of the
            // comparison.
            let found = Tri::any(
                values.iter().map(|value| equals(&condition.test, value, context, readings)),
            );
            let counts = found == Tri::No || readings.second(Ambiguity::SeveralValues);
            negated_if(condition.test.is_negated(), if counts { found } else { Tri::No })
        }
    }
}

fn quantified(
    condition: &Condition,
    quantifier: Quantifier,
    value: Option<&ContextValue>,
    context: &Context,
    readings: &Readings,
) -> Tri {
    let Some(value) = value else {
        let matches = match quantifier {
            Quantifier::ForAllValues if condition.if_exists || !condition.test.is_negated() => true,
            Quantifier::ForAllValues => !readings.second(Ambiguity::AllValuesNegated),
            Quantifier::ForAnyValue if condition.if_exists => {
                readings.second(Ambiguity::AnyValueIfExists)
            }
            Quantifier::ForAnyValue => false,
        };
        return Tri::from(matches);
    };
    // A set that holds only the empty text counts as an empty set
    // (IAM:reference_policies_condition-single-vs-multi-valued-context-keys). Beside other values
    // the empty text is a value.
    let values = value.as_slice();
    if values.iter().all(String::is_empty) {
        return Tri::from(quantifier == Quantifier::ForAllValues);
    }
    let fits = values.iter().map(|value| fits(&condition.test, value, context, readings));
    match quantifier {
        Quantifier::ForAllValues => Tri::all(fits),
        Quantifier::ForAnyValue => Tri::any(fits),
    }
}

/// Whether one value of the request satisfies the operator. A negated operator is satisfied if no
/// value of the policy fits.
fn fits(test: &Test, value: &str, context: &Context, readings: &Readings) -> Tri {
    negated_if(test.is_negated(), equals(test, value, context, readings))
}

fn negated_if(negated: bool, found: Tri) -> Tri {
    if negated { !found } else { found }
}

/// Whether one value of the request fits one value of the policy, before any negation.
fn equals(test: &Test, value: &str, context: &Context, readings: &Readings) -> Tri {
    match test {
        Test::String { compare, values, .. } => {
            any(values, |pattern| string::fits(*compare, pattern, value, context))
        }
        Test::Arn { values, .. } => {
            any(values, |pattern| arn::fits(pattern, value, context, readings))
        }
        Test::Numeric(relation, values) => {
            sure(values, |limit| numeric::fits(*relation, *limit, value))
        }
        Test::Date(relation, values) => sure(values, |limit| date::fits(*relation, *limit, value)),
        Test::Bool(values) => sure(values, |wanted| boolean::fits(*wanted, value)),
        Test::Binary(values) => sure(values, |bytes| binary::fits(bytes, value)),
        Test::Ip { values, .. } => sure(values, |block| ip::fits(block, value, readings)),
        Test::Null(_) | Test::Unknown => Tri::Maybe,
    }
}

/// Whether one of the values fits. A value that could not be read may fit.
fn any<T>(values: &Values<T>, fits: impl Fn(&T) -> Tri) -> Tri {
    let unread = if values.doubts.is_empty() { Tri::No } else { Tri::Maybe };
    Tri::any(values.list.iter().map(|Spanned { node, .. }| fits(node))).max(unread)
}

fn sure<T>(values: &Values<T>, fits: impl Fn(&T) -> bool) -> Tri {
    any(values, |value| Tri::from(fits(value)))
}
