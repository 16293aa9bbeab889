//! Values of conditions that are `*` alone, and wildcards where the operator has none.

use super::edits::operator;
use super::manual::rule_code;
use crate::finding::{Code, Edit, Finding};
use crate::model::condition::Test;
use crate::model::condition::string::Compare;
use crate::model::{Condition, Part, Pattern, Statement};
use crate::rules::rule::{Rule, Scene, Sink};
use crate::source::Span;

rule_code! {
    /// `StringLike` or `ArnLike` with `*` alone asks only whether the key is present.
    ///
    /// A reader takes it for a restriction of the value. `Null` says what is meant.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "ec2:StopInstances", "Resource": "*", "Condition": {"StringLike": {"aws:ResourceTag/team": "*"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "ec2:StopInstances", "Resource": "*", "Condition": {"Null": {"aws:ResourceTag/team": "false"}}}
    /// ```
    /// What to do: write `"Null": {"key": "false"}`, or the values that are meant.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Equivalent to null false".
    PRESENT: Info "wildcard-for-present" ["EQUIVALENT_TO_NULL_FALSE"] "a condition with `*` alone, which only says that the key is present"
}

rule_code! {
    /// `StringNotLike` or `ArnNotLike` with `*` alone holds only where the key is absent.
    ///
    /// No value differs from `*`, so the condition is about the absence of the key and nothing else.
    ///
    /// ```json bad
    /// {"Effect": "Deny", "Action": "ec2:StopInstances", "Resource": "*", "Condition": {"StringNotLike": {"aws:ResourceTag/team": "*"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "Action": "ec2:StopInstances", "Resource": "*", "Condition": {"Null": {"aws:ResourceTag/team": "true"}}}
    /// ```
    /// What to do: write `"Null": {"key": "true"}`, or the values that are meant.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Equivalent to null true".
    ABSENT: Info "wildcard-for-absent" ["EQUIVALENT_TO_NULL_TRUE"] "a negated condition with `*` alone, which only says that the key is absent"
}

rule_code! {
    /// A condition with `IfExists` and `*` alone always holds.
    ///
    /// It restricts nothing: an absent key passes, and so does every value.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringLikeIfExists": {"aws:SourceVpce": "*"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringLikeIfExists": {"aws:SourceVpce": "vpce-1*"}}}
    /// ```
    /// What to do: take the condition out, or write the values that are meant.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Redundant key due to wildcard in condition".
    ALWAYS: Warning "always-true-wildcard" ["REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION"] "a condition with `IfExists` and `*` alone, which always holds"
}

rule_code! {
    /// `StringEquals` or `StringNotEquals` with `*` or `?` compares with the character, not with a pattern.
    ///
    /// An Allow then matches nothing, and a Deny with the negated operator denies everything.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b", "Condition": {"StringEquals": {"s3:prefix": "ica/*"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b", "Condition": {"StringLike": {"s3:prefix": "ica/*"}}}
    /// ```
    /// What to do: write `StringLike`, or `${*}` and `${?}` if the character itself is meant.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Wildcard without like operator"; IAM:reference_policies_elements_condition_operators.
    LITERAL: Warning "literal-wildcard" ["WILDCARD_WITHOUT_LIKE_OPERATOR"] "`*` or `?` under an operator that takes them as plain characters"
}

/// Findings about wildcards in values.
#[derive(Debug)]
pub(super) struct WildcardValue;

impl Rule for WildcardValue {
    fn codes(&self) -> &'static [Code] {
        &[PRESENT, ABSENT, ALWAYS, LITERAL]
    }

    fn condition(
        &self,
        scene: &Scene<'_>,
        statement: &Statement,
        condition: &Condition,
        sink: &mut Sink,
    ) {
        match &condition.test {
            Test::String {
                compare: compare @ (Compare::Exact | Compare::IgnoreCase),
                values,
                ..
            } => {
                let like = || {
                    let like = condition.operator.node.replacen("Equals", "Like", 1);
                    let is_exact = *compare == Compare::Exact;
                    is_exact.then(|| operator(statement, condition, &like)).flatten()
                };
                let found = values.list.iter().filter_map(|value| literal(scene, value.span));
                sink.extend(found.map(|finding| finding.edit(like())));
            }
            Test::String { values, .. } | Test::Arn { values, .. } => {
                let Some(value) = values.list.iter().find(|value| is_any(&value.node)) else {
                    return;
                };
                if condition.quantifier.is_none() {
                    sink.push(any(scene, condition, value.span));
                }
            }
            _ => {}
        }
    }
}

/// Whether a pattern is `*` alone.
pub(super) fn is_any(pattern: &Pattern) -> bool {
    matches!(&*pattern.parts, [Part::Any | Part::AnyInSegment])
}

fn any(scene: &Scene<'_>, condition: &Condition, span: Span) -> Finding {
    let key = scene.words(condition.key.span);
    let operator = &condition.operator.node;
    let (code, message, help) = match (condition.test.is_negated(), condition.if_exists) {
        (false, false) => (
            PRESENT,
            format!("`{operator}` with `*` only says that `{key}` is present"),
            format!("write `\"Null\": {{\"{key}\": \"false\"}}`, or the values that are meant"),
        ),
        (true, _) => (
            ABSENT,
            format!("no value differs from `*`: the condition says that `{key}` is absent"),
            format!("write `\"Null\": {{\"{key}\": \"true\"}}`, or the values that are meant"),
        ),
        (false, true) => (
            ALWAYS,
            format!("`{operator}` with `*` holds whatever `{key}` is"),
            "take the condition out, or write the values that are meant".to_owned(),
        ),
    };
    let finding = Finding::new(code, span, message).help(help);
    if code == ALWAYS { finding.edit(Edit::Remove(vec![condition.span])) } else { finding }
}

/// A value with wildcards that are plain characters. `${*}` is meant.
fn literal(scene: &Scene<'_>, span: Span) -> Option<Finding> {
    let text = scene.words(span);
    let plain = text.replace("${*}", "").replace("${?}", "");
    // A text of one `*` may be meant, and a question mark ends sentences.
    let letter = plain.chars().find(|letter| matches!(letter, '*' | '?'))?;
    let message = format!("`{letter}` in `{text}` is a plain character for this operator");
    Some(
        Finding::new(LITERAL, span, message).help(
            "write `StringLike` (`StringNotLike`) if it is a wildcard, `${*}` or `${?}` if not",
        ),
    )
}
