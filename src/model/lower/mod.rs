//! Lowers the AST to the model.

mod condition;
mod context;
mod element;
mod help;
mod statement;

use self::context::{Context, repeated, unknown_element, with_article};
use super::condition::Test;
use super::doubt::Doubt;
use super::kind::PolicyKind;
use super::policy::{Effect, Policy, Statement};
use super::version::Version;
use super::{Part, Pattern, ResourceKind};
use crate::finding::{Finding, Severity, codes};
use crate::source::{Span, Spanned};
use crate::syntax::{self, Body, StatementItem};

/// A model, and the findings about the text it was made from.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The policy.
    pub policy: Policy,
    /// What AWS would refuse (errors), what has another effect than it seems (warnings), and what
    /// is beyond a limit of this program.
    pub findings: Vec<Finding>,
}

/// Lowers a policy that is used as `kind`.
pub fn lower(policy: &syntax::Policy, kind: PolicyKind) -> Lowered {
    let mut context = Context { kind, version: Version::V2008, findings: Vec::new() };
    let mut doubts = Vec::new();
    let version = version(policy, &mut context, &mut doubts);
    other_elements(policy, &mut context, &mut doubts);
    let mut statements = statements(policy, &mut context);
    sids(&mut statements, &mut context);
    context.findings.extend(literal_variable(&statements, context.version));
    // A doubt about the document is a doubt about each statement.
    for statement in &mut statements {
        // One doubt is enough, and there may be many statements.
        statement.doubts.extend(doubts.first().cloned());
    }
    let statement_span = policy
        .elements
        .iter()
        .find(|element| element.name.text == "Statement")
        .map(|element| element.name.span);
    let policy = Policy {
        kind,
        span: policy.span,
        version: context.version,
        version_span: version,
        statement_span,
        statements,
    };
    let findings = context.findings.into_iter().map(help::with_advice).collect();
    Lowered { policy, findings }
}

fn version(
    policy: &syntax::Policy,
    context: &mut Context,
    doubts: &mut Vec<Doubt>,
) -> Option<Span> {
    let mut found = None;
    for element in policy.elements.iter().filter(|element| element.name.text == "Version") {
        if found.is_some() {
            doubts.push(repeated(element));
        }
        found = Some(element.body.span());
        let Body::Text(text) = &element.body else {
            doubts
                .push(Doubt::refused(element.body.span(), "`Version` is not a string".to_owned()));
            continue;
        };
        match text.node.as_str() {
            "2012-10-17" => context.version = Version::V2012,
            "2008-10-17" => context.version = Version::V2008,
            other => {
                let reason = format!("`{other}` is not a version of the policy language");
                doubts.push(context.refuse_with_help(
                    codes::INVALID_VERSION,
                    text.span,
                    reason,
                    "write `2012-10-17`",
                ));
            }
        }
    }
    found
}

fn other_elements(policy: &syntax::Policy, context: &mut Context, doubts: &mut Vec<Doubt>) {
    for element in &policy.elements {
        match element.name.text.as_str() {
            "Version" | "Statement" => {}
            "Id" if context.kind.has_id() => {}
            "Id" => {
                let reason = format!("`Id` is not allowed in {}", with_article(context.kind));
                doubts.push(context.refuse(codes::UNSUPPORTED_ELEMENT, element.name.span, reason));
            }
            name => doubts.push(unknown_element(
                context,
                element,
                name,
                &["Version", "Id", "Statement"],
            )),
        }
    }
}

fn statements(policy: &syntax::Policy, context: &mut Context) -> Vec<Statement> {
    let mut statements = Vec::new();
    let elements = || policy.elements.iter().filter(|element| element.name.text == "Statement");
    for element in elements() {
        let first = statements.len();
        match &element.body {
            Body::Statements(list) => {
                if list.items.is_empty() {
                    let message = "without a statement the policy has no effect";
                    context.findings.push(Finding::new(codes::EMPTY_LIST, list.span, message));
                }
                for item in &list.items {
                    let index = statements.len();
                    statements.push(match item {
                        StatementItem::Statement(statement) => {
                            statement::lower(statement, index, context)
                        }
                        StatementItem::Other(node) => {
                            unreadable(index, node.span, "this is not a statement")
                        }
                    });
                }
            }
            body => statements.push(unreadable(first, body.span(), "these are not statements")),
        }
    }
    if let Some(second) = elements().nth(1) {
        statements.iter_mut().for_each(|statement| statement.doubts.push(repeated(second)));
    }
    if elements().next().is_none() {
        let doubt =
            context.refuse(codes::MISSING_ELEMENT, policy.span, "the policy has no `Statement`");
        context.known_as("MISSING_STATEMENT");
        statements.push(unreadable(0, doubt.span, &doubt.reason));
    }
    statements
}

