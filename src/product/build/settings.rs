//! The names of `ica.toml`, which are those of the flags of `check` with underscores.

use crate::authz::{LAYERS, LayerRow};
use crate::input::StatedBoundary;
use crate::model::PolicyKind;
use crate::product::not_assumed::FailedCall;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

/// Everything that a user can say about a connection; all as text, nothing resolved.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A name for the report; needed where a file holds several connections.
    pub name: Option<String>,
    /// The bucket.
    pub bucket: Option<String>,
    /// The bucket's account, twelve digits.
    pub account: Option<String>,
    /// The bucket's region.
    pub region: Option<String>,
    /// The key prefix of the storage configuration; empty for the whole bucket.
    pub prefix: Option<String>,
    /// `unversioned`, `enabled` or `suspended`.
    pub versioning: Option<String>,
    /// The region of the ICA project.
    pub ica_region: Option<String>,
    /// `new` or `connected`.
    pub state: Option<String>,
    /// The IAM user: name, path/name or ARN.
    pub user: Option<String>,
    /// The role that ICA assumes, instead of the user: name, path/name or ARN.
    pub role: Option<String>,
    /// The name ICA gives to its sessions.
    pub session_name: Option<String>,
    /// Illumina's role, if it is not that of the region.
    pub cross_account_role: Option<String>,
    /// Policies of the user and its groups; `none`.
    #[serde(deserialize_with = "several")]
    pub identity_policy: Option<Levels>,
    /// The permissions boundary; `none`.
    #[serde(deserialize_with = "one")]
    pub boundary: Option<Levels>,
    /// The session policy; `none`.
    #[serde(deserialize_with = "several")]
    pub session_policy: Option<Levels>,
    /// Service control policies of the user's account, by level; `none`.
    pub scp: Option<Levels>,
    /// Resource control policies of the bucket's account, by level; `none`.
    pub rcp: Option<Levels>,
    /// The policy of the VPC endpoint; `none`.
    #[serde(deserialize_with = "one")]
    pub vpce_policy: Option<Levels>,
    /// The bucket policy; `none`.
    #[serde(deserialize_with = "one")]
    pub bucket_policy: Option<Levels>,
    /// The KMS key of ICA's storage configuration: its ARN, or `aws/s3`.
    pub kms_key: Option<String>,
    /// The policy of that key; `none`.
    #[serde(deserialize_with = "one")]
    pub kms_key_policy: Option<Levels>,
    /// The trust policy of the role; `none`.
    #[serde(deserialize_with = "one")]
    pub trust_policy: Option<Levels>,
    /// The bucket's cross-origin rules; `none`.
    pub cors: Option<String>,
    /// The bucket's event notifications; `none`.
    pub notifications: Option<String>,
    /// Block Public Access of the bucket, and of its account; `none`.
    pub public_access_block: Option<Files>,
    /// The bucket's default encryption; `none`.
    pub bucket_encryption: Option<String>,
    /// Object Ownership: `BucketOwnerEnforced`, ..; `none`.
    pub ownership: Option<String>,
    /// The header that ICA sends: `AES256` or `aws:kms`.
    pub encryption: Option<String>,
    /// Condition keys that are known: `[CALLER:]KEY=VALUE` or `[CALLER:]!KEY`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assume: Vec<String>,
    /// The pages that are followed: `seed` or `current`.
    pub edition: Option<String>,
    /// Only these operations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub operation: Vec<String>,
    /// Operations that are not needed, each with the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub skip: BTreeMap<String, String>,
    /// Whether steps that depend on assumptions are unknown.
    pub strict: Option<bool>,
    /// The calls that failed when the files were fetched; from the file beside `ica.toml`.
    #[serde(skip)]
    pub failed_calls: Vec<FailedCall>,
    /// What an answer of `get-user` says of the permissions boundary; from a file of the folder.
    #[serde(skip)]
    pub stated_boundary: Option<StatedBoundary>,
}

