//! Lowers `Action`, `Resource`, `Principal` and their `Not` forms.

use super::context::{Context, as_limit, wrong_variable};
use crate::finding::{Code, Finding, codes};
use crate::model::doubt::Doubt;
use crate::model::policy::Element;
use crate::model::principal::unknown_kind;
use crate::model::{ActionPattern, PrincipalPattern, ResourcePattern, Unsettled};
use crate::source::Span;
use crate::syntax::{self, Body, OneOrMany, Principal};
use std::collections::HashSet;

pub(super) fn lower_actions(
    element: &syntax::Element,
    context: &mut Context,
    doubts: &mut Vec<Doubt>,
) -> Option<Element<ActionPattern>> {
    let (not, values) = texts(element, "Action", context, doubts)?;
    let patterns = strings(values, doubts)
        .map(|(text, span)| ActionPattern::parse(text, span))
        .collect::<Vec<_>>();
    for pattern in &patterns {
        report(context, codes::INVALID_ACTION, pattern.doubt.as_ref());
    }
    Some(Element { not, patterns, span: values.span })
}

pub(super) fn lower_resources(
    element: &syntax::Element,
    context: &mut Context,
    doubts: &mut Vec<Doubt>,
) -> Option<Element<ResourcePattern>> {
    let (not, values) = texts(element, "Resource", context, doubts)?;
    let (version, kind) = (context.version, context.kind);
    let patterns = strings(values, doubts)
        .map(|(text, span)| ResourcePattern::parse(text, span, version, kind))
        .collect::<Vec<_>>();
    for pattern in &patterns {
        report(context, codes::INVALID_RESOURCE, pattern.doubt.as_ref());
        let reason = pattern.doubt.as_ref().map(|doubt| doubt.reason.as_str());
        if let Some(reason) = reason {
            context.known_as(wrong_variable(reason).unwrap_or("INVALID_ARN_PREFIX"));
        }
        context.findings.extend(
            pattern.unsettled.iter().map(|unsettled| told_unsettled(*unsettled, pattern.span)),
        );
    }
    Some(Element { not, patterns, span: values.span })
}

pub(super) fn lower_principals(
    element: &syntax::Element,
    context: &mut Context,
    doubts: &mut Vec<Doubt>,
) -> Option<Element<PrincipalPattern>> {
    let Body::Principal(principal) = &element.body else {
        doubts.push(Doubt::refused(
            element.body.span(),
            format!("`{}` cannot be read", element.name.text),
        ));
        return None;
    };
    let mut patterns = Vec::new();
    match principal {
        Principal::Text(text) => {
            patterns.push(PrincipalPattern::bare(&text.node, text.span));
            if patterns[0].doubt.is_some() {
                report(context, codes::INVALID_PRINCIPAL, patterns[0].doubt.as_ref());
                context.known_as("INVALID_PRINCIPAL_FORMAT");
            }
        }
        Principal::Map(_, entries) => {
            let mut seen = HashSet::new();
            for entry in entries {
                // The JSON reader has already reported the duplicate member. Which of the two
                // counts is open.
                if !seen.insert(entry.name.text.as_str()) {
                    doubts.push(Doubt::refused(
                        entry.name.span,
                        format!("`{}` occurs twice", entry.name.text),
                    ));
                }
                let nobody =
                    unknown_kind(&entry.name.text).filter(|_| entry.values.items.is_empty());
                if let Some(reason) = nobody {
                    doubts.push(context.refuse(codes::INVALID_PRINCIPAL, entry.name.span, reason));
                    context.known_as("INVALID_PRINCIPAL_KEY");
                }
                for (text, span) in strings(&entry.values, doubts) {
                    let pattern = PrincipalPattern::parse(&entry.name.text, text, span);
                    if pattern.doubt.is_some() {
                        report(context, codes::INVALID_PRINCIPAL, pattern.doubt.as_ref());
                        context.known_as(wrong_principal(&entry.name.text, text));
                    }
                    patterns.push(pattern);
                }
            }
        }
    }
    let not = element.name.text == "NotPrincipal";
    let element = Element { not, patterns, span: principal.span() };
    if element.patterns.is_empty() {
        report_empty(context, &written_name("Principal", not), element.span);
        context.known_as(match principal {
            Principal::Map(_, entries) if entries.is_empty() => "EMPTY_OBJECT_PRINCIPAL",
            _ => "EMPTY_ARRAY_PRINCIPAL",
        });
    }
    Some(element)
}

