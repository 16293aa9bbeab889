//! Condition keys that the user knows: `[CALLER:]KEY=VALUE`.

use crate::authz::{CallerKind, Presence, claim, presence, request_key};
use crate::aws;
use crate::ica::catalogue::{IcaCaller, Target, catalogue};
use crate::ica::refusal::Refusal;
use crate::ica::setup::Assume;
use crate::model::condition::{boolean, date, numeric};

/// A key that follows from the user's settings of the connection.
const SESSION_NAME: &str = "sts:rolesessionname";

/// Reads `[CALLER:]KEY=VALUE` or `[CALLER:]!KEY`.
pub(super) fn parse(text: &str) -> Result<Assume, Refusal> {
    let (caller, rest) = caller(text);
    let (key, value) = match (rest.strip_prefix('!'), rest.split_once('=')) {
        (Some(key), _) => (key, None),
        (None, Some((key, value))) => (key, Some(value.to_owned())),
        (None, None) => {
            return Err(wrong(format!(
                "`{text}` is not an assumption: write KEY=VALUE, or !KEY for a key that is absent"
            )));
        }
    };
    check_key(key)?;
    value.as_deref().map_or(Ok(()), |value| check_value(key, value))?;
    let lower = key.to_lowercase();
    if value.is_some() && is_never_there(&lower, caller) {
        let whose =
            caller.map_or("ICA's callers".to_owned(), |caller| format!("`{}`", caller.id()));
        return Err(wrong(format!("requests of {whose} never have `{key}`")));
    }
    if follows(&lower, caller) {
        let message = format!(
            "`{key}` follows from the caller and the bucket; say --user, --role, --session-name, --cross-account-role or --account"
        );
        return Err(wrong(message));
    }
    if caller.is_none() && !IcaCaller::ALL.iter().any(|caller| is_ever_open(&lower, *caller)) {
        let message = format!(
            "`{key}` is settled for all of ICA's callers; name the one that differs, as in `iam-user:{rest}`"
        );
        return Err(wrong(message));
    }
    Ok(Assume { caller, key: lower, value })
}

/// Warnings for assumptions about keys that the reference data lacks: they may be newer than the data, or a typing error that settles
/// nothing. The data does not have the claims of an identity provider's tokens.
pub fn unknown_keys(texts: &[String]) -> impl Iterator<Item = String> {
    let is_known = |text: &str| {
        parse(text).is_ok_and(|assume| {
            aws::condition_key(&assume.key).is_some() || claim(&assume.key).is_some()
        })
    };
    let date = aws::data_date();
    texts.iter().filter(move |text| !is_known(text)).map(move |text| {
        format!("AWS's data of {date} has no condition key like that of `{text}`; it counts only where a policy spells it the same")
    })
}

/// The kinds of callers that an assumption is about, for requests to S3 and for the one that assumes the role.
fn kinds(caller: Option<IcaCaller>) -> impl Iterator<Item = CallerKind> {
    let callers =
        IcaCaller::ALL.into_iter().filter(move |one| caller.is_none_or(|own| own == *one));
    callers.flat_map(|caller| [caller.kind(Target::Object), caller.kind(Target::Role)])
}

fn is_never_there(key: &str, caller: Option<IcaCaller>) -> bool {
    kinds(caller).all(|kind| presence(key, Some(kind), None) == Presence::Never)
}

/// Whether the key follows from the settings, so that an assumption cannot change it.
fn follows(key: &str, caller: Option<IcaCaller>) -> bool {
    let follows_or_never = |kind| {
        request_key(key).is_some_and(|row| row.function(kind).is_some())
            || presence(key, Some(kind), None) == Presence::Never
    };
    key == SESSION_NAME || kinds(caller).all(follows_or_never)
}

fn check_key(key: &str) -> Result<(), Refusal> {
    let is_key = |text: &str| {
        text.split_once(':').is_some_and(|(service, name)| !service.is_empty() && !name.is_empty())
    };
    match key.split_once(':') {
        // A key of the data after another word: that word was meant to be a caller.
        Some((word, rest)) if is_key(rest) && aws::condition_key(rest).is_some() => {
            let known = IcaCaller::ALL.map(IcaCaller::id).join(", ");
            Err(wrong(format!("`{word}` is not a caller of ICA; there are {known}")))
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

fn caller(text: &str) -> (Option<IcaCaller>, &str) {
    let named = text.split_once(':').and_then(|(name, rest)| {
        Some((IcaCaller::ALL.iter().find(|caller| caller.id() == name)?, rest))
    });
    named.map_or((None, text), |(caller, rest)| (Some(*caller), rest))
}

fn wrong(message: String) -> Refusal {
    Refusal::new("assume", message)
}

fn is_ever_open(key: &str, caller: IcaCaller) -> bool {
    let steps = catalogue()
        .operations
        .iter()
        .filter(|operation| operation.callers.contains(&caller))
        .flat_map(|operation| &operation.steps);
    steps.into_iter().any(|step| step.fact(key, caller).may_be_assumed())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    #[track_caller]
    fn check_refused(text: &str, words: &str) {
        let Refusal { message, .. } = parse(text).unwrap_err();
        assert!(message.contains(words), "{message}");
    }

    #[test]
    fn a_key_with_or_without_caller() {
        let assume = parse("federated-session:aws:PrincipalTag/team=a=b").unwrap();
        assert_eq!(assume.caller, Some(IcaCaller::FederatedSession));
        assert_eq!(
            (assume.key.as_str(), assume.value.as_deref()),
            ("aws:principaltag/team", Some("a=b"))
        );
        assert_eq!(parse("!aws:SourceVpce").unwrap().value, None);
    }

    #[test]
    fn what_follows_cannot_be_assumed() {
        check_refused("aws:PrincipalArn=x", "follows");
        check_refused("federated-session:aws:userid=x:y", "follows");
        check_refused("iam-user:aws:username=ana", "follows");
        check_refused("oidc-role:aws:username=ana", "never have");
        assert!(parse("iam-user:aws:userid=AIDAEXAMPLE").is_ok());
    }

    #[test]
    fn a_wrong_caller_or_value_is_named() {
        check_refused("martian:aws:SourceIp=192.0.2.1", "`martian` is not a caller");
        check_refused("aws:SourceIp=10.0.0.300", "an IP address");
        check_refused("aws:SecureTransport=yes", "`true` or `false`");
        check_refused("s3:TlsVersion=new", "a number");
    }

    #[test]
    fn an_endpoint_and_an_address_exclude_each_other() {
        let together = |texts: [&str; 2]| check_together(&texts.map(|text| parse(text).unwrap()));
        assert!(together(["aws:SourceVpce=vpce-1", "iam-user:aws:SourceIp=192.0.2.1"]).is_err());
        assert!(
            together([
                "federated-session:aws:SourceVpce=vpce-1",
                "iam-user:aws:SourceIp=192.0.2.1"
            ])
            .is_ok()
        );
        assert!(together(["!aws:SourceVpce", "aws:SourceIp=192.0.2.1"]).is_ok());
    }

    #[test]
    fn what_is_settled_for_all_needs_a_caller() {
        check_refused("s3:x-amz-website-redirect-location=/k", "name the one that differs");
        assert!(parse("cross-account-role:s3:x-amz-website-redirect-location=/k").is_ok());
        check_refused("cross-account-role:aws:SourceArn=arn:aws:s3:::b", "never have");
        assert!(parse("aws:MultiFactorAuthPresent=true").is_ok());
        assert!(parse("x:NewerThanTheData=1").is_ok());
    }
}
