//! Conditions that decide by the absence of their key.

use super::edits::operator;
use super::manual::rule_code;
use super::wildcard_value::is_any;
use crate::finding::{Audience, Code, Confidence, Finding};
use crate::model::condition::{Quantifier, Test};
use crate::model::{Condition, Effect, Statement};
use crate::rules::rule::{Rule, Scene, Sink};

rule_code! {
    /// A Deny of callers without MFA that does not reach access keys.
    ///
    /// Requests with long-term access keys have no `aws:MultiFactorAuthPresent` at all: `Bool` is then false, and the Deny does not apply to them.
    ///
    /// ```json bad
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}
    /// ```
    /// What to do: write `BoolIfExists`.
    ///
    /// Source: IAM:reference_policies_condition-keys, `aws:MultiFactorAuthPresent`.
    MFA: Warning "mfa-deny-without-keys" [] "a Deny of callers without MFA that does not reach access keys", audience: Audience::Security
}

rule_code! {
    /// An Allow for callers with MFA that access keys pass without it.
    ///
    /// Requests with long-term access keys have no `aws:MultiFactorAuthPresent`: with `IfExists` the condition holds for them.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    /// ```
    /// What to do: write `Bool`.
    ///
    /// Source: IAM:reference_policies_condition-keys, `aws:MultiFactorAuthPresent`.
    MFA_ALLOW: Warning "mfa-allow-without-mfa" [] "an Allow for callers with MFA that access keys pass without it", audience: Audience::Security
}

rule_code! {
    /// An Allow whose condition on network or organization also holds where the key is absent.
    ///
    /// `IfExists` lets every request pass that does not have the key.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringEqualsIfExists": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}}
    /// ```
    /// What to do: take `IfExists` out, if requests without the key must not pass.
    ///
    /// Source: IAM:reference_policies_elements_condition_operators, `IfExists`.
    IF_EXISTS: Info "if-exists-in-allow" [] "an Allow whose condition also holds where its key is absent", audience: Audience::Pedantic, confidence: Confidence::Low
}

rule_code! {
    /// `IfExists` on a key that every request has.
    ///
    /// It changes nothing.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "ec2:*", "Resource": "arn:aws:ec2:*:*:instance/*", "Condition": {"BoolIfExists": {"aws:SecureTransport": "true"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "ec2:*", "Resource": "arn:aws:ec2:*:*:instance/*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    /// ```
    /// What to do: take `IfExists` out.
    ///
    /// Source: IAM:reference_policies_condition-keys, "Availability".
    NEEDLESS: Info "needless-if-exists" [] "`IfExists` on a key that every request has", audience: Audience::Pedantic
}

rule_code! {
    /// An Allow with `ForAllValues` that also holds where the key is absent.
    ///
    /// `ForAllValues` is true for a request without values.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "arn:aws:ec2:*:*:instance/*", "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "team"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "arn:aws:ec2:*:*:instance/*", "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "team"}, "Null": {"aws:TagKeys": "false"}}}
    /// ```
    /// What to do: add `"Null": {"key": "false"}`, if requests without the key must not pass.
    ///
    /// Source: IAM:reference_policies_condition-single-vs-multi-valued-context-keys.
    ALL_VALUES: Info "for-all-values-without-null" [] "an Allow with `ForAllValues` that also holds where the key is absent", audience: Audience::Pedantic, confidence: Confidence::Low
}

rule_code! {
    /// A Deny with `ForAnyValue` that does not reach requests without the key.
    ///
    /// `ForAnyValue` is false for a request without values.
    ///
    /// ```json bad
    /// {"Effect": "Deny", "Action": "ec2:CreateTags", "Resource": "*", "Condition": {"ForAnyValue:StringNotEquals": {"aws:TagKeys": "team"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "Action": "ec2:CreateTags", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}}
    /// ```
    /// What to do: deny requests without the key in a statement with `"Null": {"key": "true"}`, if they are meant.
    ///
    /// Source: IAM:reference_policies_condition-single-vs-multi-valued-context-keys.
    ANY_VALUE: Info "deny-any-value-without-null" [] "a Deny with `ForAnyValue` that does not reach requests without the key", audience: Audience::Pedantic, confidence: Confidence::Low
}

rule_code! {
    /// A negated condition with `*` alone on a key that every request has: it never holds.
    ///
    /// The statement does nothing.
    ///
    /// ```json bad
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"StringNotLike": {"aws:RequestedRegion": "*"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"StringNotLike": {"aws:RequestedRegion": "eu-*"}}}
    /// ```
    /// What to do: write the values that are meant, or take the statement out.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Redundant statement due to wildcard in condition".
    NEVER: Warning "never-true-wildcard" ["REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION"] "a negated condition with `*` alone on a key that every request has, so that the statement does nothing"
}

