//! What a verdict depends on and no file shows.

use serde::{Deserialize, Serialize};

/// The name that files and reports have for an assumption. Its text is a row of the product's table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize)]
pub struct Assumption(&'static str);

/// Makes the constants of the assumptions that the check itself makes.
macro_rules! assumptions {
    ($($name:ident $id:literal),* $(,)?) => {
        impl Assumption {
            $(#[doc = concat!("The row `", $id, "`.")] pub const $name: Assumption = Assumption($id);)*

            /// The assumptions that the check makes for every product: each needs a row in its table.
            pub const OF_ALL: &[Assumption] = &[$(Assumption::$name),*];
        }
    };
}

assumptions! {
    SESSION_POLICY "session-policy",
    NO_BUCKET_POLICY "no-bucket-policy",
    NO_BOUNDARY "no-boundary",
    NO_SCP "no-scp",
    SCP_FULL_ACCESS "scp-full-access",
    NO_RCP "no-rcp",
    NO_USER_RCP "no-user-rcp",
    NO_VPCE_POLICY "no-vpce-policy",
    NO_KMS "no-kms",
    THROUGH_ENDPOINT "through-endpoint",
    ENCRYPTION_HEADER "encryption-header",
    ONE_KEY "one-key",
    NO_GRANTS "no-grants",
    NO_KEY_RCP "no-key-rcp",
    IDENTITY_PROVIDER "identity-provider",
}

impl Assumption {
    /// An assumption of a product.
    pub const fn new(id: &'static str) -> Assumption {
        Assumption(id)
    }

    /// The name.
    pub fn id(self) -> &'static str {
        self.0
    }
}

/// Which assumptions are taken as true.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Assuming {
    /// All.
    All,
    /// All but this one.
    AllBut(Assumption),
}

/// A row of a product's table.
#[derive(PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
pub struct AssumptionRow {
    id: Assumption,
    text: String,
    how_to_settle: String,
    /// The settings whose value it stands for.
    #[serde(default)]
    settings: Vec<String>,
}

impl AssumptionRow {
    /// Which one it is.
    pub fn assumption(&self) -> Assumption {
        self.id
    }

    /// The name that files and reports have for it.
    pub fn id(&self) -> &'static str {
        self.id.id()
    }

    /// What is assumed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is made because this setting is not given.
    pub(super) fn is_about(&self, setting: &str) -> bool {
        self.settings.iter().any(|known| known == setting)
    }

    /// How the user can settle it.
    pub fn how_to_settle(&self) -> &str {
        &self.how_to_settle
    }
}
