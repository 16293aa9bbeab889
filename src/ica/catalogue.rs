//! The operations of ICA and what they need: `catalogue.toml`, `context.toml`.

use super::assumption::Assumption;
use crate::authz::{CallerKind, Presence, claim, is_usual_claim, presence};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The state of ICA's pages that the current edition follows.
pub const EDITION: &str = "2026-09";

/// Who calls S3 or STS for an operation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IcaCaller {
    /// ICA with the long-term key of the customer's IAM user.
    IamUser,
    /// A session that the user made with GetFederationToken.
    FederatedSession,
    /// A session of the customer's role, which ICA assumes with a token of its identity provider (A1).
    OidcRole,
    /// Illumina's role of the region, in account 079623148045.
    CrossAccountRole,
}

impl IcaCaller {
    /// All callers, in the order of reports.
    pub const ALL: [IcaCaller; 4] = [
        IcaCaller::IamUser,
        IcaCaller::FederatedSession,
        IcaCaller::OidcRole,
        IcaCaller::CrossAccountRole,
    ];

    /// The name used in reports and flags.
    pub fn id(self) -> &'static str {
        match self {
            IcaCaller::IamUser => "iam-user",
            IcaCaller::FederatedSession => "federated-session",
            IcaCaller::OidcRole => "oidc-role",
            IcaCaller::CrossAccountRole => "cross-account-role",
        }
    }

    /// The kind of caller that signs its requests about a target. To assume the customer's role, it shows a token.
    pub fn kind(self, target: Target) -> CallerKind {
        match self {
            IcaCaller::IamUser => CallerKind::User,
            IcaCaller::FederatedSession => CallerKind::FederatedSession,
            IcaCaller::OidcRole if target == Target::Role => CallerKind::WebIdentity,
            IcaCaller::OidcRole | IcaCaller::CrossAccountRole => CallerKind::RoleSession,
        }
    }

    /// Whether it is a session of the customer's user or role.
    pub fn is_session(self) -> bool {
        matches!(self, IcaCaller::FederatedSession | IcaCaller::OidcRole)
    }

    /// Whether it works with what the customer gave it, under the customer's own policies.
    pub fn is_customers(self) -> bool {
        self != IcaCaller::CrossAccountRole
    }
}

/// What an operation's request is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The bucket.
    Bucket,
    /// Every key below the prefix.
    Object,
    /// Every key below the prefix that ends in a slash.
    Folder,
    /// The federated session that is made.
    FederatedUser,
    /// The customer's role, whose session is made.
    Role,
    /// The KMS key of the objects, which S3 uses in the caller's name; only where there is one.
    Key,
}

impl Target {
    /// The name of the resource type in AWS's reference data.
    pub fn resource_type(self) -> &'static str {
        match self {
            Target::Bucket => "bucket",
            Target::Object | Target::Folder => "object",
            Target::FederatedUser => "federated-user",
            Target::Role => "role",
            Target::Key => "key",
        }
    }

    /// Whether the request goes to the bucket, under its policy.
    pub fn is_at_bucket(self) -> bool {
        matches!(self, Target::Bucket | Target::Object | Target::Folder)
    }
}

/// On which buckets a step is needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum On {
    /// On all.
    #[default]
    Every,
    /// Where versioning is enabled or suspended.
    Versioned,
}

/// Which pages ask for a step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edition {
    /// The page of the seed.
    #[default]
    Seed,
    /// Newer pages and users' experience.
    Current,
}

impl Edition {
    /// The state of ICA's pages that are followed.
    pub fn state(self) -> &'static str {
        match self {
            Edition::Seed => "seed",
            Edition::Current => EDITION,
        }
    }
}

/// What is known of a condition key in a request; see `context.toml`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFact {
    /// Known, absent, free, hidden or foreign.
    pub kind: KeyKind,
    /// The value, if it is known.
    #[serde(default)]
    pub value: Option<String>,
    /// The only possible values.
    #[serde(default)]
    pub values: Vec<String>,
    /// Whether the key may be absent as well.
    #[serde(default)]
    pub absent: bool,
    /// Whether the values are the prefix and whatever begins with it.
    #[serde(default)]
    pub below: bool,
    /// The assumption it depends on.
    #[serde(default)]
    pub assume: Option<Assumption>,
}

