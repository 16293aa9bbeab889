//! What is known of a condition key in the requests of a step: the catalogue's word, and the user's over it.

use super::catalogue::{IcaCaller, KeyFact, KeyKind, Step, Target, key_fact};
use super::setup::Setup as Connection;

/// Keys about the way that a request takes.
const NETWORK: [&str; 5] =
    ["aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:useragent"];

/// What the catalogue says of a key in the requests of a step.
pub(super) fn fact(key: &str, caller: IcaCaller, step: &Step) -> KeyFact {
    let own = step.keys.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
    own.map_or_else(|| key_fact(key, caller, step.resource, &step.action), |(_, fact)| fact.clone())
}

/// What the user said about a key. Words without a caller hold for all whose key is open; those about the caller itself for the
/// customer's own callers (design 3).
pub(super) fn told<'a>(
    key: &str,
    connection: &'a Connection,
    caller: IcaCaller,
    step: &Step,
) -> Option<Option<&'a str>> {
    // S3 asks KMS itself: how ICA comes to S3 says nothing about that request.
    if step.resource == Target::Key && NETWORK.contains(&key) {
        return None;
    }
    let describes_caller = key.starts_with("aws:principal")
        || ["aws:userid", "aws:username", "aws:federatedprovider"].contains(&key);
    let concerns_all = !(describes_caller && caller == IcaCaller::CrossAccountRole)
        && is_open(&fact(key, caller, step));
    let concerns = |only: Option<IcaCaller>| only.map_or(concerns_all, |only| only == caller);
    let assume = connection
        .assume
        .iter()
        .rev()
        .find(|assume| assume.key == key && concerns(assume.caller))?;
    Some(assume.value.as_deref())
}

/// Whether the user says that a step's requests come through a VPC endpoint, or that they do not.
pub(super) fn through_endpoint(
    connection: &Connection,
    caller: IcaCaller,
    step: &Step,
) -> Option<bool> {
    told("aws:sourcevpce", connection, caller, step).map(|value| value.is_some())
}

/// Whether somebody may know better than the catalogue.
pub(super) fn is_open(fact: &KeyFact) -> bool {
    matches!(fact.kind, KeyKind::Hidden | KeyKind::Free | KeyKind::Foreign) || fact.assume.is_some()
}
