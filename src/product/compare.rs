//! Two versions of a connection: the operations whose verdict changes, and what each caller may do with the bucket.

use super::budget::Budget;
use super::caller::CallerId;
use super::catalogue::{Catalogue, Operation, Step, Target};
use super::context::statements;
use super::question::{
    KeyValue, assumed, callers, layers_at_bucket, sessions_in_full, through_endpoint,
};
use super::setup::Setup;
use super::verdict::{Check, Verdict};
use crate::authz::{Context, FileCount, Known, LAYERS, LayerRow, Layers};
use crate::model::{Policy, PolicyKind};
use crate::source::without_places;
use crate::symbolic::{
    Access, Answer, Differences, Requests, Within, access_differences_within,
    compare_access_within, differences_beyond,
};

/// An operation for one caller, before and after.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OperationChange {
    /// The operation.
    pub id: &'static str,
    /// For whom.
    pub caller: CallerId,
    /// The verdict before; `None`: there was no such connection, or it did not ask for the operation.
    pub old: Option<Verdict>,
    /// The verdict now.
    pub new: Option<Verdict>,
}

impl OperationChange {
    /// Whether the new version is worse: what was not known to be blocked is, or what was known to work is not.
    pub fn is_newly_blocked(&self) -> bool {
        match (self.old, self.new) {
            (Some(old), Some(new)) => new > old,
            (None, Some(new)) => new >= Verdict::Partial,
            (_, None) => false,
        }
    }
}

/// The operations of both checks, in the order of the catalogue.
pub fn operation_changes(
    catalogue: &'static Catalogue,
    old: Option<&Check>,
    new: Option<&Check>,
) -> Vec<OperationChange> {
    let verdict = |check: Option<&Check>, id: &str, caller: CallerId| {
        let operation = check?.operations.iter().find(|operation| operation.id == id)?;
        operation.callers.iter().find(|report| report.caller == caller).map(|report| report.verdict)
    };
    let all = catalogue
        .operations
        .iter()
        .flat_map(|operation| catalogue.callers().map(move |caller| (operation, caller)));
    let change = |(operation, caller): (&'static Operation, CallerId)| OperationChange {
        id: &operation.id,
        caller,
        old: verdict(old, &operation.id, caller),
        new: verdict(new, &operation.id, caller),
    };
    all.map(change).filter(|change| change.old.is_some() || change.new.is_some()).collect()
}

/// The documents of one layer, before and after, taken by themselves.
#[derive(Clone, PartialEq, Debug)]
pub struct LayerChange<'a> {
    /// `identity`, `bucket-policy`, ..
    pub layer: &'static str,
    /// Whether requests of S3 to the bucket are excluded: they are compared for each caller.
    pub beyond: bool,
    /// The policies before.
    pub old: Vec<&'a Policy>,
    /// The policies now.
    pub new: Vec<&'a Policy>,
    /// In what they differ.
    pub differences: Differences,
}

/// What the documents mean for others and elsewhere: the bucket's, the key's and the role's own policies for any caller, the customer's
/// policies for everything but the bucket. A layer that cannot be compared has the reason.
pub fn layer_changes<'a>(
    old: &'a Setup,
    new: &'a Setup,
) -> Vec<Result<LayerChange<'a>, (&'static str, String)>> {
    let (within, budget) = (within(new, None), &new.budget);
    let own = |kind, limits| (kind, true, limits);
    let asked = |kind, limits| (kind, false, limits);
    let layers = [
        own(PolicyKind::Identity, false),
        own(PolicyKind::Boundary, true),
        own(PolicyKind::Session, true),
        asked(PolicyKind::Resource, false),
        asked(PolicyKind::Vpce, true),
        asked(PolicyKind::KmsKey, false),
        asked(PolicyKind::Trust, false),
    ];
    let compared = layers.into_iter().filter_map(|(kind, beyond, limits)| {
        let [before, after] = [old, new].map(|setup| setup.policies.policies(kind));
        let policies = both_listed(before, after, limits)?;
        let layer = LayerRow::of(kind).id;
        let beyond = beyond.then_some(&within);
        let change = |(old, new)| layer_change(layer, old, new, beyond, budget);
        Some(policies.map(change).map_err(|reason| (layer, reason.to_owned())))
    });
    let by_level = LAYERS.iter().filter(|row| row.files == FileCount::Levels);
    let differing =
        by_level.filter(|row| !same_words(old.policies.get(row.kind), new.policies.get(row.kind)));
    let left_out = format!(
        "the two differ; what that means beyond {}'s callers was not compared",
        new.product.wording().product
    );
    compared.chain(differing.map(|row| Err((row.id, left_out.clone())))).collect()
}

