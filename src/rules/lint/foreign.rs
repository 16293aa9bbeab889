//! Policies of resources and of organizations with words that are of other services.

use super::manual::rule_code;
use crate::aws;
use crate::finding::{Audience, Code, Confidence, Finding, Severity};
use crate::model::{Condition, Effect, PolicyKind, Statement};
use crate::rules::covered::Covered;
use crate::rules::rule::{Rule, Scene, Sink};

rule_code! {
    /// An action of another service in the policy of a bucket or key.
    ///
    /// S3 refuses a bucket policy with an action that is not its own (`Policy has invalid action`). KMS stores it, and it does nothing.
    ///
    /// ```json bad bucket
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": ["s3:GetObject", "ec2:StopInstances"], "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// ```json good bucket
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// What to do: take the action out; put it into a policy of the caller.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Unsupported action in policy"; practice for S3's words.
    ACTION: Error "foreign-action" ["UNSUPPORTED_ACTION_IN_POLICY"] "an action of another service in the policy of a bucket or key"
}

rule_code! {
    /// A resource of another service in the policy of a key.
    ///
    /// The policy of a key is about this key alone; the words match nothing.
    ///
    /// ```json bad kms-key
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "arn:aws:s3:::b"}
    /// ```
    /// ```json good kms-key
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "kms:*", "Resource": "*"}
    /// ```
    /// What to do: write `*`, which is this key.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Unsupported resource ARN in policy"; KMS:key-policy-overview.
    RESOURCE: Warning "foreign-resource" ["UNSUPPORTED_RESOURCE_ARN_IN_POLICY"] "a resource of another service in the policy of a key"
}

rule_code! {
    /// A resource control policy with actions of a service that such policies do not reach.
    ///
    /// The words do nothing; AWS may refuse them.
    ///
    /// ```json bad rcp
    /// {"Effect": "Deny", "Principal": "*", "Action": "ec2:StopInstances", "Resource": "*"}
    /// ```
    /// ```json good rcp
    /// {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1111111111"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}}
    /// ```
    /// What to do: take the actions out; a service control policy reaches them from the side of the callers.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "RCP syntax error action"; ORG:orgs_manage_policies_rcps.
    RCP_SERVICE: Warning "service-beyond-rcp" ["RCP_SYNTAX_ERROR_ACTION"] "actions of a service that resource control policies do not reach", confidence: Confidence::Medium
}

rule_code! {
    /// A resource control policy denies callers by a key about identities, and services are not left out.
    ///
    /// A service that calls with its own principal has no organization: the Deny also hits AWS's own services.
    ///
    /// ```json bad rcp
    /// {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1111111111"}}}
    /// ```
    /// ```json good rcp
    /// {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1111111111"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}}
    /// ```
    /// What to do: add `"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "RCP missing related principal condition key".
    RCP_CALLER: Warning "rcp-denies-services" ["RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY"] "a resource control policy that denies AWS's own services, too"
}

rule_code! {
    /// A resource control policy denies services by the source of their call, and does not say that it is about services.
    ///
    /// Only services send the key. For every other caller it is absent, so a negated condition holds and the caller is denied.
    ///
    /// ```json bad rcp
    /// {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:SourceOrgID": "o-1111111111"}, "Null": {"aws:SourceAccount": "false"}}}
    /// ```
    /// ```json good rcp
    /// {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:SourceOrgID": "o-1111111111"}, "Null": {"aws:SourceAccount": "false"}, "Bool": {"aws:PrincipalIsAWSService": "true"}}}
    /// ```
    /// What to do: add `"Bool": {"aws:PrincipalIsAWSService": "true"}` and `"Null": {"aws:SourceAccount": "false"}`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "RCP missing related service principal condition key" and "RCP missing service condition key null check".
    RCP_SOURCE: Warning "rcp-denies-callers" ["RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY" "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK"] "a resource control policy about services that denies other callers, too"
}

rule_code! {
    /// A wildcard in the service of an action.
    ///
    /// It takes in every service whose name fits, also those that AWS adds later.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3*:Get*", "Resource": "*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": ["s3:Get*", "s3-object-lambda:Get*"], "Resource": "*"}
    /// ```
    /// What to do: name the services.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Wildcard in service name".
    SERVICE_STAR: Info "wildcard-in-service" ["WILDCARD_IN_SERVICE_NAME"] "an action with a wildcard in its service", audience: Audience::Security
}

rule_code! {
    /// A wildcard inside of an action of a service control policy.
    ///
    /// AWS's pages differ: that of Organizations allows it anywhere in the name, that of IAM Access Analyzer's checks only at the end.
    ///
    /// ```json bad scp
    /// {"Effect": "Deny", "Action": "iam:*Role*", "Resource": "*"}
    /// ```
    /// ```json good scp
    /// {"Effect": "Deny", "Action": "iam:Create*", "Resource": "*"}
    /// ```
    /// What to do: nothing, if the policy was stored; else name the actions.
    ///
    /// Source: ORG:orgs_manage_policies_scps_syntax; IAM:access-analyzer-reference-policy-checks, "SCP syntax error action wildcard".
    SCP_STAR: Info "wildcard-inside-scp-action" ["SCP_SYNTAX_ERROR_ACTION_WILDCARD"] "a wildcard inside of an action of a service control policy; AWS's pages differ on whether it is allowed", confidence: Confidence::Low
}

