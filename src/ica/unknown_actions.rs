//! Actions of policies that AWS does not have, and those whose service its data lacks. They change no verdict: AWS stores them, and they
//! match no request.
//! Source: `aws` for what there is, with its date; IAM:access-analyzer-reference-policy-checks (invalid actions do nothing).

use crate::aws::{self, Action, Service};
use crate::eval::pattern_covers_action;
use crate::finding::{Finding, LETTERS_PER_MISTAKE, distance};
use crate::input::unknown_services;
use crate::model::{ActionPattern, Policy, PolicyKind};
use crate::source::{Sources, Span};
use std::collections::BTreeMap;

/// A finding for each action that AWS does not have, and each service that its data lacks, at its first place.
pub(super) fn unknown_actions(policy: &Policy, sources: &Sources) -> Vec<Finding> {
    let mut places = BTreeMap::<String, Vec<Span>>::new();
    for pattern in policy
        .statements
        .iter()
        .filter_map(|statement| statement.action.as_ref())
        .flat_map(|element| &element.patterns)
    {
        let text = sources.text(pattern.span).trim_matches('"');
        if service_without(pattern, text).is_some() {
            places.entry(text.to_owned()).or_default().push(pattern.span);
        }
    }
    let mut findings = places
        .iter()
        .filter_map(|(text, spans)| finding(policy.kind, text, spans))
        .collect::<Vec<_>>();
    findings.extend(unknown_services(policy, sources));
    findings.sort_by_key(|finding| finding.span.lo);
    findings
}

/// The service that a pattern names, if it has no action that the pattern covers.
fn service_without(pattern: &ActionPattern, text: &str) -> Option<&'static Service> {
    let service = aws::service(text.split_once(':')?.0)?;
    let is_covered = |action: &Action| {
        pattern_covers_action(pattern, &action.to_string().to_ascii_lowercase()) != Some(false)
    };
    (!service.actions().iter().any(is_covered)).then_some(service)
}

fn finding(kind: PolicyKind, text: &str, spans: &[Span]) -> Option<Finding> {
    let (first, others) = spans.split_first()?;
    let is_pattern = text.contains(['*', '?']);
    let no_such = if is_pattern { "no action that fits" } else { "no action" };
    let message =
        format!("AWS has {no_such} `{text}` as of {}, so these words do nothing", aws::data_date());
    let stored = match kind {
        PolicyKind::Resource => {
            "S3 may refuse the bucket policy for it: `Policy has invalid action`"
        }
        _ => "AWS stores the policy all the same",
    };
    let meant = meant(text);
    let help = match meant.as_slice() {
        [] => format!("take it out, or write the action that is meant; {stored}"),
        meant => format!(
            "perhaps {} is meant; {stored}",
            meant.iter().map(told).collect::<Vec<_>>().join(" and ")
        ),
    };
    let finding = Finding::warning("unknown-action", *first, message).help(help);
    Some(others.iter().fold(finding, |finding, span| finding.related(*span, "and here")))
}

/// An action with what it works on: who mistakes a name mostly has the wrong resource beside it.
fn told(action: &&'static Action) -> String {
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

/// The actions that are probably meant by one that AWS does not have: those of the call of that name, else the one whose name is nearest.
pub(super) fn meant(text: &str) -> Vec<&'static Action> {
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
    let far = |action: &&Action| distance(&lower, &action.name().to_lowercase());
    let near =
        service.actions().iter().map(|action| (far(&action), action)).min_by_key(|(far, _)| *far);
    near.filter(|(far, _)| far * LETTERS_PER_MISTAKE <= lower.len()).map(|(_, action)| action)
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn what_is_meant() {
        let named = |text| meant(text).iter().map(|action| action.to_string()).collect::<Vec<_>>();
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
