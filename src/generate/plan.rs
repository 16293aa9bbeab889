//! The plan of the documents: the settings of the connection on which policies depend.

use crate::model::Arn;
use crate::product::catalogue::{Edition, Target};
use crate::product::setup::{Setup, Versioning};
use crate::product::{CallerId, Customer, KmsKey, PlaceholderRole, Product};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// The options of `generate` besides the connection.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// Whether the bucket policy denies everybody else (step 5 of ICA's page).
    pub deny_others: bool,
    /// Whether actions that are only advised are granted as well.
    pub advised: bool,
    /// Values of placeholders, by name.
    pub values: BTreeMap<String, String>,
}

/// The settings of the documents to be made.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    /// The product.
    pub product: &'static dyn Product,
    /// The bucket.
    pub bucket: String,
    /// The bucket's account.
    pub account: String,
    /// The bucket's region, if it is known.
    pub region: Option<String>,
    /// The prefix; empty for the whole bucket.
    pub prefix: String,
    /// Whether operations on versions of objects are granted.
    pub is_versioned: bool,
    /// Whether the versioning state was not given.
    pub versioning_is_open: bool,
    /// The user or role that the product works as.
    pub customer: Customer,
    /// The name of the user or role, without its path.
    pub customer_name: String,
    /// Its path, with a slash at both ends.
    pub customer_path: String,
    /// The name of its sessions, if it is known.
    pub session_name: Option<String>,
    /// The vendor's role; `None` if it is not needed.
    pub cross_account_role: Option<Arn>,
    /// The key that encrypts the objects.
    pub kms_key: Option<KmsKey>,
    /// The edition of the catalogue.
    pub edition: Edition,
    /// The operations and callers that must work.
    pub wanted: BTreeSet<(&'static str, CallerId)>,
    /// As in [`Options`].
    pub deny_others: bool,
    /// As in [`Options`].
    pub advised: bool,
    values: BTreeMap<String, String>,
}

/// Why there is no plan.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum PlanError {
    /// Copies are wanted, but the role that makes them is not known.
    #[error(
        "which role of {vendor}'s copies? {meant}Give --ica-region (or the --region of the bucket), or leave copies out with --skip {}", copies.join(" ")
    )]
    NoCrossAccountRole {
        /// Whose role it is.
        vendor: &'static str,
        /// The operations that it does.
        copies: Vec<&'static str>,
        /// A sentence about the region that is probably meant, or nothing.
        meant: String,
    },
    /// Only prefixes that end in a slash and do not begin with one are accepted (ICA-API). With
    /// another prefix the policies would include other keys.
    #[error(
        "{0} does not take the prefix `{1}`: a prefix ends in a slash and does not begin with one, as in `{example}/`", example = .0.to_lowercase()
    )]
    Slash(&'static str, String),
    /// There is no such placeholder.
    #[error("`{name}` is not a placeholder; there are {}", known.join(", "))]
    NoSuchPlaceholder {
        /// The name that was given.
        name: String,
        /// Those that the product has.
        known: Vec<&'static str>,
    },
    /// The value would have another meaning in a policy.
    #[error("{0}: `{1}` has a control character, a quote or a wildcard")]
    Value(String, String),
    /// The issuer is a URL, and trust policies name its host and path.
    #[error(
        "{0}: `{1}` is a URL; give the host and the path of the issuer, without `https://` and without a slash at the end"
    )]
    IssuerUrl(&'static str, String),
    /// S3 does not use this key.
    #[error(
        "kms_key: the key is in {key}, the bucket in {bucket}: S3 encrypts with keys of the bucket's region only"
    )]
    KeyRegion {
        /// The key's region.
        key: String,
        /// The bucket's region.
        bucket: String,
    },
    /// The vendor's role cannot use the key that AWS manages, whatever policies say
    /// (S3:bucket-encryption).
    #[error(
        "kms_key: `aws/s3` serves its own account only: encrypt with a key of your own, or leave out what is done from other accounts with --skip {}", copies.join(" ")
    )]
    ForeignCaller {
        /// What the vendor's role does.
        copies: Vec<&'static str>,
    },
    /// No operation is left.
    #[error("every operation is skipped, so nothing is left to generate")]
    Nothing,
}

