//! A caller that a statement does not name.

use crate::fix::change::{Change, ChangeKind, append, in_statement};
use crate::fix::scene::Scene;
use crate::fix::tree_edit::{TreeChange, TreeEdit, string};
use crate::tree::Value;
use crate::why::Place;

/// The caller, added to the principals of a statement.
pub(super) fn change(scene: &Scene<'_>, place: Place<'_>) -> Option<Change> {
    place.statement.principal.as_ref().filter(|element| !element.not)?;
    let arn = scene.principal()?;
    let (file, number) = (scene.file(place.policy)?, place.statement.index);
    let mut change = append(ChangeKind::AddPrincipal, file, number, &["Principal", "AWS"], &arn);
    let root = scene.root(place.policy)?;
    let statements = root.get("Statement")?;
    let statement = match &statements.value {
        Value::Array(items) => items.get(number)?,
        _ => statements,
    };
    let principal =
        statement.get("Principal").filter(|principal| principal.as_object().is_some())?;
    if principal.get("AWS").is_none() {
        let path = in_statement(number, &["Principal"]);
        change.edit = TreeEdit {
            path,
            change: TreeChange::Add { name: "AWS".to_owned(), value: string(&arn), first: false },
        };
    }
    Some(change)
}