/// Findings about absent keys.
#[derive(Debug)]
pub(super) struct AbsentKey;

/// Keys that every request has. Source: IAM:reference_policies_condition-keys, "Availability".
pub(super) const ALWAYS: [&str; 4] =
    ["aws:currenttime", "aws:epochtime", "aws:securetransport", "aws:requestedregion"];

/// Keys that keep others out.
const BORDERS: [&str; 8] = [
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceip",
    "aws:vpcsourceip",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
];

impl Rule for AbsentKey {
    fn codes(&self) -> &'static [Code] {
        &[MFA, MFA_ALLOW, IF_EXISTS, NEEDLESS, ALL_VALUES, ANY_VALUE, NEVER]
    }

    fn condition(
        &self,
        scene: &Scene<'_>,
        statement: &Statement,
        condition: &Condition,
        sink: &mut Sink,
    ) {
        let key = &*condition.key.node;
        let text = scene.words(condition.key.span);
        let effect = statement.effect.node;
        let found = |code, message: String, help: &str| {
            Finding::new(code, condition.operator.span, message).help(help)
        };
        if key == "aws:multifactorauthpresent" {
            sink.extend(mfa(statement, condition));
        } else if condition.if_exists && ALWAYS.contains(&key) {
            sink.push(found(
                NEEDLESS,
                format!("every request has `{text}`"),
                "take `IfExists` out",
            ));
        } else if condition.if_exists
            && effect == Effect::Allow
            && BORDERS.contains(&key)
            && !condition.test.is_negated()
        {
            sink.push(found(
                IF_EXISTS,
                format!("a request without `{text}` passes"),
                "take `IfExists` out, if it must not",
            ));
        }
        let is_any = condition.test.patterns().any(is_any);
        if ALWAYS.contains(&key) && condition.test.is_negated() && !condition.if_exists && is_any {
            sink.push(found(NEVER, format!("every request has `{text}`, and no value differs from `*`: the statement does nothing"), "write the values that are meant, or take the statement out"));
        }
        if condition.quantifier.is_none() {
            return;
        }
        let is_several = scene.key(condition).is_some_and(|key| key.key_type.multi_valued);
        match (condition.quantifier, effect) {
            (Some(Quantifier::ForAllValues), Effect::Allow)
                if is_several && !has_null(statement, key) =>
            {
                sink.push(found(
                    ALL_VALUES,
                    format!("a request without `{text}` passes"),
                    "add `\"Null\": {\"key\": \"false\"}`, if it must not",
                ));
            }
            (Some(Quantifier::ForAnyValue), Effect::Deny)
                if is_several && condition.test.is_negated() && !has_null(statement, key) =>
            {
                sink.push(found(
                    ANY_VALUE,
                    format!("a request without `{text}` is not denied"),
                    "deny it in a statement with `\"Null\": {\"key\": \"true\"}`, if it is meant",
                ));
            }
            _ => {}
        }
    }
}

fn has_null(statement: &Statement, key: &str) -> bool {
    statement
        .conditions
        .iter()
        .any(|condition| matches!(condition.test, Test::Null(_)) && &*condition.key.node == key)
}

fn mfa(statement: &Statement, condition: &Condition) -> Option<Finding> {
    let Test::Bool(values) = &condition.test else { return None };
    let [value] = values.list.as_slice() else { return None };
    let is_checked = has_null(statement, "aws:multifactorauthpresent")
        || statement
            .conditions
            .iter()
            .any(|condition| &*condition.key.node == "aws:multifactorauthage");
    match (statement.effect.node, value.node, condition.if_exists) {
        (Effect::Deny, false, false) if !is_checked => {
            let message =
                "requests with long-term access keys do not have this key, and are not denied";
            let finding = Finding::new(MFA, condition.operator.span, message);
            let edit = operator(statement, condition, "BoolIfExists");
            Some(finding.help("write `BoolIfExists`").edit(edit))
        }
        (Effect::Allow, true, true) if !is_checked => {
            let message =
                "requests with long-term access keys do not have this key, and pass without MFA";
            let finding = Finding::new(MFA_ALLOW, condition.operator.span, message);
            Some(finding.help("write `Bool`").edit(operator(statement, condition, "Bool")))
        }
        _ => None,
    }
}
