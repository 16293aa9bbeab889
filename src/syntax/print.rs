//! Turns the AST back into a tree. This proves that nothing was lost, and it is how a changed
//! policy is written.

use super::ast::{
    Body, Element, KeyEntry, OneOrMany, OperatorEntry, Policy, Principal, PrincipalEntry,
    StatementItem, Statements,
};
use crate::source::Span;
use crate::tree::{Member, Name, Node, Value};

/// The tree from which the policy was read, member for member.
pub fn print(policy: &Policy) -> Node {
    object(policy.span, &policy.elements, element)
}

fn element(element: &Element) -> Member {
    let value = match &element.body {
        Body::Text(text) => string(&text.node, text.span),
        Body::Texts(values) => values_node(values),
        Body::Principal(Principal::Text(text)) => string(&text.node, text.span),
        Body::Principal(Principal::Map(span, entries)) => object(*span, entries, principal_entry),
        Body::Condition(span, operators) => object(*span, operators, operator),
        Body::Statements(statements) => statements_node(statements),
        Body::Other(node) => node.clone(),
    };
    member(&element.name, value)
}

fn principal_entry(entry: &PrincipalEntry) -> Member {
    member(&entry.name, values_node(&entry.values))
}

fn operator(operator: &OperatorEntry) -> Member {
    member(&operator.name, object(operator.span, &operator.keys, key_entry))
}

fn key_entry(key: &KeyEntry) -> Member {
    member(&key.name, values_node(&key.values))
}

fn statements_node(statements: &Statements) -> Node {
    let nodes = statements.items.iter().map(|item| match item {
        StatementItem::Statement(statement) => object(statement.span, &statement.elements, element),
        StatementItem::Other(node) => node.clone(),
    });
    listed(nodes.collect(), statements.brackets, statements.span)
}

fn values_node(values: &OneOrMany) -> Node {
    listed(values.items.clone(), values.brackets, values.span)
}

fn listed(mut nodes: Vec<Node>, brackets: bool, span: Span) -> Node {
    match nodes.pop() {
        Some(only) if !brackets && nodes.is_empty() => only,
        last => {
            nodes.extend(last);
            Node { value: Value::Array(nodes), span }
        }
    }
}

fn object<T>(span: Span, items: &[T], print_item: impl Fn(&T) -> Member) -> Node {
    Node { value: Value::Object(items.iter().map(print_item).collect()), span }
}

fn member(name: &Name, value: Node) -> Member {
    Member { name: name.clone(), value }
}

fn string(text: &str, span: Span) -> Node {
    Node { value: Value::String(text.to_owned()), span }
}
