//! Statements that differ in one list only, as one statement.

use super::lists::{
    items, list, members, statements, with_member, with_statements, without_member,
};
use crate::json;
use crate::tree::{Member, Node, Value};
use std::collections::BTreeMap;

/// Where two statements may differ: an element, or the values of an operator and a key, or those of a kind of principal.
type Place = Vec<String>;

/// Operators that match if one listed value matches. Two lists under such an operator can be joined: negated operators and `ForAllValues` are left out.
const POSITIVE: [&str; 9] = [
    "StringEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "NumericEquals",
    "DateEquals",
    "BinaryEquals",
    "IpAddress",
    "ArnEquals",
    "ArnLike",
];

/// The policy with statements merged that are the same but for one list, and how many are gone. Of each group the first one stays, with its name. At every step the merger
/// that saves most is made.
pub fn merged(policy: &Node) -> (Node, usize) {
    let mut all = statements(policy).to_vec();
    let before = all.len();
    while let Some((place, group)) = best(&all) {
        all[group[0]] = union(&all, &place, &group);
        for at in group[1..].iter().rev() {
            all.remove(*at);
        }
    }
    let gone = before - all.len();
    (with_statements(policy, all), gone)
}

/// The statements whose merger saves most, by their places.
fn best(all: &[Node]) -> Option<(Place, Vec<usize>)> {
    let mut groups = BTreeMap::<(Place, String), Vec<usize>>::new();
    for (at, statement) in all.iter().enumerate() {
        for place in places(statement) {
            let rest = rest(statement, &place);
            groups.entry((place, rest)).or_default().push(at);
        }
    }
    let found = groups.into_iter().filter(|(_, group)| group.len() > 1);
    let saved = |rest: &str, group: &[usize]| rest.len() * (group.len() - 1);
    let best = found.max_by_key(|((_, rest), group)| saved(rest, group))?;
    Some((best.0.0, best.1))
}

/// The lists of a statement that may be longer without a change of the rest's meaning.
fn places(statement: &Node) -> Vec<Place> {
    let mut places = Vec::new();
    for Member { name, value } in members(statement) {
        let name = &name.text;
        match name.as_str() {
            "Action" | "Resource" => places.push(vec![name.clone()]),
            "Principal" => places.extend(
                members(value).iter().map(|kind| vec![name.clone(), kind.name.text.clone()]),
            ),
            "Condition" => {
                for operator in members(value).iter().filter(|one| is_positive(&one.name.text)) {
                    let key = |key: &Member| {
                        vec![name.clone(), operator.name.text.clone(), key.name.text.clone()]
                    };
                    places.extend(members(&operator.value).iter().map(key));
                }
            }
            _ => {}
        }
    }
    places
}

fn is_positive(operator: &str) -> bool {
    let operator = operator.strip_prefix("ForAnyValue:").unwrap_or(operator);
    POSITIVE.contains(&operator.strip_suffix("IfExists").unwrap_or(operator))
}

/// What a statement says but for a list and its name, in words that do not depend on the order.
fn rest(statement: &Node, place: &[String]) -> String {
    let statement = without_member(statement, "Sid");
    canonical(&replaced(&statement, place, &list(Vec::new())), false)
}

fn canonical(node: &Node, ignores_case: bool) -> String {
    let mut words = match &node.value {
        Value::Object(members) => members
            .iter()
            .map(|Member { name, value }| {
                let is_action = ["Action", "NotAction"].contains(&name.text.as_str());
                format!("{:?}:{}", name.text, canonical(value, is_action))
            })
            .collect::<Vec<_>>(),
        Value::Array(items) => items.iter().map(|item| word(item, ignores_case)).collect(),
        _ => vec![word(node, ignores_case)],
    };
    words.sort_unstable();
    words.dedup();
    format!("[{}]", words.join(","))
}

fn word(node: &Node, ignores_case: bool) -> String {
    let word = json::compact(node);
    if ignores_case { word.to_ascii_lowercase() } else { word }
}

/// A statement with another value at a place.
fn replaced(object: &Node, place: &[String], value: &Node) -> Node {
    match place {
        [name] => with_member(object, name, value.clone()),
        [name, inner @ ..] => match object.get(name) {
            Some(child) => with_member(object, name, replaced(child, inner, value)),
            None => object.clone(),
        },
        [] => value.clone(),
    }
}

/// The first of some statements with the lists of all of them, and the first name of any.
fn union(all: &[Node], place: &[String], group: &[usize]) -> Node {
    let lists = group
        .iter()
        .filter_map(|at| place.iter().try_fold(&all[*at], |node, name| node.get(name)).map(items));
    let together = list(lists.flatten().cloned().collect());
    let first = replaced(&all[group[0]], place, &together);
    let named = group.iter().find_map(|at| {
        let mut members = members(&all[*at]).iter();
        members.find(|member| member.name.text == "Sid").cloned()
    });
    let mut first = without_member(&first, "Sid");
    if let (Value::Object(members), Some(name)) = (&mut first.value, named) {
        members.insert(0, name);
    }
    first
}