/// What the customer's own policies allow elsewhere than in the bucket, before and after; `None` if no side has them.
pub fn identity_change(old: &Setup, new: &Setup) -> Option<Differences> {
    let [before, after] = [old, new].map(|setup| setup.policies.known(PolicyKind::Identity));
    let ask = || {
        let (within, budget) = (within(new, None), new.budget.proof());
        differences_beyond(&before, &after, Requests::Possible, Some(&within), &budget)
    };
    (!before.is_empty() || !after.is_empty()).then(ask)
}

/// `beyond`: excludes the requests that are compared for each caller.
fn layer_change<'a>(
    layer: &'static str,
    old: Vec<&'a Policy>,
    new: Vec<&'a Policy>,
    beyond: Option<&Within>,
    budget: &Budget,
) -> LayerChange<'a> {
    let differences = differences_beyond(&old, &new, Requests::Possible, beyond, &budget.proof());
    LayerChange { layer, beyond: beyond.is_some(), old, new, differences }
}

/// The policies of a layer before and after.
type Both<'a> = (Vec<&'a Policy>, Vec<&'a Policy>);

/// Both sides of a layer, or why they cannot be compared; `None` if neither has it. A layer that `limits` does so only if it is present.
fn both_listed<'a>(
    before: Known<Vec<&'a Policy>>,
    after: Known<Vec<&'a Policy>>,
    limits: bool,
) -> Option<Result<Both<'a>, &'static str>> {
    match (listed(before), listed(after)) {
        (None, None) => None,
        (Some(before), Some(after)) if !limits || before.is_empty() == after.is_empty() => {
            Some(Ok((before, after)))
        }
        (Some(_), Some(_)) => Some(Err(
            "only one of the two has it; what it limits beyond the bucket was not compared",
        )),
        _ => Some(Err("only one of the two names it")),
    }
}

fn listed(known: Known<Vec<&Policy>>) -> Option<Vec<&Policy>> {
    match known {
        Known::Known(policies) => Some(policies),
        Known::AssertedNone => Some(Vec::new()),
        Known::Unspecified => None,
    }
}

/// Whether two layers have the same text, level by level.
fn same_words(old: &Known<Vec<Vec<Policy>>>, new: &Known<Vec<Vec<Policy>>>) -> bool {
    let (Known::Known(old), Known::Known(new)) = (old, new) else {
        return std::mem::discriminant(old) == std::mem::discriminant(new);
    };
    without_places(old) == without_places(new)
}

/// What a caller may do with the bucket, before and after.
#[derive(Clone, PartialEq, Debug)]
pub struct AccessChange<'a> {
    /// Who.
    pub caller: CallerId,
    /// The policies of all layers before, in the order that places refer to.
    pub old: Vec<&'a Policy>,
    /// The same now.
    pub new: Vec<&'a Policy>,
    /// In what they differ.
    pub differences: Differences,
}

/// Compares what every caller may do with the bucket: all actions of S3 on the bucket and its objects. A caller that cannot be
/// compared has the reason.
pub fn access_changes<'a>(
    old: &'a Setup,
    new: &'a Setup,
) -> Vec<Result<AccessChange<'a>, (CallerId, String)>> {
    let callers = new.product.catalogue().callers();
    let asked = callers.filter(|caller| old.customer.has(*caller) || new.customer.has(*caller));
    asked.map(|caller| access_change(old, new, caller).map_err(|reason| (caller, reason))).collect()
}

/// Compares what one caller may do with the bucket.
///
/// # Errors
/// Why the caller cannot be compared.
pub fn access_change<'a>(
    old: &'a Setup,
    new: &'a Setup,
    caller: CallerId,
) -> Result<AccessChange<'a>, String> {
    let mut parts = Vec::new();
    let [before, after] = each_access(old, new, caller, &mut |before, after| {
        parts.push(access_differences_within(before, after, &new.budget.proof()));
    })?;
    let differences =
        parts.into_iter().reduce(Differences::joined).ok_or("there is no such caller")?;
    Ok(AccessChange { caller, old: before.all(), new: after.all(), differences })
}

/// A request of one caller to the bucket that the new version allows and the old one does not, and the reverse.
///
/// # Errors
/// Why the caller cannot be compared.
pub fn access_gain(old: &Setup, new: &Setup, caller: CallerId) -> Result<[Answer; 2], String> {
    let mut found = [Answer::None, Answer::None];
    each_access(old, new, caller, &mut |before, after| {
        let compared = compare_access_within(before, after, &new.budget.proof());
        for (known, answer) in found.iter_mut().zip([compared.gained, compared.lost]) {
            // What is shown is certain, whatever is open beside it.
            if !matches!(known, Answer::Some(_)) && answer != Answer::None {
                *known = answer;
            }
        }
    })?;
    Ok(found)
}

