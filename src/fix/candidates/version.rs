//! A version that is missing or wrong: without 2012-10-17 `${..}` is plain text.

use crate::fix::change::{Change, ChangeKind};
use crate::fix::scene::Scene;
use crate::fix::tree_edit::{Key, TreeChange, TreeEdit, string};
use crate::model::{Part, Pattern, Policy, Version};
use crate::tree::{Node, Value};
use crate::why::Near;

const VERSION: &str = "2012-10-17";

/// The version for the nearest policies in which a variable seems to be meant.
pub(super) fn changes(scene: &Scene<'_>, near: &[Near<'_>]) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for near in near.iter().filter(|near| near.place.policy.version != Version::V2012) {
        let statement = near.place.statement;
        let mut patterns = statement.resource_patterns().chain(statement.condition_patterns());
        let change =
            patterns.any(looks_variable).then(|| repair(scene, near.place.policy)).flatten();
        changes
            .extend(change.filter(|change| changes.iter().all(|known| known.file != change.file)));
    }
    changes
}

/// `"Version": "2012-10-17"` instead of the current version.
fn repair(scene: &Scene<'_>, policy: &Policy) -> Option<Change> {
    of_document(scene.file(policy)?, &scene.root(policy)?)
}

/// The same for a document.
pub(in crate::fix) fn of_document(file: &str, root: &Node) -> Option<Change> {
    let edit = edit(root)?;
    Some(Change {
        kind: ChangeKind::RepairVersion,
        file: file.to_owned(),
        statement: None,
        value: VERSION.to_owned(),
        replaces: None,
        edit,
    })
}

fn edit(root: &Node) -> Option<TreeEdit> {
    let replaced = || TreeEdit {
        path: vec![Key::Member("Version".to_owned())],
        change: TreeChange::Replace(VERSION.to_owned()),
    };
    match root.get("Version").map(|version| &version.value) {
        Some(Value::String(_)) => Some(replaced()),
        Some(_) => None,
        None => {
            let change =
                TreeChange::Add { name: "Version".to_owned(), value: string(VERSION), first: true };
            Some(TreeEdit { path: Vec::new(), change })
        }
    }
}

fn looks_variable(pattern: &Pattern) -> bool {
    pattern.parts.iter().any(|part| matches!(part, Part::Literal(text) if text.contains("${")))
}

/// Whether some text of a policy looks as if it had a variable.
pub(in crate::fix) fn mentions_variable(node: &Node) -> bool {
    match &node.value {
        Value::String(text) => text.contains("${"),
        Value::Array(items) => items.iter().any(mentions_variable),
        Value::Object(members) => members.iter().any(|member| mentions_variable(&member.value)),
        _ => false,
    }
}