/// Findings about words of other services.
#[derive(Debug)]
pub(super) struct Foreign;

const OF_IDENTITIES: [&str; 4] =
    ["aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn"];
const OF_SOURCES: [&str; 4] =
    ["aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceaccount", "aws:sourcearn"];

impl Rule for Foreign {
    fn codes(&self) -> &'static [Code] {
        &[ACTION, RESOURCE, RCP_SERVICE, RCP_CALLER, RCP_SOURCE, SERVICE_STAR, SCP_STAR]
    }

    fn statement(&self, scene: &Scene<'_>, statement: &Statement, sink: &mut Sink) {
        let kind = scene.policy.kind;
        let patterns = statement.action.iter().flat_map(|element| &element.patterns);
        for (pattern, covered) in patterns.zip(scene.covered(statement)) {
            // In the policy of an identity only a service that is left open is of interest.
            if kind == PolicyKind::Identity && !matches!(covered, Covered::Unknown) {
                continue;
            }
            let text = scene.words(pattern.span);
            let Some((service, _)) = text.split_once(':').filter(|_| pattern.doubt.is_none())
            else {
                continue;
            };
            if service.contains(['*', '?']) {
                let message = format!("`{text}` takes in every service whose name fits");
                sink.push(
                    Finding::new(SERVICE_STAR, pattern.span, message).help("name the services"),
                );
                continue;
            }
            let is_inside = text.trim_end_matches(['*', '?']).contains(['*', '?']);
            if kind == PolicyKind::Scp && is_inside {
                let message = format!(
                    "`{text}` has a wildcard before its end, which AWS's pages do not all allow"
                );
                sink.push(
                    Finding::new(SCP_STAR, pattern.span, message)
                        .help("name the actions, if AWS refuses it"),
                );
            }
            let is = |own: &str| service.eq_ignore_ascii_case(own);
            let (own, severity) = match kind {
                PolicyKind::Resource if scene.is_of_bucket() => ("s3", Severity::Error),
                PolicyKind::KmsKey => ("kms", Severity::Warning),
                PolicyKind::Rcp
                    if aws::is_known_service(service) && !aws::supports_rcp(service) =>
                {
                    let message =
                        format!("resource control policies do not reach the service `{service}`");
                    sink.push(
                        Finding::new(RCP_SERVICE, pattern.span, message)
                            .help("take the action out"),
                    );
                    continue;
                }
                _ => continue,
            };
            if !is(own) {
                let message = format!("`{text}` is no action of this resource");
                let finding = Finding::new(ACTION, pattern.span, message).severity(severity);
                sink.push(finding.help("take it out; a policy of the caller can have it"));
            }
        }
        if kind == PolicyKind::KmsKey {
            for pattern in statement.resource.iter().flat_map(|element| &element.patterns) {
                let text = scene.words(pattern.span);
                let service = text.split(':').nth(2);
                if text.starts_with("arn:")
                    && service.is_some_and(|service| service != "kms" && !service.contains('*'))
                {
                    let message = format!("`{text}` is not this key, so the words match nothing");
                    sink.push(
                        Finding::new(RESOURCE, pattern.span, message)
                            .help("write `*`, which is this key"),
                    );
                }
            }
        }
        if kind == PolicyKind::Rcp && statement.effect.node == Effect::Deny {
            organization(statement, sink);
        }
    }
}

/// What a Deny of a resource control policy hits beside what it is meant for.
fn organization(statement: &Statement, sink: &mut Sink) {
    let has = |key: &str| statement.conditions.iter().any(|condition| &*condition.key.node == key);
    let negated_on = |keys: &[&str]| {
        statement.conditions.iter().find(|condition: &&Condition| {
            condition.test.is_negated() && keys.contains(&&*condition.key.node)
        })
    };
    let says_service = has("aws:principalisawsservice")
        || has("aws:viaawsservice")
        || has("aws:principalservicename")
        || has("aws:principalservicenameslist");
    if let Some(condition) = negated_on(&OF_IDENTITIES).filter(|_| !says_service) {
        let message = "a service that calls with its own principal has no such key, and is denied";
        sink.push(
            Finding::new(RCP_CALLER, condition.key.span, message)
                .help("add `\"BoolIfExists\": {\"aws:PrincipalIsAWSService\": \"false\"}`"),
        );
    }
    if let Some(condition) = negated_on(&OF_SOURCES).filter(|_| !has("aws:principalisawsservice")) {
        let message = "callers that are no services have no such key, and are denied";
        let finding = Finding::new(RCP_SOURCE, condition.key.span, message)
            .analyzer("RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY");
        sink.push(finding.help("add `\"Bool\": {\"aws:PrincipalIsAWSService\": \"true\"}` and `\"Null\": {\"aws:SourceAccount\": \"false\"}`"));
    } else if let Some(condition) = negated_on(&OF_SOURCES).filter(|_| !has_null(statement)) {
        let message = "some calls of services have no source, and are denied";
        let finding = Finding::new(RCP_SOURCE, condition.key.span, message)
            .analyzer("RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK");
        sink.push(finding.help("add `\"Null\": {\"aws:SourceAccount\": \"false\"}`"));
    }
}

fn has_null(statement: &Statement) -> bool {
    let is_null = |condition: &Condition| {
        matches!(condition.test, crate::model::condition::Test::Null(_))
            && OF_SOURCES.contains(&&*condition.key.node)
    };
    statement.conditions.iter().any(is_null)
}
