//! Whom a statement names (IAM:reference_policies_elements_principal,
//! IAM:reference_policies_elements_notprincipal).

use super::caller::{Caller, Kind, is_account};
use super::documents::one_or_many;
use super::readings::{Point, Reading};
use super::request::Request;
use serde_json::Value;

/// How a statement names the caller. What an Allow is worth depends on it
/// (IAM:reference_policies_evaluation-logic_policy-eval-denyallow).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// `*`, or `{"AWS": "*"}`.
    Everybody,
    /// The caller's account.
    Account,
    /// The user who made the federated session, or the role of the session.
    Issuer,
    /// The caller itself: user, session, service.
    Itself,
}

/// All the ways in which the statement names the caller; none if it does not concern the caller.
pub fn namings(statement: &Value, request: &Request, reading: &Reading) -> Vec<Naming> {
    if !statement["NotPrincipal"].is_null() {
        let reached = reached_by_exclusion(statement, request, reading);
        return if reached { vec![Naming::Everybody] } else { Vec::new() };
    }
    listed("Principal", statement, request, reading)
}

fn listed(element: &str, statement: &Value, request: &Request, reading: &Reading) -> Vec<Naming> {
    let denies = element == "Principal" && statement["Effect"] == "Deny";
    entries(&statement[element])
        .into_iter()
        .filter_map(|(kind, name)| naming(kind, name, denies, request, reading))
        .collect()
}

/// Pairs of kind and name. A bare `*` has the kind `*`.
fn entries(principal: &Value) -> Vec<(&str, &str)> {
    match principal {
        Value::Object(kinds) => {
            let names = |(kind, names)| {
                one_or_many(names).into_iter().map(move |name: &Value| (kind, name))
            };
            kinds
                .iter()
                .map(|(kind, names)| (kind.as_str(), names))
                .flat_map(names)
                .filter_map(text)
                .collect()
        }
        _ => vec![("*", "*")],
    }
}

fn text<'a>((kind, name): (&'a str, &'a Value)) -> Option<(&'a str, &'a str)> {
    Some((kind, name.as_str()?))
}

fn naming(
    kind: &str,
    name: &str,
    denies: bool,
    request: &Request,
    reading: &Reading,
) -> Option<Naming> {
    let caller = &request.caller;
    match (kind, name) {
        ("*", _) | ("AWS", "*") => {
            is_in_everybody(denies, request, reading).then_some(Naming::Everybody)
        }
        ("AWS", name) if account_of(name).is_some() => {
            (account_of(name) == caller.account.as_deref()).then_some(Naming::Account)
        }
        ("AWS", name) if name == caller.name => Some(Naming::Itself),
        ("AWS", name) if Some(name) == caller.issuer.as_deref() => {
            (denies || issuer_counts(request, reading)).then_some(Naming::Issuer)
        }
        // A request cannot say for whom an identity provider vouches.
        ("Federated", name) if caller.kind == Kind::Token => {
            (name == caller.name).then_some(Naming::Itself)
        }
        ("Federated", _) => (caller.kind == Kind::Anonymous && reading.says(Point::ShowsToken))
            .then_some(Naming::Itself),
        ("CanonicalUser", _) => (caller.account.is_some()
            && reading.says(Point::CanonicalIdIsTheCallers))
        .then_some(Naming::Account),
        ("Service", name) => {
            (caller.kind == Kind::Service && name == caller.name).then_some(Naming::Itself)
        }
        _ => None,
    }
}

/// Twelve digits and the ARN of the root user both mean the account.
fn account_of(name: &str) -> Option<&str> {
    if is_account(name) {
        return Some(name);
    }
    let parts = super::caller::arn_parts(name)?;
    (parts[2] == "iam" && parts[5] == "root").then_some(parts[4])
}

/// For anonymous callers `*` and `{"AWS": "*"}` are equivalent
/// (S3:s3-bucket-user-policy-specifying-principal-intro).
fn is_in_everybody(denies: bool, request: &Request, reading: &Reading) -> bool {
    match request.caller.kind {
        // Only whether `*` grants to services is open. A Deny for everybody hits services too.
        Kind::Service => denies || reading.says(Point::StarIsServicesToo),
        _ => true,
    }
}

/// In the same account the user's ARN grants to its federated sessions. Across accounts no page
/// says so (IAM:reference_policies_evaluation-logic-cross-account). A Deny for the user hits all of
/// its sessions (IAM:id_credentials_temp_control-access_disable-perms), and a role's ARN includes
/// the role's sessions everywhere.
fn issuer_counts(request: &Request, reading: &Reading) -> bool {
    let clear = request.caller.kind == Kind::Role || request.is_same_account();
    clear || reading.says(Point::UserIsHisSessionsAcrossAccounts)
}

/// Whether a statement with NotPrincipal concerns the caller.
fn reached_by_exclusion(statement: &Value, request: &Request, reading: &Reading) -> bool {
    let deny = statement["Effect"] == "Deny";
    if deny && request.boundary.is_some() && request.caller.has_policies() {
        return true;
    }
    if !deny && !reading.says(Point::NotPrincipalMayAllow) {
        return false;
    }
    if entries(&statement["NotPrincipal"]).is_empty()
        && reading.says(Point::EmptyNotPrincipalIsNobody)
    {
        return false;
    }
    let excluded = listed("NotPrincipal", statement, request, reading);
    if excluded.is_empty() {
        return true;
    }
    let whole = needed(&request.caller).iter().all(|naming| excluded.contains(naming));
    let saved = excluded.contains(&Naming::Everybody) || whole;
    !saved && reading.says(Point::PartlyListedIsDenied)
}

/// What must be listed to except a caller: himself, who made him, and the account.
fn needed(caller: &Caller) -> &'static [Naming] {
    match caller.kind {
        // The root user's name is that of the account.
        _ if caller.is_made_by_root() => &[Naming::Itself, Naming::Account],
        Kind::Root => &[Naming::Account],
        Kind::User => &[Naming::Itself, Naming::Account],
        Kind::Federated | Kind::Role => &[Naming::Itself, Naming::Issuer, Naming::Account],
        Kind::Service | Kind::Token => &[Naming::Itself],
        Kind::Anonymous => &[Naming::Everybody],
    }
}
