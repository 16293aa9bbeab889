//! Policy variables where AWS has none, or where they are never filled.

use super::manual::rule_code;
use crate::aws::condition_key_type;
use crate::finding::{Code, Confidence, Finding};
use crate::model::Statement;
use crate::rules::covered::Covered;
use crate::rules::rule::{Rule, Scene, Sink};
use crate::source::Span;

rule_code! {
    /// A policy variable in an action or principal.
    ///
    /// AWS fills variables in resources and in values of conditions only; elsewhere the text is taken as it is, and matches nothing.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:${aws:username}", "Resource": "*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:username}/*"}
    /// ```
    /// What to do: write what is meant in full.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Variable unsupported in element"; IAM:reference_policies_variables.
    ELEMENT: Warning "variable-in-other-element" ["VARIABLE_UNSUPPORTED_IN_ELEMENT"] "a policy variable where AWS fills none"
}

rule_code! {
    /// A policy variable of a key that has several values.
    ///
    /// Only keys with one value fill variables; this one is never filled, and the text matches nothing.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:TagKeys}/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:PrincipalTag/team}/*"}
    /// ```
    /// What to do: take a key with one value.
    ///
    /// Source: IAM:reference_policies_variables.
    SEVERAL: Warning "variable-of-several-values" [] "a policy variable of a key that has several values, which is never filled"
}

rule_code! {
    /// A policy variable of a key that is not in the data on AWS.
    ///
    /// If AWS has no such key, the variable is never filled, and the text matches nothing.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:user}/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${aws:username}/*"}
    /// ```
    /// What to do: correct the name.
    ///
    /// Source: IAM:reference_policies_variables; IDATA for the keys.
    UNKNOWN: Warning "unknown-variable" [] "a policy variable of a key that AWS does not have", confidence: Confidence::Medium
}

/// Findings about variables.
#[derive(Debug)]
pub(super) struct Variables;

impl Rule for Variables {
    fn codes(&self) -> &'static [Code] {
        &[ELEMENT, SEVERAL, UNKNOWN]
    }

    fn statement(&self, scene: &Scene<'_>, statement: &Statement, sink: &mut Sink) {
        let actions = statement.action.iter().flat_map(|element| &element.patterns);
        // An action that AWS has holds no variable.
        let actions = actions.zip(scene.covered(statement)).filter(|(_, covered)| {
            !matches!(covered, Covered::One(_) | Covered::Run(..) | Covered::Everything)
        });
        let actions = actions.map(|(pattern, _)| pattern.span);
        let principals = statement.principal.iter().flat_map(|element| &element.patterns);
        let principals = principals.map(|pattern| pattern.span);
        for span in actions.chain(principals) {
            let text = scene.words(span);
            // `${name}` without a colon is a word of a template, which has a finding of its own.
            let is_variable = text.split_once("${").is_some_and(|(_, rest)| {
                rest.split('}').next().is_some_and(|name| name.contains(':'))
            });
            if is_variable {
                let message = format!("AWS fills no variable here: `{text}` is taken as it is");
                sink.push(Finding::new(ELEMENT, span, message).help("write what is meant in full"));
            }
        }
        let resources = statement.resource.iter().flat_map(|element| &element.patterns);
        for pattern in resources {
            let crate::model::ResourceKind::Arn(arn) = &pattern.kind else { continue };
            arn.variables().for_each(|variable| sink.extend(about(&variable.key, pattern.span)));
        }
        for condition in &statement.conditions {
            let (crate::model::condition::Test::String { values, .. }
            | crate::model::condition::Test::Arn { values, .. }) = &condition.test
            else {
                continue;
            };
            for value in &values.list {
                value
                    .node
                    .variables()
                    .for_each(|variable| sink.extend(about(&variable.key, value.span)));
            }
        }
    }
}

fn about(lower_key: &str, span: Span) -> Option<Finding> {
    // The keys of identity providers are named after them.
    let (service, _) = lower_key.split_once(':')?;
    match condition_key_type(lower_key) {
        Some(kind) if kind.multi_valued => {
            let message =
                format!("`{lower_key}` has several values, so the variable is never filled");
            Some(Finding::new(SEVERAL, span, message).help("take a key with one value"))
        }
        None if service == "aws" && !lower_key.contains('/') => {
            let message = format!("AWS has no key `{lower_key}`, so the variable is never filled");
            Some(
                Finding::new(UNKNOWN, span, message)
                    .help("correct the name, as in `${aws:username}`"),
            )
        }
        _ => None,
    }
}
