//! Keys that do not do what they seem to do in their statement.

use super::manual::rule_code;
use crate::aws::{ConditionKey, KeySupport, supports_known_key};
use crate::finding::{Audience, Code, Confidence, Finding};
use crate::model::condition::Test;
use crate::model::condition::string::Compare;
use crate::model::{Condition, Effect, PolicyKind, Statement};
use crate::rules::covered::Covered;
use crate::rules::rule::{Rule, Scene, Sink};

rule_code! {
    /// `s3:prefix` in a Deny with `StringLike`, or in an Allow with `StringNotLike`.
    ///
    /// The caller chooses the prefix: with a shorter one, or none, the listing has the same keys and the condition does not apply.
    ///
    /// ```json bad
    /// {"Effect": "Deny", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b", "Condition": {"StringLike": {"s3:prefix": "secret/*"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b", "Condition": {"StringNotLike": {"s3:prefix": "ica/*"}}}
    /// ```
    /// What to do: say which prefixes are allowed: Allow with `StringLike`, or Deny with `StringNotLike`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "S3 prefix in negative context".
    PREFIX: Warning "prefix-that-hides-nothing" ["S3_PREFIX_IN_NEGATIVE_CONTEXT"] "`s3:prefix` names what is forbidden, and a shorter prefix slips past", audience: Audience::Security
}

rule_code! {
    /// A key that the caller sets as it likes: `aws:Referer` or `aws:UserAgent`.
    ///
    /// They are headers of the request. Whoever wants access writes the value that the policy asks for.
    ///
    /// ```json bad resource
    /// {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringLike": {"aws:Referer": "https://example.com/*"}}}
    /// ```
    /// ```json good resource
    /// {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}}
    /// ```
    /// What to do: take a key that AWS sets, such as `aws:SourceVpce` or `aws:PrincipalArn`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Untrustworthy condition key"; IAM:reference_policies_condition-keys, `aws:referer`, `aws:UserAgent`.
    SPOOFED: Warning "key-of-caller" ["UNTRUSTWORTHY_CONDITION_KEY"] "a condition on a header that the caller sets as it likes", audience: Audience::Security
}

rule_code! {
    /// A key about the owner of the resource in the policy of that resource.
    ///
    /// The resource has one owner, so the condition always holds or never does.
    ///
    /// ```json bad resource
    /// {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringNotEquals": {"aws:ResourceAccount": "111122223333"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:ResourceAccount": "111122223333"}}}
    /// ```
    /// What to do: use the key in an identity policy, a service control policy or an endpoint policy; for the caller's account it is `aws:PrincipalAccount`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Irrelevant condition key in policy".
    CONSTANT: Info "constant-key" ["IRRELEVANT_CONDITION_KEY_IN_POLICY"] "a key about the owner of the resource in the policy of that resource"
}

rule_code! {
    /// A key of a service with actions that do not have it.
    ///
    /// Requests for these actions lack the key: an Allow gives them nothing, a negated or `IfExists` condition always holds for them.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": "*", "Condition": {"StringLike": {"s3:prefix": "ica/*"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {"StringLike": {"s3:prefix": "ica/*"}}}
    /// ```
    /// What to do: put these actions into a statement without the condition, or take a key that they have.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Unsupported action for condition key"; IDATA for the keys of actions.
    UNSUPPORTED: Warning "action-without-key" ["UNSUPPORTED_ACTION_FOR_CONDITION_KEY"] "actions whose requests do not have a condition key of the statement", confidence: Confidence::Medium
}

rule_code! {
    /// `dynamodb:Attributes` without `dynamodb:Select`.
    ///
    /// A query that asks for all attributes does not name any, so the condition lets it through.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/t", "Condition": {"ForAllValues:StringEquals": {"dynamodb:Attributes": ["id"]}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/t", "Condition": {"ForAllValues:StringEquals": {"dynamodb:Attributes": ["id"]}, "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}}}
    /// ```
    /// What to do: add `"StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "DynamoDB attributes without select"; the DynamoDB guide on fine-grained access.
    ATTRIBUTES: Warning "attributes-without-select" ["DYNAMODB_ATTRIBUTES_WITHOUT_SELECT"] "`dynamodb:Attributes` without `dynamodb:Select`", audience: Audience::Security
}

/// Findings about keys and the statements that have them.
#[derive(Debug)]
pub(super) struct KeyUse;

const OF_CALLER: [&str; 2] = ["aws:referer", "aws:useragent"];
const OF_OWNER: [&str; 4] =
    ["aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths", "s3:resourceaccount"];

