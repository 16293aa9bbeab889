//! Statements that give much: opinions, and the two that hardly anybody means.

use super::manual::rule_code;
use crate::finding::{Audience, Code, Confidence, Finding};
use crate::model::{Effect, PolicyKind, ResourceKind, ResourcePattern, Shape, Statement};
use crate::rules::covered::Covered;
use crate::rules::rule::{Rule, Scene, Sink};

rule_code! {
    /// An Allow of everything on everything.
    ///
    /// Whoever has it is an administrator.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "*", "Resource": "*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// What to do: name the actions and the resources.
    ///
    /// Source: IAM:best-practices, least privilege.
    ADMINISTRATOR: Warning "administrator" [] "an Allow of everything on everything", audience: Audience::Pedantic, confidence: Confidence::Low
}

rule_code! {
    /// An Allow of every action of a service, or of all services.
    ///
    /// It gives what AWS adds later as well, and what changes permissions.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// What to do: name the actions that are needed.
    ///
    /// Source: IAM:best-practices, least privilege.
    WHOLE_SERVICE: Info "whole-service" [] "an Allow of every action of a service", audience: Audience::Pedantic, confidence: Confidence::Low
}

rule_code! {
    /// An Allow on `*` of an action that works on resources which can be named.
    ///
    /// It reaches every resource of the account.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    /// ```
    /// What to do: name the resources.
    ///
    /// Source: IAM:best-practices, least privilege; IDATA for the resources of actions.
    ANY_RESOURCE: Info "any-resource" [] "an Allow on `*` of an action whose resources can be named", audience: Audience::Pedantic, confidence: Confidence::Low
}

rule_code! {
    /// An Allow with `NotAction`.
    ///
    /// It gives everything else, also what AWS adds later.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}
    /// ```
    /// What to do: name in `Action` what is allowed.
    ///
    /// Source: IAM:reference_policies_elements_notaction.
    NOT_ACTION: Warning "allow-not-action" [] "an Allow of everything but some actions", audience: Audience::Pedantic, confidence: Confidence::Medium
}

rule_code! {
    /// An Allow with `NotResource`.
    ///
    /// It reaches everything else, also what is made later.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::b/*"}
    /// ```
    /// What to do: name in `Resource` what is reached.
    ///
    /// Source: IAM:reference_policies_elements_notresource.
    NOT_RESOURCE: Warning "allow-not-resource" [] "an Allow on everything but some resources", audience: Audience::Pedantic, confidence: Confidence::Medium
}

rule_code! {
    /// An Allow with `NotAction` and `NotResource`.
    ///
    /// It gives every other action on every other resource: hardly anybody means that.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::b/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "NotAction": "s3:*", "NotResource": "arn:aws:s3:::b/*"}
    /// ```
    /// What to do: name actions and resources.
    ///
    /// Source: IAM:reference_policies_elements_notaction, IAM:reference_policies_elements_notresource.
    BOTH: Warning "allow-not-action-not-resource" [] "an Allow of everything but some actions on everything but some resources", audience: Audience::Security
}

rule_code! {
    /// `NotPrincipal`.
    ///
    /// AWS advises against it: a Deny with it denies callers with a permissions boundary always, and cannot leave out sessions by a pattern.
    ///
    /// ```json bad resource
    /// {"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// ```json good resource
    /// {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*", "Condition": {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/ica"}}}
    /// ```
    /// What to do: write `"Principal": "*"` and a condition `ArnNotEquals` on `aws:PrincipalArn`.
    ///
    /// Source: IAM:reference_policies_elements_notprincipal.
    NOT_PRINCIPAL: Info "not-principal-used" [] "`NotPrincipal`, which AWS advises against", audience: Audience::Pedantic
}

rule_code! {
    /// The partition is written in ARNs.
    ///
    /// The policy cannot be used in China or GovCloud as it is.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    /// ```
    /// What to do: let the template fill the partition.
    ///
    /// Source: IAM:reference-arns.
    PARTITION: Info "written-partition" [] "an ARN with the partition written out", audience: Audience::Pedantic, confidence: Confidence::Low
}

/// Findings about statements that give much.
#[derive(Debug)]
pub(super) struct Wide;

