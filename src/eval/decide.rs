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

/// Decides one request under one choice of readings.
pub fn decide_under(request: &Request, layers: &Layers<'_>, readings: &Readings) -> Decision {
    let Some(bucket) = &request.bucket else {
        return decide_at(request, request, layers, readings);
    };
    // Both the access point and the bucket must permit the request (S3:access-points-policies).
    let point = request.at_access_point(readings);
    let asked =
        if readings.second(Ambiguity::AccessPointPolicies) { &point } else { bucket.as_ref() };
    let behind = decide_at(bucket, asked, &layers.behind(request), readings);
    decide_at(&point, &point, layers, readings).and(behind.from_behind())
}

/// Decides a request at one resource. `asked`: the request about which the policies of the caller
/// are asked.
fn decide_at(
    request: &Request,
    asked: &Request,
    layers: &Layers<'_>,
    readings: &Readings,
) -> Decision {
    let mut denied_by = Vec::new();
    let mut allows = Allows::new();
    for layer in
        layers.ids().filter(|layer| denies_bind(*layer, request) || *layer == LayerId::Resource)
    {
        let request = if layer.is_of_resource() { request } else { asked };
        read_layer(layer, request, layers, readings, &mut denied_by, &mut allows);
    }
    let mut decision =
        Decision { outcome: Outcome::ExplicitlyDenied, denied_by, ..Decision::default() };
    if !decision.denied_by.is_empty() {
        return decision;
    }
    let allowed = holds(&formula(request, layers), layers, &allows, readings, &mut decision);
    decision.outcome = if allowed { Outcome::Allowed } else { Outcome::ImplicitlyDenied };
    sort(&mut decision.allowed_by);
    sort(&mut decision.lacking);
    decision
}

fn sort<T: Ord>(list: &mut Vec<T>) {
    list.sort_unstable();
    list.dedup();
}

impl Decision {
    /// The decision where two resources must permit a request.
    fn and(mut self, other: Decision) -> Decision {
        self.outcome = [self.outcome, other.outcome]
            .into_iter()
            .max_by_key(|outcome| severity(*outcome))
            .unwrap_or_default();
        self.denied_by.extend(other.denied_by);
        self.allowed_by.extend(other.allowed_by);
        self.lacking.extend(other.lacking);
        sort(&mut self.denied_by);
        sort(&mut self.allowed_by);
        sort(&mut self.lacking);
        if self.outcome == Outcome::ExplicitlyDenied {
            self.lacking.clear();
        }
        self
    }

    /// The decision at the bucket behind an access point, with the layers of the whole request.
    fn from_behind(mut self) -> Decision {
        for place in self.denied_by.iter_mut().chain(&mut self.allowed_by) {
            place.layer = place.layer.from_behind();
        }
        self.lacking.iter_mut().for_each(|layer| *layer = layer.from_behind());
        self
    }
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
    read_layer(layer, request, layers, &Readings::default(), &mut denies, &mut allows);
    (allows.into_iter().map(|(place, _)| place).collect(), denies)
}

fn read_layer(
    layer: LayerId,
    request: &Request,
    layers: &Layers<'_>,
    readings: &Readings,
    denied_by: &mut Vec<StatementRef>,
    allows: &mut Allows,
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
    allows: &Allows,
    readings: &Readings,
    decision: &mut Decision,
) -> bool {
    let noted = (decision.allowed_by.len(), decision.lacking.len());
    let mut part_holds = |part| holds(part, layers, allows, readings, decision);
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
            let fitting = allows
                .iter()
                .filter(|(place, named)| place.layer == *layer && named.meets(*namings));
            decision.allowed_by.extend(fitting.map(|(place, _)| *place));
            let allowed = decision.allowed_by.len() > noted.0 || layers.is_assumed(*layer);
            if !allowed {
                decision.lacking.push(*layer);
            }
            allowed
        }
    };
    if held {
        decision.lacking.truncate(noted.1);
    } else {
        decision.allowed_by.truncate(noted.0);
    }
    held
}
