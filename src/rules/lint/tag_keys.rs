//! Keys about tags with actions of services that have no such key.

use super::manual::rule_code;
use crate::aws::Service;
use crate::finding::{Audience, Code, Confidence, Finding};
use crate::model::{Condition, Effect, Statement};
use crate::rules::covered::Covered;
use crate::rules::rule::{Rule, Scene, Sink};

rule_code! {
    /// An Allow with a condition on tags and actions of a service that does not have the key.
    ///
    /// Requests to the service lack the key, so the Allow gives these actions nothing.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": ["ec2:StopInstances", "polly:SynthesizeSpeech"], "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "ica"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "ec2:StopInstances", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "ica"}}}
    /// ```
    /// What to do: put the actions of these services into a statement without the condition.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Allow with unsupported tag condition key for service".
    ALLOW: Info "tag-key-of-other-services" ["ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"] "an Allow with a condition on tags that a service of its actions does not have", confidence: Confidence::Medium
}

rule_code! {
    /// A Deny with a condition on tags and actions of a service that does not have the key.
    ///
    /// Requests to the service lack the key, so the Deny does not apply to them.
    ///
    /// ```json bad
    /// {"Effect": "Deny", "Action": ["ec2:StopInstances", "polly:SynthesizeSpeech"], "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "ica"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "Action": "ec2:StopInstances", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "ica"}}}
    /// ```
    /// What to do: deny the actions of these services in a statement without the condition.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Deny with unsupported tag condition key for service".
    DENY: Warning "deny-by-tag-of-other-services" ["DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"] "a Deny with a condition on tags that a service of its actions does not have", audience: Audience::Security, confidence: Confidence::Medium
}

rule_code! {
    /// `NotAction` with a condition on tags.
    ///
    /// Many services do not have the key: an Allow gives their actions nothing, and a Deny does not stop them.
    ///
    /// ```json bad
    /// {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "ica"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "Action": "ec2:*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "ica"}}}
    /// ```
    /// What to do: name the actions that have the key.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Allow NotAction with unsupported tag condition key for service" and the same for Deny.
    NOT_ACTION: Warning "not-action-by-tag" ["DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE" "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"] "`NotAction` with a condition on tags, which many services do not have", audience: Audience::Security
}

/// A finding for each condition on tags that a service lacks.
#[derive(Debug)]
pub(super) struct TagKeys;

impl Rule for TagKeys {
    fn codes(&self) -> &'static [Code] {
        &[ALLOW, DENY, NOT_ACTION]
    }

    fn condition(
        &self,
        scene: &Scene<'_>,
        statement: &Statement,
        condition: &Condition,
        sink: &mut Sink,
    ) {
        let key = &*condition.key.node;
        let is_positive =
            !condition.test.is_negated() && !condition.if_exists && condition.quantifier.is_none();
        let name = match key.split_once('/') {
            Some(("aws:resourcetag", _)) => "aws:ResourceTag/*",
            Some(("aws:requesttag", _)) => "aws:RequestTag/*",
            _ => return,
        };
        let (Some(element), true) = (&statement.action, is_positive) else { return };
        let is_allow = match statement.effect.node {
            Effect::Allow => true,
            Effect::Deny => false,
            Effect::Unclear => return,
        };
        let text = scene.words(condition.key.span);
        if element.not {
            let analyzer = NOT_ACTION.row().analyzer[usize::from(is_allow)];
            let does = if is_allow { "gives their actions nothing" } else { "does not stop them" };
            let message = format!("many services do not have `{text}`, and the statement {does}");
            sink.push(
                Finding::new(NOT_ACTION, condition.key.span, message)
                    .help("name the actions that have the key")
                    .analyzer(analyzer),
            );
            return;
        }
        let services = scene.covered(statement).iter().filter_map(Covered::service);
        let mut lacking =
            services.filter(|service| !has(service, name)).map(Service::prefix).collect::<Vec<_>>();
        lacking.sort_unstable();
        lacking.dedup();
        if lacking.is_empty() {
            return;
        }
        let names =
            lacking.iter().map(|prefix| format!("`{prefix}`")).collect::<Vec<_>>().join(", ");
        let (code, message) = match is_allow {
            true => (
                ALLOW,
                format!(
                    "requests to {names} do not have `{text}`, so the Allow gives their actions nothing"
                ),
            ),
            false => (
                DENY,
                format!("requests to {names} do not have `{text}`, so the Deny does not stop them"),
            ),
        };
        sink.push(
            Finding::new(code, condition.key.span, message)
                .help("put the actions of these services into a statement without the condition"),
        );
    }
}

/// Whether requests for some action of the service can have the key.
fn has(service: &'static Service, key: &str) -> bool {
    service.kinds().iter().any(|kind| kind.supports(key))
}
