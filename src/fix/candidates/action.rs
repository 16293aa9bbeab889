//! An action that a statement does not list.

use crate::fix::change::{Change, ChangeKind, append};
use crate::fix::scene::Scene;
use crate::why::Place;

/// The action of the step, added to the list of a statement.
pub(super) fn change(scene: &Scene<'_>, place: Place<'_>) -> Option<Change> {
    place.statement.action.as_ref().filter(|element| !element.not)?;
    Some(append(
        ChangeKind::AddAction,
        scene.file(place.policy)?,
        place.statement.index,
        &["Action"],
        &scene.step.action,
    ))
}
