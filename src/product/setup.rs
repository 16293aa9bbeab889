//! A product, and what is known about its connection to a bucket: the values that all checks read.

use super::budget::Budget;
use super::caller::{CallerId, Credentials};
use super::catalogue::{Catalogue, Edition, On, Step, Target};
use super::context::{keys_used, statements};
use super::expected::{ExpectedCors, Placeholder};
use super::judged::Judged;
use super::not_assumed::NotAssumed;
use super::regions::{Region, Regions};
use super::wording::Wording;
use crate::authz::{Known, PolicySet};
use crate::finding::Finding;
use crate::input::FileRead;
use crate::model::Arn;
use crate::s3::{BucketEncryption, Cors, Header, Notifications, Ownership, PublicAccessBlock};
use crate::source::FileName;
use std::collections::BTreeMap;

/// A product that works with buckets of its customers: its tables, and what it asks of the settings of a bucket.
pub trait Product: Sync {
    /// How sentences name it.
    fn wording(&self) -> &'static Wording;

    /// Its operations and callers, what is known of their requests, and what is assumed.
    fn catalogue(&self) -> &'static Catalogue;

    /// Its regions and the vendor's roles.
    fn regions(&self) -> &'static Regions;

    /// Judges the settings of a bucket that the product asks for: one result for each check.
    fn settings_checks(&self, setup: &Setup) -> Vec<Judged>;

    /// What is worth knowing of a set-up and changes no verdict.
    fn notes(&self, _setup: &Setup) -> Vec<Finding> {
        Vec::new()
    }

    /// The CORS rules that it asks for, where an operation names the check `cors`.
    fn cors(&self) -> Option<&'static ExpectedCors> {
        None
    }

    /// The values that documents need and that the product does not publish.
    fn placeholders(&self) -> &'static [Placeholder] {
        &[]
    }
}

impl PartialEq for dyn Product {
    fn eq(&self, other: &dyn Product) -> bool {
        self.wording() == other.wording()
    }
}

impl std::fmt::Debug for dyn Product {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.wording().product)
    }
}

/// Everything that is known about a connection: plain data, made by `build`.
#[derive(Clone, PartialEq, Debug)]
pub struct Setup {
    /// The product.
    pub product: &'static dyn Product,
    /// What checks of it may cost, with those of the others of a run.
    pub budget: Budget,
    /// A name for the report.
    pub name: Option<String>,
    /// The bucket.
    pub bucket: String,
    /// The bucket's account.
    pub account: String,
    /// The bucket's region.
    pub region: Option<String>,
    /// The prefix; empty for the whole bucket.
    pub prefix: String,
    /// The versioning state; `None`: both are tried.
    pub versioning: Option<Versioning>,
    /// Whether the product has not set up the bucket yet.
    pub is_new: bool,
    /// The IAM user or role that the product works as.
    pub customer: Customer,
    /// The name of the sessions of user or role.
    pub session_name: Option<String>,
    /// The vendor's role; `None`: neither region is known.
    pub cross_account_role: Option<Arn>,
    /// The policies of all layers: SCPs of the user's account, RCPs of the bucket's.
    pub policies: PolicySet,
    /// Whether a level of SCPs without an Allow was assumed to contain FullAWSAccess as well.
    pub assumes_full_access: bool,
    /// The settings of the bucket, besides its policies.
    pub environment: Environment,
    /// The KMS key of the storage configuration; `None`: no key is given.
    pub kms_key: Option<KmsKey>,
    /// The KMS key, if requests for objects use it; the environment says so.
    pub key_in_use: Option<KmsKey>,
    /// The values of condition keys that the user gave.
    pub assume: Vec<Assume>,
    /// The pages of the product that are followed.
    pub edition: Edition,
    /// Only these operations; empty for all.
    pub operations: Vec<String>,
    /// Operations that are not needed.
    pub skip: BTreeMap<String, String>,
    /// On what a verdict may not rest.
    pub not_assumed: NotAssumed,
    /// The files, in the order they were read.
    pub files: Vec<FileRead>,
    /// What is wrong in them.
    pub findings: Vec<Finding>,
}

impl Setup {
    /// The user or role that a caller's requests about a target come from; `None`: the vendor's role is not known.
    pub fn own_arn(&self, caller: CallerId, target: Target) -> Option<&Arn> {
        match caller.vendor_policies(target) {
            Some(_) => self.cross_account_role.as_ref(),
            None => Some(self.customer.arn()),
        }
    }

    /// Whether a step is needed on this bucket, as far as that is known.
    pub(super) fn makes(&self, step: &Step) -> bool {
        (step.resource != Target::Key || self.key_in_use.is_some())
            && (step.on == On::Every || self.versioning != Some(Versioning::Unversioned))
            && (!step.only_with_keys || self.uses_keys_of(step))
    }

    /// Whether some policy uses a key about which the step itself says something.
    fn uses_keys_of(&self, step: &Step) -> bool {
        let used = keys_used(&statements(self.policies.all()));
        used.iter().any(|key| step.key(key).is_some())
    }
}

/// The versioning state of the bucket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Versioning {
    /// Never switched on.
    Unversioned,
    /// On.
    Enabled,
    /// On once: old versions are still there.
    Suspended,
}

