//! Which requests AWS has, one at a time: by its reference data and by the table of request keys.
//!
//! [`super::shapes`] says the same of all requests at once; every request that is shown is asked here again.

use crate::authz::ContextValue::{Many, One};
use crate::authz::{
    Caller, CallerKind, ContextValue, Presence, any_arn, may_have_key, presence, request_key, shape,
};
use crate::aws;
use crate::aws::{ResourceType, ValueType};
use crate::model::Policy;
use crate::model::condition::{date, numeric};
use crate::symbolic::boxes::{
    CURRENT_TIME, EPOCH_TIME, KMS_ACCOUNT, PRINCIPAL_ACCOUNT, PRINCIPAL_ARN, Sample, USER_NAME,
    is_whole,
};
use crate::symbolic::text::SECOND;

const USER_ID: &str = "aws:userid";

/// The kinds of callers that can have all of these policies.
pub(crate) fn askers(policies: &[&Policy]) -> Vec<CallerKind> {
    let kinds = CallerKind::ALL.into_iter();
    kinds.filter(|kind| policies.iter().all(|policy| kind.may_have(policy.kind))).collect()
}

/// Whether these are only callers that can have policies of their own, which root users cannot.
pub(crate) fn have_own_policies(askers: &[CallerKind]) -> bool {
    !askers.contains(&CallerKind::Root)
}

/// Whether AWS has such a request of one of these kinds of callers, as far as is known.
pub(crate) fn is_possible(sample: &Sample, askers: &[CallerKind]) -> bool {
    fits_action(sample)
        && askers.iter().any(|kind| fits_caller(sample, *kind))
        && !(have_own_policies(askers) && is_of_cloudfront(sample))
        && within_partition(sample)
        && sample.context.iter().all(|(key, value)| has_type(key, value))
        && times_agree(sample)
        && owners_agree(sample)
}

/// Whether an origin access identity asks, a user without policies of its own (CloudFront:private-content-restricting-access-to-s3).
fn is_of_cloudfront(sample: &Sample) -> bool {
    let arn = sample.context.get(PRINCIPAL_ARN).map(ContextValue::as_slice);
    arn.is_some_and(|arn| arn.iter().any(|arn| arn.split(':').nth(4) == Some(CLOUDFRONT)))
}

/// The account of origin access identities.
pub(crate) const CLOUDFRONT: &str = "cloudfront";

/// Access never crosses a partition (IAM:access_policies-cross-account-resource-access).
fn within_partition(sample: &Sample) -> bool {
    let of_arn = |arn: &str| arn.split(':').nth(1).unwrap_or_default().to_owned();
    let key = sample.context.get(PRINCIPAL_ARN).and_then(|value| value.as_slice().first());
    let caller = sample.principal.as_ref().map(|_| sample.caller());
    let own = key.map(|arn| of_arn(arn)).or_else(|| caller?.partition().map(str::to_owned));
    let resource = sample.resource.as_deref().map(of_arn).filter(|name| !name.is_empty());
    own.zip(resource).is_none_or(|(own, resource)| own == resource)
}

fn fits_action(sample: &Sample) -> bool {
    let Some(resource) = sample.resource.as_deref() else { return true };
    let Some(action) = sample.action.as_deref().and_then(aws::action) else {
        return resource == "*" || any_arn().fits(resource);
    };
    let has_keys_of = |kind: Option<&ResourceType>| {
        let kind = kind.map(ResourceType::name);
        sample.context.iter().all(|(key, _)| may_have_key(action, kind, key))
    };
    if action.is_resourceless() {
        return resource == "*" && has_keys_of(None);
    }
    any_arn().fits(resource)
        && action.resource_types().any(|kind| kind.matches(resource) && has_keys_of(Some(kind)))
}