impl Rule for KeyUse {
    fn codes(&self) -> &'static [Code] {
        &[PREFIX, SPOOFED, CONSTANT, UNSUPPORTED, ATTRIBUTES]
    }

    fn condition(
        &self,
        scene: &Scene<'_>,
        statement: &Statement,
        condition: &Condition,
        sink: &mut Sink,
    ) {
        let key = &*condition.key.node;
        let found = |code, message: String, help: &str| {
            Finding::new(code, condition.key.span, message).help(help)
        };
        match key {
            "s3:prefix" if slips(statement.effect.node, &condition.test) => {
                let message = "a request with a shorter prefix lists the same keys, and the condition does not apply to it".to_owned();
                sink.push(found(PREFIX, message, "say which prefixes are allowed: Allow with `StringLike`, or Deny with `StringNotLike`"));
            }
            "dynamodb:attributes"
                if statement.effect.node == Effect::Allow
                    && !has_key(statement, "dynamodb:select") =>
            {
                let message =
                    "a query that asks for all attributes names none, and passes".to_owned();
                sink.push(found(ATTRIBUTES, message, "add `\"StringEqualsIfExists\": {\"dynamodb:Select\": \"SPECIFIC_ATTRIBUTES\"}`"));
            }
            key if OF_CALLER.contains(&key) && statement.effect.node == Effect::Allow => {
                let message =
                    format!("the caller sets `{}` as it likes", scene.words(condition.key.span));
                sink.push(found(
                    SPOOFED,
                    message,
                    "take a key that AWS sets, such as `aws:SourceVpce` or `aws:PrincipalArn`",
                ));
            }
            key if OF_OWNER.contains(&key)
                && matches!(
                    scene.policy.kind,
                    PolicyKind::Resource | PolicyKind::KmsKey | PolicyKind::Trust
                ) =>
            {
                let message = format!(
                    "`{}` is the same in all requests to this resource",
                    scene.words(condition.key.span)
                );
                sink.push(found(CONSTANT, message, "use the key in a policy of callers; the caller's account is `aws:PrincipalAccount`"));
            }
            _ => {}
        }
        sink.extend(unsupported(scene, statement, condition));
    }
}

fn has_key(statement: &Statement, key: &str) -> bool {
    statement.conditions.iter().any(|condition| &*condition.key.node == key)
}

/// Whether the condition names prefixes that are forbidden.
fn slips(effect: Effect, test: &Test) -> bool {
    let Test::String { compare: Compare::Like, negated, values } = test else { return false };
    // An empty prefix, or `*`, is every listing.
    let names = values.list.iter().any(|value| !value.node.literal_start().is_empty());
    names && (effect == Effect::Deny) != *negated
}

/// Whether a key is filled by an identity provider, for all requests of its sessions.
fn is_of_provider(key: &str) -> bool {
    let service = key.split(':').next().unwrap_or_default();
    service.contains('.') || service == "saml"
}

/// Services of whose actions the data has all keys; that of others lacks some which AWS's own policies use.
const CHECKED: [&str; 4] = ["s3", "sts", "kms", "iam"];

/// The actions, named in full, whose requests never have the key.
fn unsupported(scene: &Scene<'_>, statement: &Statement, condition: &Condition) -> Option<Finding> {
    let element = statement.action.as_ref().filter(|element| !element.not)?;
    let key: ConditionKey = scene.key(condition).filter(|key| {
        !key.is_global() && !key.is_listed_per_action() && !is_of_provider(key.name)
    })?;
    let covered = scene.covered(statement);
    let lacks = |one: &Covered| match one {
        Covered::One(action) if CHECKED.contains(&action.service().prefix()) => {
            supports_known_key(action, None, &key) == KeySupport::Unsupported
        }
        _ => false,
    };
    let lacking = covered.iter().zip(&element.patterns).filter(|(one, _)| lacks(one));
    let lacking = lacking.map(|(_, pattern)| pattern.span).collect::<Vec<_>>();
    let first = *lacking.first()?;
    // S3 refuses such a bucket policy, which is a rule of its own.
    if scene.is_of_bucket() && lacking.len() == element.patterns.len() {
        return None;
    }
    let text = scene.words(condition.key.span);
    let which = match lacking.len() {
        1 => format!("`{}`", scene.words(first)),
        number => format!("{number} actions of the statement"),
    };
    let message = format!("requests for {which} do not have the key `{text}`");
    let finding = Finding::new(UNSUPPORTED, condition.key.span, message);
    let finding = finding.help(
        "put these actions into a statement without the condition, or take a key that they have",
    );
    Some(lacking.iter().fold(finding, |finding, span| finding.related(*span, "lacks the key")))
}
