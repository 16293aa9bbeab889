//! Wildcards and variables in keys that tell accounts and organizations apart.

use super::manual::rule_code;
use crate::finding::{Audience, Code, Finding};
use crate::model::condition::Test;
use crate::model::condition::string::Compare;
use crate::model::{Condition, Part, Statement};
use crate::rules::rule::{Rule, Scene, Sink};

rule_code! {
    /// A wildcard in the value of a key that names an account, an organization, a VPC or an endpoint.
    ///
    /// These names have no common beginnings: a wildcard takes in others by chance.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringLike": {"aws:ResourceAccount": "1111*"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceAccount": "111122223333"}}}
    /// ```
    /// What to do: write the whole name with `StringEquals`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Wildcard usage too permissive"; IAM:reference_policies_condition-keys.
    WILDCARD: Warning "wildcard-in-name" ["WILDCARD_USAGE_TOO_PERMISSIVE"] "a wildcard in the name of an account, organization, VPC or endpoint", audience: Audience::Security
}

rule_code! {
    /// A variable that the caller chooses in the value of a key that names an account, an organization, a VPC or an endpoint.
    ///
    /// Tags of the caller and of the request may have any value.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringLike": {"aws:ResourceAccount": "${aws:RequestTag/account}"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}}
    /// ```
    /// What to do: write the name, or a variable that AWS fills, such as `${aws:PrincipalAccount}`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Variable usage too permissive".
    VARIABLE: Warning "variable-as-name" ["VARIABLE_USAGE_TOO_PERMISSIVE"] "a variable that the caller chooses as the name of an account, organization, VPC or endpoint", audience: Audience::Security
}

/// Findings about sensitive keys.
#[derive(Debug)]
pub(super) struct Sensitive;

/// Keys whose values are names without a common beginning. Source: IAM:reference_policies_condition-keys.
const KEYS: [&str; 10] = [
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:vpceorgid",
];

impl Rule for Sensitive {
    fn codes(&self) -> &'static [Code] {
        &[WILDCARD, VARIABLE]
    }

    fn condition(&self, scene: &Scene<'_>, _: &Statement, condition: &Condition, sink: &mut Sink) {
        let Test::String { values, compare, .. } = &condition.test else { return };
        if !KEYS.contains(&&*condition.key.node) {
            return;
        }
        let key = scene.words(condition.key.span);
        for value in &values.list {
            let text = scene.words(value.span);
            // `*` alone is a question about the presence of the key, which is a rule of its own.
            if *compare == Compare::Like && value.node.has_wildcards() && text != "*" {
                let message = format!(
                    "`{text}` takes in other names: values of `{key}` have no common beginnings"
                );
                sink.push(
                    Finding::new(WILDCARD, value.span, message)
                        .help("write the whole name with `StringEquals`"),
                );
            }
            let chosen = |part: &Part| match part {
                Part::Variable(variable) => variable.key.starts_with("aws:requesttag/"),
                _ => false,
            };
            if value.node.parts.iter().any(chosen) {
                let message = format!("the caller chooses what is in place of `{text}`");
                sink.push(Finding::new(VARIABLE, value.span, message).help("write the name, or a variable that AWS fills, such as `${aws:PrincipalAccount}`"));
            }
        }
    }
}
