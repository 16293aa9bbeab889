//! What a request does not show by its condition keys: what it is signed with, and through which
//! kind of VPC endpoint it comes.

use super::Caller;

/// What the caller signs with (IAM:id_credentials_sts-comparison).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Credentials {
    /// An access key of a user or the root user.
    LongTerm,
    /// What GetSessionToken gives.
    SessionToken,
    /// The session of the console.
    Console,
    /// A session of AWS Sign-In, as `aws login` makes.
    SignIn,
    /// What AssumeRoot gives.
    AssumeRoot,
}

/// The kind of a VPC endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Endpoint {
    /// A gateway endpoint; S3 and DynamoDB have them.
    Gateway,
    /// An interface endpoint.
    Interface,
}

impl Credentials {
    /// The words in requests.
    pub const WORDS: [(&'static str, Credentials); 5] = [
        ("long-term", Credentials::LongTerm),
        ("session-token", Credentials::SessionToken),
        ("console", Credentials::Console),
        ("sign-in", Credentials::SignIn),
        ("assume-root", Credentials::AssumeRoot),
    ];

    /// Whether such a caller can sign with them.
    pub fn fit(self, caller: &Caller) -> bool {
        match self {
            Credentials::LongTerm | Credentials::SessionToken => {
                matches!(caller, Caller::User { .. } | Caller::Root { .. })
            }
            Credentials::Console | Credentials::SignIn => caller.account().is_some(),
            Credentials::AssumeRoot => matches!(caller, Caller::Root { .. }),
        }
    }
}

impl Endpoint {
    /// The words in requests.
    pub const WORDS: [(&'static str, Endpoint); 2] =
        [("gateway", Endpoint::Gateway), ("interface", Endpoint::Interface)];
}