/// How much is known of a condition key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyKind {
    /// Its value is known.
    Known,
    /// It is not in the request.
    Absent,
    /// ICA will use all values.
    Free,
    /// One value holds, it is not known which.
    Hidden,
    /// Something of Illumina's.
    Foreign,
}

/// How important a step is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The operation fails without it.
    #[default]
    Required,
    /// It works without it and leaves residue.
    Degrades,
    /// Newer pages or users' experience.
    Advised,
}

impl Level {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Level::Required => "required",
            Level::Degrades => "degrades",
            Level::Advised => "advised",
        }
    }
}

/// A request that an operation makes.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// `service:Name`.
    pub action: String,
    /// What it is about.
    pub resource: Target,
    /// How important it is.
    #[serde(default)]
    pub level: Level,
    /// On which buckets.
    #[serde(default)]
    pub on: On,
    /// By which pages.
    #[serde(default)]
    pub edition: Edition,
    /// Actions whose explicit Deny in the bucket policy stops this one as well (F1).
    #[serde(default)]
    pub veto: Vec<String>,
    /// Assumptions beyond the policies.
    #[serde(default)]
    pub assumes: Vec<Assumption>,
    /// Condition keys that differ from `context.toml`.
    #[serde(default)]
    pub keys: BTreeMap<String, KeyFact>,
    /// For which of the operation's requests it is needed, if not for all: `for requests that ..`.
    #[serde(default)]
    pub scope: Option<String>,
    /// Which passages ask for it.
    pub source: String,
}

/// An operation of ICA.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Stable name in kebab case.
    pub id: String,
    /// What is done, in a few words.
    pub title: String,
    /// What it is.
    pub about: String,
    /// Who does it.
    pub callers: Vec<IcaCaller>,
    /// Operations of the same caller that must work for it.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Assumptions of all its steps.
    #[serde(default)]
    pub assumes: Vec<Assumption>,
    /// Checks of the bucket's settings that affect it for all of its callers.
    #[serde(default)]
    pub environment: Vec<String>,
    /// What a user sees when it is blocked.
    pub breaks: String,
    /// Its requests.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// A row of `context.toml`.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct KeyRow {
    /// The key, or all tags by a name that ends in `/*`.
    pub name: String,
    /// For the user.
    pub iam_user: Option<KeyFact>,
    /// For its sessions.
    pub federated_session: Option<KeyFact>,
    /// For sessions of the customer's role.
    pub oidc_role: Option<KeyFact>,
    /// For Illumina's role.
    pub cross_account_role: Option<KeyFact>,
    /// For all of them, where S3 asks KMS in their name.
    pub at_kms: Option<KeyFact>,
    /// For the request that assumes the customer's role, which is not signed.
    pub at_role: Option<KeyFact>,
    /// For all others; without it the table of request keys counts.
    pub all: Option<KeyFact>,
}

/// All tables.
#[derive(Clone, PartialEq, Debug)]
pub struct Catalogue {
    /// The operations, in the order of reports.
    pub operations: Vec<Operation>,
    /// The condition keys.
    pub keys: Vec<KeyRow>,
}

#[derive(Deserialize)]
struct Operations {
    operation: Vec<Operation>,
}

#[derive(Deserialize)]
struct Keys {
    key: Vec<KeyRow>,
}

/// The catalogue, read once.
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
        // The texts are part of the program and a test reads them, so an error here cannot reach a user.
        let operations = toml::from_str::<Operations>(include_str!("catalogue.toml"))
            .map(|table| table.operation);
        let keys = toml::from_str::<Keys>(include_str!("context.toml")).map(|table| table.key);
        Catalogue { operations: operations.unwrap_or_default(), keys: keys.unwrap_or_default() }
    });
    &CATALOGUE
}

impl Catalogue {
    /// The operation of that name.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// The row of a key whose name is given in lower case.
    pub fn key(&self, lower_key: &str) -> Option<&KeyRow> {
        self.keys.iter().find(|row| match row.name.strip_suffix('*') {
            Some(stem) => {
                lower_key.get(..stem.len()).is_some_and(|start| start.eq_ignore_ascii_case(stem))
            }
            None => row.name.eq_ignore_ascii_case(lower_key),
        })
    }
}

