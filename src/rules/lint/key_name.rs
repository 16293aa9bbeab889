//! Condition keys that AWS does not have.

use super::manual::rule_code;
use crate::aws::{self, condition_key};
use crate::finding::{Code, Confidence, Finding, LETTERS_PER_MISTAKE, distance_within};
use crate::model::{Condition, Statement};
use crate::rules::rule::{Rule, Scene, Sink};

rule_code! {
    /// A global condition key (`aws:..`) that is not in the data on AWS.
    ///
    /// AWS stores it. The key is in no request: an Allow with it gives nothing, and a Deny with a negated operator denies everything.
    ///
    /// ```json bad
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgId2": "o-1111111111"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1111111111"}}}
    /// ```
    /// What to do: correct the name; if AWS has the key since, `--data` takes newer data.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid global condition key".
    GLOBAL: Warning "unknown-global-key" ["INVALID_GLOBAL_CONDITION_KEY"] "a condition key `aws:..` that AWS does not have"
}

rule_code! {
    /// A condition key of a service that is not in the data on AWS.
    ///
    /// AWS stores it. The key is in no request: an Allow with it gives nothing, and a Deny with a negated operator denies everything.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b", "Condition": {"StringLike": {"s3:prefixes": "ica/*"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b", "Condition": {"StringLike": {"s3:prefix": "ica/*"}}}
    /// ```
    /// What to do: correct the name; if AWS has the key since, `--data` takes newer data.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid service condition key".
    OF_SERVICE: Warning "unknown-service-key" ["INVALID_SERVICE_CONDITION_KEY"] "a condition key of a service that AWS does not have", confidence: Confidence::Medium
}

rule_code! {
    /// A condition key without the colon that separates the service from the name.
    ///
    /// Every key has the form `service:name`. Such a key is in no request.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"SourceVpc": "vpc-11111111"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-11111111"}}}
    /// ```
    /// What to do: write the key with its service, as in `aws:SourceVpc`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid condition key format".
    FORM: Warning "key-without-service" ["INVALID_CONDITION_KEY_FORMAT"] "a condition key without its service"
}

rule_code! {
    /// A condition key about a tag without the name of the tag.
    ///
    /// `aws:ResourceTag` alone is no key: each tag has a key of its own.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "ec2:StopInstances", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag": "ica"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "ec2:StopInstances", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "ica"}}}
    /// ```
    /// What to do: write the name of the tag behind a slash: `aws:ResourceTag/team`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Missing tag key in condition".
    NO_TAG: Warning "tag-key-without-tag" ["MISSING_TAG_KEY_IN_CONDITION"] "a condition key about a tag without the name of the tag"
}

rule_code! {
    /// The key `aws:ARN`, which AWS no longer has.
    ///
    /// Requests do not have it. Which key is meant depends on whose ARN it is.
    ///
    /// ```json bad
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"ArnNotLike": {"aws:ARN": "arn:aws:iam::111122223333:role/ica"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/ica"}}}
    /// ```
    /// What to do: write `aws:PrincipalArn` for the caller, `aws:SourceArn` for the resource behind a call of a service.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Unsupported global condition key".
    ARN: Warning "retired-key" ["UNSUPPORTED_GLOBAL_CONDITION_KEY" "DEPRECATED_GLOBAL_CONDITION_KEY"] "the condition key `aws:ARN`, which AWS no longer has"
}

/// A global key without a page, which AWS uses in its own AWSSSOServiceRolePolicy.
const WITHOUT_PAGE: &str = "aws:principalorgmasteraccountid";

rule_code! {
    /// The key `aws:SourceOwner`.
    ///
    /// SNS alone has it, and AWS advises against it: newer services do not send it, so that they are locked out.
    ///
    /// ```json bad resource
    /// {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sns:Publish", "Resource": "arn:aws:sns:eu-west-1:111122223333:t", "Condition": {"StringEquals": {"aws:SourceOwner": "111122223333"}}}
    /// ```
    /// ```json good resource
    /// {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sns:Publish", "Resource": "arn:aws:sns:eu-west-1:111122223333:t", "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}
    /// ```
    /// What to do: write `aws:SourceAccount`.
    ///
    /// Source: SNS:sns-access-policy-use-cases, the note on `aws:SourceOwner`.
    OWNER: Info "outdated-key" [] "the condition key `aws:SourceOwner`, which AWS advises against"
}

/// A finding for each key that no request has.
#[derive(Debug)]
pub(super) struct KeyName;

impl Rule for KeyName {
    fn codes(&self) -> &'static [Code] {
        &[GLOBAL, OF_SERVICE, FORM, NO_TAG, ARN, OWNER]
    }

    fn condition(&self, scene: &Scene<'_>, _: &Statement, condition: &Condition, sink: &mut Sink) {
        let lower = &*condition.key.node;
        if lower == "aws:sourceowner" {
            let message = "AWS advises against `aws:SourceOwner`, which newer services do not send";
            sink.push(
                Finding::new(OWNER, condition.key.span, message).help("write `aws:SourceAccount`"),
            );
        } else if scene.key(condition).is_none() {
            sink.extend(unknown(scene, condition, lower));
        }
    }
}