impl Versioning {
    /// The word of flags and reports.
    pub fn word(self) -> &'static str {
        match self {
            Versioning::Unversioned => "unversioned",
            Versioning::Enabled => "enabled",
            Versioning::Suspended => "suspended",
        }
    }
}

/// A condition key whose value the user knows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assume {
    /// For which caller only.
    pub caller: Option<CallerId>,
    /// The key, in lower case.
    pub key: String,
    /// Its value; `None`: it is absent.
    pub value: Option<String>,
}

/// The identity that the product works as.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Customer {
    /// An IAM user, with its long-term key.
    User(Arn),
    /// A role that the product assumes.
    Role(Arn),
}

impl Customer {
    /// The ARN of the user or role.
    pub fn arn(&self) -> &Arn {
        match self {
            Customer::User(arn) | Customer::Role(arn) => arn,
        }
    }

    /// The account of the user or role.
    pub fn account(&self) -> &str {
        self.arn().account()
    }

    /// The ARN to put into a list of exceptions for a caller of this ARN. The product chooses the names of federated sessions, so it covers all
    /// sessions of the account.
    pub fn listed_arn(&self, caller: CallerId, arn: &str, session_name: Option<&str>) -> String {
        match caller.credentials() {
            Credentials::FederationToken if session_name.is_none() => {
                format!("arn:aws:sts::{}:federated-user/*", self.account())
            }
            _ => arn.to_owned(),
        }
    }

    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Customer::User(_) => "user",
            Customer::Role(_) => "role",
        }
    }

    /// Whether connections of this method have this caller.
    pub fn has(&self, caller: CallerId) -> bool {
        match caller.credentials() {
            Credentials::UserKey | Credentials::FederationToken => {
                matches!(self, Customer::User(_))
            }
            Credentials::WebIdentityToken | Credentials::AssumedByVendor(_) => {
                matches!(self, Customer::Role(_))
            }
            Credentials::VendorRole(_) => true,
        }
    }
}

/// What is known about the bucket besides its policies.
#[derive(Clone, PartialEq, Debug)]
pub struct Environment {
    /// The region of the product; `None`: not known, or it has none in the bucket's region.
    pub vendor_region: Option<&'static Region>,
    /// The cross-origin rules.
    pub cors: Known<Cors>,
    /// The event notifications.
    pub notifications: Known<Notifications>,
    /// Block Public Access, by level (bucket, account): each can switch it on.
    pub public_access_block: Known<Vec<PublicAccessBlock>>,
    /// The default encryption.
    pub bucket_encryption: Known<BucketEncryption>,
    /// Object Ownership. `Known::AssertedNone`: the bucket has no such setting.
    pub ownership: Known<Ownership>,
    /// The header that the product sends, by its storage configuration.
    pub encryption: Option<Header>,
    /// The files that were read.
    pub files: Vec<SettingRead>,
}

/// A file with a setting that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SettingRead {
    /// Its name.
    pub name: FileName,
    /// The setting: `cors`, `notifications`, ..
    pub setting: &'static str,
}

/// The key that the product's storage configuration names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KmsKey {
    /// A key with a known ARN.
    Arn(Arn),
    /// The key that AWS manages for S3 in the bucket's account; its id is not known.
    AwsManaged {
        /// The bucket's region, which is the key's.
        region: String,
        /// The bucket's account.
        account: String,
    },
}

impl KmsKey {
    /// The account of the key.
    pub fn account(&self) -> &str {
        match self {
            KmsKey::Arn(arn) => arn.account(),
            KmsKey::AwsManaged { account, .. } => account,
        }
    }

    /// The region of the key.
    pub fn region(&self) -> &str {
        match self {
            KmsKey::Arn(arn) => arn.region(),
            KmsKey::AwsManaged { region, .. } => region,
        }
    }

    /// The ARN, with `*` for an id that is not known.
    pub fn words(&self) -> String {
        match self {
            KmsKey::Arn(arn) => arn.as_str().to_owned(),
            KmsKey::AwsManaged { .. } => format!("{}*", self.stem()),
        }
    }

    /// The ARN up to the id.
    pub(super) fn stem(&self) -> String {
        format!("arn:aws:kms:{}:{}:key/", self.region(), self.account())
    }
}

impl Environment {
    /// Whether requests for objects use a key. With AES256 in its storage configuration the product does not send the key (A2), and it
    /// is then used only if it is the bucket's default (F3).
    pub(super) fn uses(&self, key: &KmsKey) -> bool {
        !self.sends_aes256() || self.default_with(key).is_some()
    }

    /// Whether the product asks for encryption with keys of S3.
    pub(super) fn sends_aes256(&self) -> bool {
        self.encryption == Some(Header::Aes256)
    }

    /// The bucket's default encryption, if it is with this key.
    pub fn default_with(&self, key: &KmsKey) -> Option<&BucketEncryption> {
        let Known::Known(default) = &self.bucket_encryption else { return None };
        let is_key = match (key, &default.key) {
            (KmsKey::AwsManaged { .. }, None) => true,
            (KmsKey::Arn(arn), Some(named)) => arn.as_str() == named.node,
            _ => false,
        };
        Some(default).filter(|default| default.is_kms() && is_key)
    }
}