/// A statement for text that cannot be read and may mean anything.
fn unreadable(index: usize, span: Span, reason: &str) -> Statement {
    Statement {
        index,
        span,
        sid: None,
        effect: Spanned::new(Effect::Unclear, span),
        principal: None,
        action: None,
        resource: None,
        conditions: Vec::new(),
        has_empty_condition: false,
        doubts: vec![Doubt::refused(span, reason)],
    }
}

/// Only version 2012-10-17 has variables. Under an older version, or without one, `${` is literal
/// text (IAM:reference_policies_elements_version). Reports the first place of the document where
/// this happens.
fn literal_variable(statements: &[Statement], version: Version) -> Option<Finding> {
    if version == Version::V2012 {
        return None;
    }
    let span = statements
        .iter()
        .find_map(|statement| resources(statement).chain(values(statement)).find(is_like_variable))?
        .1;
    let message = "`${..}` is plain text here: variables need `\"Version\": \"2012-10-17\"`";
    Some(
        Finding::new(codes::VARIABLE_WITHOUT_VERSION, span, message)
            .help("add `\"Version\": \"2012-10-17\"` if a variable is meant"),
    )
}

fn resources(statement: &Statement) -> impl Iterator<Item = (&Pattern, Span)> {
    statement.resource.iter().flat_map(|element| &element.patterns).filter_map(|resource| {
        match &resource.kind {
            ResourceKind::Arn(pattern) => Some((pattern, resource.span)),
            ResourceKind::Everything => None,
        }
    })
}

fn values(statement: &Statement) -> impl Iterator<Item = (&Pattern, Span)> {
    let lists = statement.conditions.iter().filter_map(|condition| match &condition.test {
        Test::String { values, .. } | Test::Arn { values, .. } => Some(&values.list),
        _ => None,
    });
    lists.flatten().map(|value| (&value.node, value.span))
}

fn is_like_variable((pattern, _): &(&Pattern, Span)) -> bool {
    pattern.parts.iter().any(|part| matches!(part, Part::Literal(text) if text.contains("${")))
}

/// Checks the Sids. Where IAM stores them they must be unique and made of letters and digits
/// (IAM:reference_policies_elements_sid); S3 and KMS accept any text (S3:example-bucket-policies,
/// KMS:key-policy-overview).
fn sids(statements: &mut [Statement], context: &mut Context) {
    let mut seen = std::collections::HashMap::new();
    for statement in statements {
        let Some(sid) = statement.sid.clone() else { continue };
        if context.kind.has_strict_sids()
            && !sid.node.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            let reason = format!(
                "the Sid `{}` of {} may have letters and digits only",
                sid.node,
                with_article(context.kind)
            );
            statement.doubts.push(context.refuse(codes::INVALID_SID, sid.span, reason));
        }
        if sid.node.is_empty() {
            continue;
        }
        if let Some(first) = seen.insert(sid.node.clone(), sid.span) {
            duplicate_sid(statement, &sid, first, context);
        }
    }
}

fn duplicate_sid(
    statement: &mut Statement,
    sid: &Spanned<String>,
    first: Span,
    context: &mut Context,
) {
    let reason = format!("the Sid `{}` occurs twice", sid.node);
    if context.kind.has_strict_sids() {
        statement.doubts.push(context.refuse(codes::DUPLICATE_SID, sid.span, reason));
        context.known_as("UNIQUE_SIDS_REQUIRED");
    } else {
        context
            .findings
            .push(Finding::new(codes::DUPLICATE_SID, sid.span, reason).severity(Severity::Warning));
        context.known_as("UNIQUE_SIDS_RECOMMENDED");
    }
    if let Some(finding) = context.findings.last_mut() {
        finding
            .related
            .push(crate::finding::Label { span: first, text: "first used here".to_owned() });
    }
}
