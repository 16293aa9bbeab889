//! Lowers one statement.

use super::condition;
use super::context::{Context, repeated, unknown_element, with_article};
use super::element::{lower_actions, lower_principals, lower_resources};
use crate::aws::{self, ResourceElement};
use crate::finding::{Finding, Severity, codes};
use crate::model::doubt::Doubt;
use crate::model::kind::PolicyKind;
use crate::model::policy::{Effect, Element as Patterns, Statement};
use crate::model::{ActionPattern, Named, PrincipalPattern, ResourceKind, ResourcePattern, Shape};
use crate::source::{Span, Spanned};
use crate::syntax::{self, Body, Element};

const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

pub(super) fn lower(
    statement: &syntax::Statement,
    index: usize,
    context: &mut Context,
) -> Statement {
    let mut doubts = Vec::new();
    unknown_elements(statement, context, &mut doubts);
    let action = action(statement, context, &mut doubts);
    let mut lowered = Statement {
        index,
        span: statement.span,
        sid: sid(statement, &mut doubts),
        effect: effect(statement, context, &mut doubts),
        principal: principal(statement, context, &mut doubts),
        action: action.clone(),
        resource: resource(statement, action.as_ref(), context, &mut doubts),
        conditions: conditions(statement, context, &mut doubts),
        has_empty_condition: has_empty_condition(statement),
        doubts,
    };
    if context.kind == PolicyKind::Rcp {
        let is_not_action =
            statement.elements.iter().any(|element| element.name.text == "NotAction");
        unsupported_in_rcp(&mut lowered, is_not_action, context);
    }
    lowered
}

fn unknown_elements(statement: &syntax::Statement, context: &mut Context, doubts: &mut Vec<Doubt>) {
    for element in &statement.elements {
        if !ELEMENTS.contains(&element.name.text.as_str()) {
            doubts.push(unknown_element(context, element, &element.name.text, &ELEMENTS));
        }
    }
}

/// The only element that has one of these names. Two of them add a doubt and leave the element
/// open.
fn only<'a>(
    statement: &'a syntax::Statement,
    names: &[&str],
    context: &mut Context,
    doubts: &mut Vec<Doubt>,
) -> Found<'a> {
    let mut found =
        statement.elements.iter().filter(|element| names.contains(&element.name.text.as_str()));
    let Some(first) = found.next() else { return Found::Missing };
    let Some(second) = found.next() else { return Found::One(first) };
    if first.name.text == second.name.text {
        doubts.push(repeated(second));
    } else {
        let reason = format!("`{}` and `{}` exclude each other", first.name.text, second.name.text);
        doubts.push(context.refuse(codes::CONFLICTING_ELEMENTS, second.name.span, reason));
    }
    Found::Several
}

enum Found<'a> {
    Missing,
    One(&'a Element),
    Several,
}

fn sid(statement: &syntax::Statement, doubts: &mut Vec<Doubt>) -> Option<Spanned<String>> {
    let mut sids = statement.elements.iter().filter(|element| element.name.text == "Sid");
    let first = sids.next()?;
    doubts.extend(sids.map(repeated));
    match &first.body {
        Body::Text(text) => Some(text.clone()),
        body => {
            doubts.push(Doubt::refused(body.span(), "`Sid` is not a string".to_owned()));
            None
        }
    }
}

fn effect(
    statement: &syntax::Statement,
    context: &mut Context,
    doubts: &mut Vec<Doubt>,
) -> Spanned<Effect> {
    let unclear = Spanned::new(Effect::Unclear, statement.span);
    let element = match only(statement, &["Effect"], context, doubts) {
        Found::One(element) => element,
        Found::Several => return unclear,
        Found::Missing => {
            doubts.push(context.refuse(
                codes::MISSING_ELEMENT,
                statement.span,
                "the statement has no `Effect`",
            ));
            context.known_as("MISSING_EFFECT");
            return unclear;
        }
    };
    let span = element.body.span();
    let word = match &element.body {
        Body::Text(text) => text.node.as_str(),
        _ => "",
    };
    match word {
        "Allow" => Spanned::new(Effect::Allow, span),
        "Deny" => Spanned::new(Effect::Deny, span),
        _ => {
            let reason = format!("`{word}` is not an effect");
            doubts.push(context.refuse_with_help(
                codes::INVALID_EFFECT,
                span,
                reason,
                "write `Allow` or `Deny`, with a capital letter",
            ));
            Spanned::new(Effect::Unclear, span)
        }
    }
}

