//! From settings to the set-up of a connection: names resolved, documents read.

mod assume;
mod built;
mod customer;
pub mod discover;
mod documents;
pub mod incomplete;
mod kms;
pub mod settings;
mod settings_read;
mod wrong_settings;

pub use assume::unknown_keys;
pub use built::Built;
pub use customer::read_customer;
pub use documents::Findings;
pub use wrong_settings::WrongSettings;

use self::customer::{check_trust_policy, read_session_name};
use self::documents::Documents;
use self::kms::read_kms_key;
use self::settings::Settings;
use self::settings_read::{SettingsReader, read_environment};
use super::budget::Budget;
use super::catalogue::{Catalogue, Edition};
use super::not_assumed::NotAssumed;
use super::refusal::Refusal;
use super::regions::Region;
use super::setup::{Product, Setup, Versioning};
use crate::authz::{FileCount, LAYERS, LayerRow, PolicySet};
use crate::aws::is_account_number;
use crate::input::{Loader, NONE};
use crate::model::{Arn, PolicyKind};
use crate::source::{Sources, one_line};

/// Resolves settings and reads the documents they name.
///
/// # Errors
/// [`Refusal`] when a setting is missing or wrong. Documents that cannot be read are not an error here; they are listed.
pub fn build(
    product: &'static dyn Product,
    settings: &Settings,
    sources: &mut Sources,
    loader: &mut dyn Loader,
) -> Result<Built, Refusal> {
    build_with(product, settings, Findings::All, sources, loader)
}

/// As [`build`], with some findings about the documents.
///
/// # Errors
/// As [`build`].
pub fn build_with(
    product: &'static dyn Product,
    settings: &Settings,
    findings: Findings,
    sources: &mut Sources,
    loader: &mut dyn Loader,
) -> Result<Built, Refusal> {
    check_complete(product, settings)?;
    check_plain(settings)?;
    let account = read_account(settings)?;
    let catalogue = product.catalogue();
    let connection = Setup {
        product,
        budget: Budget::default(),
        name: settings.name.clone(),
        bucket: read_bucket(settings)?,
        customer: read_customer(product.wording(), settings, &account)?,
        kms_key: read_kms_key(settings, &account)?,
        key_in_use: None,
        account,
        region: read_region(settings)?,
        prefix: settings.prefix.clone().unwrap_or_default(),
        versioning: read_versioning(settings)?,
        is_new: read_is_new(settings)?,
        session_name: read_session_name(settings)?,
        cross_account_role: read_cross_account_role(product, settings)?,
        policies: PolicySet::default(),
        assumes_full_access: false,
        environment: read_environment(
            product.wording(),
            settings,
            read_vendor_region(product, settings)?,
        )?,
        assume: settings
            .assume
            .iter()
            .map(|text| assume::parse(product, text))
            .collect::<Result<_, _>>()?,
        edition: read_edition(settings)?,
        operations: known_operations(catalogue, "operation", settings.operation.iter())?,
        skip: settings.skip.clone(),
        not_assumed: NotAssumed::new(
            settings.strict.unwrap_or_default(),
            &settings.still_missing(),
            catalogue,
        ),
        files: Vec::new(),
        findings: Vec::new(),
    };
    known_operations(catalogue, "skip", settings.skip.keys())?;
    check_trust_policy(settings)?;
    check_files(settings)?;
    assume::check_together(&connection.assume)?;
    let mut built = Built { connection, unreadable: Vec::new() };
    let stated_boundary = settings.stated_boundary.clone();
    let found = Vec::new();
    Documents { built: &mut built, sources, loader, stated_boundary, findings, found }
        .read_all(settings);
    check_not_swapped(&built.connection)?;
    SettingsReader { built: &mut built, sources, loader }.read_all(settings);
    let Setup { kms_key, environment, .. } = &built.connection;
    built.connection.key_in_use = kms_key.clone().filter(|key| environment.uses(key));
    Ok(built)
}

