//! The decision over all layers.

use super::statement::{Applies, applies};
use crate::authz::{
    Ambiguity, Choice, Formula, LayerId, Layers, NamingSet, Readings, Request, StatementRef, Tried,
    bit, denies_bind, formula, under_all_readings,
};

/// What AWS would answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, serde::Serialize)]
pub enum Outcome {
    /// The request goes through.
    Allowed,
    /// A statement denies it.
    ExplicitlyDenied,
    /// A layer that must allow does not allow.
    ImplicitlyDenied,
    /// AWS's pages leave it open.
    #[default]
    Undetermined,
}

/// One reading of an open point, and the decision under it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadingDecision {
    /// The point.
    pub ambiguity: Ambiguity,
    /// The reading.
    pub choice: Choice,
    /// The decision under it, with the first reading of all other points.
    pub outcome: Outcome,
}

/// A decision, with the statements and layers that decided.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Decision {
    /// The decision.
    pub outcome: Outcome,
    /// The statements that deny. If the decision is undetermined, those of the worst reading.
    pub denied_by: Vec<StatementRef>,
    /// The statements by which it is allowed.
    pub allowed_by: Vec<StatementRef>,
    /// The layers that would have had to allow and did not.
    pub lacking: Vec<LayerId>,
    /// The decisions under the readings of the open points, if it is undetermined.
    pub readings: Vec<ReadingDecision>,
    /// Whether too many points are open to try all combinations. `readings` is then not complete.
    pub is_incomplete: bool,
}

impl Decision {
    /// Whether the request goes through under some reading.
    pub fn may_be_allowed(&self) -> bool {
        let open = || {
            self.is_incomplete
                || self.readings.iter().any(|reading| reading.outcome == Outcome::Allowed)
        };
        self.outcome == Outcome::Allowed || self.outcome == Outcome::Undetermined && open()
    }
}

/// Decides one request of a caller that is known, or whose issuer is.
pub(super) fn decide_known(request: &Request, layers: &Layers<'_>) -> Decision {
    let mut tried = under_all_readings(|readings| decide_under(request, layers, readings));
    let same =
        tried.answers.iter().all(|(_, decision)| decision.outcome == tried.answers[0].1.outcome);
    if tried.is_complete && same { tried.answers.swap_remove(0).1 } else { undetermined(tried) }
}

fn undetermined(Tried { points, answers: tried, is_complete }: Tried<Decision>) -> Decision {
    let outcome_of = |subset: u64| {
        tried.iter().find(|(done, _)| *done == subset).map(|(_, decision)| decision.outcome)
    };
    let mut readings = Vec::new();
    for ambiguity in Ambiguity::all().filter(|ambiguity| points & bit(*ambiguity) != 0) {
        // Find a combination of the other points in which this point changes the decision. Prefer
        // one that changes between allowed and not allowed.
        let flips = tried.iter().map(|(subset, _)| subset & !bit(ambiguity)).filter_map(|subset| {
            let (first, second) = (outcome_of(subset)?, outcome_of(subset | bit(ambiguity))?);
            let allows = (first == Outcome::Allowed) != (second == Outcome::Allowed);
            (first != second).then_some((allows, subset))
        });
        let differing = flips.max_by_key(|(allows, _)| *allows).map(|(_, subset)| subset);
        let Some(subset) = differing else { continue };
        for (choice, subset) in [(Choice::First, subset), (Choice::Second, subset | bit(ambiguity))]
        {
            if let Some(outcome) = outcome_of(subset) {
                readings.push(ReadingDecision { ambiguity, choice, outcome });
            }
        }
    }
    let worst = tried
        .into_iter()
        .map(|(_, decision)| decision)
        .max_by_key(|decision| severity(decision.outcome));
    let (denied_by, lacking) =
        worst.map(|decision| (decision.denied_by, decision.lacking)).unwrap_or_default();
    Decision {
        outcome: Outcome::Undetermined,
        denied_by,
        allowed_by: Vec::new(),
        lacking,
        readings,
        is_incomplete: !is_complete,
    }
}

/// How bad a decision is for whoever makes the request.
pub(super) fn severity(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Allowed => 0,
        Outcome::Undetermined => 1,
        Outcome::ImplicitlyDenied => 2,
        Outcome::ExplicitlyDenied => 3,
    }
}

/// The statements that allow, and how they name the caller.
type Allows = Vec<(StatementRef, NamingSet)>;

/// What the statements say to a request.
#[derive(Default)]
struct Said {
    denied_by: Vec<StatementRef>,
    allows: Allows,
    /// Those that allow what is asked of the bucket behind an access point.
    behind: Allows,
}

