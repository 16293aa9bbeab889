//! Condition keys that mean less than they seem to, because something beside them is missing.

use super::manual::rule_code;
use crate::authz::{Presence, presence};
use crate::aws;
use crate::finding::{Audience, Code, Confidence, Finding};
use crate::model::condition::{Quantifier, Test};
use crate::model::{Condition, Effect, Statement};
use crate::rules::covered::Covered;
use crate::rules::rule::{Rule, Scene, Sink};

rule_code! {
    /// A condition on `aws:VpcSourceIp` without one on the VPC or its endpoint.
    ///
    /// Addresses inside of a VPC are private: every other VPC, of any account, may have the same.
    ///
    /// ```json bad bucket
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/16"}}}
    /// ```
    /// ```json good bucket
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/16"}, "StringEquals": {"aws:SourceVpc": "vpc-0123456789abcdef0"}}}
    /// ```
    /// What to do: add a condition on `aws:SourceVpc` or `aws:SourceVpce`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Missing paired condition keys"; IAM:reference_policies_condition-keys, `aws:VpcSourceIp`.
    ADDRESS: Warning "vpc-address-without-vpc" ["MISSING_PAIRED_CONDITION_KEYS"] "a condition on an address inside of a VPC without one on the VPC", audience: Audience::Security
}

rule_code! {
    /// An Allow to take a role asks for a source identity or tags of the session, and no Allow of the policy lets anybody set them.
    ///
    /// Who passes them needs `sts:SetSourceIdentity` or `sts:TagSession` as well; without it the request is refused, and without them the condition does not hold.
    ///
    /// ```json bad trust
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole", "Condition": {"StringLike": {"sts:SourceIdentity": "*@example.com"}}}
    /// ```
    /// ```json good trust
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"], "Condition": {"StringLike": {"sts:SourceIdentity": "*@example.com"}}}
    /// ```
    /// What to do: add `sts:SetSourceIdentity`, or `sts:TagSession` for tags, to the actions.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Missing action for condition key"; IAM:id_credentials_temp_control-access_monitor, IAM:id_session-tags (permissions that are needed).
    SETTER: Warning "session-key-without-action" ["MISSING_ACTION_FOR_CONDITION_KEY"] "a condition on what a session is given, without the action that gives it"
}

rule_code! {
    /// A condition on the owner of a VPC endpoint, for actions of a service that does not send it.
    ///
    /// The key is never there: an Allow gives nothing, and a negated condition in a Deny always holds.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": ["s3:GetObject", "sns:Publish"], "Resource": "*", "Condition": {"StringEquals": {"aws:VpceOrgID": "o-1111111111"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"aws:VpceOrgID": "o-1111111111"}}}
    /// ```
    /// What to do: put the actions of this service into a statement without the condition, with `aws:SourceVpce` for example.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Use condition key only with supported services"; IAM:reference_policies_condition-keys (the services of each key).
    ENDPOINT: Warning "endpoint-owner-of-other-service" ["USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES"] "a condition on the owner of a VPC endpoint for a service that does not send it", confidence: Confidence::Medium
}

/// Findings about what is missing beside a key.
#[derive(Debug)]
pub(super) struct Companion;

const NETWORKS: [&str; 3] = ["aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn"];

/// Keys of a session that somebody sets, each with the action that this needs. A name that ends with `/` is the start of one.
const SET: [(&str, &str); 4] = [
    ("sts:sourceidentity", "sts:SetSourceIdentity"),
    ("sts:transitivetagkeys", "sts:TagSession"),
    ("aws:requesttag/", "sts:TagSession"),
    ("aws:tagkeys", "sts:TagSession"),
];

const OF_ENDPOINTS: [&str; 4] =
    ["aws:sourcevpcarn", "aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths"];

