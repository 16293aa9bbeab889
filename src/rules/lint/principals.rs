//! Principals: deleted ones, everybody but some, services that anybody can make call, trust that is wider than it seems.

use super::manual::rule_code;
use crate::finding::{Audience, Code, Confidence, Finding};
use crate::model::{Condition, Effect, Named, PolicyKind, PrincipalPattern, Statement};
use crate::rules::rule::{Rule, Scene, Sink};

rule_code! {
    /// The principal is the id of a role or user: AWS writes it in place of an ARN whose role or user was deleted.
    ///
    /// A new role of the same name has another id, so the words name nobody.
    ///
    /// ```json bad resource
    /// {"Effect": "Allow", "Principal": {"AWS": "AROAEXAMPLEID12345678"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// ```json good resource
    /// {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/ica"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// What to do: write the ARN of the role or user that is meant, or take the principal out.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid role reference" and "Invalid user reference"; IAM:reference_policies_elements_principal.
    DELETED: Warning "deleted-principal" ["INVALID_ROLE_REFERENCE" "INVALID_USER_REFERENCE"] "a principal that is the id of a deleted role or user"
}

rule_code! {
    /// An Allow with `NotPrincipal`.
    ///
    /// It names everybody else: all other accounts, and callers who did not sign.
    ///
    /// ```json bad resource
    /// {"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:user/bob"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// ```json good resource
    /// {"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// What to do: list in `Principal` who may.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Allow with NotPrincipal".
    NOT_PRINCIPAL: Warning "allow-not-principal" ["ALLOW_WITH_NOT_PRINCIPAL"] "an Allow for everybody but some", audience: Audience::Security
}

rule_code! {
    /// A resource policy allows a service without saying for whose resource the service calls.
    ///
    /// Anybody can make the service call with a resource of another account (the confused deputy). Other keys, such as `aws:Referer`, do not say whose resource it is.
    ///
    /// ```json bad resource
    /// {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// ```json good resource
    /// {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}
    /// ```
    /// What to do: add a condition on `aws:SourceArn`, `aws:SourceAccount`, `aws:SourceOrgID` or `aws:SourceOrgPaths`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Restrict access to service principal"; IAM:confused-deputy.
    DEPUTY: Warning "service-without-source" ["RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL" "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL"] "a service may call for resources of anybody", audience: Audience::Security, confidence: Confidence::Medium
}

rule_code! {
    /// A key about the caller in an Allow for a service.
    ///
    /// A service that calls with its own principal has no organization, no tags and no ARN of a role: the key is absent, and the Allow gives nothing.
    ///
    /// ```json bad resource
    /// {"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1111111111", "aws:SourceAccount": "111122223333"}}}
    /// ```
    /// ```json good resource
    /// {"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringEquals": {"aws:SourceOrgID": "o-1111111111"}}}
    /// ```
    /// What to do: take the keys about the source: `aws:SourceAccount`, `aws:SourceArn`, `aws:SourceOrgID`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Unsupported condition key for service principal"; IAM:reference_policies_condition-keys.
    CALLER_KEY: Warning "caller-key-for-service" ["UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL"] "a key about the caller in an Allow for a service, which never has it"
}

rule_code! {
    /// A session of a role beside the role itself.
    ///
    /// Who names a role names all its sessions.
    ///
    /// ```json bad trust
    /// {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::111122223333:role/ica", "arn:aws:sts::111122223333:assumed-role/ica/one"]}, "Action": "sts:AssumeRole"}
    /// ```
    /// ```json good trust
    /// {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::111122223333:role/ica", "arn:aws:sts::111122223333:assumed-role/lab/one"]}, "Action": "sts:AssumeRole"}
    /// ```
    /// What to do: take the session out, or the role if only the session is meant.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Redundant principal in role trust policy".
    SESSION: Info "redundant-session" ["REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY"] "a session beside the role that has it"
}

rule_code! {
    /// The trust policy of a role trusts everybody.
    ///
    /// Every account of AWS may try to take the role; only a condition keeps others out.
    ///
    /// ```json bad trust
    /// {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    /// ```
    /// ```json good trust
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}
    /// ```
    /// What to do: name the accounts, users or roles.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Role trust policy unsupported wildcard in principal". AWS's page on principals stores it.
    TRUSTS_ALL: Warning "trust-everybody" ["ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL"] "a trust policy that trusts everybody", audience: Audience::Security
}

/// Findings about principals.
#[derive(Debug)]
pub(super) struct Principals;

/// Keys that say for whose resource a service calls.
const SOURCES: [&str; 4] =
    ["aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"];

/// Keys about a caller that is an identity.
const OF_CALLERS: [&str; 4] =
    ["aws:principalorgid", "aws:principalorgpaths", "aws:principalarn", "aws:principalaccount"];

