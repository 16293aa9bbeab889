//! A connection: settings resolved, documents read.

use super::assume;
use super::catalogue::{Edition, IcaCaller, catalogue};
use super::customer::{Customer, check_trust_policy, customer, session_name};
use super::documents::Documents;
use super::environment::{self, Environment};
use super::kms::{KmsKey, kms_key};
use super::regions::{Region, regions};
use super::settings::Settings;
use crate::authz::{FileCount, LAYERS, LayerRow, PolicySet};
use crate::finding::Finding;
use crate::input::{FileRead, Loader, NONE, Unreadable};
use crate::model::Arn;
use crate::source::Sources;
use std::collections::BTreeMap;

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

/// A condition key that the user knows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assume {
    /// For which caller only.
    pub caller: Option<IcaCaller>,
    /// The key, in lower case.
    pub key: String,
    /// Its value; `None`: it is absent.
    pub value: Option<String>,
}

/// Everything that is known of a connection.
#[derive(Clone, PartialEq, Debug)]
pub struct Connection {
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
    /// Whether ICA has still to set the bucket up.
    pub is_new: bool,
    /// The IAM user or role that ICA works as.
    pub customer: Customer,
    /// The name of the sessions of user or role.
    pub session_name: Option<String>,
    /// Illumina's role; `None`: neither region is known.
    pub cross_account_role: Option<Arn>,
    /// The policies of all layers: SCPs of the user's account, RCPs of the bucket's.
    pub policies: PolicySet,
    /// Whether a level of SCPs without an Allow was taken to have the full-access policy beside it.
    pub assumes_full_access: bool,
    /// The bucket beside its policies.
    pub environment: Environment,
    /// The KMS key of the storage configuration; `None`: no key is given.
    pub kms_key: Option<KmsKey>,
    /// What the user knows.
    pub assume: Vec<Assume>,
    /// The pages that are followed.
    pub edition: Edition,
    /// Only these operations; empty for all.
    pub operations: Vec<String>,
    /// Operations that are not needed.
    pub skip: BTreeMap<String, String>,
    /// Whether steps that rest on assumptions are unknown.
    pub strict: bool,
    /// The files, in the order they were read.
    pub files: Vec<FileRead>,
    /// What is wrong with their words.
    pub findings: Vec<Finding>,
}

/// Why there is no connection to check.
#[derive(Clone, PartialEq, Debug)]
pub enum ConnectionError {
    /// A setting is missing or wrong; words for the user.
    Setting {
        /// The setting: `bucket`, `account`, ..
        name: &'static str,
        /// What is wrong and what to do.
        message: String,
    },
}

/// A connection and the inputs that could not be read; a layer with one of those counts as absent.
#[derive(Clone, PartialEq, Debug)]
pub struct Built {
    /// The connection.
    pub connection: Connection,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
}

pub(super) fn wrong(name: &'static str, message: impl Into<String>) -> ConnectionError {
    ConnectionError::Setting { name, message: message.into() }
}

/// Resolves settings and reads the documents they name.
///
/// # Errors
/// [`ConnectionError`] when a setting is missing or wrong. Documents that cannot be read are no error here; they are listed.
pub fn build(
    settings: &Settings,
    sources: &mut Sources,
    loader: &mut dyn Loader,
) -> Result<Built, ConnectionError> {
    let account = account(settings)?;
    let connection = Connection {
        name: settings.name.clone(),
        bucket: bucket(settings)?,
        customer: customer(settings, &account)?,
        kms_key: kms_key(settings, &account)?,
        account,
        region: region(settings)?,
        prefix: settings.prefix.clone().unwrap_or_default(),
        versioning: versioning(settings)?,
        is_new: is_new(settings)?,
        session_name: session_name(settings)?,
        cross_account_role: cross_account_role(settings)?,
        policies: PolicySet::default(),
        assumes_full_access: false,
        environment: environment::values(settings, ica_region(settings)?)?,
        assume: settings.assume.iter().map(|text| assume::parse(text)).collect::<Result<_, _>>()?,
        edition: edition(settings)?,
        operations: known_operations("operation", settings.operation.iter())?,
        skip: settings.skip.clone(),
        strict: settings.strict.unwrap_or_default(),
        files: Vec::new(),
        findings: Vec::new(),
    };
    known_operations("skip", settings.skip.keys())?;
    check_trust_policy(settings)?;
    check_files(settings)?;
    assume::check_together(&connection.assume)?;
    let mut built = Built { connection, unreadable: Vec::new() };
    let mut documents = Documents { built: &mut built, sources, loader };
    documents.read_all(settings);
    environment::Settings { built: &mut built, sources, loader }.read_all(settings);
    Ok(built)
}

fn bucket(settings: &Settings) -> Result<String, ConnectionError> {
    let bucket = settings
        .bucket
        .clone()
        .ok_or_else(|| wrong("bucket", "which bucket? Give its name with --bucket NAME"))?;
    check_bucket(&bucket)?;
    Ok(bucket)
}

fn account(settings: &Settings) -> Result<String, ConnectionError> {
    let account = settings.account.clone().ok_or_else(|| {
        wrong("account", "which account owns the bucket? Give its twelve digits with --account")
    })?;
    check_account(&account)?;
    Ok(account)
}

