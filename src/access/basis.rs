//! What an answer rests on besides the policies that are given.

use serde::{Serialize, Serializer};

/// What an answer rests on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Basis {
    /// The policies that are given.
    Given,
    /// The same, whatever the identity policies of the caller are.
    AnyIdentityPolicies,
    /// It is unknown, because it depends on the identity policies of the caller.
    NeedsIdentityPolicies,
    /// That AWS has no such request.
    NoRequest,
}

impl Basis {
    /// What to know about an answer that rests on more than the policies that are given.
    pub fn note(self) -> Option<&'static str> {
        match self {
            Basis::Given => None,
            Basis::AnyIdentityPolicies => {
                Some("whatever the identity policies of the caller say, which are not given")
            }
            Basis::NeedsIdentityPolicies => Some(
                "it depends on the identity policies of the caller: give --identity-policy FILE, or `none`",
            ),
            Basis::NoRequest => Some(
                "none of these actions works on one of these resources, so there is no such request",
            ),
        }
    }
}

impl Serialize for Basis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.note().serialize(serializer)
    }
}
