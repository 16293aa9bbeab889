//! Which requests AWS has, one at a time: by its reference data and what its pages say of condition keys (`requests.toml`).
//!
//! [`super::shapes`] says the same of all requests at once; every request that is shown is asked here again.

use super::point::Sample;
use super::space::Name;
use crate::authz::ContextValue;
use crate::aws::{self, KeySupport, ResourceType, ValueType};
use crate::model::condition::{date, numeric};
use serde::Deserialize;
use std::sync::LazyLock;

/// Which requests a comparison looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Requests {
    /// Any action with any resource and any keys.
    #[default]
    Any,
    /// Those that AWS has: an action that its reference data knows, on a resource of a type that the action takes, with keys that the
    /// two can have and that go together. An action that the data lacks is any.
    Possible,
}

pub(super) const CURRENT_TIME: &str = "aws:currenttime";
pub(super) const EPOCH_TIME: &str = "aws:epochtime";
pub(super) const PRINCIPAL_ARN: &str = "aws:principalarn";
pub(super) const PRINCIPAL_ACCOUNT: &str = "aws:principalaccount";
pub(super) const PRINCIPAL_TYPE: &str = "aws:principaltype";
pub(super) const IS_SERVICE: &str = "aws:principalisawsservice";

const SECOND: i128 = 1_000_000_000;

/// What `requests.toml` says.
#[derive(Deserialize, Default, Debug)]
pub(super) struct Table {
    pub always: Vec<String>,
    fractional: Vec<String>,
    arn: Vec<MoreArn>,
    pub caller: Vec<CallerRow>,
}

#[derive(Deserialize, Debug)]
struct MoreArn {
    beside: String,
    form: String,
}

/// A kind of caller; its name in the table is for readers.
#[derive(Deserialize, Debug)]
pub(super) struct CallerRow {
    #[serde(rename = "type")]
    pub principal_type: Option<String>,
    pub arn: Option<String>,
    pub is_service: Option<String>,
    pub has: Vec<String>,
    pub lacks: Vec<String>,
}

/// The table, read once.
pub(super) fn table() -> &'static Table {
    // The text is part of the program and a test reads it, so an error here cannot reach a user.
    static TABLE: LazyLock<Table> =
        LazyLock::new(|| toml::from_str(include_str!("requests.toml")).unwrap_or_default());
    &TABLE
}

/// The two keys of the time are one dimension: they tell the same.
pub(super) fn one_for_all(name: Name) -> Name {
    match name {
        Name::Key(key) if &*key == EPOCH_TIME => Name::Key(CURRENT_TIME.into()),
        name => name,
    }
}

/// Seconds of the farthest time that is told apart; the calendar ends long before.
const FARTHEST: f64 = 1e18;

/// Seconds as nanoseconds. Times are whole seconds, so any fraction compares with them alike.
pub(super) fn nanoseconds(seconds: f64) -> i128 {
    // Far beyond the calendar one time is as good as another, and sums do not overflow.
    let whole = seconds.floor().clamp(-FARTHEST, FARTHEST);
    let fraction = if whole < seconds { SECOND / 2 } else { 0 };
    (whole as i128).saturating_mul(SECOND).saturating_add(fraction)
}

/// Whether the values of a key are whole numbers, or whole seconds.
pub(super) fn is_whole(key: &str) -> bool {
    let is_fractional = || table().fractional.iter().any(|name| name.eq_ignore_ascii_case(key));
    match aws::condition_key_type(key).map(|known| known.value) {
        Some(ValueType::Numeric) => !is_fractional(),
        Some(ValueType::Date) => key == CURRENT_TIME || key == EPOCH_TIME,
        _ => false,
    }
}

/// Whether a name of the tables, perhaps of a family such as `aws:PrincipalTag/*`, means a key.
pub(super) fn is_named(name: &str, key: &str) -> bool {
    name.eq_ignore_ascii_case(key)
        || name.ends_with('*') && aws::condition_key(key).is_some_and(|known| known.name == name)
}

/// Further forms of ARNs that the actions of a type of resource take.
pub(super) fn more_arns(kind: &ResourceType) -> impl Iterator<Item = &'static str> {
    table().arn.iter().filter(|more| more.beside == kind.name()).map(|more| more.form.as_str())
}

/// Whether AWS has such a request, as far as is known.
pub(super) fn is_possible(sample: &Sample) -> bool {
    let is_there = |name: &String| !sample.absent.iter().any(|key| name.eq_ignore_ascii_case(key));
    fits_action(sample)
        && table().always.iter().all(is_there)
        && table().caller.iter().any(|row| fits_caller(sample, row))
        && sample.context.iter().all(|(key, value)| has_type(key, value))
        && times_agree(sample)
        && accounts_agree(sample)
}

