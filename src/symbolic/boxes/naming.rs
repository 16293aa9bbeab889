//! Whether a statement concerns a known caller, and in which ways it names it. Source: IAM:reference_policies_elements_principal
//! (docs/sources.md, C2, C6, C7).

use super::statement::Treatment;
use crate::authz::{
    Ambiguity, Caller, Choice, Exception, Naming, NamingSet, Readings, exception, naming,
};
use crate::model::condition::Test;
use crate::model::{Effect, Element, PrincipalPattern, Statement};

/// The ways in which the statement names the caller; `None` if it does not concern it. `treatment`: how its suspect words count.
pub(crate) fn concerns(
    statement: &Statement,
    caller: &Caller,
    has_boundary: bool,
    treatment: Treatment,
    readings: &Readings,
) -> Option<NamingSet> {
    let Some(element) = &statement.principal else { return Some(NamingSet::ANY) };
    let effect = statement.effect.node;
    let namings = if element.not {
        let everyone = NamingSet::of(&[Naming::Everyone]);
        is_not_listed(element, effect, caller, has_boundary, treatment, readings)
            .then_some(everyone)?
    } else {
        listed(element, effect, caller, treatment, readings)?
    };
    let by_condition = namings.contains(Naming::Everyone) && narrowed_to_role(statement, caller);
    Some(if by_condition { namings.with(Naming::Caller) } else { namings })
}

fn listed(
    element: &Element<PrincipalPattern>,
    effect: Effect,
    caller: &Caller,
    treatment: Treatment,
    readings: &Readings,
) -> Option<NamingSet> {
    if treatment.matches() && element.patterns.iter().any(|pattern| pattern.doubt.is_some()) {
        return Some(NamingSet::ANY);
    }
    let good = element.patterns.iter().filter(|pattern| pattern.doubt.is_none());
    let named = good.filter_map(|pattern| {
        let (naming, open) = naming(&pattern.named, caller)?;
        // A Deny for `*` hits services; open is only what an Allow is worth to them.
        let open = open.filter(|open| *open != Ambiguity::ServiceStar || effect != Effect::Deny);
        open.is_none_or(|open| readings.second(open)).then_some(naming)
    });
    let namings = named.fold(NamingSet::default(), NamingSet::with);
    (namings != NamingSet::default()).then_some(namings)
}

fn is_not_listed(
    element: &Element<PrincipalPattern>,
    effect: Effect,
    caller: &Caller,
    has_boundary: bool,
    treatment: Treatment,
    readings: &Readings,
) -> bool {
    if element.patterns.iter().any(|pattern| pattern.doubt.is_some()) {
        return treatment.matches();
    }
    let names = element.patterns.iter().map(|pattern| &pattern.named);
    let concerned = match exception(names, caller, has_boundary && effect == Effect::Deny) {
        Exception::Listed => false,
        Exception::NotListed => true,
        Exception::Open(open) => readings.choose(open) == Choice::First,
    };
    concerned && (effect != Effect::Allow || readings.second(Ambiguity::NotPrincipalAllow))
}

/// A grant to `*` with a condition on the role's ARN is as good as one to the session itself (C2).
fn narrowed_to_role(statement: &Statement, caller: &Caller) -> bool {
    let conditions = statement
        .conditions
        .iter()
        .filter(|condition| &*condition.key.node == "aws:principalarn" && !condition.if_exists);
    let mut demanding = conditions.filter(|condition| {
        !condition.test.is_negated() && !matches!(condition.test, Test::Null(_))
    });
    matches!(caller, Caller::RoleSession { .. }) && demanding.next().is_some()
}