/// Policies of the caller name no principal, and statements of a bucket policy always do: where both have it the other way round, the files
/// were given to each other's setting.
fn check_not_swapped(setup: &Setup) -> Result<(), Refusal> {
    let read = |kind| setup.files.iter().filter(move |read| read.layer == kind);
    let all = |kind, names| {
        read(kind).next().is_some() && read(kind).all(|read| read.names_principals == Some(names))
    };
    if !all(PolicyKind::Identity, true) || !all(PolicyKind::Resource, false) {
        return Ok(());
    }
    let file = |kind| read(kind).next().map_or("", |read| &*read.name);
    let (identity, bucket) = (file(PolicyKind::Identity), file(PolicyKind::Resource));
    Err(Refusal::new(
        "identity_policy",
        format!(
            "the two policies look swapped: `{identity}` names principals, as a bucket policy does, and `{bucket}` names none; \
             give `{bucket}` with --identity-policy and `{identity}` with --bucket-policy"
        ),
    ))
}

/// Names and prefixes have no control characters: reports show them inside of lines.
fn check_plain(settings: &Settings) -> Result<(), Refusal> {
    let texts = [
        ("name", &settings.name),
        ("prefix", &settings.prefix),
        ("session_name", &settings.session_name),
    ];
    let mut texts = texts.into_iter().filter_map(|(setting, text)| Some((setting, text.as_ref()?)));
    match texts.find(|(_, text)| text.contains(char::is_control)) {
        Some((setting, text)) => {
            Err(Refusal::new(setting, format!("`{}` has a control character", one_line(text))))
        }
        None => Ok(()),
    }
}

/// Several settings that are missing are said at once, with how to begin.
fn check_complete(product: &'static dyn Product, settings: &Settings) -> Result<(), Refusal> {
    let name = product.wording().product;
    let caller = format!("--user NAME or --role NAME (which user or role {name} uses)");
    let all = [
        ("bucket", settings.bucket.is_none(), "--bucket NAME (which bucket)"),
        ("account", settings.account.is_none(), "--account DIGITS (which account owns it)"),
        ("user", settings.user.is_none() && settings.role.is_none(), &caller),
    ];
    let missing = all.iter().filter(|(_, is_missing, _)| *is_missing).collect::<Vec<_>>();
    let [(first, ..), _, ..] = missing.as_slice() else { return Ok(()) };
    let flags = missing.iter().map(|(_, _, flag)| *flag).collect::<Vec<_>>().join(", ");
    Err(Refusal::new(
        first,
        format!(
            "these are missing: {flags}. A check also needs the policies, --identity-policy FILE.. and --bucket-policy FILE; `ica-policy inputs` \
             prints a script that fetches them all"
        ),
    ))
}

fn read_bucket(settings: &Settings) -> Result<String, Refusal> {
    let bucket = settings
        .bucket
        .clone()
        .ok_or_else(|| Refusal::new("bucket", "which bucket? Give its name with --bucket NAME"))?;
    check_bucket(&bucket)?;
    Ok(bucket)
}

fn read_account(settings: &Settings) -> Result<String, Refusal> {
    let account = settings.account.clone().ok_or_else(|| {
        Refusal::new(
            "account",
            "which account owns the bucket? Give its twelve digits with --account",
        )
    })?;
    check_account(&account)?;
    Ok(account)
}

/// Whether a text is a name alone. A name that AWS would refuse blocks operations; it is not wrong usage.
///
/// # Errors
/// A message for the user.
pub fn check_bucket(bucket: &str) -> Result<(), Refusal> {
    let plain =
        !bucket.is_empty() && !bucket.contains([':', '/']) && !bucket.contains(char::is_control);
    plain.then_some(()).ok_or_else(|| {
        Refusal::new(
            "bucket",
            format!("`{bucket}` is not a bucket name: give the name alone, not an ARN or URL"),
        )
    })
}

/// Whether a text is an account number.
///
/// # Errors
/// A message for the user.
pub fn check_account(account: &str) -> Result<(), Refusal> {
    is_account_number(account).then_some(()).ok_or_else(|| {
        Refusal::new(
            "account",
            format!("`{account}` is not an account: an account number has twelve digits"),
        )
    })
}

