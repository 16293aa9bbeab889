//! In which way a policy's principal names a caller. Sources: IAM:reference_policies_elements_principal and
//! IAM:reference_policies_elements_notprincipal (docs/sources.md, C2, C5 to C7).

use super::{Ambiguity, Caller};
use crate::model::Named;

/// In which way a caller is named; what an Allow is worth depends on it (C2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Naming {
    /// The caller itself: the IAM user, the session, the service.
    Caller = 1,
    /// The user behind a federated session, the role behind a role session.
    Issuer = 2,
    /// The caller's account.
    Account = 4,
    /// Everybody.
    Everyone = 8,
}

/// A set of [`Naming`]s.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Default)]
pub struct NamingSet(u8);

impl NamingSet {
    /// In any way.
    pub const ANY: NamingSet = NamingSet(15);

    /// Exactly these.
    pub const fn of(namings: &[Naming]) -> NamingSet {
        let mut bits = 0;
        let mut at = 0;
        while at < namings.len() {
            bits |= namings[at] as u8;
            at += 1;
        }
        NamingSet(bits)
    }

    /// This set and `naming`.
    #[must_use]
    pub fn with(self, naming: Naming) -> NamingSet {
        NamingSet(self.0 | naming as u8)
    }

    /// Whether the two have a naming in common.
    pub fn meets(self, other: NamingSet) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it holds `naming`.
    pub fn contains(self, naming: Naming) -> bool {
        self.0 & naming as u8 != 0
    }
}

/// In which way `named` names the caller, and under which ambiguity, if any. `None`: not at all.
pub fn naming(named: &Named, caller: &Caller) -> Option<(Naming, Option<Ambiguity>)> {
    let sure = |naming| Some((naming, None));
    match named {
        // For anonymous callers the two are equivalent (IAM:reference_policies_elements_principal,
        // S3:s3-bucket-user-policy-specifying-principal-intro).
        Named::Everyone | Named::AwsEveryone => match caller {
            Caller::Service { .. } => Some((Naming::Everyone, Some(Ambiguity::ServiceStar))),
            _ => sure(Naming::Everyone),
        },
        // For the root user the account is the caller itself.
        Named::Account(account) if caller.account() == Some(account) => match caller {
            Caller::Root { .. } => sure(Naming::Caller),
            _ => sure(Naming::Account),
        },
        Named::User(user) => user_naming(user, caller),
        Named::Role(role) => role_naming(role, caller),
        Named::RoleSession(session) => match caller {
            Caller::RoleSession { arn, .. } if arn.as_str() == session => sure(Naming::Caller),
            _ => None,
        },
        Named::FederatedSession(session) => match caller {
            Caller::FederatedSession { arn, .. } if arn.as_str() == session => sure(Naming::Caller),
            _ => None,
        },
        Named::Service(service) => match caller {
            Caller::Service { name } if name == service => sure(Naming::Caller),
            _ => None,
        },
        // Whoever shows a token of an identity provider does not sign; nothing in a request tells which provider it is.
        Named::Federated(_) if matches!(caller, Caller::Anonymous) => {
            Some((Naming::Caller, Some(Ambiguity::WebIdentity)))
        }
        Named::Federated(named) => match caller {
            Caller::WebIdentity { provider } if provider.as_str() == named => sure(Naming::Caller),
            _ => None,
        },
        Named::CanonicalUser(_) if caller.account().is_some() => {
            Some((Naming::Account, Some(Ambiguity::CanonicalUser)))
        }
        Named::Account(_) | Named::CanonicalUser(_) | Named::UniqueId(_) | Named::Nobody => None,
    }
}

/// A session whose issuer is not known is decided for each that it could be, so here it is known or named by nobody.
fn user_naming(user: &str, caller: &Caller) -> Option<(Naming, Option<Ambiguity>)> {
    match caller {
        Caller::User { arn } if arn.as_str() == user => Some((Naming::Caller, None)),
        Caller::FederatedSession { issuer: Some(issuer), .. } => match &**issuer {
            Caller::User { arn } if arn.as_str() == user => Some((Naming::Issuer, None)),
            _ => None,
        },
        _ => None,
    }
}

fn role_naming(named: &str, caller: &Caller) -> Option<(Naming, Option<Ambiguity>)> {
    match caller {
        Caller::RoleSession { role: Some(role), .. } if role.as_str() == named => {
            Some((Naming::Issuer, None))
        }
        _ => None,
    }
}

/// Whether `NotPrincipal` excepts a caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exception {
    /// All its names are listed.
    Listed,
    /// None is.
    NotListed,
    /// It depends on how this is read.
    Open(Ambiguity),
}

/// Whether a `NotPrincipal` list excepts the caller (C7): one must list every name it goes by, and a Deny hits a caller with a
/// permissions boundary whatever is listed, be it `*`.
pub fn exception<'a>(
    listed: impl Iterator<Item = &'a Named>,
    caller: &Caller,
    denied_by_boundary: bool,
) -> Exception {
    if denied_by_boundary {
        return Exception::NotListed;
    }
    let mut listed = listed.peekable();
    if listed.peek().is_none() {
        return Exception::Open(Ambiguity::EmptyNotPrincipal);
    }
    let mut found = NamingSet::default();
    let mut open = None;
    for (naming, ambiguity) in listed.filter_map(|named| naming(named, caller)) {
        match ambiguity {
            None => found = found.with(naming),
            Some(ambiguity) => open = Some(ambiguity),
        }
    }
    if found.contains(Naming::Everyone) {
        return Exception::Listed;
    }
    let needed = needed_names(caller);
    if found.0 & needed.0 == needed.0 {
        return Exception::Listed;
    }
    match open {
        Some(ambiguity) => Exception::Open(ambiguity),
        None if found == NamingSet::default() => Exception::NotListed,
        None => Exception::Open(Ambiguity::NotPrincipalPartly),
    }
}

/// The names that must all be listed.
fn needed_names(caller: &Caller) -> NamingSet {
    match caller {
        Caller::User { .. } => NamingSet::of(&[Naming::Caller, Naming::Account]),
        // The name of the root user is that of the account.
        Caller::FederatedSession { issuer: Some(issuer), .. }
            if matches!(**issuer, Caller::Root { .. }) =>
        {
            NamingSet::of(&[Naming::Caller, Naming::Account])
        }
        Caller::FederatedSession { .. } | Caller::RoleSession { .. } => {
            NamingSet::of(&[Naming::Caller, Naming::Issuer, Naming::Account])
        }
        Caller::Root { .. } | Caller::WebIdentity { .. } | Caller::Service { .. } => {
            NamingSet::of(&[Naming::Caller])
        }
        Caller::Anonymous => NamingSet::of(&[Naming::Everyone]),
    }
}
