//! A statement that is missing.

use crate::authz::LayerId;
use crate::fix::change::{Change, ChangeKind};
use crate::fix::scene::Scene;
use crate::fix::tree_edit::{Key, TreeChange, TreeEdit, object, string};
use crate::model::Policy;
use crate::why::Near;

/// A statement that allows what the step needs and nothing else, in the policy of the nearest statement.
pub(super) fn change(
    scene: &Scene<'_>,
    layer: LayerId,
    policies: &[&Policy],
    near: &[Near<'_>],
) -> Option<Change> {
    let nearest = near.iter().map(|near| near.place.policy);
    let fits = |policy: &&Policy| scene.file(policy).is_some_and(|file| scene.may_be_widened(file));
    let policy = nearest.chain(policies.iter().copied()).find(fits)?;
    let mut members = vec![("Effect", string("Allow"))];
    if layer == LayerId::Resource {
        members.push(("Principal", object(vec![("AWS", string(&scene.principal()?))])));
    }
    members.extend([("Action", string(&scene.step.action)), ("Resource", string(scene.resource))]);
    Some(Change {
        kind: ChangeKind::AddStatement,
        file: scene.file(policy)?.to_owned(),
        statement: Some(policy.statements.len()),
        value: scene.step.action.clone(),
        replaces: None,
        edit: TreeEdit {
            path: vec![Key::Member("Statement".to_owned())],
            change: TreeChange::Append(object(members)),
        },
    })
}