/// Whether requests of the kind of caller have these keys and lack those, and the keys agree on who it is.
fn fits_caller(sample: &Sample, kind: CallerKind) -> bool {
    let action = sample.action.as_deref();
    let may_be_there = |(key, value): (&str, &ContextValue)| {
        let fits = |text: &String| match request_key(key) {
            Some(row) if row.has_shapes_by_caller() => row.admits(kind, text),
            _ => shape(key, Some(kind)).is_none_or(|shape| shape.fits(text)),
        };
        presence(key, Some(kind), action) != Presence::Never && value.as_slice().iter().all(fits)
    };
    let may_be_absent = |key: &str| presence(key, Some(kind), action) != Presence::Always;
    (sample.principal.is_none() || sample.caller().kind() == kind)
        && sample.context.iter().all(may_be_there)
        && sample.absent.iter().all(|key| may_be_absent(key))
        && keys_agree(sample)
}

/// Whether the keys that follow from one caller tell of the same.
fn keys_agree(sample: &Sample) -> bool {
    let text = |key| sample.context.get(key).and_then(|value| value.as_slice().first());
    let caller = sample.principal.as_ref().map(|_| sample.caller());
    let named = caller.as_ref().and_then(Caller::principal_arn);
    let account = caller.as_ref().and_then(Caller::account);
    let is_other = |key| text(key).zip(account).is_some_and(|(key, account)| key != account);
    let are_two =
        text(PRINCIPAL_ACCOUNT).zip(text(KMS_ACCOUNT)).is_some_and(|(one, two)| one != two);
    if are_two || [PRINCIPAL_ACCOUNT, KMS_ACCOUNT].into_iter().any(is_other) {
        return false;
    }
    if text(PRINCIPAL_ARN).zip(named.as_ref()).is_some_and(|(arn, named)| arn != named) {
        return false;
    }
    let arn = text(PRINCIPAL_ARN).or(named.as_ref());
    let of_arn = |number| arn.and_then(|arn| arn.split(':').nth(number));
    let name = of_arn(5).and_then(|resource| resource.rsplit('/').next());
    let agrees = |one: Option<&str>, other: Option<&String>| {
        one.zip(other).is_none_or(|(one, other)| one == other)
    };
    let session_id = arn
        .filter(|arn| arn.contains(":federated-user/"))
        .and(of_arn(4).zip(name))
        .map(|(account, name)| format!("{account}:{name}"));
    let root_id = arn.filter(|arn| arn.ends_with(":root")).and(of_arn(4));
    [PRINCIPAL_ACCOUNT, KMS_ACCOUNT].into_iter().all(|key| agrees(of_arn(4), text(key)))
        && agrees(name, text(USER_NAME))
        && agrees(session_id.as_deref().or(root_id), text(USER_ID))
}

fn has_type(key: &str, value: &ContextValue) -> bool {
    let Some(known) = aws::condition_key_type(key) else { return true };
    let is_one = |text: &String| match known.value {
        ValueType::Numeric if is_whole(key) => {
            numeric::value(text).is_ok_and(|number| number >= 0.0 && number.floor() >= number)
        }
        ValueType::Numeric => numeric::value(text).is_ok(),
        ValueType::Date => date::value(text).is_ok(),
        ValueType::Bool => matches!(text.as_str(), "true" | "false"),
        ValueType::Ip => text.parse::<std::net::IpAddr>().is_ok(),
        ValueType::String | ValueType::Arn | ValueType::Binary => true,
    };
    value.as_slice().iter().all(is_one)
}

fn times_agree(sample: &Sample) -> bool {
    let time = |key| {
        sample
            .context
            .get(key)
            .and_then(|value| value.as_slice().first())
            .and_then(|text| date::value(text).ok())
    };
    time(CURRENT_TIME).zip(time(EPOCH_TIME)).is_none_or(|(one, other)| one == other)
}

/// Whether both keys of the owner, and the ARN where it names one, are of one account.
fn owners_agree(sample: &Sample) -> bool {
    let of_arn = sample.resource.as_deref().and_then(|arn| arn.split(':').nth(4));
    let of_arn = of_arn.filter(|account| !account.is_empty());
    let text = |key| sample.context.get(key).and_then(|value| value.as_slice().first());
    let mut owners = OWNERS.iter().filter_map(|key| text(key).map(String::as_str)).chain(of_arn);
    owners.next().is_none_or(|first| owners.all(|owner| owner == first))
}