/// Decides one request under one choice of readings.
pub fn decide_under(request: &Request, layers: &Layers<'_>, readings: &Readings) -> Decision {
    let mut said = Said::default();
    let at_point = request.at_access_point(readings);
    for layer in asked(layers, &at_point) {
        read_layer(layer, &at_point, layers, readings, (&mut said.denied_by, &mut said.allows));
    }
    if let Some(bucket) = &request.bucket {
        read_behind(request, bucket, layers, readings, &mut said);
    }
    if !said.denied_by.is_empty() {
        sort(&mut said.denied_by);
        let outcome = Outcome::ExplicitlyDenied;
        return Decision { outcome, denied_by: said.denied_by, ..Decision::default() };
    }
    let mut decision = Decision::default();
    let allowed = holds(&formula(request, layers), layers, &said, readings, &mut decision);
    decision.outcome = if allowed { Outcome::Allowed } else { Outcome::ImplicitlyDenied };
    sort(&mut decision.allowed_by);
    sort(&mut decision.lacking);
    decision
}

/// The layers that are asked about a request; the resource's policy may grant even where its Deny does not bind.
fn asked(layers: &Layers<'_>, request: &Request) -> impl Iterator<Item = LayerId> {
    layers.ids().filter(|layer| denies_bind(*layer, request) || *layer == LayerId::Resource)
}

/// What the layers say about the bucket behind an access point. Whether those of the caller are asked about it at all is open.
fn read_behind(
    request: &Request,
    bucket: &Request,
    layers: &Layers<'_>,
    readings: &Readings,
    said: &mut Said,
) {
    let layers = layers.behind(request);
    let of_point_only = readings.second(Ambiguity::AccessPointPolicies);
    let (mut denied_by, mut behind) = (Vec::new(), Allows::new());
    for layer in asked(&layers, bucket).filter(|layer| layer.is_asked_of_both() || !of_point_only) {
        read_layer(layer, bucket, &layers, readings, (&mut denied_by, &mut behind));
    }
    let of_whole = |place: StatementRef| StatementRef { layer: place.layer.of_whole(), ..place };
    said.denied_by.extend(denied_by.into_iter().map(of_whole));
    said.behind.extend(behind.into_iter().map(|(place, namings)| (of_whole(place), namings)));
}

fn sort<T: Ord>(list: &mut Vec<T>) {
    list.sort_unstable();
    list.dedup();
}

/// The statements of one layer that deny a request and those that allow it, under the first
/// readings.
pub fn applying(
    request: &Request,
    layers: &Layers<'_>,
    layer: LayerId,
) -> (Vec<StatementRef>, Vec<StatementRef>) {
    let (mut denies, mut allows) = (Vec::new(), Allows::new());
    let request = request.before(layer);
    read_layer(layer, request, layers, &Readings::default(), (&mut denies, &mut allows));
    (allows.into_iter().map(|(place, _)| place).collect(), denies)
}

fn read_layer(
    layer: LayerId,
    request: &Request,
    layers: &Layers<'_>,
    readings: &Readings,
    (denied_by, allows): (&mut Vec<StatementRef>, &mut Allows),
) {
    let has_boundary = !layers.boundary.is_absent();
    for (policy_index, policy) in layers.policies(layer).iter().enumerate() {
        for statement in &policy.statements {
            let place = StatementRef { layer, policy: policy_index, statement: statement.index };
            match applies(statement, request, has_boundary, readings) {
                Applies::No => {}
                Applies::Allows(namings) => allows.push((place, namings)),
                Applies::Denies if denies_bind(layer, request) => denied_by.push(place),
                Applies::Denies => {}
            }
        }
    }
}

/// Evaluates the formula, and notes the statements that fulfil it or the layers that do not.
fn holds(
    formula: &Formula,
    layers: &Layers<'_>,
    said: &Said,
    readings: &Readings,
    decision: &mut Decision,
) -> bool {
    let noted = (decision.allowed_by.len(), decision.lacking.len());
    let mut part_holds = |part| holds(part, layers, said, readings, decision);
    let held = match formula {
        // No short cut: each part that holds notes its statements, each part that fails its layers.
        Formula::All(parts) => parts.iter().filter(|part| !part_holds(part)).count() == 0,
        Formula::Any(parts) => parts.iter().filter(|part| part_holds(part)).count() > 0,
        Formula::Reading(ambiguity, first, second) => {
            let [first, second] = [part_holds(first), part_holds(second)];
            if first == second {
                first
            } else {
                [first, second][readings.choose(*ambiguity) as usize]
            }
        }
        Formula::Allows(layer, namings) => {
            one_allows(*layer, *namings, layers, &said.allows, decision)
        }
        Formula::Behind(layer, namings) => {
            one_allows(layer.of_whole(), *namings, layers, &said.behind, decision)
        }
    };
    if held {
        decision.lacking.truncate(noted.1);
    } else {
        decision.allowed_by.truncate(noted.0);
    }
    held
}

/// Whether a layer allows, naming the caller in one of these ways.
fn one_allows(
    layer: LayerId,
    namings: NamingSet,
    layers: &Layers<'_>,
    allows: &Allows,
    decision: &mut Decision,
) -> bool {
    let fitting =
        allows.iter().filter(|(place, named)| place.layer == layer && named.meets(namings));
    let before = decision.allowed_by.len();
    decision.allowed_by.extend(fitting.map(|(place, _)| *place));
    let allowed = decision.allowed_by.len() > before || layers.is_assumed(layer);
    if !allowed {
        decision.lacking.push(layer);
    }
    allowed
}
