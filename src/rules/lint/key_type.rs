//! Operators that do not go with the type of their key.

use super::edits::operator;
use super::manual::rule_code;
use crate::aws::{KeyType, ValueType};
use crate::finding::{Audience, Code, Confidence, Finding};
use crate::model::condition::string::Compare;
use crate::model::condition::{Quantifier, Test};
use crate::model::{Condition, Statement};
use crate::rules::rule::{Rule, Scene, Sink};

rule_code! {
    /// `StringLike` or `StringNotLike` on a key whose value is an ARN.
    ///
    /// A `*` of `StringLike` goes over colons: `arn:aws:iam::*:role/admin` then also matches a role of another path or account. ARN operators compare
    /// the six parts of an ARN one by one.
    ///
    /// ```json bad
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/ica*"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/ica*"}}}
    /// ```
    /// What to do: write `ArnLike` or `ArnNotLike`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "String like operator with ARN condition keys".
    STRING_LIKE: Warning "string-like-on-arn" ["STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS"] "`StringLike` on a key whose value is an ARN",
    audience: Audience::Security, confidence: Confidence::Medium
}

rule_code! {
    /// A key that has several values in a request is compared without `ForAllValues` or `ForAnyValue`.
    ///
    /// AWS does not say how it compares several values with such an operator.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*", "Condition": {"StringEquals": {"aws:TagKeys": "team"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}}
    /// ```
    /// What to do: begin the operator with `ForAnyValue:` (one value is enough) or `ForAllValues:` (all must fit).
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Missing qualifier"; IAM:reference_policies_condition-single-vs-multi-valued-context-keys.
    NO_QUALIFIER: Warning "missing-qualifier" ["MISSING_QUALIFIER"] "a key with several values under an operator for one"
}

rule_code! {
    /// `ForAllValues` on a key that has one value: the condition also holds where the key is absent.
    ///
    /// In an Allow a request without the key passes.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"aws:SourceVpc": "vpc-11111111"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-11111111"}}}
    /// ```
    /// What to do: take `ForAllValues:` out.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "ForAllValues with single-valued key".
    ONE_VALUE: Warning "for-all-values-of-one" ["FORALLVALUES_WITH_SINGLE_VALUED_KEY"] "`ForAllValues` on a key that has one value",
    audience: Audience::Security
}

rule_code! {
    /// The operator compares another type than the key has.
    ///
    /// AWS stores it. A text under a numeric operator, or an address under a string operator, mostly matches nothing or not what is meant.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringLike": {"aws:SourceIp": "203.0.113.*"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
    /// ```
    /// What to do: take the operator of the key's type.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Type mismatch".
    MISMATCH: Warning "operator-of-other-type" ["TYPE_MISMATCH"] "an operator for another type of value than the key has"
}

/// A key that AWS's check takes as one of several values, by its answer about AmazonCodeGuruReviewerServiceRolePolicy.
const NOT_ONE: &str = "codestar-connections:provideraction";

/// Findings about operators and the types of their keys.
#[derive(Debug)]
pub(super) struct KeyTypes;

impl Rule for KeyTypes {
    fn codes(&self) -> &'static [Code] {
        &[STRING_LIKE, NO_QUALIFIER, ONE_VALUE, MISMATCH]
    }

    fn condition(
        &self,
        scene: &Scene<'_>,
        statement: &Statement,
        condition: &Condition,
        sink: &mut Sink,
    ) {
        if matches!(condition.test, Test::Null(_) | Test::Unknown) {
            return;
        }
        let Some(kind) = scene.key(condition).map(|key| key.key_type) else { return };
        sink.extend(about_number(scene, condition, kind));
        let found = about_type(scene, condition, kind.value);
        let of = |finding: Finding| match finding.code == STRING_LIKE {
            true => {
                let arn = condition.operator.node.replacen("String", "Arn", 1);
                finding.edit(operator(statement, condition, &arn))
            }
            false => finding,
        };
        sink.extend(found.map(of));
    }
}

fn about_number(scene: &Scene<'_>, condition: &Condition, kind: KeyType) -> Option<Finding> {
    let key = scene.words(condition.key.span);
    match (condition.quantifier, kind.multi_valued) {
        (None, true) => {
            let message = format!(
                "`{key}` has several values, and `{}` compares one",
                condition.operator.node
            );
            let help = "begin the operator with `ForAnyValue:` if one value is enough, with `ForAllValues:` if all must fit";
            Some(Finding::new(NO_QUALIFIER, condition.key.span, message).help(help))
        }
        (Some(Quantifier::ForAllValues), false) if &*condition.key.node != NOT_ONE => {
            let message = format!(
                "`{key}` has one value: with `ForAllValues:` the condition also holds where it is absent"
            );
            Some(
                Finding::new(ONE_VALUE, condition.key.span, message)
                    .help("take `ForAllValues:` out"),
            )
        }
        _ => None,
    }
}

fn about_type(scene: &Scene<'_>, condition: &Condition, value: ValueType) -> Option<Finding> {
    let key = scene.words(condition.key.span);
    if value == ValueType::Arn {
        return match &condition.test {
            Test::String { compare: Compare::Like, negated, .. } => {
                let arn = if *negated { "ArnNotLike" } else { "ArnLike" };
                let message = format!(
                    "the value of `{key}` is an ARN, and a `*` of `{}` goes over its colons",
                    condition.operator.node
                );
                Some(
                    Finding::new(STRING_LIKE, condition.key.span, message)
                        .help(format!("write `{arn}`")),
                )
            }
            Test::String { .. } | Test::Arn { .. } => None,
            _ => Some(mismatch(scene, condition, "an ARN operator such as `ArnLike`")),
        };
    }
    let wanted = match (value, &condition.test) {
        (ValueType::String, Test::String { .. })
        | (ValueType::Numeric, Test::Numeric(..))
        | (ValueType::Date, Test::Date(..) | Test::Numeric(..))
        | (ValueType::Bool, Test::Bool(_))
        | (ValueType::Binary, Test::Binary(_))
        | (ValueType::Ip, Test::Ip { .. }) => return None,
        // `"true"` and a number are texts as well: the comparison is the same.
        (ValueType::Bool | ValueType::Numeric, Test::String { .. }) => return None,
        // The values of tags and of an encryption context are what their author makes of them.
        (ValueType::String, _) if is_free(&condition.key.node) => return None,
        (ValueType::String, _) => "a string operator such as `StringEquals`",
        (ValueType::Numeric, _) => "a numeric operator such as `NumericEquals`",
        (ValueType::Date, _) => "a date operator such as `DateGreaterThan`",
        (ValueType::Bool, _) => "`Bool`",
        (ValueType::Binary, _) => "`BinaryEquals`",
        (ValueType::Ip, _) => "`IpAddress` or `NotIpAddress`",
        (ValueType::Arn, _) => return None,
    };
    Some(mismatch(scene, condition, wanted))
}

fn is_free(lower_key: &str) -> bool {
    lower_key.contains('/') || lower_key.starts_with("kms:encryptioncontext:")
}

fn mismatch(scene: &Scene<'_>, condition: &Condition, wanted: &str) -> Finding {
    let key = scene.words(condition.key.span);
    let message = format!("`{}` does not go with the type of `{key}`", condition.operator.node);
    Finding::new(MISMATCH, condition.key.span, message).help(format!("take {wanted}"))
}