fn unknown(scene: &Scene<'_>, condition: &Condition, lower: &str) -> Option<Finding> {
    let text = scene.words(condition.key.span);
    let found = |code, message: String, help: String| {
        Some(Finding::new(code, condition.key.span, message).help(help))
    };
    // The keys of an identity provider are named after it: `token.actions.githubusercontent.com:sub`, `accounts.google.com:aud`.
    let Some((service, name)) = lower.split_once(':') else {
        return match lower.contains(['.', '/']) {
            true => None,
            false => found(
                FORM,
                format!("`{text}` is no condition key: it lacks the service"),
                format!("write a key such as `aws:{text}`"),
            ),
        };
    };
    if condition_key(&format!("{}/x", lower.trim_end_matches('/'))).is_some() {
        return found(
            NO_TAG,
            format!("`{text}` lacks the name of the tag"),
            format!("write it behind a slash: `{}/team`", text.trim_end_matches('/')),
        );
    }
    if lower == "aws:arn" {
        let help = "write `aws:PrincipalArn` for the caller, `aws:SourceArn` for the resource behind a call of a service";
        return Finding::new(ARN, condition.key.span, "AWS no longer has the key `aws:ARN`")
            .help(help)
            .analyzer("UNSUPPORTED_GLOBAL_CONDITION_KEY")
            .into();
    }
    let code = if service == "aws" { GLOBAL } else { OF_SERVICE };
    if lower == WITHOUT_PAGE {
        return None;
    }
    if code == OF_SERVICE
        && (service.contains(['.', '/', '$', '{'])
            || !aws::is_known_service(service)
            || is_open_ended(service))
    {
        return None;
    }
    let near = aws::condition_keys().filter(|key| {
        key.name.split(':').next().is_some_and(|own| own.eq_ignore_ascii_case(service))
    });
    let most = name.len().max(LETTERS_PER_MISTAKE) / LETTERS_PER_MISTAKE;
    let far = |known: &str| {
        let known = known.split_once(':').map_or("", |(_, name)| name);
        distance_within(name, &known.to_lowercase(), most)
    };
    let near = near.filter_map(|key| Some((far(key.name)?, key.name))).min();
    let meant = near.map_or(String::new(), |(_, known)| format!("perhaps `{known}` is meant; "));
    let message = format!(
        "AWS has no condition key `{text}` as of {}, so no request has it",
        aws::data_date()
    );
    found(code, message, format!("{meant}if AWS has the key since, `--data` takes newer data"))
}

/// Services whose keys are not all in a list: SAML and OIDC claims, and what Cognito takes from its pools.
fn is_open_ended(service: &str) -> bool {
    matches!(service, "saml" | "sts")
}
