//! One step for one caller: every request that is tried, and the verdict they add up to.

use super::catalogue::{IcaCaller, KeyKind, On, Step, Target};
use super::connection::{Connection, Versioning};
use super::context::{keys_used, statements};
use super::kms::{ENCRYPTION_CONTEXT, KmsKey, key_in_use, under_both_contexts};
use super::lacks::{not_given, with_true_lacks};
use super::layers::{bucket_policy_alone, layers, policies};
use super::space::{Failing, Space, request, set, space};
use super::verdict::{Verdict, Witness};
use crate::authz::{Context, LayerId, Layers, Request, StatementRef};
use crate::eval::{Decision, Outcome, ReadingDecision, concerns, decide};
use crate::model::Statement;
use crate::symbolic::Undecided;

/// How many requests are tried for a step; beyond it the verdict is unknown.
pub(super) const MAX_REQUESTS: usize = 20_000;

/// A reason for a denied request.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Cause {
    /// A statement denies it.
    Denied(StatementRef),
    /// A layer does not allow it.
    Lacking(LayerId),
    /// AWS leaves it open.
    Open(Decision),
}

/// Something that is not known, on which the verdict hangs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Unknown {
    /// A condition key.
    Key(String),
    /// The name of the session.
    SessionName,
    /// The identity policies.
    IdentityPolicies,
    /// The policy of the KMS key.
    KeyPolicy,
    /// The trust policy of the role.
    TrustPolicy,
    /// Whether the bucket has S3 Bucket Keys.
    BucketKeys,
    /// The id of AWS's own key.
    KeyId,
    /// The identity provider that is ICA's.
    Provider,
    /// The versioning state.
    Versioning,
    /// Which role is Illumina's.
    Role,
    /// Too many requests to try.
    Limit(usize),
    /// The policies tell too much apart.
    TooHard(Undecided),
}

/// What trying all requests of a step gave.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Tried {
    pub verdict: Verdict,
    /// Each reason with the first request that met it.
    pub causes: Vec<(Cause, Request)>,
    pub unknowns: Vec<Unknown>,
    pub witness: Witness,
    /// Assumptions about condition keys that took part.
    pub assumes: Vec<&'static str>,
    /// Whether a variable is filled from an open key, of which only some values were tried.
    pub has_open_variable: bool,
}

impl Tried {
    fn unknown(unknown: Unknown) -> Tried {
        Tried {
            verdict: Verdict::Unknown,
            causes: Vec::new(),
            unknowns: vec![unknown],
            witness: Witness::default(),
            assumes: Vec::new(),
            has_open_variable: false,
        }
    }
}

/// Tries all requests of a step.
pub(super) fn try_step(connection: &Connection, caller: IcaCaller, step: &Step, failing: Failing<'_>) -> Tried {
    if caller == IcaCaller::CrossAccountRole && connection.cross_account_role.is_none() {
        return Tried::unknown(Unknown::Role);
    }
    let mut tried = match step.resource {
        Target::Key => try_contexts(connection, caller, step, failing),
        _ => try_requests(connection, caller, step, failing),
    };
    // Policies that nobody gave may deny as well, so only what is blocked without them is certain (design 3).
    let not_given = not_given(connection, caller, step);
    if !not_given.is_empty() && tried.verdict != Verdict::Blocked {
        tried.verdict = Verdict::Unknown;
        tried.unknowns.splice(0..0, not_given);
    }
    let may_be_needless = step.on == On::Versioned && connection.versioning.is_none();
    if may_be_needless && tried.verdict != Verdict::Allowed {
        // Without versioning the step is not made at all.
        let unknowns = std::iter::once(Unknown::Versioning).chain(tried.unknowns).collect();
        return Tried { verdict: Verdict::Unknown, unknowns, ..tried };
    }
    tried
}

/// Whether a step is made on this bucket, as far as that is known.
pub(super) fn is_needed(connection: &Connection, step: &Step) -> bool {
    let has_key = step.resource != Target::Key || key_in_use(connection).is_some();
    has_key && (step.on == On::Every || connection.versioning != Some(Versioning::Unversioned))
}