impl Rule for Principals {
    fn codes(&self) -> &'static [Code] {
        &[DELETED, NOT_PRINCIPAL, DEPUTY, CALLER_KEY, SESSION, TRUSTS_ALL]
    }

    fn statement(&self, scene: &Scene<'_>, statement: &Statement, sink: &mut Sink) {
        let Some(element) = &statement.principal else { return };
        let allows = statement.effect.node == Effect::Allow;
        for pattern in &element.patterns {
            sink.extend(deleted(pattern));
        }
        if element.not {
            if allows {
                let message = "the statement allows everybody but these, in all accounts";
                sink.push(
                    Finding::new(NOT_PRINCIPAL, element.span, message)
                        .help("list in `Principal` who may"),
                );
            }
            return;
        }
        if !allows {
            return;
        }
        let services =
            element.patterns.iter().filter(|pattern| matches!(pattern.named, Named::Service(_)));
        let services = services.collect::<Vec<_>>();
        if services.len() == element.patterns.len() && !services.is_empty() {
            about_services(scene, statement, services[0], sink);
        }
        sessions(&element.patterns, sink);
        let everybody = element.patterns.iter().find(|pattern| pattern.named.is_everybody());
        if let Some(pattern) = everybody
            .filter(|_| scene.policy.kind == PolicyKind::Trust && statement.conditions.is_empty())
        {
            let message = "every account of AWS may take the role";
            sink.push(
                Finding::new(TRUSTS_ALL, pattern.span, message)
                    .help("name the accounts, users or roles"),
            );
        }
    }
}

fn deleted(pattern: &PrincipalPattern) -> Option<Finding> {
    let Named::UniqueId(id) = &pattern.named else { return None };
    let (what, analyzer) = match id.starts_with("AROA") {
        true => ("role", "INVALID_ROLE_REFERENCE"),
        false => ("user", "INVALID_USER_REFERENCE"),
    };
    let message = format!(
        "`{id}` is the id of a {what}, which AWS writes once the {what} is deleted: it names nobody any more"
    );
    let help = format!("write the ARN of the {what} that is meant, or take the principal out");
    Some(Finding::new(DELETED, pattern.span, message).help(help).analyzer(analyzer))
}

fn about_services(
    scene: &Scene<'_>,
    statement: &Statement,
    service: &PrincipalPattern,
    sink: &mut Sink,
) {
    let is_positive = |condition: &Condition| !condition.test.is_negated() && !condition.if_exists;
    let has_source =
        statement.conditions.iter().any(|condition| SOURCES.contains(&&*condition.key.node));
    // The service of a bucket's own account, by keys of its own.
    let has_own = statement.conditions.iter().any(|condition| {
        condition.key.node.contains(":source")
            || condition.key.node.starts_with("kms:viaservice")
            || condition.key.node.starts_with("kms:encryptioncontext")
    });
    if matches!(scene.policy.kind, PolicyKind::Resource) && !has_source && !has_own {
        let message = "the service may call for a resource of any account";
        let help = "add a condition on `aws:SourceArn`, `aws:SourceAccount`, `aws:SourceOrgID` or `aws:SourceOrgPaths`";
        let is_by_other_key =
            statement.conditions.iter().any(|condition| &*condition.key.node == "aws:referer");
        let analyzer = match is_by_other_key {
            true => "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
            false => "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",
        };
        sink.push(Finding::new(DEPUTY, service.span, message).help(help).analyzer(analyzer));
    }
    let of_caller = |condition: &&Condition| {
        let key = &*condition.key.node;
        OF_CALLERS.contains(&key) || key.starts_with("aws:principaltag/")
    };
    let keys =
        statement.conditions.iter().filter(of_caller).filter(|condition| is_positive(condition));
    for condition in keys {
        let key = scene.words(condition.key.span);
        let message = format!("a service has no `{key}`, so this Allow gives it nothing");
        let help =
            "take a key about the source: `aws:SourceAccount`, `aws:SourceArn`, `aws:SourceOrgID`";
        sink.push(Finding::new(CALLER_KEY, condition.key.span, message).help(help));
    }
}

/// Sessions whose role stands in the same list.
fn sessions(patterns: &[PrincipalPattern], sink: &mut Sink) {
    for pattern in patterns {
        let Named::RoleSession(session) = &pattern.named else { continue };
        let mut parts = session.split(':');
        let (account, resource) = (parts.nth(4), parts.next());
        let role = resource.and_then(|resource| resource.split('/').nth(1));
        let (Some(account), Some(role)) = (account, role) else { continue };
        let is_role = |other: &&PrincipalPattern| {
            let Named::Role(arn) = &other.named else { return false };
            arn.split(':').nth(4) == Some(account) && arn.rsplit('/').next() == Some(role)
        };
        if let Some(parent) = patterns.iter().find(is_role) {
            let message =
                format!("the role `{role}` stands in the same list, with all its sessions");
            let finding = Finding::new(SESSION, pattern.span, message)
                .help("take the session out, or the role if only the session is meant");
            sink.push(finding.related(parent.span, "the role"));
        }
    }
}
