//! One request, decided by this engine: the request is a point, the statements are cubes, and the layers combine as everywhere.
//!
//! It is slower than [`crate::eval::decide`] and there to be compared with it: the two share no matching code.

use crate::authz::{
    Ambiguity, ContextValue, Formula, LayerId, Layers, NamingSet, Readings, Request, denies_bind,
    formula, under_all_readings,
};
use crate::eval;
use crate::eval::Outcome;
use crate::model::Statement;
use crate::symbolic::boxes::{Constraints, Encoder, Space, allows, concerns, treatment};
use crate::symbolic::subject::terms;
use crate::symbolic::text::{Budget, Variables};
use crate::symbolic::undecided::{TOO_MANY_READINGS, Undecided};

/// Decides a request under every reading, and for every issuer that a session could have.
///
/// # Errors
/// [`Undecided`] if the policies tell too much apart or meet too many points that AWS leaves open, or a value of the context is not of its
/// key's type.
pub fn decide(request: &Request, layers: &Layers<'_>) -> Result<Outcome, Undecided> {
    let Some(requests) = eval::possible_requests(request, layers) else {
        return Ok(Outcome::Undetermined);
    };
    let mut outcomes = Vec::new();
    for request in &requests {
        let tried = under_all_readings(|readings| decide_once(request, layers, readings));
        if !tried.is_complete {
            return Err(Undecided::anywhere(TOO_MANY_READINGS));
        }
        for (_, outcome) in tried.answers {
            outcomes.push(outcome?);
        }
    }
    let first = outcomes.first().copied().unwrap_or_default();
    Ok(if outcomes.iter().all(|outcome| *outcome == first) { first } else { Outcome::Undetermined })
}

/// A statement that applies to a request.
struct Applying {
    layer: LayerId,
    allows: bool,
    namings: NamingSet,
    /// Whether it applies to what is asked of the bucket behind an access point.
    is_behind: bool,
}

fn decide_once(
    request: &Request,
    layers: &Layers<'_>,
    readings: &Readings,
) -> Result<Outcome, Undecided> {
    let point = request.at_access_point(readings);
    let mut found = applying(&statements(layers, &point), &point, layers, readings)?;
    if let Some(bucket) = &request.bucket {
        let layers = layers.behind(request);
        let of_point_only = readings.second(Ambiguity::AccessPointPolicies);
        let mut asked = statements(&layers, bucket);
        asked.retain(|(layer, _)| layer.is_asked_of_both() || !of_point_only);
        let behind = applying(&asked, bucket, &layers, readings)?;
        found.extend(behind.into_iter().map(|found| Applying { is_behind: true, ..found }));
    }
    let (allowing, denying): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| found.allows);
    let binds = |found: &Applying| match (&request.bucket, found.is_behind) {
        (Some(bucket), true) => denies_bind(found.layer, bucket),
        _ => denies_bind(found.layer, &point),
    };
    if denying.iter().any(binds) {
        return Ok(Outcome::ExplicitlyDenied);
    }
    let formula = formula(request, layers);
    let allowed = if request.bucket.is_some() {
        holds(&formula, layers, &allowing, readings)
    } else {
        let terms = terms(&formula, layers, readings)
            .ok_or_else(|| Undecided::anywhere("the layers combine in too many terms"))?;
        let holds = |(layer, namings): &(LayerId, NamingSet)| {
            allowing.iter().any(|own| own.layer == *layer && own.namings.meets(*namings))
        };
        terms.iter().any(|term| term.iter().all(holds))
    };
    Ok(if allowed { Outcome::Allowed } else { Outcome::ImplicitlyDenied })
}

/// Whether the formula of a request through an access point holds. It has many open points, so those
/// that change nothing are not asked.
fn holds(
    formula: &Formula,
    layers: &Layers<'_>,
    allowing: &[Applying],
    readings: &Readings,
) -> bool {
    let of = |part: &Formula| holds(part, layers, allowing, readings);
    let allows = |layer: LayerId, namings: NamingSet, is_behind: bool| {
        let is_assumed = layers.is_assumed(if is_behind { layer.of_whole() } else { layer });
        let fits = |own: &Applying| {
            (own.layer, own.is_behind) == (layer, is_behind) && own.namings.meets(namings)
        };
        is_assumed || allowing.iter().any(fits)
    };
    match formula {
        Formula::All(parts) => parts.iter().all(of),
        Formula::Any(parts) => parts.iter().any(of),
        Formula::Allows(layer, namings) => allows(*layer, *namings, false),
        Formula::Behind(layer, namings) => allows(*layer, *namings, true),
        Formula::Reading(point, first, second) => match (of(first), of(second)) {
            (first, second) if first == second => first,
            (first, second) => [first, second][readings.choose(*point) as usize],
        },
    }
}

/// Those of the statements that apply to a request.
fn applying(
    statements: &[(LayerId, &Statement)],
    request: &Request,
    layers: &Layers<'_>,
    readings: &Readings,
) -> Result<Vec<Applying>, Undecided> {
    let variables = filled(statements, request);
    let mut encoder = Encoder::new(readings, &variables);
    encoder.context = Some(&request.context);
    statements.iter().for_each(|(_, statement)| encoder.note_sets(statement));
    let (mut concerned, mut encoded) = (Vec::new(), Vec::new());
    for (layer, statement) in statements {
        let allows = allows(statement, readings);
        let treatment = treatment(statement, allows, readings);
        let Some(namings) =
            concerns(statement, &request.caller, !layers.boundary.is_absent(), treatment, readings)
        else {
            continue;
        };
        if let Some(constraints) = encoder.encode(statement, treatment)? {
            concerned.push(Applying { layer: *layer, allows, namings, is_behind: false });
            encoded.push(constraints);
        }
    }
    let specs = encoder.finish()?;
    let all = encoded.iter().collect::<Vec<_>>();
    let space = Space::new(
        &specs,
        &all,
        &Constraints::default(),
        &Variables::default(),
        &mut Budget::default(),
    )?;
    let Some(point) = space.locate(&specs, &all, request) else {
        return Err(space
            .incomplete
            .unwrap_or(Undecided::anywhere("a value is not of its key's type")));
    };
    let applies =
        |constraints| space.cube(constraints).is_some_and(|cube| space.contains(&cube, &point));
    let found = concerned.into_iter().zip(&encoded);
    Ok(found.filter(|(_, constraints)| applies(constraints)).map(|(found, _)| found).collect())
}

/// The statements of the layers that bind a request; the resource's policy may grant even where it does not bind.
fn statements<'a>(layers: &Layers<'a>, request: &Request) -> Vec<(LayerId, &'a Statement)> {
    let binding = layers
        .ids()
        .filter(|layer| denies_bind(*layer, request) || *layer == LayerId::Resource)
        .collect::<Vec<_>>();
    let policies = binding.into_iter().flat_map(|layer| {
        layers.policies(layer).to_vec().into_iter().map(move |policy| (layer, policy))
    });
    policies
        .flat_map(|(layer, policy)| {
            policy.statements.iter().map(move |statement| (layer, statement))
        })
        .collect()
}

/// The values that the request gives to the variables of the statements; several values give none (D5).
fn filled(statements: &[(LayerId, &Statement)], request: &Request) -> Variables {
    let mut variables = Variables::default();
    for key in statements
        .iter()
        .flat_map(|(_, statement)| statement.variables())
        .map(|variable| &variable.key)
    {
        let value = match request.context.get(key) {
            Some(ContextValue::One(value)) => Some(value.clone()),
            Some(ContextValue::Many(_)) | None => None,
        };
        variables.set(key, value);
    }
    variables
}