fn principal(
    statement: &syntax::Statement,
    context: &mut Context,
    doubts: &mut Vec<Doubt>,
) -> Option<Patterns<PrincipalPattern>> {
    match only(statement, &["Principal", "NotPrincipal"], context, doubts) {
        Found::One(element) if !context.kind.has_principal() => {
            let reason =
                format!("`{}` is not allowed in {}", element.name.text, with_article(context.kind));
            let help = "such a policy applies to what it is attached to; only resource policies name principals";
            doubts.push(context.refuse_with_help(
                codes::UNSUPPORTED_ELEMENT,
                element.name.span,
                reason,
                help,
            ));
            context.known_as(match context.kind {
                PolicyKind::Scp => "SCP_SYNTAX_ERROR_PRINCIPAL",
                _ => "UNSUPPORTED_PRINCIPAL",
            });
            None
        }
        Found::One(element) => {
            let principal = lower_principals(element, context, doubts);
            unsupported_principal(element, principal.as_ref(), context, doubts);
            principal
        }
        Found::Several => None,
        Found::Missing => {
            if context.kind.has_principal() {
                let reason = format!(
                    "a statement of {} must name a `Principal`",
                    with_article(context.kind)
                );
                doubts.push(context.refuse(codes::MISSING_ELEMENT, statement.span, reason));
                context.known_as("MISSING_PRINCIPAL");
            }
            None
        }
    }
}

/// Reports principals that the kind of policy does not allow: a trust policy cannot use
/// `NotPrincipal` (IAM:reference_policies_elements_notprincipal), and the principal of an RCP must
/// be `*` (ORG:orgs_manage_policies_rcps_syntax).
fn unsupported_principal(
    element: &Element,
    principal: Option<&Patterns<PrincipalPattern>>,
    context: &mut Context,
    doubts: &mut Vec<Doubt>,
) {
    if matches!(context.kind, PolicyKind::Resource | PolicyKind::KmsKey | PolicyKind::Vpce) {
        identity_providers(principal, context, doubts);
    }
    let is_not = element.name.text == "NotPrincipal";
    let is_everybody =
        |pattern: &PrincipalPattern| matches!(pattern.named, Named::Everyone | Named::AwsEveryone);
    let (wrong, help) = match context.kind {
        PolicyKind::Trust => (is_not, "list in `Principal` whom the role trusts"),
        PolicyKind::Rcp => {
            let concerns_everybody =
                principal.is_none_or(|principal| principal.patterns.iter().all(is_everybody));
            (
                is_not || !concerns_everybody,
                "write `\"Principal\": \"*\"` and a condition on `aws:PrincipalArn`",
            )
        }
        _ => (false, ""),
    };
    if wrong {
        let what = if is_not { "`NotPrincipal`" } else { "a `Principal` other than `*`" };
        let reason = format!("{what} is not allowed in {}", with_article(context.kind));
        doubts.push(context.refuse_with_help(
            codes::UNSUPPORTED_ELEMENT,
            element.name.span,
            reason,
            help,
        ));
        context.known_as(match context.kind {
            PolicyKind::Rcp => "RCP_SYNTAX_ERROR_PRINCIPAL",
            _ => "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
        });
    }
}

/// Identity providers as principals of a resource: IAM:reference_policies_elements_principal and
/// IAM:access-analyzer-reference-policy-checks know them in trust policies only,
/// S3:access-control-block-public-access shows one.
fn identity_providers(
    principal: Option<&Patterns<PrincipalPattern>>,
    context: &mut Context,
    doubts: &mut Vec<Doubt>,
) {
    let is_provider = |pattern: &&PrincipalPattern| matches!(pattern.named, Named::Federated(_));
    let patterns = || principal.into_iter().flat_map(|element| &element.patterns);
    // Alone it names none of the callers that a bucket knows otherwise.
    let is_alone = patterns().all(|pattern| is_provider(&pattern));
    for pattern in patterns().filter(is_provider) {
        let reason = match context.kind {
            PolicyKind::Resource => "an identity provider as the principal of a bucket policy; AWS's pages differ on whether S3 stores it".to_owned(),
            kind => format!("an identity provider as the principal of {}; AWS has them in trust policies only", with_article(kind)),
        };
        let help = "name the role that the provider's users assume";
        context.findings.push(
            Finding::new(codes::FEDERATED_PRINCIPAL, pattern.span, reason.clone()).help(help),
        );
        if !is_alone {
            doubts.push(Doubt::refused(pattern.span, reason));
        }
    }
}

/// Reports what a customer's RCP cannot have: `NotAction`, `*` alone as an action, and an Allow that
/// is not that of `RCPFullAWSAccess` (ORG:orgs_manage_policies_rcps_syntax).
fn unsupported_in_rcp(statement: &mut Statement, is_not_action: bool, context: &mut Context) {
    let allows = statement.effect.node == Effect::Allow;
    let is_star = |action: &ActionPattern| action.pattern.shape == Shape::Everything;
    let is_everything =
        |resource: &ResourcePattern| matches!(resource.kind, ResourceKind::Everything);
    let Some(action) = &statement.action else { return };
    let is_full_access = !is_not_action
        && action.patterns.iter().all(is_star)
        && statement.conditions.is_empty()
        && (statement.resource.as_ref())
            .is_some_and(|element| !element.not && element.patterns.iter().all(is_everything));
    let (span, reason, analyzer) = match () {
        () if is_not_action => (
            action.span,
            "`NotAction` is not allowed in a resource control policy",
            "RCP_SYNTAX_ERROR_NOTACTION",
        ),
        () if allows && !is_full_access => (
            statement.effect.span,
            "an Allow in a resource control policy is only that of `RCPFullAWSAccess`",
            "RCP_SYNTAX_ERROR_ALLOW",
        ),
        () if !allows && action.patterns.iter().any(is_star) => (
            action.span,
            "`*` alone is no action of a resource control policy: name the service, as in `s3:*`",
            "RCP_SYNTAX_ERROR_ACTION",
        ),
        () => return,
    };
    statement.doubts.push(context.refuse(codes::UNSUPPORTED_ELEMENT, span, reason));
    context.known_as(analyzer);
}