impl Step {
    /// What is known of a key, given in lower case, in a caller's requests of the step: the step's own word, then that of [`key_fact`].
    pub fn fact(&self, key: &str, caller: IcaCaller) -> KeyFact {
        let own = self.keys.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
        own.map_or_else(
            || key_fact(key, caller, self.resource, &self.action),
            |(_, fact)| fact.clone(),
        )
    }

    /// An action as the catalogue writes it, if the step knows it.
    pub fn written(&self, action: &str) -> String {
        let mut known = self.actions().map(String::as_str);
        known.find(|known| known.eq_ignore_ascii_case(action)).unwrap_or(action).to_owned()
    }

    /// Its action and those whose Deny stops it as well.
    pub fn actions(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.action).chain(&self.veto)
    }
}

impl KeyRow {
    /// What the row says about the key in requests of a caller about a target, if anything.
    pub fn fact(&self, caller: IcaCaller, target: Target) -> Option<&KeyFact> {
        let by_target = match target {
            Target::Key => &self.at_kms,
            Target::Role => &self.at_role,
            Target::Bucket | Target::Object | Target::Folder | Target::FederatedUser => &None,
        };
        let own = match caller {
            IcaCaller::IamUser => &self.iam_user,
            IcaCaller::FederatedSession => &self.federated_session,
            IcaCaller::OidcRole => &self.oidc_role,
            IcaCaller::CrossAccountRole => &self.cross_account_role,
        };
        by_target.as_ref().or(own.as_ref()).or(self.all.as_ref())
    }
}

/// What is known of a key, given in lower case, in a caller's requests for an action of a target: what the caller
/// never has is absent; then the row of `context.toml` counts, then the table of request keys.
pub fn key_fact(key: &str, caller: IcaCaller, target: Target, action: &str) -> KeyFact {
    let presence = presence(key, Some(caller.kind(target)), Some(&action.to_ascii_lowercase()));
    if presence == Presence::Never {
        return KeyFact { kind: KeyKind::Absent, absent: false, ..KeyFact::unknown() };
    }
    // The claims that count are those of the token's own provider.
    let is_usual = target == Target::Role && claim(key).is_some_and(is_usual_claim);
    let row = catalogue().key(key).and_then(|row| row.fact(caller, target));
    row.cloned().unwrap_or_else(|| KeyFact {
        absent: presence == Presence::Perhaps && !is_usual,
        ..KeyFact::unknown()
    })
}

impl KeyFact {
    /// A key about which nothing is known.
    pub fn unknown() -> KeyFact {
        KeyFact {
            kind: KeyKind::Hidden,
            value: None,
            values: Vec::new(),
            absent: true,
            below: false,
            assume: None,
        }
    }

    /// A key whose value is known.
    pub fn known(value: impl Into<String>) -> KeyFact {
        KeyFact { kind: KeyKind::Known, value: Some(value.into()), ..KeyFact::unknown() }
    }

    /// Whether its value is open.
    pub fn is_open(&self) -> bool {
        matches!(self.kind, KeyKind::Hidden | KeyKind::Free | KeyKind::Foreign)
    }

    /// Whether the user may know better than the catalogue.
    pub fn may_be_assumed(&self) -> bool {
        self.is_open() || self.assume.is_some()
    }

    /// What remains of it if its assumption fails.
    pub fn without_assumption(&self) -> KeyFact {
        let kind = if self.kind == KeyKind::Free { KeyKind::Free } else { KeyKind::Hidden };
        KeyFact { kind, ..KeyFact::unknown() }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    #[test]
    fn the_tables_can_be_read() {
        toml::from_str::<Operations>(include_str!("catalogue.toml")).unwrap();
        toml::from_str::<Keys>(include_str!("context.toml")).unwrap();
    }

    #[test]
    fn every_name_that_is_used_exists() {
        let catalogue = catalogue();
        for operation in &catalogue.operations {
            for needed in &operation.needs {
                assert!(catalogue.operation(needed).is_some(), "{needed}");
            }
            assert!(
                !operation.steps.is_empty() && !operation.callers.is_empty(),
                "{}",
                operation.id
            );
        }
    }

    #[test]
    fn keys_are_found_in_any_case_and_tags_by_their_stem() {
        let catalogue = catalogue();
        assert_eq!(
            catalogue.key("s3:existingobjecttag/team").unwrap().name,
            "s3:ExistingObjectTag/*"
        );
        assert!(catalogue.key("aws:nosuchkey").is_none());
    }
}
