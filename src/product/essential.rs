//! Leaves out what no decision about a question depends on, before its requests are tried.
//!
//! A statement counts for a request only if it covers the action and the resource. A key that is used only by statements which cover
//! none of the resources gives the same decision whatever its value is, so one value is enough. The first one is kept: the requests
//! that are left are those which the complete list would have shown first for each decision.

use super::context::keys_used;
use super::enumerate::size;
use super::space::{Dimension, Space};
use crate::authz::Request;
use crate::eval::may_concern;
use crate::model::Statement;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// So few requests are decided faster than they are sorted out.
const FEW: usize = 100;

/// The space with one value for each key on which no decision depends.
pub(super) fn essential<'s, 'q>(space: &'s Space<'q>) -> Cow<'s, Space<'q>> {
    if size(space) <= FEW {
        return Cow::Borrowed(space);
    }
    let mut space = space.clone();
    let used = keys_used(&counting(&space));
    let is_needless = |dimension: &Dimension| {
        !used.contains(&dimension.key) && is_left_to_statements(&space, dimension)
    };
    let needless = space.open.iter().map(is_needless).collect::<Vec<_>>();
    for (dimension, is_needless) in space.open.iter_mut().zip(needless) {
        if is_needless {
            dimension.values.truncate(1);
        }
    }
    Cow::Owned(space)
}

/// The statements that may apply to a request of the space.
fn counting<'q>(space: &Space<'q>) -> Vec<&'q Statement> {
    let step = space.question.step;
    let actions = step.actions().map(|action| action.to_ascii_lowercase()).collect::<Vec<_>>();
    let resources = space.resources.iter().flatten().collect::<BTreeSet<_>>();
    let may_apply = |statement: &&&Statement| {
        resources
            .iter()
            .any(|resource| actions.iter().any(|action| may_concern(statement, action, resource)))
    };
    space.question.statements.iter().filter(may_apply).copied().collect()
}

/// Whether the values of a key can matter only through statements that use it.
fn is_left_to_statements(space: &Space<'_>, dimension: &Dimension) -> bool {
    let step = space.question.step;
    space.callers.iter().all(|caller| {
        step.actions().all(|action| {
            let action = action.to_ascii_lowercase();
            let leaves = |value: &Option<_>| {
                Request::leaves_to_statements(caller, &action, &dimension.key, value.as_ref())
            };
            dimension.values.iter().all(leaves)
        })
    })
}
