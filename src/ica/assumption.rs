//! What a verdict depends on and no file shows: the rows of `assumptions.toml`.

use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Makes the enum of the assumptions, in the order of reports, with the name that files and reports have for each.
macro_rules! assumptions {
    ($($name:ident $id:literal),* $(,)?) => {
        /// An assumption. Its text is a row of `assumptions.toml`.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize, Deserialize)]
        pub enum Assumption {
            $(#[doc = concat!("The row `", $id, "`.")] #[serde(rename = $id)] $name,)*
        }

        impl Assumption {
            /// All of them, in the order of reports.
            pub const ALL: &[Assumption] = &[$(Assumption::$name),*];

            /// The name that files and reports have for it.
            pub fn id(self) -> &'static str {
                match self { $(Assumption::$name => $id,)* }
            }
        }
    };
}

assumptions! {
    SessionPolicy "session-policy",
    IlluminaIdentity "illumina-identity",
    NoBucketPolicy "no-bucket-policy",
    NoBoundary "no-boundary",
    NoScp "no-scp",
    ScpFullAccess "scp-full-access",
    NoRcp "no-rcp",
    NoUserRcp "no-user-rcp",
    NoVpcePolicy "no-vpce-policy",
    Region "region",
    Notifications "notifications",
    Ownership "ownership",
    PublicAccessBlock "public-access-block",
    AccountPublicAccessBlock "account-public-access-block",
    NoKms "no-kms",
    ThroughEndpoint "through-endpoint",
    VariableValues "variable-values",
    ForeignNetwork "foreign-network",
    PublicAddress "public-address",
    ForeignOrganization "foreign-organization",
    Tls "tls",
    SignatureV4 "signature-v4",
    SignedHeader "signed-header",
    NoMfa "no-mfa",
    EncryptionHeader "encryption-header",
    OneKey "one-key",
    NoGrants "no-grants",
    NoKeyRcp "no-key-rcp",
    IdentityProvider "identity-provider",
    RoleDuration "role-duration",
}

/// Which assumptions are taken as true.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Assuming {
    /// All.
    All,
    /// All but this one.
    AllBut(Assumption),
}

/// A row of the table.
#[derive(PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: Assumption,
    text: String,
    how_to_settle: String,
}

#[derive(Default, Deserialize)]
struct Table {
    assumption: Vec<Row>,
}

impl Assumption {
    /// What is assumed.
    pub fn text(self) -> &'static str {
        self.row().map_or("", |row| &row.text)
    }

    /// How the user can settle it.
    pub fn how_to_settle(self) -> &'static str {
        self.row().map_or("", |row| &row.how_to_settle)
    }

    fn row(self) -> Option<&'static Row> {
        static TABLE: LazyLock<Table> =
            LazyLock::new(|| toml::from_str(include_str!("assumptions.toml")).unwrap_or_default());
        TABLE.assumption.iter().find(|row| row.id == self)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    #[test]
    fn every_assumption_has_a_row_in_the_same_order() {
        let table = toml::from_str::<Table>(include_str!("assumptions.toml")).unwrap();
        let ids = table.assumption.iter().map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(ids, Assumption::ALL);
        assert!(Assumption::ALL.iter().all(|known| !known.text().is_empty()));
    }
}
