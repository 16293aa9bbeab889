//! Bucket policies whose Denies together leave nobody who could change them.

use super::manual::rule_code;
use super::proved::with_everything;
use super::witness::{Wanted, example};
use crate::aws;
use crate::finding::{Code, Finding};
use crate::model::{
    ActionPattern, Effect, Element, Pattern, Policy, ResourceKind, ResourcePattern, Statement,
};
use crate::rules::rule::{Rule, Scene, Sink};
use crate::symbolic::{Answer, Requests, lost_for};

rule_code! {
    /// The Denies of a bucket policy, each with conditions, together deny everybody to change it.
    ///
    /// Proved: no request to put or delete the policy passes all of them, whoever sends it from wherever. Only the root user of the account can then take the
    /// policy away. Two Denies that each except another endpoint are such a case: no request comes through both.
    ///
    /// ```json bad bucket
    /// {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"], "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}}, {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"], "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0fedcba9876543210"}}}
    /// ```
    /// ```json good bucket
    /// {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"], "Condition": {"StringNotEquals": {"aws:SourceVpce": ["vpce-0123456789abcdef0", "vpce-0fedcba9876543210"]}}}
    /// ```
    /// What to do: put the exceptions into one Deny, or name the actions that are denied.
    ///
    /// Source: S3:example-bucket-policies, S3API:DeleteBucketPolicy (the root user of the owner); proved over all requests.
    pub(super) CODE: Warning "denies-lock-out-everybody" [] "Denies of a bucket policy that together deny everybody to change it"
}

/// At most one finding in a policy.
#[derive(Debug)]
pub(super) struct Lockout;

/// What the question may cost, in steps of the prover.
const COST: usize = 2_000_000;

/// With these a policy is changed or taken away.
const CHANGES: [&str; 2] = ["s3:putbucketpolicy", "s3:deletebucketpolicy"];

impl Rule for Lockout {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn is_proved(&self) -> bool {
        true
    }

    fn document(&self, scene: &Scene<'_>, sink: &mut Sink) {
        let policy = scene.policy;
        let denies = policy.statements.iter().filter(|statement| denies_change(scene, statement));
        let denies = denies.collect::<Vec<_>>();
        // One Deny without a condition is found by its words.
        let is_conditional = denies.iter().all(|statement| !statement.conditions.is_empty());
        let [first, others @ ..] = denies.as_slice() else { return };
        let (Some(bucket), true) = (bucket(policy), scene.is_of_bucket() && is_conditional) else {
            return;
        };
        let nothing = Policy { statements: Vec::new(), ..policy.clone() };
        if lost_for(&[&only_changes(policy, &bucket)], &[&nothing], Requests::Any, COST)
            != Answer::None
        {
            return;
        }
        let actions = CHANGES.map(str::to_owned);
        let request = example(policy, (&actions, std::slice::from_ref(&bucket)), Wanted::Denied);
        let request = request.map(|request| format!(", such as {request}")).unwrap_or_default();
        let message = format!(
            "the Denies leave nobody who may change this policy: only the root user of the account can take it away; every request is denied{request}"
        );
        let finding = Finding::new(CODE, first.span, message)
            .help("put the exceptions into one Deny, or name the actions that are denied");
        sink.push(
            others.iter().fold(finding, |finding, one| finding.related(one.span, "and this")),
        );
    }
}

/// Whether a Deny covers both ways to change the policy.
fn denies_change(scene: &Scene<'_>, statement: &Statement) -> bool {
    let is_not = statement.action.as_ref().is_some_and(|element| element.not);
    let covers = |name: &&str| {
        let has = |action| scene.covered(statement).iter().any(|one| one.has(action) == Some(true));
        aws::action(name).is_some_and(|action| has(action) != is_not)
    };
    statement.effect.node == Effect::Deny && CHANGES.iter().all(covers)
}

/// The ARN of the bucket: the first that is named in full.
fn bucket(policy: &Policy) -> Option<String> {
    let mut named = policy.statements.iter().flat_map(Statement::resource_patterns);
    named.find_map(|pattern| {
        let arn = pattern.literal_start();
        let name = arn.strip_prefix("arn:aws:s3:::")?.split('/').next()?;
        let is_whole = pattern.as_literal().is_some() || arn.contains('/');
        (is_whole && !name.is_empty()).then(|| format!("arn:aws:s3:::{name}"))
    })
}

/// The Denies of a policy beside an Allow that lets everybody change it.
fn only_changes(policy: &Policy, bucket: &str) -> Policy {
    let span = policy.span;
    let mut only = with_everything(policy);
    let allow = only.statements.pop().map(|all| {
        let action =
            |name: &&str| ActionPattern { pattern: Pattern::literal(name), span, doubt: None };
        let patterns = CHANGES.iter().map(action).collect();
        let resource = ResourcePattern {
            kind: ResourceKind::Arn(Pattern::literal(bucket)),
            ..ResourcePattern::everything(span)
        };
        Statement {
            action: Some(Element { not: false, patterns, span }),
            resource: Some(Element { not: false, patterns: vec![resource], span }),
            ..all
        }
    });
    only.statements.retain(|statement| statement.effect.node == Effect::Deny);
    only.statements.extend(allow);
    for (index, statement) in only.statements.iter_mut().enumerate() {
        statement.index = index;
    }
    only
}
