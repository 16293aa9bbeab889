//! Condition keys that every request has, or none of a kind of caller. Source: `facts/E_context_keys.md` E1, after
//! IAM:reference_policies_condition-keys ("Availability").

use super::{Caller, CallerKind};

/// Whether a key is in the context of requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// Always.
    Always,
    /// Never.
    Never,
    /// It depends on more.
    Open,
}

/// Keys that "are always included in the request context".
const ALWAYS: [&str; 6] = [
    "aws:securetransport",
    "aws:currenttime",
    "aws:epochtime",
    "aws:requestedregion",
    "aws:useragent",
    "aws:viaawsservice",
];

/// Keys of temporary credentials: there with each session, never without a signature or with a service that acts for itself.
const TOKEN_ISSUE_TIME: &str = "aws:tokenissuetime";

/// Whether a key, given in lower case, is in the requests of a caller; `None`: of whomever.
pub fn presence(key: &str, caller: Option<&Caller>) -> Presence {
    if ALWAYS.contains(&key) {
        return Presence::Always;
    }
    match (key, caller.map(Caller::kind)) {
        (TOKEN_ISSUE_TIME, Some(CallerKind::FederatedSession | CallerKind::RoleSession)) => {
            Presence::Always
        }
        (
            TOKEN_ISSUE_TIME | "aws:multifactorauthpresent" | "aws:multifactorauthage",
            Some(CallerKind::Anonymous),
        ) => Presence::Never,
        _ => Presence::Open,
    }
}
