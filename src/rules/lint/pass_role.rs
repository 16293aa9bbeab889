//! `iam:PassRole` and `iam:CreateServiceLinkedRole` on more roles than anybody looked at.

use super::manual::rule_code;
use crate::aws;
use crate::finding::{Audience, Code, Finding};
use crate::model::condition::Test;
use crate::model::condition::string::Compare;
use crate::model::{Condition, Effect, ResourceKind, Statement};
use crate::rules::covered::Covered;
use crate::rules::rule::{Rule, Scene, Sink};
use crate::source::Span;

rule_code! {
    /// An Allow of `iam:PassRole` on all roles, or on all but some.
    ///
    /// Whoever may pass any role to a service that runs code, such as EC2 or Lambda, has the permissions of every role in the account.
    /// A condition on `iam:PassedToService` says to which services; AWS's check takes such a statement as restricted.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/app-*"}
    /// ```
    /// What to do: name the roles, and the service in a condition on `iam:PassedToService`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Pass role with star in resource" and its five neighbours; IAM:id_roles_use_passrole.
    PASS_ROLE: Warning "pass-any-role" [
        "PASS_ROLE_WITH_STAR_IN_RESOURCE" "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE" "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION"
        "PASS_ROLE_WITH_NOT_RESOURCE" "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE" "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE"
    ] "an Allow of `iam:PassRole` on all roles, or on all but some", audience: Audience::Security
}

rule_code! {
    /// An Allow of `iam:CreateServiceLinkedRole` on all roles, or on all but some.
    ///
    /// It creates the roles of any service, and some of these can do more than the caller.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "iam:CreateServiceLinkedRole", "Resource": "*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "iam:CreateServiceLinkedRole", "Resource": "*", "Condition": {"StringEquals": {"iam:AWSServiceName": "batch.amazonaws.com"}}}
    /// ```
    /// What to do: name the role of the service, or the service in a condition on `iam:AWSServiceName`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Create SLR with star in resource" and its five neighbours.
    CREATE_ROLE: Warning "create-any-service-role" [
        "CREATE_SLR_WITH_STAR_IN_RESOURCE" "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE" "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION"
        "CREATE_SLR_WITH_NOT_RESOURCE" "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE" "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE"
    ] "an Allow of `iam:CreateServiceLinkedRole` on all roles, or on all but some", audience: Audience::Security
}

/// What one of the two actions is about.
struct About {
    code: Code,
    action: &'static str,
    /// A condition on this key restricts the statement.
    key: &'static str,
    /// The names of AWS's checks: plain, star in action, `NotAction`; with `*`, with `NotResource`.
    analyzer: [[&'static str; 2]; 3],
}

const ABOUT: [About; 2] = [
    About {
        code: PASS_ROLE,
        action: "iam:passrole",
        key: "iam:passedtoservice",
        analyzer: [
            ["PASS_ROLE_WITH_STAR_IN_RESOURCE", "PASS_ROLE_WITH_NOT_RESOURCE"],
            [
                "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
                "PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
            ],
            [
                "PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
                "PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE",
            ],
        ],
    },
    About {
        code: CREATE_ROLE,
        action: "iam:createservicelinkedrole",
        key: "iam:awsservicename",
        analyzer: [
            ["CREATE_SLR_WITH_STAR_IN_RESOURCE", "CREATE_SLR_WITH_NOT_RESOURCE"],
            [
                "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
                "CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
            ],
            [
                "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
                "CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE",
            ],
        ],
    },
];

/// A finding for each statement that allows one of the two on too much.
#[derive(Debug)]
pub(super) struct PassRole;

impl Rule for PassRole {
    fn codes(&self) -> &'static [Code] {
        &[PASS_ROLE, CREATE_ROLE]
    }

    fn statement(&self, scene: &Scene<'_>, statement: &Statement, sink: &mut Sink) {
        if statement.effect.node != Effect::Allow || !scene.policy.kind.is_identity_based() {
            return;
        }
        let Some((resource, is_not)) = wide_resource(statement) else { return };
        for about in &ABOUT {
            if statement.conditions.iter().any(|condition| restricts(condition, about.key)) {
                continue;
            }
            let Some((span, how)) = granted(scene, statement, about.action) else { continue };
            let analyzer = about.analyzer[how][usize::from(is_not)];
            let what = if is_not { "all roles but some" } else { "all roles" };
            let action = aws::action(about.action).map_or(String::new(), ToString::to_string);
            let message = format!("the statement allows `{action}` on {what}");
            let key =
                if about.code == PASS_ROLE { "iam:PassedToService" } else { "iam:AWSServiceName" };
            let help = format!("name the roles, or add a condition on `{key}`");
            let finding = Finding::new(about.code, span, message).help(help).analyzer(analyzer);
            sink.push(finding.related(resource, "on these resources"));
        }
    }
}

/// Whether a condition says for which services. AWS's check takes `StringEqualsIfExists` as no restriction and `StringLikeIfExists` as one, by its answers about
/// its own managed policies.
fn restricts(condition: &Condition, key: &str) -> bool {
    let is_exact = matches!(&condition.test, Test::String { compare: Compare::Exact, .. });
    let is_of_service = &*condition.key.node == key && !(condition.if_exists && is_exact);
    is_of_service || condition.key.node.starts_with("iam:associatedresource")
}

/// The resources, where they are all or all but some.
fn wide_resource(statement: &Statement) -> Option<(Span, bool)> {
    let element = statement.resource.as_ref()?;
    if element.not {
        return Some((element.span, true));
    }
    let is_all = |kind: &ResourceKind| matches!(kind, ResourceKind::Everything);
    element
        .patterns
        .iter()
        .find(|pattern| is_all(&pattern.kind))
        .map(|pattern| (pattern.span, false))
}

/// The words that name the action, and how: in full, with a wildcard, as not excluded.
fn granted(scene: &Scene<'_>, statement: &Statement, lower_action: &str) -> Option<(Span, usize)> {
    let element = statement.action.as_ref()?;
    let covered = scene.covered(statement);
    let action = aws::action(lower_action)?;
    if element.not {
        let is_excluded = covered.iter().any(|one| one.has(action) != Some(false));
        return (!is_excluded).then_some((element.span, 2));
    }
    let hit = |one: &Covered| one.has(action) == Some(true);
    let place = covered.iter().position(hit)?;
    // A name in full is said before a pattern.
    let exact = covered.iter().position(|one| hit(one) && matches!(one, Covered::One(_)));
    let place = exact.unwrap_or(place);
    Some((element.patterns.get(place)?.span, usize::from(exact.is_none())))
}