impl Rule for Wide {
    fn codes(&self) -> &'static [Code] {
        &[
            ADMINISTRATOR,
            WHOLE_SERVICE,
            ANY_RESOURCE,
            NOT_ACTION,
            NOT_RESOURCE,
            BOTH,
            NOT_PRINCIPAL,
            PARTITION,
        ]
    }

    fn statement(&self, scene: &Scene<'_>, statement: &Statement, sink: &mut Sink) {
        if let Some(element) = statement.principal.as_ref().filter(|element| element.not) {
            sink.push(Finding::new(NOT_PRINCIPAL, element.span, "AWS advises against `NotPrincipal`").help("write `\"Principal\": \"*\"` and a condition `ArnNotEquals` on `aws:PrincipalArn`"));
        }
        let resources = statement.resource.iter().flat_map(|element| &element.patterns);
        let is_written =
            |pattern: &&ResourcePattern| scene.words(pattern.span).starts_with("arn:aws:");
        if let Some(pattern) =
            resources.clone().find(|pattern| scene.wants(PARTITION) && is_written(pattern))
        {
            sink.push(
                Finding::new(PARTITION, pattern.span, "the partition is written out")
                    .help("let the template fill the partition"),
            );
        }
        // A ceiling is meant to be wide.
        let is_ceiling = matches!(
            scene.policy.kind,
            PolicyKind::Scp | PolicyKind::Rcp | PolicyKind::Boundary | PolicyKind::Vpce
        );
        let (Some(action), true) =
            (&statement.action, statement.effect.node == Effect::Allow && !is_ceiling)
        else {
            return;
        };
        let everything =
            statement.resource.as_ref().filter(|element| !element.not).and_then(|element| {
                element
                    .patterns
                    .iter()
                    .find(|pattern| matches!(pattern.kind, ResourceKind::Everything))
            });
        let not_resource = statement.resource.as_ref().filter(|element| element.not);
        match (action.not, not_resource) {
            (true, Some(_)) => sink.push(
                Finding::new(
                    BOTH,
                    action.span,
                    "the statement allows every other action on every other resource",
                )
                .help("name actions and resources"),
            ),
            (true, None) => sink.push(
                Finding::new(
                    NOT_ACTION,
                    action.span,
                    "the statement allows everything but these actions",
                )
                .help("name in `Action` what is allowed"),
            ),
            (false, Some(element)) => sink.push(
                Finding::new(
                    NOT_RESOURCE,
                    element.span,
                    "the statement reaches everything but these resources",
                )
                .help("name in `Resource` what is reached"),
            ),
            (false, None) => {}
        }
        let wants = [ADMINISTRATOR, WHOLE_SERVICE, ANY_RESOURCE].map(|code| scene.wants(code));
        if action.not || !wants.contains(&true) {
            return;
        }
        let own_star = matches!(scene.policy.kind, PolicyKind::KmsKey | PolicyKind::Trust);
        for (covered, pattern) in scene.covered(statement).iter().zip(&action.patterns) {
            let text = scene.words(pattern.span);
            match covered {
                Covered::Everything if everything.is_some() => sink.push(
                    Finding::new(
                        ADMINISTRATOR,
                        pattern.span,
                        "the statement allows everything on everything",
                    )
                    .help("name the actions and the resources"),
                ),
                Covered::Everything => sink.push(
                    Finding::new(
                        WHOLE_SERVICE,
                        pattern.span,
                        "the statement allows every action of every service",
                    )
                    .help("name the actions that are needed"),
                ),
                Covered::Run(..)
                    if pattern.pattern.shape == Shape::Prefix && text.ends_with(":*") =>
                {
                    sink.push(
                        Finding::new(
                            WHOLE_SERVICE,
                            pattern.span,
                            format!("`{text}` is every action of the service"),
                        )
                        .help("name the actions that are needed"),
                    )
                }
                Covered::One(one)
                    if !one.is_resourceless()
                        && one.stand_in().is_none()
                        && everything.is_some()
                        && !own_star =>
                {
                    let message = format!("`{text}` reaches every resource");
                    sink.push(
                        Finding::new(
                            ANY_RESOURCE,
                            everything.map_or(pattern.span, |pattern| pattern.span),
                            message,
                        )
                        .related(pattern.span, "this action")
                        .help("name the resources"),
                    );
                    return;
                }
                _ => {}
            }
        }
    }
}