/// Whether a text is a name alone. What AWS would not have in a name blocks the validation in ICA, it is no wrong usage (design 3).
///
/// # Errors
/// Words for the user.
pub fn check_bucket(bucket: &str) -> Result<(), ConnectionError> {
    let plain =
        !bucket.is_empty() && !bucket.contains([':', '/']) && !bucket.contains(char::is_control);
    plain.then_some(()).ok_or_else(|| {
        wrong(
            "bucket",
            format!("`{bucket}` is no bucket name: give the name alone, not an ARN or URL"),
        )
    })
}

/// Whether a text is an account number.
///
/// # Errors
/// Words for the user.
pub fn check_account(account: &str) -> Result<(), ConnectionError> {
    let digits = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    digits.then_some(()).ok_or_else(|| {
        wrong("account", format!("`{account}` is no account: an account number has twelve digits"))
    })
}

fn region(settings: &Settings) -> Result<Option<String>, ConnectionError> {
    let Some(region) = settings.region.clone() else { return Ok(None) };
    let known = region.split('-').count() >= 3
        && region
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if known {
        Ok(Some(region))
    } else {
        Err(wrong("region", format!("`{region}` is no AWS region such as `eu-central-1`")))
    }
}

/// The region of the ICA project: as given, else that of the bucket's region.
fn ica_region(settings: &Settings) -> Result<Option<&'static Region>, ConnectionError> {
    let known = || {
        regions()
            .list
            .iter()
            .map(|region| format!("{} ({})", region.aws, region.name))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match (&settings.ica_region, &settings.region) {
        (Some(name), _) => {
            let region = regions().find(name);
            region.map(Some).ok_or_else(|| {
                wrong("ica_region", format!("`{name}` is no region of ICA; there are {}", known()))
            })
        }
        (None, Some(aws)) => Ok(regions().list.iter().find(|region| region.aws == *aws)),
        (None, None) => Ok(None),
    }
}

fn cross_account_role(settings: &Settings) -> Result<Option<Arn>, ConnectionError> {
    let text = match &settings.cross_account_role {
        Some(text) => text.clone(),
        None => match ica_region(settings)? {
            Some(region) => regions().role(region),
            None => return Ok(None),
        },
    };
    let arn = Arn::parse(&text)
        .ok()
        .filter(|arn| arn.service() == "iam" && arn.resource().starts_with("role/"));
    arn.map(Some)
        .ok_or_else(|| wrong("cross_account_role", format!("`{text}` is no ARN of a role")))
}

fn versioning(settings: &Settings) -> Result<Option<Versioning>, ConnectionError> {
    match settings.versioning.as_deref() {
        None => Ok(None),
        Some("unversioned") => Ok(Some(Versioning::Unversioned)),
        Some("enabled") => Ok(Some(Versioning::Enabled)),
        Some("suspended") => Ok(Some(Versioning::Suspended)),
        Some(other) => Err(wrong(
            "versioning",
            format!(
                "`{other}` is no versioning state; there are unversioned, enabled and suspended"
            ),
        )),
    }
}

fn is_new(settings: &Settings) -> Result<bool, ConnectionError> {
    match settings.state.as_deref() {
        None | Some("new") => Ok(true),
        Some("connected") => Ok(false),
        Some(other) => {
            Err(wrong("state", format!("`{other}` is no state; there are new and connected")))
        }
    }
}

fn edition(settings: &Settings) -> Result<Edition, ConnectionError> {
    match settings.edition.as_deref() {
        None | Some("current") => Ok(Edition::Current),
        Some("seed") => Ok(Edition::Seed),
        Some(other) => {
            Err(wrong("edition", format!("`{other}` is no edition; there are seed and current")))
        }
    }
}

/// `none` says that there is no file, so it stands alone.
fn check_files(settings: &Settings) -> Result<(), ConnectionError> {
    let of = |files| LAYERS.iter().filter(move |row| row.files == files);
    let layer = |row: &LayerRow| Some((row.setting, settings.layer(row.kind)?.levels()));
    let blocks = settings.public_access_block.as_ref();
    let blocks = blocks.map(|files| ("public_access_block", vec![files.names()]));
    let mut lists = of(FileCount::Several)
        .filter_map(layer)
        .chain(blocks)
        .chain(of(FileCount::Levels).filter_map(layer));
    let is_contradicted =
        |names: &[String]| names.len() > 1 && names.iter().any(|name| name == NONE);
    match lists.find(|(_, levels)| is_contradicted(&levels.concat())) {
        Some((name, _)) => {
            Err(wrong(name, "`none` excludes other files: it says that there is none"))
        }
        None => Ok(()),
    }
}

fn known_operations<'a>(
    setting: &'static str,
    names: impl Iterator<Item = &'a String>,
) -> Result<Vec<String>, ConnectionError> {
    let mut list = Vec::new();
    for name in names {
        if catalogue().operation(name).is_none() {
            let known = catalogue()
                .operations
                .iter()
                .map(|operation| operation.id.as_str())
                .collect::<Vec<_>>()
                .join(", ");
            return Err(wrong(setting, format!("`{name}` is no operation; there are {known}")));
        }
        list.push(name.clone());
    }
    Ok(list)
}
