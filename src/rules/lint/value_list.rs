//! Lists of values that say something else than they seem to.

use super::manual::rule_code;
use crate::aws::ValueType;
use crate::finding::{Code, Finding};
use crate::model::condition::{Relation, Test};
use crate::model::{Condition, Statement};
use crate::rules::rule::{Rule, Scene, Sink};
use crate::source::Span;

rule_code! {
    /// `Bool` with two values.
    ///
    /// One of them always fits, so the condition only says that the key is present.
    ///
    /// ```json bad
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": ["true", "false"]}}}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    /// ```
    /// What to do: write one value.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid condition multiple Boolean".
    BOOLEANS: Warning "several-booleans" ["INVALID_CONDITION_MULTIPLE_BOOLEAN"] "`Bool` with several values"
}

rule_code! {
    /// The values of one key are of different JSON types.
    ///
    /// AWS asks for one type: `["1", 2]` mixes a string and a number.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {"NumericEquals": {"s3:max-keys": ["1", 2]}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {"NumericEquals": {"s3:max-keys": ["1", "2"]}}}
    /// ```
    /// What to do: write all values with quotes.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid condition data type".
    TYPES: Warning "mixed-value-types" ["INVALID_CONDITION_DATA_TYPE"] "values of one key that are of different JSON types"
}

rule_code! {
    /// A comparison with several bounds.
    ///
    /// One value that fits is enough, so only the widest bound counts.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {"NumericLessThan": {"s3:max-keys": ["10", "100"]}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {"NumericLessThan": {"s3:max-keys": "100"}}}
    /// ```
    /// What to do: write the one bound that is meant.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Redundant condition value num".
    BOUNDS: Info "several-bounds" ["REDUNDANT_CONDITION_VALUE_NUM"] "a comparison with several bounds, of which one counts"
}

rule_code! {
    /// `Null` with `ForAllValues` or `ForAnyValue`.
    ///
    /// `ForAllValues:Null` always holds and `ForAnyValue:Null` never does, whatever the request has.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*", "Condition": {"ForAllValues:Null": {"aws:TagKeys": "false"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*", "Condition": {"Null": {"aws:TagKeys": "false"}}}
    /// ```
    /// What to do: write `Null` alone.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Null with qualifier".
    NULL: Warning "quantified-null" ["NULL_WITH_QUALIFIER"] "`Null` with `ForAllValues` or `ForAnyValue`"
}

rule_code! {
    /// A date that AWS may read in another way: a number.
    ///
    /// Seconds since 1970 and a year look the same.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "1893456000"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}}
    /// ```
    /// What to do: write `YYYY-MM-DD` or `YYYY-MM-DDThh:mm:ssZ`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid date value".
    DATE: Info "date-as-number" ["INVALID_DATE_VALUE"] "a date that is written as a number"
}

/// Findings about lists of values.
#[derive(Debug)]
pub(super) struct ValueList;

impl Rule for ValueList {
    fn codes(&self) -> &'static [Code] {
        &[BOOLEANS, TYPES, BOUNDS, NULL, DATE]
    }

    fn condition(&self, scene: &Scene<'_>, _: &Statement, condition: &Condition, sink: &mut Sink) {
        let operator = &condition.operator.node;
        let places = places(&condition.test);
        if let (Test::Bool(_), [_, second, ..]) = (&condition.test, places.as_slice()) {
            let is_single = scene.key(condition).is_none_or(|key| !key.key_type.multi_valued);
            if is_single && condition.quantifier.is_none() {
                let message = "`Bool` takes one value: with both the condition only says that the key is present";
                sink.push(Finding::new(BOOLEANS, *second, message).help("write one value"));
            }
        }
        if let Some(other) = of_other_type(scene, &places) {
            let message = "this value is of another JSON type than the first";
            let finding = Finding::new(TYPES, other, message).help("write all values with quotes");
            sink.push(finding.related(places[0], "the first value"));
        }
        if is_bound(&condition.test) && places.len() > 1 {
            let message =
                format!("one bound of `{operator}` that fits is enough, so only the widest counts");
            sink.push(
                Finding::new(BOUNDS, condition.key.span, message)
                    .help("write the one bound that is meant"),
            );
        }
        if let (Test::Null(_), Some(_)) = (&condition.test, condition.quantifier) {
            let always =
                if operator.starts_with("ForAll") { "always holds" } else { "never holds" };
            let message = format!("`{operator}` {always}, whatever the request has");
            sink.push(
                Finding::new(NULL, condition.operator.span, message).help("write `Null` alone"),
            );
        }
        if let Test::Date(_, values) = &condition.test {
            let key = scene.key(condition);
            let is_date = key.is_some_and(|key| key.key_type.value == ValueType::Date);
            let is_epoch_key = &*condition.key.node == "aws:epochtime";
            for value in values.list.iter().filter(|_| is_date && !is_epoch_key) {
                let text = scene.words(value.span);
                if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
                    let message = format!("`{text}` may not be read as the date that is meant");
                    sink.push(
                        Finding::new(DATE, value.span, message)
                            .help("write `YYYY-MM-DD` or `YYYY-MM-DDThh:mm:ssZ`"),
                    );
                }
            }
        }
    }
}

fn is_bound(test: &Test) -> bool {
    let is_order =
        |relation: &Relation| !matches!(relation, Relation::Equals | Relation::NotEquals);
    matches!(test, Test::Numeric(relation, _) | Test::Date(relation, _) if is_order(relation))
}

/// The places of the values that could be read.
fn places(test: &Test) -> Vec<Span> {
    fn of<T>(values: &crate::model::condition::Values<T>) -> Vec<Span> {
        if values.list.len() < 2 {
            Vec::new()
        } else {
            values.list.iter().map(|value| value.span).collect()
        }
    }
    match test {
        Test::String { values, .. } | Test::Arn { values, .. } => of(values),
        Test::Numeric(_, values) => of(values),
        Test::Date(_, values) => of(values),
        Test::Bool(values) | Test::Null(values) => of(values),
        Test::Binary(values) => of(values),
        Test::Ip { values, .. } => of(values),
        Test::Unknown => Vec::new(),
    }
}

/// The first value that is of another JSON type than the first one.
fn of_other_type(scene: &Scene<'_>, places: &[Span]) -> Option<Span> {
    let kind = |span: Span| match scene.sources.text(span).bytes().next() {
        Some(b'"') => 0,
        Some(b't' | b'f') => 1,
        _ => 2,
    };
    let first = kind(*places.first()?);
    places.iter().copied().find(|place| kind(*place) != first)
}
