//! The parts of a policy as a tree.

use crate::source::Span;
use crate::tree::{Member, Node, Value};

/// The statements; a single one may be written without brackets.
pub(super) fn statements(policy: &Node) -> &[Node] {
    match policy.get("Statement") {
        Some(Node { value: Value::Array(items), .. }) => items,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

/// The policy with other statements.
pub(super) fn with_statements(policy: &Node, statements: Vec<Node>) -> Node {
    with_member(policy, "Statement", list(statements))
}

/// An object with another value of one of its members.
pub(super) fn with_member(object: &Node, name: &str, value: Node) -> Node {
    let mut object = object.clone();
    if let Value::Object(members) = &mut object.value
        && let Some(member) = members.iter_mut().find(|member| member.name.text == name)
    {
        member.value = value;
    }
    object
}

/// An object without one of its members.
pub(super) fn without_member(object: &Node, name: &str) -> Node {
    let mut object = object.clone();
    if let Value::Object(members) = &mut object.value {
        members.retain(|member| member.name.text != name);
    }
    object
}

/// The items of a list, or the only value.
pub(super) fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::Array(items) => items,
        _ => std::slice::from_ref(node),
    }
}

pub(super) fn members(node: &Node) -> &[Member] {
    node.as_object().unwrap_or_default()
}

/// A list, or its only item.
pub(super) fn list(mut items: Vec<Node>) -> Node {
    match items.len() {
        1 => items.remove(0),
        _ => node(Value::Array(items)),
    }
}

pub(super) fn text(text: &str) -> Node {
    node(Value::String(text.to_owned()))
}

fn node(value: Value) -> Node {
    Node { value, span: Span::NOWHERE }
}