fn action(
    statement: &syntax::Statement,
    context: &mut Context,
    doubts: &mut Vec<Doubt>,
) -> Option<Patterns<ActionPattern>> {
    match only(statement, &["Action", "NotAction"], context, doubts) {
        Found::One(element) => lower_actions(element, context, doubts),
        Found::Several => None,
        Found::Missing if context.kind == PolicyKind::KmsKey => {
            Some(without_effect("Action", statement.span, context))
        }
        Found::Missing => {
            doubts.push(context.refuse(
                codes::MISSING_ELEMENT,
                statement.span,
                "the statement has no `Action`",
            ));
            context.known_as("MISSING_ACTION");
            None
        }
    }
}

fn resource(
    statement: &syntax::Statement,
    action: Option<&Patterns<ActionPattern>>,
    context: &mut Context,
    doubts: &mut Vec<Doubt>,
) -> Option<Patterns<ResourcePattern>> {
    match only(statement, &["Resource", "NotResource"], context, doubts) {
        Found::One(element) if !context.kind.has_resource() => {
            let reason =
                format!("`{}` is not allowed in {}", element.name.text, with_article(context.kind));
            doubts.push(context.refuse(codes::UNSUPPORTED_ELEMENT, element.name.span, reason));
            context.known_as("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE");
            None
        }
        Found::One(element) => lower_resources(element, context, doubts),
        Found::Several => None,
        Found::Missing if context.kind == PolicyKind::KmsKey => {
            Some(without_effect("Resource", statement.span, context))
        }
        Found::Missing => {
            missing_resource(statement.span, action, context, doubts);
            None
        }
    }
}

/// An element that matches nothing. KMS stores a statement without `Action` or `Resource`, and it has
/// no effect (KMS:key-policy-overview).
fn without_effect<T>(name: &str, span: Span, context: &mut Context) -> Patterns<T> {
    let message = format!("without `{name}` the statement of a key policy has no effect");
    let finding = Finding::new(codes::MISSING_ELEMENT, span, message);
    let analyzer = if name == "Action" { "MISSING_ACTION" } else { "MISSING_RESOURCE" };
    context.findings.push(finding.severity(Severity::Warning).analyzer(analyzer));
    Patterns { not: false, patterns: Vec::new(), span }
}

/// Whether the resource policy of the service needs a `Resource`. AWS's pages say that it depends on
/// the service (IAM:access_policies), and that it is always missing
/// (IAM:access-analyzer-reference-policy-checks): of a service that is not in the table, both count.
fn missing_resource(
    span: Span,
    action: Option<&Patterns<ActionPattern>>,
    context: &mut Context,
    doubts: &mut Vec<Doubt>,
) {
    if !context.kind.has_resource() {
        return;
    }
    let actions = action.filter(|_| context.kind == PolicyKind::Resource);
    let of_service = |pattern: &ActionPattern| {
        let start = pattern.pattern.literal_start();
        let (service, _) = start.split_once(':')?;
        Some(aws::resource_policy(service).map(|policy| policy.resource))
    };
    let elements = actions.iter().flat_map(|element| &element.patterns).map(of_service);
    let elements = elements.collect::<Option<Vec<_>>>().unwrap_or_default();
    let needs_none = |known: &Option<ResourceElement>| {
        known.is_some_and(|element| element != ResourceElement::Present)
    };
    let reason = "the statement has no `Resource`";
    if elements.is_empty() || elements.contains(&Some(ResourceElement::Present)) {
        doubts.push(context.refuse(codes::MISSING_ELEMENT, span, reason));
        context.known_as("MISSING_RESOURCE");
    } else if !elements.iter().all(needs_none) {
        let finding = Finding::new(codes::MISSING_ELEMENT, span, reason);
        context.findings.push(finding.severity(Severity::Warning).analyzer("MISSING_RESOURCE"));
        doubts.push(Doubt::refused(span, reason));
    }
}

/// `Condition: {}`. A page says of it that the condition has no effect and that the statement has
/// none (IAM:access-analyzer-reference-policy-checks, "Empty object condition").
fn has_empty_condition(statement: &syntax::Statement) -> bool {
    statement.elements.iter().any(
        |element| matches!(&element.body, Body::Condition(_, operators) if operators.is_empty()),
    )
}

fn conditions(
    statement: &syntax::Statement,
    context: &mut Context,
    doubts: &mut Vec<Doubt>,
) -> Vec<crate::model::Condition> {
    match only(statement, &["Condition"], context, doubts) {
        Found::One(element) => condition::lower_block(element, context, doubts),
        Found::Missing | Found::Several => Vec::new(),
    }
}
