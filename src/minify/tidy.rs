//! What says nothing in the way a policy is written.

use super::lists::{items, list, members, statements, with_statements, without_member};
use crate::tree::{Node, Value};

/// Elements whose names of actions compare without case.
const ACTIONS: [&str; 2] = ["Action", "NotAction"];

/// The policy without brackets around one item and without items that stand twice in a list. AWS takes a value for the list of it everywhere in a policy
/// (IAM:reference_policies_grammar, rule `..._string` and lists).
pub fn tidy(policy: &Node) -> Node {
    let tidied = statements(policy).iter().map(statement).collect();
    with_statements(policy, tidied)
}

fn statement(statement: &Node) -> Node {
    each_member(statement, &|name, value| match name {
        "Action" | "NotAction" | "Resource" | "NotResource" => {
            shorter(value, ACTIONS.contains(&name))
        }
        "Principal" | "NotPrincipal" => each_member(value, &|_, value| shorter(value, false)),
        "Condition" => {
            each_member(value, &|_, keys| each_member(keys, &|_, value| shorter(value, false)))
        }
        _ => value.clone(),
    })
}

fn each_member(object: &Node, change: &dyn Fn(&str, &Node) -> Node) -> Node {
    let mut object = object.clone();
    if let Value::Object(members) = &mut object.value {
        for member in members {
            member.value = change(&member.name.text, &member.value);
        }
    }
    object
}

/// A list without what stands twice in it; an empty one says something.
fn shorter(value: &Node, ignores_case: bool) -> Node {
    let mut kept = Vec::<Node>::new();
    let is_same = |one: &Node, other: &Node| match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) if ignores_case => one.eq_ignore_ascii_case(other),
        _ => one == other,
    };
    for item in items(value) {
        if !kept.iter().any(|known| is_same(known, item)) {
            kept.push(item.clone());
        }
    }
    list(kept)
}

/// The policy without the names of statements and its own, which only people read; and how many there were.
pub fn without_names(policy: &Node) -> (Node, usize) {
    let is_name = |object: &Node, name: &str| {
        members(object).iter().filter(|member| member.name.text == name).count()
    };
    let own = is_name(policy, "Id");
    let number = statements(policy).iter().map(|one| is_name(one, "Sid")).sum::<usize>();
    let unnamed = statements(policy).iter().map(|one| without_member(one, "Sid")).collect();
    (with_statements(&without_member(policy, "Id"), unnamed), own + number)
}
