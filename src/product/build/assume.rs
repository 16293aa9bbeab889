//! Condition keys that the user knows: `[CALLER:]KEY=VALUE`.

use crate::authz::{CallerKind, Presence, claim, presence, request_key};
use crate::aws;
use crate::model::condition::{boolean, date, numeric};
use crate::product::caller::CallerId;
use crate::product::catalogue::{Catalogue, Target};
use crate::product::refusal::Refusal;
use crate::product::setup::{Assume, Product};

/// A key that follows from the user's settings of the connection.
const SESSION_NAME: &str = "sts:rolesessionname";

/// Reads `[CALLER:]KEY=VALUE` or `[CALLER:]!KEY`.
pub(super) fn parse(product: &dyn Product, text: &str) -> Result<Assume, Refusal> {
    let (catalogue, name) = (product.catalogue(), product.wording().product);
    let (caller, rest) = caller(catalogue, text);
    let (key, value) = match (rest.strip_prefix('!'), rest.split_once('=')) {
        (Some(key), _) => (key, None),
        (None, Some((key, value))) => (key, Some(value.to_owned())),
        (None, None) => {
            return Err(wrong(format!(
                "`{text}` is not an assumption: write KEY=VALUE, or !KEY for a key that is absent"
            )));
        }
    };
    check_key(product, key)?;
    value.as_deref().map_or(Ok(()), |value| check_value(key, value))?;
    let lower = key.to_lowercase();
    if value.is_some() && is_never_there(catalogue, &lower, caller) {
        let whose =
            caller.map_or(format!("{name}'s callers"), |caller| format!("`{}`", caller.id()));
        return Err(wrong(format!("requests of {whose} never have `{key}`")));
    }
    if follows(catalogue, &lower, caller) {
        let message = format!(
            "`{key}` follows from the caller and the bucket; say --user, --role, --session-name, --cross-account-role or --account"
        );
        return Err(wrong(message));
    }
    if caller.is_none()
        && !catalogue.callers().any(|caller| is_ever_open(catalogue, &lower, caller))
    {
        let example = catalogue.callers().next().map_or("", CallerId::id);
        let message = format!(
            "`{key}` is settled for all of {name}'s callers; name the one that differs, as in `{example}:{rest}`"
        );
        return Err(wrong(message));
    }
    Ok(Assume { caller, key: lower, value })
}

/// Warnings for assumptions about keys that the reference data lacks: they may be newer than the data, or a typing error that settles
/// nothing. The data does not have the claims of an identity provider's tokens.
pub fn unknown_keys(product: &dyn Product, texts: &[String]) -> impl Iterator<Item = String> {
    let is_known = move |text: &str| {
        parse(product, text).is_ok_and(|assume| {
            aws::condition_key(&assume.key).is_some() || claim(&assume.key).is_some()
        })
    };
    let date = aws::data_date();
    texts.iter().filter(move |text| !is_known(text)).map(move |text| {
        format!("AWS's data of {date} has no condition key like that of `{text}`; it counts only where a policy spells it the same")
    })
}

/// The kinds of callers that an assumption is about, for requests to S3 and for the one that assumes the role.
fn kinds(catalogue: &Catalogue, caller: Option<CallerId>) -> impl Iterator<Item = CallerKind> {
    let callers = catalogue.callers().filter(move |one| caller.is_none_or(|own| own == *one));
    callers.flat_map(|caller| [caller.kind(Target::Object), caller.kind(Target::Role)])
}

fn is_never_there(catalogue: &Catalogue, key: &str, caller: Option<CallerId>) -> bool {
    kinds(catalogue, caller).all(|kind| presence(key, Some(kind), None) == Presence::Never)
}

/// Whether the key follows from the settings, so that an assumption cannot change it.
fn follows(catalogue: &Catalogue, key: &str, caller: Option<CallerId>) -> bool {
    let follows_or_never = |kind| {
        request_key(key).is_some_and(|row| row.function(kind).is_some())
            || presence(key, Some(kind), None) == Presence::Never
    };
    key == SESSION_NAME || kinds(catalogue, caller).all(follows_or_never)
}

fn check_key(product: &dyn Product, key: &str) -> Result<(), Refusal> {
    let is_key = |text: &str| {
        text.split_once(':').is_some_and(|(service, name)| !service.is_empty() && !name.is_empty())
    };
    match key.split_once(':') {
        // A key of the data after another word: that word was meant to be a caller.
        Some((word, rest)) if is_key(rest) && aws::condition_key(rest).is_some() => {
            let callers = product.catalogue().callers();
            let known = callers.map(CallerId::id).collect::<Vec<_>>().join(", ");
            let name = product.wording().product;
            Err(wrong(format!("`{word}` is not a caller of {name}; there are {known}")))
        }
        _ if is_key(key) => Ok(()),
        _ => Err(wrong(format!("`{key}` is not a condition key such as `aws:SourceIp`"))),
    }
}

/// Whether a request can have the value: by the type that the reference data gives.
fn check_value(key: &str, value: &str) -> Result<(), Refusal> {
    let is_wrong = match aws::condition_key_type(key).map(|known| known.value) {
        Some(aws::ValueType::Ip) => {
            value.parse::<std::net::IpAddr>().is_err().then_some("an IP address")
        }
        Some(aws::ValueType::Bool) => boolean::value(value).is_err().then_some("`true` or `false`"),
        Some(aws::ValueType::Numeric) => numeric::value(value).is_err().then_some("a number"),
        Some(aws::ValueType::Date) => {
            date::value(value).is_err().then_some("a date such as `2026-06-01T00:00:00Z`")
        }
        _ => None,
    };
    is_wrong.map_or(Ok(()), |wanted| {
        Err(wrong(format!("`{value}` is not a value of `{key}`: a request has {wanted} there")))
    })
}

/// E1: a request through a VPC endpoint has no public address.
pub(super) fn check_together(assumes: &[Assume]) -> Result<(), Refusal> {
    let about = |key: &'static str| {
        assumes.iter().filter(move |assume| assume.key == key && assume.value.is_some())
    };
    let meet = |one: &Assume, other: &Assume| {
        one.caller.is_none() || other.caller.is_none() || one.caller == other.caller
    };
    match about("aws:sourcevpce").any(|one| about("aws:sourceip").any(|other| meet(one, other))) {
        true => Err(wrong("a request through a VPC endpoint has no `aws:SourceIp`: say one of the two, or name the callers".to_owned())),
        false => Ok(()),
    }
}

fn caller<'t>(catalogue: &Catalogue, text: &'t str) -> (Option<CallerId>, &'t str) {
    let named = text.split_once(':');
    let named = named.and_then(|(name, rest)| Some((catalogue.caller(name)?, rest)));
    named.map_or((None, text), |(caller, rest)| (Some(caller), rest))
}

fn wrong(message: String) -> Refusal {
    Refusal::new("assume", message)
}

fn is_ever_open(catalogue: &Catalogue, key: &str, caller: CallerId) -> bool {
    let steps = catalogue
        .operations
        .iter()
        .filter(|operation| operation.callers.contains(&caller))
        .flat_map(|operation| &operation.steps);
    steps.into_iter().any(|step| catalogue.fact(step, key, caller).may_be_assumed())
}