fn fits_action(sample: &Sample) -> bool {
    let Some(action) = sample.action.as_deref().and_then(aws::action) else { return true };
    let Some(resource) = sample.resource.as_deref() else { return true };
    let never = |support| matches!(support, KeySupport::Unsupported | KeySupport::GlobalUnlisted);
    if action.is_resourceless() {
        return resource == "*"
            && !sample.context.iter().any(|(key, _)| never(aws::supports_key(action, key)));
    }
    action.resource_types().any(|kind| {
        let fits = kind.matches(resource) || more_arns(kind).any(|form| fits_form(form, resource));
        fits && !sample
            .context
            .iter()
            .any(|(key, _)| never(aws::supports_key_on(action, kind.name(), key)))
    })
}

fn fits_caller(sample: &Sample, row: &CallerRow) -> bool {
    let text = |key: &str| match sample.context.get(key) {
        Some(ContextValue::One(text)) => Some(text.as_str()),
        _ => None,
    };
    let is_absent = |name: &String| sample.absent.iter().any(|key| is_named(name, key));
    let is_given = |name: &String| sample.context.iter().any(|(key, _)| is_named(name, key));
    let may_be = |key: &str, wanted: &Option<String>| {
        text(key).zip(wanted.as_deref()).is_none_or(|(own, wanted)| own == wanted)
    };
    let others = || table().caller.iter();
    let fits_arn = |arn: &str| match &row.arn {
        Some(form) => fits_form(form, arn),
        None => !others().filter_map(|other| other.arn.as_ref()).any(|form| fits_form(form, arn)),
    };
    let fits_type = |own: &str| match &row.principal_type {
        Some(wanted) => own == wanted,
        None => {
            !others().filter_map(|other| other.principal_type.as_ref()).any(|other| own == other)
        }
    };
    !row.has.iter().any(is_absent)
        && !row.lacks.iter().any(is_given)
        && text(PRINCIPAL_ARN).is_none_or(fits_arn)
        && text(PRINCIPAL_TYPE).is_none_or(fits_type)
        && may_be(IS_SERVICE, &row.is_service)
}

/// Whether a text has a form in which `*` is a part between colons and `**` the rest; neither is empty.
fn fits_form(form: &str, text: &str) -> bool {
    let Some((start, rest)) = form.split_once('*') else { return form == text };
    let Some(text) = text.strip_prefix(start) else { return false };
    let (is_any, rest) = rest.strip_prefix('*').map_or((false, rest), |rest| (true, rest));
    let longest = if is_any { text.len() } else { text.find(':').unwrap_or(text.len()) };
    let ends =
        text.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= longest);
    ends.into_iter().any(|end| fits_form(rest, &text[end..]))
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
        ValueType::Arn => crate::model::Arn::parse(text).is_ok(),
        ValueType::String | ValueType::Binary => true,
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

fn accounts_agree(sample: &Sample) -> bool {
    let text = |key| sample.context.get(key).and_then(|value| value.as_slice().first());
    let of_arn = text(PRINCIPAL_ARN).and_then(|arn| arn.split(':').nth(4));
    of_arn.zip(text(PRINCIPAL_ACCOUNT)).is_none_or(|(of_arn, account)| of_arn == account)
}

/// A request that was found, with values that go together where it is open: the account of the principal is that of its ARN, the time
/// is told by both keys.
pub(super) fn aligned(mut sample: Sample) -> Sample {
    let arn = match sample.context.get(PRINCIPAL_ARN) {
        Some(ContextValue::One(arn)) => arn.split(':').nth(4).map(str::to_owned),
        _ => None,
    };
    if let (Some(account), Some(_)) = (arn, sample.context.get(PRINCIPAL_ACCOUNT)) {
        sample.context.set_one(PRINCIPAL_ACCOUNT, account);
    }
    if let Some(ContextValue::One(time)) = sample.context.get(CURRENT_TIME)
        && let Ok(nanos) = date::value(time)
    {
        sample.context.set_one(EPOCH_TIME, nanos.div_euclid(SECOND).to_string());
    }
    sample
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        assert_eq!(table().caller.len(), 6);
        let named = table()
            .caller
            .iter()
            .flat_map(|row| row.has.iter().chain(&row.lacks))
            .chain(&table().always)
            .chain(&table().fractional);
        named.for_each(|name| assert!(aws::condition_key(name).is_some(), "{name}"));
    }

    #[test]
    fn forms_are_filled_but_never_empty() {
        assert!(fits_form("arn:*:iam::*:user/*", "arn:aws:iam::111122223333:user/team/ana"));
        assert!(!fits_form("arn:*:iam::*:user/*", "arn:aws:iam::111122223333:user/"));
        assert!(!fits_form("arn:*:iam::*:user/*", "arn:aws:x:iam::1:user/a"));
        assert!(fits_form(
            "arn:*:s3::*:accesspoint/*/object/**",
            "arn:aws:s3::1:accesspoint/a.mrap/object/a:b/c"
        ));
    }
}