impl Rule for Companion {
    fn codes(&self) -> &'static [Code] {
        &[ADDRESS, SETTER, ENDPOINT]
    }

    fn condition(
        &self,
        scene: &Scene<'_>,
        statement: &Statement,
        condition: &Condition,
        sink: &mut Sink,
    ) {
        let key = &*condition.key.node;
        if key == "aws:vpcsourceip" {
            sink.extend(address(statement, condition));
        } else if OF_ENDPOINTS.contains(&key) {
            sink.extend(endpoint(scene, statement, condition));
        } else if let Some((_, action)) = SET
            .iter()
            .find(|(name, _)| *name == key || name.ends_with('/') && key.starts_with(name))
        {
            sink.extend(setter(scene, statement, condition, action));
        }
    }
}

/// An Allow for these addresses, or a Deny of all others.
fn address(statement: &Statement, condition: &Condition) -> Option<Finding> {
    let lets_in = match statement.effect.node {
        Effect::Allow => !condition.test.is_negated(),
        Effect::Deny => condition.test.is_negated(),
        Effect::Unclear => false,
    };
    let mut others = statement.conditions.iter().map(|other| &*other.key.node);
    (lets_in && !others.any(|key| NETWORKS.contains(&key))).then(|| {
        let message = "every VPC may have these addresses, also one of another account";
        Finding::new(ADDRESS, condition.key.span, message)
            .help("add a condition on `aws:SourceVpc` or `aws:SourceVpce`")
    })
}

fn setter(
    scene: &Scene<'_>,
    statement: &Statement,
    condition: &Condition,
    action: &str,
) -> Option<Finding> {
    let needs_key = !condition.test.is_negated()
        && !condition.if_exists
        && condition.quantifier != Some(Quantifier::ForAllValues)
        && !matches!(condition.test, Test::Null(_));
    let element = statement.action.as_ref().filter(|element| !element.not)?;
    let is_of_sts = element.patterns.iter().all(|pattern| pattern.names_service("sts"));
    let covers = |one: &Statement, name: &str| {
        let action = aws::action(name);
        let listed = one.action.as_ref().is_some_and(|element| !element.not);
        action.is_some_and(|action| {
            scene.covered(one).iter().any(|covered| covered.has(action) != Some(false)) == listed
        })
    };
    let takes = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];
    let is_set = scene
        .policy
        .statements
        .iter()
        .any(|one| one.effect.node == Effect::Allow && covers(one, action));
    let is_wrong = statement.effect.node == Effect::Allow
        && needs_key
        && is_of_sts
        && takes.iter().any(|name| covers(statement, name))
        && !is_set;
    is_wrong.then(|| {
        let key = scene.words(condition.key.span);
        let message = format!("nobody may set `{key}`, as no Allow of this policy has `{action}`");
        let finding = Finding::new(SETTER, condition.key.span, message);
        finding.help(format!("add `{action}` to the actions")).related(element.span, "these")
    })
}

fn endpoint(scene: &Scene<'_>, statement: &Statement, condition: &Condition) -> Option<Finding> {
    let element = statement.action.as_ref().filter(|element| !element.not)?;
    if condition.if_exists || matches!(condition.test, Test::Null(_)) {
        return None;
    }
    let key = &*condition.key.node;
    let never = |action: &aws::Action| {
        presence(key, None, Some(&action.to_string().to_ascii_lowercase())) == Presence::Never
    };
    let is_never = |covered: &Covered| match covered {
        Covered::One(action) => never(action),
        Covered::Run(service, run) => service.actions()[run.clone()].iter().all(never),
        Covered::Some(service, places) => places.iter().all(|at| never(&service.actions()[*at])),
        _ => false,
    };
    let mut all = scene.covered(statement).iter().zip(&element.patterns);
    let (_, pattern) = all.find(|(covered, _)| is_never(covered))?;
    let (key, action) = (scene.words(condition.key.span), scene.words(pattern.span));
    let message = format!("requests for `{action}` never have `{key}`");
    let help = "put these actions into a statement without the condition";
    let finding = Finding::new(ENDPOINT, condition.key.span, message).help(help);
    Some(finding.related(pattern.span, "this action"))
}