/// What IAM Access Analyzer says of a principal that AWS refuses.
fn wrong_principal(kind: &str, text: &str) -> &'static str {
    if !["AWS", "Service", "Federated", "CanonicalUser"].contains(&kind) {
        "INVALID_PRINCIPAL_KEY"
    } else if text.contains(['*', '?']) {
        "UNSUPPORTED_WILDCARD_IN_PRINCIPAL"
    } else {
        "INVALID_PRINCIPAL_FORMAT"
    }
}

/// The list under `name` or `Not<name>`. An empty list matches nothing in either form: "the
/// statement has no effect on the policy" (IAM:access-analyzer-reference-policy-checks, "Empty
/// array action" and "Empty array resource", which include the `Not` forms).
fn texts<'a>(
    element: &'a syntax::Element,
    name: &str,
    context: &mut Context,
    doubts: &mut Vec<Doubt>,
) -> Option<(bool, &'a OneOrMany)> {
    let not = element.name.text != name;
    let Body::Texts(values) = &element.body else {
        doubts.push(Doubt::refused(
            element.body.span(),
            format!("`{}` cannot be read", element.name.text),
        ));
        return None;
    };
    if values.items.is_empty() {
        report_empty(context, &written_name(name, not), values.span);
        return Some((false, values));
    }
    Some((not, values))
}

fn written_name(name: &str, not: bool) -> String {
    if not { format!("Not{name}") } else { name.to_owned() }
}

/// Reports an empty list. The statement has no effect then; AWS's pages do not say this of
/// `NotPrincipal`.
fn report_empty(context: &mut Context, name: &str, span: Span) {
    let message = match name {
        "NotPrincipal" => "AWS does not say what an empty `NotPrincipal` means".to_owned(),
        _ => format!("without a value in `{name}` the statement has no effect"),
    };
    context.findings.push(Finding::new(codes::EMPTY_LIST, span, message));
    match name {
        "Action" | "NotAction" => context.known_as("EMPTY_ARRAY_ACTION"),
        "Resource" | "NotResource" => context.known_as("EMPTY_ARRAY_RESOURCE"),
        _ => {}
    }
}

/// The strings of a list. Other values, which the parser has already reported, add a doubt.
fn strings<'a>(
    values: &'a OneOrMany,
    doubts: &mut Vec<Doubt>,
) -> impl Iterator<Item = (&'a str, Span)> + use<'a> {
    let others = values.items.iter().filter(|item| item.as_str().is_none());
    doubts.extend(
        others
            .map(|item| Doubt::refused(item.span, format!("{} is not allowed here", item.kind()))),
    );
    values.items.iter().filter_map(|item| item.as_str().map(|text| (text, item.span)))
}

/// The finding about a resource that may match nothing.
fn told_unsettled(unsettled: Unsettled, span: Span) -> Finding {
    match unsettled {
        Unsettled::ShortArn => Finding::new(
            codes::SHORT_ARN,
            span,
            "the ARN has fewer than six parts; AWS says only of identity-based policies what that means",
        )
        .help("write all parts: `arn:partition:service:region:account:resource`"),
        Unsettled::ServiceWildcard => Finding::new(
            codes::SERVICE_WILDCARD,
            span,
            "the service of the ARN has a wildcard; AWS's pages differ on whether it matches",
        )
        .help("name the service"),
    }
}

fn report(context: &mut Context, code: Code, doubt: Option<&Doubt>) {
    context.findings.extend(
        doubt.map(|doubt| as_limit(doubt, Finding::new(code, doubt.span, doubt.reason.clone()))),
    );
}