/// What the vendor's role does.
fn copies(product: &'static dyn Product) -> Vec<&'static str> {
    let is_vendors = |caller: &CallerId| !caller.is_customers();
    let by_role = product
        .catalogue()
        .operations
        .iter()
        .filter(|operation| operation.callers.iter().any(is_vendors));
    by_role.map(|operation| operation.id.as_str()).collect()
}

impl Plan {
    /// Plans the documents of a connection.
    ///
    /// # Errors
    /// [`PlanError`], with a message for the user.
    pub fn new(connection: &Setup, options: &Options) -> Result<Plan, PlanError> {
        let wanted = wanted(connection);
        let product = connection.product;
        let has_copies = wanted.iter().any(|(_, caller)| !caller.is_customers());
        if wanted.is_empty() {
            return Err(PlanError::Nothing);
        }
        let is_of_vendor = |caller: &CallerId| caller.vendor_policies(Target::Role).is_some();
        let needs_vendor = wanted.iter().any(|(_, caller)| is_of_vendor(caller));
        if needs_vendor && connection.cross_account_role.is_none() {
            let vendor = product.wording().vendor;
            let given = connection.region.as_deref();
            let meant = given.and_then(|given| Some((given, product.regions().nearest(given)?)));
            let meant = meant.map(|(given, meant)| {
                format!("AWS has no region `{given}`: perhaps `{}` is meant. ", meant.aws)
            });
            return Err(PlanError::NoCrossAccountRole {
                vendor,
                copies: copies(product),
                meant: meant.unwrap_or_default(),
            });
        }
        if !connection.prefix.is_empty()
            && (!connection.prefix.ends_with('/') || connection.prefix.starts_with('/'))
        {
            let name = product.wording().product;
            return Err(PlanError::Slash(name, connection.prefix.clone()));
        }
        if connection.prefix.contains(char::is_control) {
            return Err(PlanError::Value("prefix".to_owned(), connection.prefix.clone()));
        }
        check_values(product, &options.values)?;
        check_key(connection, has_copies)?;
        let (path, name) = path_and_name(connection.customer.arn());
        Ok(Plan {
            product,
            bucket: connection.bucket.clone(),
            account: connection.account.clone(),
            region: connection.region.clone(),
            prefix: connection.prefix.clone(),
            is_versioned: connection.versioning != Some(Versioning::Unversioned),
            versioning_is_open: connection.versioning.is_none(),
            customer: connection.customer.clone(),
            customer_name: name.to_owned(),
            customer_path: path.to_owned(),
            session_name: connection.session_name.clone(),
            cross_account_role: connection.cross_account_role.clone().filter(|_| needs_vendor),
            kms_key: connection.kms_key.clone(),
            edition: connection.edition,
            wanted,
            deny_others: options.deny_others,
            advised: options.advised,
            values: options.values.clone(),
        })
    }

    /// Whether the user or role belongs to another account than the bucket.
    pub fn customer_is_foreign(&self) -> bool {
        self.customer.account() != self.account
    }

    /// The customer's callers under this method of connection.
    pub(super) fn own_callers(&self) -> Vec<CallerId> {
        let callers = self.product.catalogue().callers();
        callers.filter(|caller| caller.is_customers() && self.customer.has(*caller)).collect()
    }

    /// The callers of the vendor's account.
    pub(super) fn vendor_callers(&self) -> Vec<CallerId> {
        self.product.catalogue().callers().filter(|caller| !caller.is_customers()).collect()
    }

    /// The value of a placeholder, or its name if none was given; `None` if the product has none for this.
    pub fn placeholder(&self, role: PlaceholderRole) -> Option<&str> {
        let known = self.product.placeholders().iter().find(|known| known.role == role)?;
        Some(self.value(known.name))
    }

    /// The value of a placeholder, or its name if none was given.
    pub fn value<'a>(&'a self, placeholder: &'a str) -> &'a str {
        self.values.get(placeholder).map_or(placeholder, String::as_str)
    }

    pub(super) fn set_value(&mut self, placeholder: &str, value: String) {
        self.values.insert(placeholder.to_owned(), value);
    }
}

fn check_values(
    product: &'static dyn Product,
    values: &BTreeMap<String, String>,
) -> Result<(), PlanError> {
    let placeholders = product.placeholders();
    for (name, value) in values {
        let Some(known) = placeholders.iter().find(|known| known.name == name) else {
            let known = placeholders.iter().map(|known| known.name).collect();
            return Err(PlanError::NoSuchPlaceholder { name: name.clone(), known });
        };
        let is_url = value.contains("//") || value.ends_with('/');
        if known.role == PlaceholderRole::Issuer && is_url {
            return Err(PlanError::IssuerUrl(known.name, value.clone()));
        }
        if value.is_empty()
            || value
                .contains(|c: char| c.is_control() || c.is_whitespace() || "\"\\*?$".contains(c))
        {
            return Err(PlanError::Value(name.clone(), value.clone()));
        }
    }
    Ok(())
}

fn check_key(connection: &Setup, copies: bool) -> Result<(), PlanError> {
    let Some(key) = &connection.kms_key else { return Ok(()) };
    if let Some(bucket) = connection.region.as_ref().filter(|region| *region != key.region()) {
        return Err(PlanError::KeyRegion { key: key.region().to_owned(), bucket: bucket.clone() });
    }
    let is_foreign = copies || connection.customer.account() != key.account();
    if is_foreign && matches!(key, KmsKey::AwsManaged { .. }) {
        Err(PlanError::ForeignCaller { copies: self::copies(connection.product) })
    } else {
        Ok(())
    }
}

/// The operations that were asked for and not skipped, and all that they depend on.
fn wanted(connection: &Setup) -> BTreeSet<(&'static str, CallerId)> {
    let catalogue = connection.product.catalogue();
    let asked = |id: &String| {
        (connection.operations.is_empty() || connection.operations.contains(id))
            && !connection.skip.contains_key(id)
    };
    let operations = catalogue.operations.iter().filter(|operation| asked(&operation.id));
    let mut open = operations
        .flat_map(|operation| {
            operation.callers.iter().map(|caller| (operation.id.as_str(), *caller))
        })
        .collect::<Vec<_>>();
    let mut wanted = BTreeSet::new();
    while let Some((id, caller)) = open.pop() {
        let Some(operation) = catalogue.operation(id) else { continue };
        let takes_part = connection.customer.has(caller) && operation.callers.contains(&caller);
        if takes_part && wanted.insert((id, caller)) {
            open.extend(catalogue.needed(operation, caller, connection.is_new));
        }
    }
    wanted
}

/// The path of a user or role with a slash at both ends, and its name.
fn path_and_name(arn: &Arn) -> (&str, &str) {
    let resource = arn.resource();
    let whole = &resource[resource.find('/').unwrap_or(resource.len())..];
    whole.rfind('/').map_or(("/", resource), |at| whole.split_at(at + 1))
}