/// A request that was found, with values that go together where it is open: the keys of the principal follow from its
/// ARN, those of the owner from the resource, and both keys of the time are of one clock. What still cannot be is tried
/// with the values of each kind of caller.
pub(crate) fn aligned(sample: Sample, askers: &[CallerKind]) -> Sample {
    let sample = follow(sample);
    if is_possible(&sample, askers) {
        return sample;
    }
    let of_kinds = askers.iter().map(|kind| follow(of_kind(sample.clone(), *kind)));
    let mut tried = renamed(&sample).into_iter().chain(of_kinds);
    tried.find(|tried| is_possible(tried, askers)).unwrap_or(sample)
}

/// The sample with the user of its name in the ARN of the principal.
fn renamed(sample: &Sample) -> Option<Sample> {
    let text = |key| sample.context.get(key)?.as_slice().first();
    let (path, _) = text(PRINCIPAL_ARN).filter(|arn| arn.contains(":user/"))?.rsplit_once('/')?;
    let arn = format!("{path}/{}", text(USER_NAME)?);
    let mut renamed = sample.clone();
    renamed.context.set_one(PRINCIPAL_ARN, arn);
    Some(renamed)
}

/// The sample with a value of a kind of caller for each key whose value nobody asks about.
fn of_kind(mut sample: Sample, kind: CallerKind) -> Sample {
    for key in sample.unasked.clone() {
        let is_there = sample.context.get(&key).is_some();
        let shape = request_key(&key).and_then(|row| row.shape(Some(kind))).filter(|_| is_there);
        if let Some(shape) = shape {
            let is_multi = aws::condition_key_type(&key).is_some_and(|known| known.multi_valued);
            let value = shape.example();
            sample.context.set(&key, if is_multi { Many(vec![value]) } else { One(value) });
        }
    }
    sample
}

fn follow(mut sample: Sample) -> Sample {
    // Another value of a key that is asked about might not show the same.
    let unasked = sample.unasked.clone();
    let is_free = |key: &str| unasked.iter().any(|own| **own == *key);
    if let (true, Some(named)) = (is_free(PRINCIPAL_ARN), sample.caller().principal_arn()) {
        sample.context.set_one(PRINCIPAL_ARN, named);
    }
    let caller = sample.principal.as_ref().map(|_| sample.caller());
    let arn = match sample.context.get(PRINCIPAL_ARN) {
        Some(ContextValue::One(arn)) => Some(arn.clone()),
        _ => caller.as_ref().and_then(Caller::principal_arn),
    };
    let arn = arn.unwrap_or_default();
    let account = arn.split(':').nth(4).unwrap_or_default().to_owned();
    let name = arn.rsplit(['/', ':']).next().unwrap_or_default().to_owned();
    let owner = sample.resource.as_deref().and_then(|arn| arn.split(':').nth(4));
    let owner = owner.unwrap_or_default().to_owned();
    let mut follow = |key: &str, value: String| {
        // The boxes of callers tie the account to the ARN.
        let may_change = key == PRINCIPAL_ACCOUNT || is_free(key);
        if may_change && !value.is_empty() && sample.context.get(key).is_some() {
            sample.context.set_one(key, value);
        }
    };
    follow(PRINCIPAL_ACCOUNT, account.clone());
    follow(KMS_ACCOUNT, account.clone());
    match () {
        () if arn.contains(":federated-user/") => follow(USER_ID, format!("{account}:{name}")),
        () if arn.ends_with(":root") => follow(USER_ID, account),
        () if arn.contains(":user/") => follow(USER_NAME, name),
        () => {}
    }
    OWNERS.iter().for_each(|key| follow(key, owner.clone()));
    if let Some(ContextValue::One(time)) = sample.context.get(CURRENT_TIME)
        && let Ok(nanos) = date::value(time)
    {
        sample.context.set_one(EPOCH_TIME, nanos.div_euclid(SECOND).to_string());
    }
    sample
}

/// The keys of the account that owns the resource.
pub(crate) const OWNERS: [&str; 2] = ["aws:resourceaccount", "s3:resourceaccount"];
