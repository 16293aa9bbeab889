//! Actions: `service:name`, compared without case.

use super::glob::{Stars, matches};
use super::tri::Tri;
use crate::authz::Context;
use crate::model::{ActionPattern, Element};

pub(super) fn element(element: &Element<ActionPattern>, action: &str) -> Tri {
    let context = Context::new(); // action patterns have no variables
    let found = Tri::any(element.patterns.iter().map(|pattern| one(pattern, action, &context)));
    if element.not { !found } else { found }
}

pub(super) fn one(pattern: &ActionPattern, action: &str, context: &Context) -> Tri {
    if pattern.doubt.is_some() {
        return Tri::Maybe;
    }
    Tri::from(matches(&pattern.pattern, action, context, Stars::Free))
}