/// Asks about each kind of requests of one caller to the bucket, before and after; the policies of all layers, in the order that places refer to.
fn each_access<'a>(
    old: &'a Setup,
    new: &'a Setup,
    caller: CallerId,
    ask: &mut dyn FnMut(&Access<'_>, &Access<'_>),
) -> Result<[Layers<'a>; 2], String> {
    check_comparable(old, new, caller)?;
    let step =
        object_step(new.product.catalogue()).ok_or("the catalogue has no step on an object")?;
    let (mut known, mut absent) = (Context::new(), Vec::new());
    let assumed = assumed(new, caller, step);
    for (key, value) in &assumed {
        match value {
            KeyValue::Is(value) => known.set_one(key, value),
            KeyValue::Absent => absent.push(key.clone()),
        }
    }
    let endpoint = through_endpoint(&assumed);
    let has_endpoint =
        [old, new].iter().any(|setup| setup.policies.get(PolicyKind::Vpce).is_known());
    let ways: &[Option<bool>] = match endpoint {
        Some(true) => &[Some(true)],
        Some(false) => &[Some(false)],
        None if has_endpoint => &[Some(false), Some(true)],
        None => &[None],
    };
    // Both sides have the same layers in each part, except the endpoint's policy, which comes last.
    let layers = |through: bool| [old, new].map(|setup| layers_of(setup, caller, through));
    for through in ways {
        let [before, after] = layers(*through == Some(true) && has_endpoint);
        let all = statements([before.all(), after.all()].concat());
        let named = sessions_in_full(new, &all);
        let callers = callers(new, caller, step, &all, &named, &assumed)
            .map_err(|undecided| undecided.reason)?;
        let within = within(new, *through);
        for who in &callers {
            let access = |layers| {
                Access::new(who, layers, &within, &known, &absent)
                    .map_err(|undecided| undecided.reason)
            };
            ask(&access(&before)?, &access(&after)?);
        }
    }
    Ok(layers(has_endpoint))
}

/// Why access cannot be compared: it is compared for one caller, one bucket and known policies.
fn check_comparable(old: &Setup, new: &Setup, caller: CallerId) -> Result<(), String> {
    let is_customers = caller.is_customers();
    let role = |setup: &Setup| setup.cross_account_role.clone();
    let is_unspecified = |kind| [old, new].map(|setup| setup.policies.is_unspecified(kind));
    let identity = is_unspecified(PolicyKind::Identity);
    let session = is_unspecified(PolicyKind::Session);
    let vendor = new.product.wording().vendor;
    let of_other_role = format!("the two are about different roles of {vendor}");
    let of_no_role = format!("the region is not given, so {vendor}'s role is not known");
    let faults = [
        (
            old.bucket != new.bucket || old.account != new.account,
            "the two are about different buckets",
        ),
        (
            is_customers && old.customer != new.customer,
            "the two are about different users or roles of the customer",
        ),
        (!is_customers && role(old) != role(new), of_other_role.as_str()),
        (!is_customers && role(new).is_none(), of_no_role.as_str()),
        (is_customers && identity == [true, true], "the identity policies were not given"),
        (is_customers && identity[0] != identity[1], "only one of the two names identity policies"),
        (
            caller.is_session() && session[0] != session[1],
            "only one of the two names a session policy",
        ),
        (old.assume != new.assume, "the two assume different condition keys"),
        (old.session_name != new.session_name, "the two name different sessions"),
    ];
    faults.into_iter().find(|(is_so, _)| *is_so).map_or(Ok(()), |(_, fault)| Err(fault.to_owned()))
}

/// A step on an object, for facts that are true of all requests to the bucket.
fn object_step(catalogue: &'static Catalogue) -> Option<&'static Step> {
    let steps = catalogue.operations.iter().flat_map(|operation| &operation.steps);
    steps.into_iter().find(|step| step.resource == Target::Object && step.action.starts_with("s3:"))
}

fn layers_of(setup: &Setup, caller: CallerId, through_endpoint: bool) -> Layers<'_> {
    let mut layers = layers_at_bucket(setup, caller);
    if through_endpoint {
        layers.vpce = setup.policies.layer(PolicyKind::Vpce);
    }
    layers
}

fn within(setup: &Setup, through_endpoint: Option<bool>) -> Within {
    let bucket = format!("arn:aws:s3:::{}", setup.bucket);
    Within {
        actions: "s3:".to_owned(),
        below: vec![format!("{bucket}/")],
        example: ("s3:getobject".to_owned(), format!("{bucket}/x")),
        resources: vec![bucket],
        account: setup.account.clone(),
        through_endpoint,
    }
}
