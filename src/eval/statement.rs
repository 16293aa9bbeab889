//! Decides whether a statement applies to a request.

use super::tri::Tri;
use super::{action, condition, principal, resource};
use crate::authz::Readings;
use crate::authz::{Ambiguity, Caller, ContextValue, Naming, NamingSet, Request};
use crate::model::condition::Test;
use crate::model::{Condition, Effect, Statement};

/// The effect of a statement on a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Applies {
    No,
    Allows(NamingSet),
    Denies,
}

/// Whether the actions of a statement may include an action, given in lower case.
pub fn concerns(statement: &Statement, lower_action: &str) -> bool {
    statement
        .action
        .as_ref()
        .is_none_or(|element| action::element(element, lower_action) != Tri::No)
}

/// Whether a statement may apply to requests for an action, given in lower case, on a resource: by some caller, with some keys, under
/// some reading.
pub fn may_concern(statement: &Statement, lower_action: &str, resource: &str) -> bool {
    concerns(statement, lower_action)
        && statement.resource.as_ref().is_none_or(|element| resource::may_cover(element, resource))
}

/// Whether the statement applies, under one choice of readings.
pub(super) fn applies(
    statement: &Statement,
    request: &Request,
    has_boundary: bool,
    readings: &Readings,
) -> Applies {
    let effect = statement.effect.node;
    // Cheap tests first, and stop at the first that fails: most statements concern other actions.
    let mut fits = statement
        .action
        .as_ref()
        .map_or(Tri::Maybe, |element| action::element(element, &request.action));
    if fits == Tri::No {
        return Applies::No;
    }
    if let Some(element) = &statement.resource {
        fits = fits.min(resource::element(element, request, readings));
        if fits == Tri::No {
            return Applies::No;
        }
    }
    let mut namings = NamingSet::ANY;
    if let Some(element) = &statement.principal {
        let (sure, named) =
            principal::element(element, effect, &request.caller, has_boundary, readings);
        fits = fits.min(sure);
        namings =
            if named.contains(Naming::Everyone) && names_by_condition(statement, &request.caller) {
                named.with(Naming::Caller)
            } else {
                named
            };
    }
    if fits != Tri::No
        && (statement.has_empty_condition && !readings.second(Ambiguity::EmptyValues)
            || lacks_value(statement, request) && readings.second(Ambiguity::VariableWithoutValue))
    {
        return Applies::No;
    }
    if fits != Tri::No {
        fits = fits.min(Tri::all(
            statement
                .conditions
                .iter()
                .map(|condition| condition::holds(condition, &request.context, readings)),
        ));
    }
    if fits == Tri::Yes && !statement.doubts.is_empty() {
        fits = Tri::Maybe;
    }
    outcome(fits, effect, namings, readings)
}

/// Whether a variable of the statement has no value in the request.
fn lacks_value(statement: &Statement, request: &Request) -> bool {
    statement.variables().any(|variable| {
        variable.default.is_none()
            && !matches!(request.context.get(&variable.key), Some(ContextValue::One(_)))
            && !request.context.leaves_out(&variable.key)
    })
}

/// Whether a condition narrows a grant to `*` to the ARN of the role. AWS says that such a grant is
/// as good as one to the session itself (IAM:reference_policies_elements_principal).
fn names_by_condition(statement: &Statement, caller: &Caller) -> bool {
    let demands = |condition: &Condition| {
        !condition.if_exists
            && !condition.test.is_negated()
            && !matches!(condition.test, Test::Null(_))
    };
    let narrows =
        |condition: &Condition| &*condition.key.node == "aws:principalarn" && demands(condition);
    matches!(caller, Caller::RoleSession { .. }) && statement.conditions.iter().any(narrows)
}

/// Doubtful words count against the request in the first reading and for it in the second. Allow
/// statements only help and Deny statements only hurt, so all readings of all doubtful words lie
/// between these two.
fn outcome(fits: Tri, effect: Effect, namings: NamingSet, readings: &Readings) -> Applies {
    use crate::authz::Ambiguity::RefusedWords;
    match (fits, effect) {
        (Tri::No, _) => Applies::No,
        (Tri::Yes, Effect::Allow) => Applies::Allows(namings),
        (Tri::Yes, Effect::Deny) => Applies::Denies,
        (Tri::Maybe, Effect::Allow) if readings.second(RefusedWords) => Applies::Allows(namings),
        (Tri::Maybe, Effect::Deny) if !readings.second(RefusedWords) => Applies::Denies,
        (Tri::Maybe, Effect::Allow | Effect::Deny) => Applies::No,
        (_, Effect::Unclear) if readings.second(RefusedWords) => Applies::Allows(namings),
        (_, Effect::Unclear) => Applies::Denies,
    }
}