/// One file or several, or the word `none`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Files {
    /// One file, or `none`.
    One(String),
    /// Several.
    Many(Vec<String>),
}

/// The files of a layer: one, a list of them or of levels, or the word `none`. Messages about a wrong value show the name of this type.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Levels {
    /// One file, or `none`.
    One(String),
    /// Each a file, or the files of a level.
    Many(Vec<Files>),
}

impl From<Files> for Levels {
    fn from(files: Files) -> Self {
        match files {
            Files::One(name) => Levels::One(name),
            Files::Many(names) => Levels::Many(names.into_iter().map(Files::One).collect()),
        }
    }
}

impl Levels {
    /// The names of the files of each level.
    pub fn levels(&self) -> Vec<&[String]> {
        match self {
            Levels::One(name) => vec![std::slice::from_ref(name)],
            Levels::Many(levels) => levels.iter().map(Files::names).collect(),
        }
    }

    /// The names of all files.
    pub fn names(&self) -> Vec<String> {
        self.levels().concat()
    }

    fn placed(self, place: &dyn Fn(&str) -> Option<String>) -> Option<Levels> {
        match self {
            Levels::One(name) => place(&name).map(Levels::One),
            Levels::Many(levels) => {
                let levels =
                    levels.into_iter().filter_map(|files| files.placed(place)).collect::<Vec<_>>();
                (!levels.is_empty()).then_some(Levels::Many(levels))
            }
        }
    }
}

/// The setting of a layer that has one file.
fn one<'de, D: Deserializer<'de>>(setting: D) -> Result<Option<Levels>, D::Error> {
    Ok(Option::<String>::deserialize(setting)?.map(Levels::One))
}

/// The setting of a layer that has several files and no levels.
fn several<'de, D: Deserializer<'de>>(setting: D) -> Result<Option<Levels>, D::Error> {
    Ok(Option::<Files>::deserialize(setting)?.map(Levels::from))
}

impl Files {
    /// The names as a list.
    pub fn names(&self) -> &[String] {
        match self {
            Files::One(name) => std::slice::from_ref(name),
            Files::Many(names) => names,
        }
    }

