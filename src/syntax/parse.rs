//! Builds the AST from the tree: finds the elements, and reports values of a shape that they cannot
//! have.

use super::ast::{
    Body, Element, KeyEntry, OneOrMany, OperatorEntry, Policy, Principal, PrincipalEntry,
    Statement, StatementItem, Statements,
};
use crate::finding::{Finding, codes};
use crate::source::Spanned;
use crate::tree::{Member, Node, Value};

/// A parsed policy and what is wrong with its shape.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The AST; `None` if the document is not an object.
    pub policy: Option<Policy>,
    /// Values of a shape that their element cannot have.
    pub findings: Vec<Finding>,
}

/// Reads a policy document. Reports every misshapen element and keeps it as [`Body::Other`].
pub fn parse(document: Node) -> Parsed {
    let mut findings = Vec::new();
    let span = document.span;
    let Value::Object(members) = document.value else {
        let kind = document.kind();
        findings.push(
            Finding::new(
                codes::NOT_AN_OBJECT,
                span,
                format!("a policy document is an object, this is {kind}"),
            )
            .help("a policy looks like `{\"Version\": \"2012-10-17\", \"Statement\": [..]}`"),
        );
        return Parsed { policy: None, findings };
    };
    let elements =
        members.into_iter().map(|member| policy_element(member, &mut findings)).collect();
    Parsed { policy: Some(Policy { span, elements }), findings }
}

fn policy_element(member: Member, findings: &mut Vec<Finding>) -> Element {
    let body = match member.name.text.as_str() {
        "Version" | "Id" => text(member.value, &member.name.text, findings),
        "Statement" => statements(member.value, findings),
        _ => Body::Other(member.value),
    };
    Element { name: member.name, body }
}

fn statements(node: Node, findings: &mut Vec<Finding>) -> Body {
    let span = node.span;
    match node.value {
        Value::Array(nodes) => {
            let items = nodes.into_iter().map(|node| statement_item(node, findings)).collect();
            Body::Statements(Statements { span, brackets: true, items })
        }
        Value::Object(members) => {
            let items = vec![StatementItem::Statement(statement(members, span, findings))];
            Body::Statements(Statements { span, brackets: false, items })
        }
        _ => misshapen(node, "Statement", "a statement object or a list of them", findings),
    }
}

fn statement_item(node: Node, findings: &mut Vec<Finding>) -> StatementItem {
    let span = node.span;
    match node.value {
        Value::Object(members) => StatementItem::Statement(statement(members, span, findings)),
        _ => {
            findings.push(Finding::new(
                codes::WRONG_SHAPE,
                span,
                format!("a statement is an object, this is {}", node.kind()),
            ));
            StatementItem::Other(node)
        }
    }
}

fn statement(
    members: Vec<Member>,
    span: crate::source::Span,
    findings: &mut Vec<Finding>,
) -> Statement {
    let elements = members.into_iter().map(|member| statement_element(member, findings)).collect();
    Statement { span, elements }
}

fn statement_element(member: Member, findings: &mut Vec<Finding>) -> Element {
    let name = member.name.text.as_str();
    let body = match name {
        "Sid" | "Effect" => text(member.value, name, findings),
        "Action" | "NotAction" | "Resource" | "NotResource" => {
            Body::Texts(texts(member.value, name, findings))
        }
        "Principal" | "NotPrincipal" => principal(member.value, name, findings),
        "Condition" => condition(member.value, findings),
        _ => Body::Other(member.value),
    };
    Element { name: member.name, body }
}

fn text(node: Node, name: &str, findings: &mut Vec<Finding>) -> Body {
    match node.value {
        Value::String(text) => Body::Text(Spanned::new(text, node.span)),
        _ => misshapen(node, name, "a string", findings),
    }
}

fn texts(node: Node, name: &str, findings: &mut Vec<Finding>) -> OneOrMany {
    let values = one_or_many(node);
    for item in values.items.iter().filter(|item| item.as_str().is_none()) {
        findings.push(wrong_shape(item, name, "a string or a list of strings"));
    }
    values
}

fn principal(node: Node, name: &str, findings: &mut Vec<Finding>) -> Body {
    let span = node.span;
    match node.value {
        Value::String(text) => Body::Principal(Principal::Text(Spanned::new(text, span))),
        Value::Object(members) => {
            let entries =
                members.into_iter().map(|member| principal_entry(member, findings)).collect();
            Body::Principal(Principal::Map(span, entries))
        }
        _ => misshapen(node, name, "`\"*\"` or an object such as `{\"AWS\": \"..\"}`", findings),
    }
}

fn principal_entry(member: Member, findings: &mut Vec<Finding>) -> PrincipalEntry {
    let values = texts(member.value, &member.name.text, findings);
    PrincipalEntry { name: member.name, values }
}

fn condition(node: Node, findings: &mut Vec<Finding>) -> Body {
    let span = node.span;
    match node.value {
        Value::Object(members)
            if members.iter().all(|member| member.value.as_object().is_some()) =>
        {
            let operators = members.into_iter().map(|member| operator(member, findings)).collect();
            Body::Condition(span, operators)
        }
        Value::Object(ref members) => {
            let wrong = members.iter().filter(|member| member.value.as_object().is_none());
            findings.extend(wrong.map(|member| {
                wrong_shape(&member.value, &member.name.text, "an object of condition keys")
            }));
            Body::Other(node)
        }
        _ => misshapen(node, "Condition", "an object", findings),
    }
}

fn operator(member: Member, findings: &mut Vec<Finding>) -> OperatorEntry {
    let span = member.value.span;
    let keys = match member.value.value {
        Value::Object(keys) => keys.into_iter().map(|key| key_entry(key, findings)).collect(),
        _ => Vec::new(), // `condition` passes only objects
    };
    OperatorEntry { name: member.name, span, keys }
}

fn key_entry(member: Member, findings: &mut Vec<Finding>) -> KeyEntry {
    let values = one_or_many(member.value);
    for item in values.items.iter().filter(|item| !is_scalar(item)) {
        findings.push(wrong_shape(
            item,
            &member.name.text,
            "a string, number or boolean, or a list of them",
        ));
    }
    KeyEntry { name: member.name, values }
}

fn is_scalar(node: &Node) -> bool {
    matches!(node.value, Value::String(_) | Value::Number(_) | Value::Bool(_))
}

fn one_or_many(node: Node) -> OneOrMany {
    let span = node.span;
    match node.value {
        Value::Array(items) => OneOrMany { span, brackets: true, items },
        _ => OneOrMany { span, brackets: false, items: vec![node] },
    }
}

fn misshapen(node: Node, name: &str, expected: &str, findings: &mut Vec<Finding>) -> Body {
    findings.push(wrong_shape(&node, name, expected));
    Body::Other(node)
}

fn wrong_shape(node: &Node, name: &str, expected: &str) -> Finding {
    Finding::new(
        codes::WRONG_SHAPE,
        node.span,
        format!("`{name}` takes {expected}, this is {}", node.kind()),
    )
}
