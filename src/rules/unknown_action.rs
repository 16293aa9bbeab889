//! Actions that AWS does not have. AWS stores most such policies, and the words match no request.
//! Source: `aws` for what there is, with its date; IAM:access-analyzer-reference-policy-checks
//! (invalid actions do nothing).

use super::covered::Covered;
use super::fit::among;
use super::lint::manual::rule_code;
use super::rule::{Rule, Scene, Sink};
use crate::aws::{self, Action, Service};
use crate::finding::{Code, Edit, Finding, LETTERS_PER_MISTAKE, distance_within};
use crate::model::{ActionPattern, PolicyKind};
use crate::source::Span;
use std::collections::BTreeMap;

rule_code! {
    /// AWS has no such action, or none that matches the pattern.
    ///
    /// AWS stores most such policies, and the words match no request. Names of calls of the API are often no actions: `ListObjectsV2` needs `s3:ListBucket`.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:ListObjectsV2", "Resource": "*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:List*MultiPart*", "Resource": "*"}
    /// ```
    /// What to do: write the action that is meant, or take it out; if AWS has it since, `--data` takes newer data.
    ///
    /// Source: IDATA for the actions; IAM:access-analyzer-reference-policy-checks, "Invalid action".
    pub CODE: Warning "unknown-action" ["INVALID_ACTION"] "an action that AWS does not have, so the words do nothing"
}

/// A finding for each such action, at its first place.
#[derive(Debug)]
pub(super) struct UnknownAction;

impl Rule for UnknownAction {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn document(&self, subject: &Scene<'_>, sink: &mut Sink) {
        let mut places = BTreeMap::<&str, Vec<Span>>::new();
        for (pattern, text, covered) in subject.actions() {
            if is_without_action(pattern, text, covered) {
                places.entry(text).or_default().push(pattern.span);
            }
        }
        let kind = subject.policy.kind;
        sink.extend(places.iter().filter_map(|(text, spans)| finding(kind, text, spans)));
    }
}

/// Whether the service of an action has no such action.
fn is_without_action(pattern: &ActionPattern, text: &str, covered: &Covered) -> bool {
    match covered {
        Covered::Nothing(_) => true,
        Covered::Unknown => {
            let service = text.split_once(':').and_then(|(prefix, _)| aws::service(prefix));
            service.is_some_and(|service| among(service, pattern).next().is_none())
        }
        _ => false,
    }
}

/// Whether a text names an action of a service that AWS has, and the service does not have it.
pub fn is_unknown_action(text: &str) -> bool {
    let service = text.split_once(':').and_then(|(prefix, _)| aws::service(prefix));
    service.is_some() && !text.contains(['*', '?']) && aws::action(&text.to_lowercase()).is_none()
}

fn finding(kind: PolicyKind, text: &str, spans: &[Span]) -> Option<Finding> {
    let (first, others) = spans.split_first()?;
    let is_pattern = text.contains(['*', '?']);
    let no_such = if is_pattern { "no action that matches" } else { "no action" };
    let message = format!(
        "AWS has {no_such} `{text}` as of {}, so this text has no effect",
        aws::data_date()
    );
    let stored = match kind {
        PolicyKind::Resource => {
            "S3 may refuse the bucket policy because of it: `Policy has invalid action`"
        }
        _ => "AWS stores the policy all the same",
    };
    let meant = closest_actions(text);
    let help = match meant.as_slice() {
        [] => format!("take it out, or write the action that is meant; {stored}"),
        meant => format!(
            "perhaps {} is meant; {stored}",
            meant.iter().map(with_resource).collect::<Vec<_>>().join(" and ")
        ),
    };
    let edit = match meant.as_slice() {
        [only] if !is_pattern => {
            Some(Edit::Replace(spans.iter().map(|span| (*span, only.to_string())).collect()))
        }
        _ => None,
    };
    let finding = Finding::new(CODE, *first, message).help(help).edit(edit);
    Some(others.iter().fold(finding, |finding, span| finding.related(*span, "and here")))
}

/// An action with its type of resource: a mistaken name often comes with the wrong resource.
fn with_resource(action: &&'static Action) -> String {
    let kinds = action
        .resource_types()
        .map(|kind| kind.name())
        .filter(|name| matches!(*name, "bucket" | "object"));
    match kinds.collect::<Vec<_>>().as_slice() {
        ["bucket"] => format!("`{action}`, on the ARN of the bucket,"),
        ["object"] => format!("`{action}`, on that of objects,"),
        _ => format!("`{action}`"),
    }
}

/// The actions that are probably meant by one that AWS does not have: those of the call of that
/// name, else the one whose name is nearest.
pub fn closest_actions(text: &str) -> Vec<&'static Action> {
    let Some((prefix, name)) = text.split_once(':') else { return Vec::new() };
    let Some(service) = aws::service(prefix) else { return Vec::new() };
    let of_call = aws::actions_of_call(name)
        .into_iter()
        .filter(|action| action.service().prefix() == service.prefix());
    let of_call = of_call.collect::<Vec<_>>();
    if of_call.is_empty() { nearest(service, name).into_iter().collect() } else { of_call }
}

fn nearest(service: &'static Service, name: &str) -> Option<&'static Action> {
    let lower = name.to_lowercase();
    let most = lower.len() / LETTERS_PER_MISTAKE;
    let own = letters(&lower);
    let far = |action: &Action| {
        // Each letter more or less is a mistake, and one mistake brings or takes two letters at most; most names are told apart by that.
        let name = action.name();
        let is_near = name.len().abs_diff(lower.len()) <= most
            && (letters(name) ^ own).count_ones() as usize <= 2 * most;
        is_near.then(|| distance_within(&lower, &action.name().to_lowercase(), most)).flatten()
    };
    let near = service.actions().iter().filter_map(|action| Some((far(action)?, action)));
    near.min_by_key(|(far, _)| *far).map(|(_, action)| action)
}

/// Which letters occur in a name, in any case.
fn letters(name: &str) -> u64 {
    name.bytes().fold(0, |found, byte| found | 1 << (byte.to_ascii_lowercase() & 0x3f))
}

#[cfg(test)]
mod tests {
    use super::closest_actions;

    #[test]
    fn what_is_meant() {
        let named = |text| {
            closest_actions(text).iter().map(|action| action.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(named("s3:ListObjectVersions"), ["s3:ListBucketVersions"]);
        assert_eq!(named("s3:headbucket"), ["s3:ListBucket"]);
        assert_eq!(named("s3:GetBucketNotificationConfiguration"), ["s3:GetBucketNotification"]);
        assert_eq!(named("s3:GetObjekt"), ["s3:GetObject"]);
        assert_eq!(named("sts:GetFederatedToken"), ["sts:GetFederationToken"]);
        assert!(named("s3:Weather").is_empty());
        // The call is one of S3.
        assert!(named("kms:ListObjectVersions").is_empty());
        assert_eq!(named("ec2:RunInstance"), ["ec2:RunInstances"]);
        assert!(named("newthing:DoIt").is_empty());
    }
}
