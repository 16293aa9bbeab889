//! Policies of resources that let strangers in: callers whom no statement names, whatever its conditions and Denies are.

use super::manual::rule_code;
use super::witness::words;
use crate::authz::{Caller, ContextValue, Layer, Layers};
use crate::aws;
use crate::aws::is_account_number;
use crate::finding::{Audience, Code, Confidence, Finding};
use crate::model::{Effect, Policy, PolicyKind, PrincipalPattern, Statement};
use crate::rules::rule::{Rule, Scene, Sink};
use crate::s3::public_statements;
use crate::symbolic::{Granted, Question, Shown, Together, Who, asked_services, can_within};

rule_code! {
    /// Callers whom the policy does not name get access to the resource, past all its conditions and Denies.
    ///
    /// Proved: there is a request by somebody of another account or organization, or by a caller who does not sign, that this policy allows, among all requests for the actions
    /// that the service has. The request is shown. Nothing is said where a Deny or a condition keeps strangers out, nor of those whom the policy names. A statement for everybody
    /// without conditions is found by its words (`public`).
    ///
    /// ```json bad resource
    /// {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-central-1:111122223333:q", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}
    /// ```
    /// ```json good resource
    /// {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-central-1:111122223333:q", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}}
    /// ```
    /// What to do: name who may, or add a condition such as `aws:PrincipalOrgID`.
    ///
    /// Source: IAM:access-analyzer-concepts (external access); proved over all requests that AWS has.
    CODE: Warning "strangers-get-access" [] "a policy of a resource that lets callers in whom it does not name", audience: Audience::Security, confidence: Confidence::Medium
}

/// At most one finding in a policy.
#[derive(Debug)]
pub(super) struct Strangers;

/// What all questions may cost, in steps of the prover.
const COST: usize = 4_000_000;

/// The owner, where no resource of the policy says which account it is.
const OWNER: &str = "210987654321";

/// A role of an account that no policy is likely to name.
const STRANGER: &str = "arn:aws:iam::998877665544:role/stranger";
const SESSION: &str = "arn:aws:sts::998877665544:assumed-role/stranger/session";

/// What a stranger's request has, or not: no network and no organization of the owner, and no service that calls for it.
const OF_A_STRANGER: [(&str, Option<&str>); 19] = [
    ("aws:principalorgid", None),
    ("aws:principalorgpaths", None),
    ("aws:sourceip", Some("93.184.216.34")),
    ("aws:vpcsourceip", None),
    ("aws:sourcevpc", None),
    ("aws:sourcevpce", None),
    ("aws:sourcevpcarn", None),
    ("aws:vpceaccount", None),
    ("aws:vpceorgid", None),
    ("aws:vpceorgpaths", None),
    ("aws:sourcearn", None),
    ("aws:sourceaccount", None),
    ("aws:sourceowner", None),
    ("aws:sourceorgid", None),
    ("aws:sourceorgpaths", None),
    ("aws:userid", Some("AROA2STRANGER2STRANGE:session")),
    ("kms:calleraccount", Some("998877665544")),
    ("s3:dataaccesspointaccount", None),
    ("s3:dataaccesspointarn", None),
];

impl Rule for Strangers {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn is_proved(&self) -> bool {
        true
    }

    fn document(&self, scene: &Scene<'_>, sink: &mut Sink) {
        let policy = scene.policy;
        let is_of_resource = matches!(policy.kind, PolicyKind::Resource | PolicyKind::KmsKey);
        let is_doubtful = policy.statements.iter().any(|one| one.all_doubts().next().is_some());
        let opens = policy.statements.iter().filter(|one| is_open(one)).collect::<Vec<_>>();
        // What S3 takes as public is said by `public-despite-condition`.
        let is_said = || scene.is_of_bucket() && !public_statements(policy).is_empty();
        if opens.is_empty() || !is_of_resource || is_doubtful || is_said() {
            return;
        }
        // What everybody may ask without a policy no statement covers.
        let by = |action: &str| {
            let action = aws::action(action)?;
            opens.iter().find(|one| {
                let mut covered = scene.covered(one).iter();
                let is_not = one.action.as_ref().is_some_and(|element| element.not);
                covered.any(|one| one.has(action) == Some(true)) != is_not
            })
        };
        let is_by_policy = |shown: &Shown| by(&shown.request.action).is_some();
        let Some(shown) = stranger_gets(policy, &is_by_policy) else { return };
        let Some(by) = by(&shown.request.action) else { return };
        let place = by.principal.as_ref().map_or(by.span, |element| element.span);
        let request = words(policy, &shown, Some(STRANGER));
        let message = format!(
            "callers of any account get access past all conditions and Denies of this policy: for example {request}"
        );
        let help = "name who may, or add a condition such as `aws:PrincipalOrgID`";
        sink.push(Finding::new(CODE, place, message).help(help));
    }
}

/// Whether a statement lets in whom it does not name, if its conditions hold. Without a condition the words show it.
fn is_open(statement: &Statement) -> bool {
    let is_open = |pattern: &PrincipalPattern| pattern.named.is_everybody();
    statement.effect.node == Effect::Allow
        && !statement.conditions.is_empty()
        && statement
            .principal
            .as_ref()
            .is_some_and(|element| element.not || element.patterns.iter().any(is_open))
}

/// A request of a stranger that goes through, among the actions of each service that the policy is about.
fn stranger_gets(policy: &Policy, is_by_policy: &dyn Fn(&Shown) -> bool) -> Option<Shown> {
    let caller = Caller::parse(SESSION, Some(STRANGER)).ok()?;
    let layers = Layers {
        identity: Layer::Assumed,
        resource: Layer::Policies(vec![policy]),
        ..Layers::default()
    };
    let value = |value: &str| ContextValue::One(value.to_owned());
    let context = OF_A_STRANGER.map(|(key, known)| (key.to_owned(), known.map(value)));
    let budget = Together::of(COST);
    asked_services(&[policy], &[]).into_iter().find_map(|service| {
        let question = Question {
            who: Who::Caller(&caller, &layers),
            actions: service.actions,
            resources: vec!["*".to_owned()],
            account: Some(owner(policy).unwrap_or(OWNER).to_owned()),
            context: context.to_vec(),
        };
        let answers = can_within(&question, &budget).into_iter();
        let granted =
            answers.filter(|answer| matches!(answer.granted, Granted::All | Granted::Some));
        granted.filter_map(|answer| answer.allowed).find(is_by_policy)
    })
}

/// The account of a resource that the policy names.
fn owner(policy: &Policy) -> Option<&str> {
    let patterns = policy.statements.iter().flat_map(Statement::resource_patterns);
    let accounts = patterns.filter_map(|pattern| pattern.literal_start().split(':').nth(4));
    accounts.into_iter().find(|account| is_account_number(account))
}