/// Tries a step under both contexts that S3 may encrypt under, which only one of holds.
fn try_contexts(connection: &Connection, caller: IcaCaller, step: &Step, failing: Failing<'_>) -> Tried {
    let all = statements(policies(&layers(connection, caller, step, failing, true)));
    if !keys_used(&all).contains(ENCRYPTION_CONTEXT) {
        return try_requests(connection, caller, step, failing);
    }
    let [object, bucket] = under_both_contexts(connection, step).map(|step| try_requests(connection, caller, &step, failing));
    if object.verdict == bucket.verdict {
        return object;
    }
    let unknowns = std::iter::once(Unknown::BucketKeys).chain(object.unknowns).chain(bucket.unknowns);
    Tried {
        verdict: Verdict::Unknown,
        causes: if object.causes.is_empty() { bucket.causes } else { object.causes },
        unknowns: unknowns.collect(),
        witness: Witness {
            denied: object.witness.denied.or(bucket.witness.denied),
            allowed: object.witness.allowed.or(bucket.witness.allowed),
        },
        assumes: [object.assumes, bucket.assumes].concat(),
        has_open_variable: object.has_open_variable || bucket.has_open_variable,
    }
}

fn try_requests(connection: &Connection, caller: IcaCaller, step: &Step, failing: Failing<'_>) -> Tried {
    let guesses: &[bool] = if not_given(connection, caller, step).is_empty() { &[true] } else { &[true, false] };
    let layers = guesses.iter().map(|guess| layers(connection, caller, step, failing, *guess)).collect::<Vec<_>>();
    let all = statements(policies(&layers[0]));
    let relevant = all.into_iter().filter(|statement| about(statement, step)).collect::<Vec<_>>();
    let space = match space(connection, caller, step, &relevant, failing) {
        Ok(space) => space,
        Err(undecided) => return Tried::unknown(Unknown::TooHard(undecided)),
    };
    let size = size(&space);
    if size > MAX_REQUESTS {
        return Tried::unknown(Unknown::Limit(size));
    }
    let mut tally = Tally::default();
    let (free, hidden): (Vec<_>, Vec<_>) = space.open.iter().partition(|dimension| dimension.kind == KeyKind::Free);
    for (guess, layers) in layers.iter().enumerate() {
        for (session, (caller, resources)) in sessions(&space).enumerate() {
            for choice in assignments(&hidden) {
                let mut context = space.fixed.clone();
                apply(&mut context, &hidden, &choice);
                tally.begin([vec![guess, session], choice].concat());
                for free_choice in assignments(&free) {
                    let mut context = context.clone();
                    apply(&mut context, &free, &free_choice);
                    for resource in resources {
                        let ask = |action: &str| request(&space, action, caller.clone(), resource, context.clone());
                        if let Some((decision, request)) = decide_step(ask, layers, step) {
                            tally.take(decision, request);
                        }
                    }
                }
            }
        }
    }
    tally.sum_up(&space, &hidden, group(connection, step))
}

/// What a step does not know beside condition keys.
fn group(connection: &Connection, step: &Step) -> Unknown {
    match (step.resource, key_in_use(connection)) {
        (Target::Role, _) => Unknown::Provider,
        (Target::Key, Some(KmsKey::AwsManaged { .. })) => Unknown::KeyId,
        _ => Unknown::SessionName,
    }
}

/// Every caller with every group of resources: the names of sessions take part in both.
fn sessions(space: &Space) -> impl Iterator<Item = (&crate::authz::Caller, &Vec<String>)> {
    space.callers.iter().flat_map(|caller| space.resources.iter().map(move |resources| (caller, resources)))
}

fn about(statement: &Statement, step: &Step) -> bool {
    step.actions().any(|action| concerns(statement, &action.to_ascii_lowercase()))
}

