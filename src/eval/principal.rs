//! Decides whether a statement concerns the caller, and how it names the caller.

use super::tri::Tri;
use crate::authz::Readings;
use crate::authz::{Ambiguity, Caller, Choice, Exception, Naming, NamingSet, exception, naming};
use crate::model::{Effect, Element, PrincipalPattern};

/// How sure it is that the statement concerns the caller, and the ways in which it names the
/// caller.
pub(super) fn element(
    element: &Element<PrincipalPattern>,
    effect: Effect,
    caller: &Caller,
    has_boundary: bool,
    readings: &Readings,
) -> (Tri, NamingSet) {
    if element.not {
        let everyone = NamingSet::of(&[Naming::Everyone]);
        return (not_principal(element, effect, caller, has_boundary, readings), everyone);
    }
    let mut sure = Tri::No;
    let mut namings = NamingSet::default();
    for pattern in &element.patterns {
        if pattern.doubt.is_some() {
            // The words may name anybody in any way. They count only under the reading that lets
            // the statement apply.
            let counts = match effect {
                Effect::Allow => readings.second(Ambiguity::RefusedWords),
                Effect::Deny => !readings.second(Ambiguity::RefusedWords),
                Effect::Unclear => true,
            };
            if counts {
                sure = sure.max(Tri::Maybe);
                namings = NamingSet::ANY;
            }
            continue;
        }
        let Some((naming, ambiguity)) = naming(&pattern.named, caller) else { continue };
        // A Deny for `*` does hit services: data perimeters except them by
        // `aws:PrincipalIsAWSService` for this reason. Only the Allow is open.
        let ambiguity = ambiguity
            .filter(|ambiguity| *ambiguity != Ambiguity::ServiceStar || effect != Effect::Deny);
        if ambiguity.is_none_or(|ambiguity| readings.second(ambiguity)) {
            sure = Tri::Yes;
            namings = namings.with(naming);
        }
    }
    (sure, namings)
}

fn not_principal(
    element: &Element<PrincipalPattern>,
    effect: Effect,
    caller: &Caller,
    has_boundary: bool,
    readings: &Readings,
) -> Tri {
    if element.patterns.iter().any(|pattern| pattern.doubt.is_some()) {
        return Tri::Maybe;
    }
    let listed = element.patterns.iter().map(|pattern| &pattern.named);
    let concerned = match exception(listed, caller, has_boundary && effect == Effect::Deny) {
        Exception::Listed => false,
        Exception::NotListed => true,
        Exception::Open(ambiguity) => readings.choose(ambiguity) == Choice::First,
    };
    Tri::from(
        concerned && (effect != Effect::Allow || readings.second(Ambiguity::NotPrincipalAllow)),
    )
}