    fn placed(self, place: &dyn Fn(&str) -> Option<String>) -> Option<Files> {
        match self {
            Files::One(name) => place(&name).map(Files::One),
            Files::Many(names) => {
                let names = names.iter().filter_map(|name| place(name)).collect::<Vec<_>>();
                (!names.is_empty()).then_some(Files::Many(names))
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Shape {
    Several(Several),
    One(Box<Settings>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Several {
    connection: Vec<Settings>,
}

/// Reads an `ica.toml`: the settings of one connection, or several under `[[connection]]`.
///
/// # Errors
/// The words of the TOML reader, with line and column.
pub fn parse(text: &str) -> Result<Vec<Settings>, toml::de::Error> {
    match toml::from_str::<Shape>(text) {
        Ok(Shape::Several(several)) => Ok(several.connection),
        Ok(Shape::One(settings)) => Ok(vec![*settings]),
        // An untagged enum cannot say what is wrong, so the text is read again in the shape that it seems to have.
        Err(_) if text.lines().any(|line| line.trim_start().starts_with("[[connection]]")) => {
            toml::from_str::<Several>(text).map(|several| several.connection)
        }
        Err(_) => toml::from_str::<Settings>(text).map(|settings| vec![settings]),
    }
}

/// The text of an `ica.toml` with these connections.
pub fn print(connections: &[Settings]) -> String {
    #[derive(Serialize)]
    struct Several<'a> {
        connection: &'a [Settings],
    }
    // Strings, lists of strings and one table can always be serialised.
    match connections {
        [one] => toml::to_string(one),
        connection => toml::to_string(&Several { connection }),
    }
    .unwrap_or_default()
}

impl Settings {
    /// The files of a layer.
    pub fn layer(&self, kind: PolicyKind) -> Option<&Levels> {
        let files = match kind {
            PolicyKind::Identity => &self.identity_policy,
            PolicyKind::Boundary => &self.boundary,
            PolicyKind::Session => &self.session_policy,
            PolicyKind::Resource => &self.bucket_policy,
            PolicyKind::KmsKey => &self.kms_key_policy,
            PolicyKind::Trust => &self.trust_policy,
            PolicyKind::Scp => &self.scp,
            PolicyKind::Rcp => &self.rcp,
            PolicyKind::Vpce => &self.vpce_policy,
        };
        files.as_ref()
    }

    /// The files of a layer, to be set.
    pub fn layer_mut(&mut self, kind: PolicyKind) -> &mut Option<Levels> {
        match kind {
            PolicyKind::Identity => &mut self.identity_policy,
            PolicyKind::Boundary => &mut self.boundary,
            PolicyKind::Session => &mut self.session_policy,
            PolicyKind::Resource => &mut self.bucket_policy,
            PolicyKind::KmsKey => &mut self.kms_key_policy,
            PolicyKind::Trust => &mut self.trust_policy,
            PolicyKind::Scp => &mut self.scp,
            PolicyKind::Rcp => &mut self.rcp,
            PolicyKind::Vpce => &mut self.vpce_policy,
        }
    }

    /// The names of all files, `none` among them.
    pub fn files(&self) -> Vec<&str> {
        let layers = LAYERS.iter().filter_map(|row| self.layer(row.kind));
        let layers = layers.flat_map(Levels::levels).flatten();
        let single = [&self.cors, &self.notifications, &self.bucket_encryption];
        let blocks = self.public_access_block.iter().flat_map(Files::names);
        layers.chain(single.into_iter().flatten()).chain(blocks).map(String::as_str).collect()
    }

    /// The same with other files: `place` gives each its new name, or removes it.
    #[must_use]
    pub fn with_files(mut self, place: &dyn Fn(&str) -> Option<String>) -> Settings {
        for row in &LAYERS {
            let files = self.layer_mut(row.kind);
            *files = files.take().and_then(|files| files.placed(place));
        }
        let one = |name: Option<String>| name.and_then(|name| place(&name));
        let list = |files: Option<Files>| files.and_then(|files| files.placed(place));
        Settings {
            cors: one(self.cors),
            notifications: one(self.notifications),
            public_access_block: list(self.public_access_block),
            bucket_encryption: one(self.bucket_encryption),
            ..self
        }
    }

    /// The settings of `over`, and those of this where `over` has none: flags over `ica.toml`.
    #[must_use]
    pub fn overridden_by(mut self, mut over: Settings) -> Settings {
        for row in &LAYERS {
            let own = self.layer_mut(row.kind).take();
            let files = over.layer_mut(row.kind);
            *files = files.take().or(own);
        }
        // A flag for user or role replaces the other in the file.
        let replaces = over.user.is_some() != over.role.is_some();
        let (own_user, own_role) = if replaces { (None, None) } else { (self.user, self.role) };
        // It is about the user of the folder, not about one that a flag names.
        let own_boundary =
            self.stated_boundary.filter(|_| over.user.is_none() && over.role.is_none());
        fn list<T>(own: Vec<T>, over: Vec<T>) -> Vec<T> {
            if over.is_empty() { own } else { over }
        }
        Settings {
            name: over.name.or(self.name),
            bucket: over.bucket.or(self.bucket),
            account: over.account.or(self.account),
            region: over.region.or(self.region),
            prefix: over.prefix.or(self.prefix),
            versioning: over.versioning.or(self.versioning),
            ica_region: over.ica_region.or(self.ica_region),
            state: over.state.or(self.state),
            user: over.user.or(own_user),
            role: over.role.or(own_role),
            session_name: over.session_name.or(self.session_name),
            cross_account_role: over.cross_account_role.or(self.cross_account_role),
            kms_key: over.kms_key.or(self.kms_key),
            cors: over.cors.or(self.cors),
            notifications: over.notifications.or(self.notifications),
            public_access_block: over.public_access_block.or(self.public_access_block),
            bucket_encryption: over.bucket_encryption.or(self.bucket_encryption),
            ownership: over.ownership.or(self.ownership),
            encryption: over.encryption.or(self.encryption),
            // Each flag settles one more key, so all of them count.
            assume: self.assume.into_iter().chain(over.assume).collect(),
            edition: over.edition.or(self.edition),
            operation: list(self.operation, over.operation),
            skip: self.skip.into_iter().chain(over.skip).collect(),
            strict: over.strict.or(self.strict),
            failed_calls: list(self.failed_calls, over.failed_calls),
            stated_boundary: own_boundary.or(over.stated_boundary),
            ..over
        }
    }

    /// The failed calls in whose place nobody gave a file.
    pub(super) fn still_missing(&self) -> Vec<FailedCall> {
        let is_given = |setting: &str| match setting {
            _ if let Some(row) = LayerRow::of_setting(setting) => self.layer(row.kind).is_some(),
            "cors" => self.cors.is_some(),
            "notifications" => self.notifications.is_some(),
            "bucket_encryption" => self.bucket_encryption.is_some(),
            "ownership" => self.ownership.is_some(),
            "versioning" => self.versioning.is_some(),
            "kms_key" => self.kms_key.is_some(),
            // One of the two levels may be given.
            _ => false,
        };
        let calls = self.failed_calls.iter().filter(|call| !is_given(&call.setting));
        calls.cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    #[test]
    fn one_connection_or_several() {
        let one = parse("bucket = 'b'\nidentity_policy = 'none'").unwrap();
        assert_eq!(one[0].identity_policy.as_ref().unwrap().names(), ["none"]);
        let two = parse("[[connection]]\nname = 'a'\n[[connection]]\nname = 'b'\nskip = { copy-into-bucket = 'no' }").unwrap();
        assert_eq!(two.len(), 2);
    }

    #[test]
    fn a_flag_for_the_role_replaces_the_user_of_the_file() {
        let file = parse("user = 'u'").unwrap().remove(0);
        let merged =
            file.overridden_by(Settings { role: Some("r".to_owned()), ..Settings::default() });
        assert_eq!((merged.user, merged.role.as_deref()), (None, Some("r")));
    }

    #[test]
    fn levels_are_files_or_lists_of_them() {
        let one = parse("scp = 'none'\nrcp = ['root.json', ['unit.json', 'more.json']]").unwrap();
        assert_eq!(one[0].scp.as_ref().unwrap().levels(), [["none"]]);
        assert_eq!(one[0].rcp.as_ref().unwrap().levels()[1], ["unit.json", "more.json"]);
    }

    #[test]
    fn settings_are_written_as_they_are_read_and_files_can_be_moved() {
        let text = "bucket = 'b'\nscp = ['root.json', ['unit.json']]\nidentity_policy = ['u.json']\nstrict = true\n[skip]\ncopy-into-bucket = 'no'";
        let one = parse(text).unwrap().remove(0);
        assert_eq!(parse(&toml::to_string(&one).unwrap()).unwrap().remove(0), one);
        let moved = one.clone().with_files(&|name| Some(format!("x/{name}")));
        assert_eq!(moved.files(), ["x/u.json", "x/root.json", "x/unit.json"]);
        assert!(one.with_files(&|_| None).files().is_empty());
    }

    #[test]
    fn a_misspelt_name_is_named_with_its_line() {
        let error = parse("bucket = 'b'\nbuckt_policy = 'x'").unwrap_err().to_string();
        assert!(error.contains("buckt_policy") && error.contains("line 2"), "{error}");
    }
}