/// Decides a step: its own request, and whether the bucket policy forbids an action that stops this one as well (F1). Gives the request
/// that decided.
fn decide_step(ask: impl Fn(&str) -> Option<Request>, layers: &Layers<'_>, step: &Step) -> Option<(Decision, Request)> {
    let request = ask(&step.action)?;
    let decision = decide(&request, layers);
    if !decision.may_be_allowed() {
        return Some((with_true_lacks(decision, &request, layers, step), request));
    }
    let bucket_policy = bucket_policy_alone(layers);
    let vetoes = step.veto.iter().filter_map(|action| ask(action)).map(|request| (decide(&request, &bucket_policy), request));
    let mut vetoes = vetoes.filter(|(veto, _)| may_deny(veto)).collect::<Vec<_>>();
    vetoes.sort_by_key(|(veto, _)| veto.outcome != Outcome::ExplicitlyDenied);
    match vetoes.into_iter().next() {
        Some((veto, request)) if veto.outcome == Outcome::ExplicitlyDenied => Some((veto, request)),
        Some((veto, request)) if decision.outcome == Outcome::Allowed => Some((unless_vetoed(veto), request)),
        _ => Some((decision, request)),
    }
}

/// Whether a statement denies, under some reading at least. Where there were too many readings to try, none is listed.
fn may_deny(decision: &Decision) -> bool {
    match decision.outcome {
        Outcome::Undetermined => {
            decision.readings.is_empty() || decision.readings.iter().any(|reading| reading.outcome == Outcome::ExplicitlyDenied)
        }
        outcome => outcome == Outcome::ExplicitlyDenied,
    }
}

/// A request that goes through but under the readings in which something stops it.
fn unless_vetoed(veto: Decision) -> Decision {
    let outcome = |outcome| if outcome == Outcome::ExplicitlyDenied { outcome } else { Outcome::Allowed };
    let readings = veto.readings.into_iter().map(|reading| ReadingDecision { outcome: outcome(reading.outcome), ..reading });
    Decision { readings: readings.collect(), ..veto }
}

fn size(space: &Space) -> usize {
    let open = space.open.iter().map(|dimension| dimension.values.len().max(1));
    let start = sessions(space).map(|(_, resources)| resources.len()).sum();
    open.fold(start, usize::saturating_mul)
}

/// All combinations of the values' numbers, like the digits of a counter.
fn assignments(dimensions: &[&super::space::Dimension]) -> impl Iterator<Item = Vec<usize>> {
    let sizes = dimensions.iter().map(|dimension| dimension.values.len().max(1)).collect::<Vec<_>>();
    let first = vec![0; sizes.len()];
    std::iter::successors(Some(first), move |digits| {
        let mut next = digits.clone();
        for (digit, size) in next.iter_mut().zip(&sizes) {
            *digit += 1;
            if *digit < *size {
                return Some(next);
            }
            *digit = 0;
        }
        None
    })
}

fn apply(context: &mut Context, dimensions: &[&super::space::Dimension], choice: &[usize]) {
    for (dimension, &number) in dimensions.iter().zip(choice) {
        let value = dimension.values.get(number).and_then(Option::as_ref);
        set(context, &dimension.key, value);
    }
}

/// What came out for one assignment of what is not known.
#[derive(Clone, Default)]
struct Class {
    digits: Vec<usize>,
    allowed: bool,
    denied: bool,
    open: bool,
}

impl Class {
    /// The verdict, if open decisions count as allowed or as denied.
    fn verdict(&self, open_allows: bool) -> Verdict {
        match (self.allowed || self.open && open_allows, self.denied || self.open && !open_allows) {
            (true, true) => Verdict::Partial,
            (false, true) => Verdict::Blocked,
            (_, false) => Verdict::Allowed,
        }
    }
}

#[derive(Default)]
struct Tally {
    classes: Vec<Class>,
    causes: Vec<(Cause, Request)>,
    witness: Witness,
}

impl Tally {
    fn begin(&mut self, digits: Vec<usize>) {
        self.classes.push(Class { digits, ..Class::default() });
    }

