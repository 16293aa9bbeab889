//! The callers of a product, as data: who signs a request, and with what.

use super::assumption::Assumption;
use super::target::Target;
use crate::authz::CallerKind;

/// A caller of a product.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CallerRow {
    /// The name in tables, flags and reports.
    pub id: &'static str,
    /// What it signs its requests with.
    pub credentials: Credentials,
    /// The operation that makes it, with the caller of that operation, if it has to be made.
    pub made_by: Option<(&'static str, &'static str)>,
}

/// What a caller signs its requests with. The accounts, and whose policies count, follow from it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Credentials {
    /// The long-term key of the customer's IAM user.
    UserKey,
    /// Those that the user got with `GetFederationToken`.
    FederationToken,
    /// Those of the customer's role, for a token of the vendor's identity provider.
    WebIdentityToken,
    /// Those of the customer's role, which the vendor's role assumes. Its policies are not known.
    AssumedByVendor(Assumption),
    /// Those of the vendor's own role, whose policies are not known.
    VendorRole(Assumption),
}

/// One of the callers of a product, ordered as in reports.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CallerId {
    rank: usize,
    row: &'static CallerRow,
}

impl CallerId {
    /// The caller at this place of the table, which is the order of reports.
    pub const fn new(rank: usize, rows: &'static [CallerRow]) -> CallerId {
        CallerId { rank, row: &rows[rank] }
    }

    /// All callers of a table.
    pub fn all(rows: &'static [CallerRow]) -> impl Iterator<Item = CallerId> + Clone {
        rows.iter().enumerate().map(|(rank, row)| CallerId { rank, row })
    }

    /// The name in reports and flags.
    pub fn id(self) -> &'static str {
        self.row.id
    }

    /// What it signs its requests with.
    pub fn credentials(self) -> Credentials {
        self.row.credentials
    }

    /// The kind of caller that signs its requests about a target. To get the customer's role, it shows a token, or the vendor's role asks.
    pub fn kind(self, target: Target) -> CallerKind {
        match self.row.credentials {
            Credentials::UserKey => CallerKind::User,
            Credentials::FederationToken => CallerKind::FederatedSession,
            Credentials::WebIdentityToken if target == Target::Role => CallerKind::WebIdentity,
            Credentials::WebIdentityToken
            | Credentials::AssumedByVendor(_)
            | Credentials::VendorRole(_) => CallerKind::RoleSession,
        }
    }

    /// Whether it is a session of the customer's user or role.
    pub fn is_session(self) -> bool {
        self.is_customers() && self.row.credentials != Credentials::UserKey
    }

    /// Whether it is a session of the customer's role.
    pub fn is_of_role(self) -> bool {
        let credentials = self.row.credentials;
        matches!(credentials, Credentials::WebIdentityToken | Credentials::AssumedByVendor(_))
    }

    /// Whether it works with what the customer gave it, under the customer's own policies.
    pub fn is_customers(self) -> bool {
        !matches!(self.row.credentials, Credentials::VendorRole(_))
    }

    /// The assumption about the policies of the vendor's role, if that signs the requests about a target.
    pub fn vendor_policies(self, target: Target) -> Option<Assumption> {
        match self.row.credentials {
            Credentials::VendorRole(assumption) => Some(assumption),
            Credentials::AssumedByVendor(assumption) if target == Target::Role => Some(assumption),
            _ => None,
        }
    }

    /// The operation that makes it, with the name of that operation's caller.
    pub fn made_by(self) -> Option<(&'static str, &'static str)> {
        self.row.made_by
    }
}
