//! A resource that a statement does not cover.

use crate::fix::change::{Change, ChangeKind, append};
use crate::fix::scene::Scene;
use crate::why::Place;

/// The resource of the step, added to the list of a statement.
pub(super) fn change(scene: &Scene<'_>, place: Place<'_>) -> Option<Change> {
    place.statement.resource.as_ref().filter(|element| !element.not)?;
    Some(append(
        ChangeKind::AddResource,
        scene.file(place.policy)?,
        place.statement.index,
        &["Resource"],
        scene.resource,
    ))
}