    fn take(&mut self, decision: Decision, request: Request) {
        let Some(class) = self.classes.last_mut() else { return };
        match decision.outcome {
            Outcome::Allowed => {
                class.allowed = true;
                self.witness.allowed.get_or_insert_with(|| Box::new(request));
                return;
            }
            Outcome::Undetermined if decision.may_be_allowed() => class.open = true,
            _ => {
                class.denied = true;
                self.witness.denied.get_or_insert_with(|| Box::new(request.clone()));
            }
        }
        for cause in causes(decision) {
            let known = |(known, _): &(Cause, Request)| match (known, &cause) {
                (Cause::Open(known), Cause::Open(new)) => known.readings == new.readings,
                (known, new) => known == new,
            };
            if !self.causes.iter().any(known) {
                self.causes.push((cause, request.clone()));
            }
        }
    }

    fn sum_up(self, space: &Space, hidden: &[&super::space::Dimension], group: Unknown) -> Tried {
        // An assignment that contradicts the caller makes no request and says nothing.
        let tried = self.classes.iter().filter(|class| class.allowed || class.denied || class.open);
        let verdicts = tried.flat_map(|class| [class.verdict(true), class.verdict(false)]);
        let worst = verdicts.clone().max().unwrap_or(Verdict::Unknown);
        let settled = verdicts.min() == Some(worst);
        let verdict = if settled { worst } else { Verdict::Unknown };
        let unknowns = if settled { Vec::new() } else { self.separating(hidden, &group) };
        Tried {
            verdict,
            causes: self.causes,
            unknowns,
            witness: self.witness,
            assumes: space.assumes.clone(),
            has_open_variable: space.has_open_variable,
        }
    }

    /// What separates the classes: the digits in which two assignments differ that are alike otherwise and come out differently.
    fn separating(&self, hidden: &[&super::space::Dimension], group: &Unknown) -> Vec<Unknown> {
        let width = self.classes.first().map_or(0, |class| class.digits.len());
        let separates = |digit: usize| {
            let mut seen = std::collections::HashMap::new();
            self.classes.iter().any(|class| {
                let mut rest = class.digits.clone();
                rest[digit] = 0;
                let verdicts = [class.verdict(true), class.verdict(false)];
                *seen.entry(rest).or_insert(verdicts) != verdicts
            })
        };
        // The first digit guesses at policies that were not given, which is told by themselves.
        let digits = (1..width).filter(|digit| separates(*digit));
        let unknown = |digit| match digit {
            1 => group.clone(),
            _ => Unknown::Key(hidden[digit - 2].key.clone()),
        };
        digits.map(unknown).collect()
    }
}

/// Why a request is not allowed.
fn causes(decision: Decision) -> Vec<Cause> {
    match decision.outcome {
        Outcome::ExplicitlyDenied => decision.denied_by.into_iter().map(Cause::Denied).collect(),
        Outcome::Undetermined if decision.may_be_allowed() => vec![Cause::Open(decision)],
        Outcome::Undetermined if !decision.denied_by.is_empty() => decision.denied_by.into_iter().map(Cause::Denied).collect(),
        Outcome::Undetermined | Outcome::ImplicitlyDenied | Outcome::Allowed => decision.lacking.into_iter().map(Cause::Lacking).collect(),
    }
}

/// The resource of a step as reports show it.
pub(super) fn resource_words(connection: &Connection, step: &Step) -> String {
    match step.resource {
        Target::Bucket => format!("arn:aws:s3:::{}", connection.bucket),
        Target::Object => format!("arn:aws:s3:::{}/{}*", connection.bucket, connection.prefix),
        Target::Folder => format!("arn:aws:s3:::{}/{}*/", connection.bucket, connection.prefix),
        Target::FederatedUser => {
            let name = connection.session_name.as_deref().unwrap_or("*");
            format!("arn:aws:sts::{}:federated-user/{name}", connection.customer.account())
        }
        Target::Role => connection.customer.arn().as_str().to_owned(),
        Target::Key => key_in_use(connection).map(KmsKey::words).unwrap_or_default(),
    }
}