fn read_region(settings: &Settings) -> Result<Option<String>, Refusal> {
    let Some(region) = settings.region.clone() else { return Ok(None) };
    let known = region.split('-').count() >= 3
        && region
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if known {
        Ok(Some(region))
    } else {
        Err(Refusal::new(
            "region",
            format!("`{region}` is not an AWS region such as `eu-central-1`"),
        ))
    }
}

/// The region of the product: as given, else that of the bucket's region.
fn read_vendor_region(
    product: &'static dyn Product,
    settings: &Settings,
) -> Result<Option<&'static Region>, Refusal> {
    let regions = product.regions();
    let known = || {
        regions
            .list
            .iter()
            .map(|region| format!("{} ({})", region.aws, region.name))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match (&settings.ica_region, &settings.region) {
        (Some(name), _) => {
            let region = regions.find(name);
            region.map(Some).ok_or_else(|| {
                Refusal::new(
                    "ica_region",
                    format!(
                        "`{name}` is not a region of {}; there are {}",
                        product.wording().product,
                        known()
                    ),
                )
            })
        }
        (None, Some(aws)) => Ok(regions.of_aws(aws)),
        (None, None) => Ok(None),
    }
}

fn read_cross_account_role(
    product: &'static dyn Product,
    settings: &Settings,
) -> Result<Option<Arn>, Refusal> {
    let text = match &settings.cross_account_role {
        Some(text) => text.clone(),
        None => match read_vendor_region(product, settings)? {
            Some(region) => product.regions().role(region),
            None => return Ok(None),
        },
    };
    let arn = Arn::parse(&text)
        .ok()
        .filter(|arn| arn.service() == "iam" && arn.resource().starts_with("role/"));
    arn.map(Some).ok_or_else(|| {
        Refusal::new("cross_account_role", format!("`{text}` is not an ARN of a role"))
    })
}

fn read_versioning(settings: &Settings) -> Result<Option<Versioning>, Refusal> {
    match settings.versioning.as_deref() {
        None => Ok(None),
        Some("unversioned") => Ok(Some(Versioning::Unversioned)),
        Some("enabled") => Ok(Some(Versioning::Enabled)),
        Some("suspended") => Ok(Some(Versioning::Suspended)),
        Some(other) => Err(Refusal::new(
            "versioning",
            format!(
                "`{other}` is not a versioning state; there are unversioned, enabled and suspended"
            ),
        )),
    }
}

fn read_is_new(settings: &Settings) -> Result<bool, Refusal> {
    match settings.state.as_deref() {
        None | Some("new") => Ok(true),
        Some("connected") => Ok(false),
        Some(other) => Err(Refusal::new(
            "state",
            format!("`{other}` is not a state; there are new and connected"),
        )),
    }
}

fn read_edition(settings: &Settings) -> Result<Edition, Refusal> {
    match settings.edition.as_deref() {
        None | Some("current") => Ok(Edition::Current),
        Some("seed") => Ok(Edition::Seed),
        Some(other) => Err(Refusal::new(
            "edition",
            format!("`{other}` is not an edition; there are seed and current"),
        )),
    }
}

/// `none` says that there is no file, so no other file may be given with it.
fn check_files(settings: &Settings) -> Result<(), Refusal> {
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
            Err(Refusal::new(name, "`none` excludes other files: it says that there is none"))
        }
        None => Ok(()),
    }
}

fn known_operations<'a>(
    catalogue: &Catalogue,
    setting: &'static str,
    names: impl Iterator<Item = &'a String>,
) -> Result<Vec<String>, Refusal> {
    let mut list = Vec::new();
    for name in names {
        if catalogue.operation(name).is_none() {
            let known = catalogue
                .operations
                .iter()
                .map(|operation| operation.id.as_str())
                .collect::<Vec<_>>()
                .join(", ");
            return Err(Refusal::new(
                setting,
                format!("`{name}` is not an operation; there are {known}"),
            ));
        }
        list.push(name.clone());
    }
    Ok(list)
}
