//! The settings of the bucket as the user told them.

use crate::authz::Known;
use crate::finding::Finding;
use crate::ica::connection::{Built, ConnectionError};
use crate::ica::regions::{Region, regions};
use crate::ica::settings;
use crate::input::{Loader, NONE, Unreadable, load_answer};
use crate::s3::{
    BucketEncryption, Cors, Header, Notifications, Ownership, PublicAccessBlock, Read,
    read_bucket_encryption, read_cors, read_notifications, read_public_access_block,
};
use crate::source::Sources;
use crate::tree::Node;

/// What is known of the bucket beside its policies.
#[derive(Clone, PartialEq, Debug)]
pub struct Environment {
    /// The region of the ICA project; `None`: not known, or ICA has none in the bucket's region.
    pub ica_region: Option<&'static Region>,
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
    /// The header that ICA sends, by its storage configuration.
    pub encryption: Option<Header>,
    /// The files that were read.
    pub files: Vec<SettingRead>,
}

/// A file with a setting that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SettingRead {
    /// Its name.
    pub name: String,
    /// The setting: `cors`, `notifications`, ..
    pub setting: &'static str,
}

/// The settings that are words and no files.
pub(in crate::ica) fn values(
    settings: &settings::Settings,
    ica_region: Option<&'static Region>,
) -> Result<Environment, ConnectionError> {
    Ok(Environment {
        ica_region,
        cors: Known::Unspecified,
        notifications: Known::Unspecified,
        public_access_block: Known::Unspecified,
        bucket_encryption: Known::Unspecified,
        ownership: ownership(settings)?,
        encryption: encryption(settings)?,
        files: Vec::new(),
    })
}

fn wrong(name: &'static str, message: String) -> ConnectionError {
    ConnectionError::Setting { name, message }
}

fn ownership(settings: &settings::Settings) -> Result<Known<Ownership>, ConnectionError> {
    let known = || Ownership::ALL.map(Ownership::word).join(", ");
    match settings.ownership.as_deref() {
        None => Ok(Known::Unspecified),
        Some(NONE) => Ok(Known::AssertedNone),
        Some(word) => Ownership::parse(word).map(Known::Known).ok_or_else(|| {
            wrong(
                "ownership",
                format!(
                    "`{word}` is no Object Ownership; there are {}, or none where it was never set",
                    known()
                ),
            )
        }),
    }
}

fn encryption(settings: &settings::Settings) -> Result<Option<Header>, ConnectionError> {
    let Some(word) = settings.encryption.as_deref() else { return Ok(None) };
    let header = Header::parse(word);
    header.map(Some).ok_or_else(|| {
        wrong(
            "encryption",
            format!("`{word}` is no encryption that ICA sends; there are AES256 and aws:kms"),
        )
    })
}

impl Environment {
    /// The region that an ICA project must be in, by the bucket's region.
    pub(super) fn region_of(aws: &str) -> Option<&'static Region> {
        regions().list.iter().find(|region| region.aws == aws)
    }
}

/// Reads the files of settings into a connection.
pub(in crate::ica) struct Settings<'a> {
    pub built: &'a mut Built,
    pub sources: &'a mut Sources,
    pub loader: &'a mut dyn Loader,
}

impl Settings<'_> {
    pub(in crate::ica) fn read_all(&mut self, settings: &settings::Settings) {
        let cors = self.one(settings.cors.as_deref(), "cors", read_cors);
        let notifications =
            self.one(settings.notifications.as_deref(), "notifications", read_notifications);
        let encryption = self.one(
            settings.bucket_encryption.as_deref(),
            "bucket-encryption",
            read_bucket_encryption,
        );
        let blocks = self.blocks(settings.public_access_block.as_ref());
        let environment = &mut self.built.connection.environment;
        environment.cors = cors;
        environment.notifications = notifications;
        environment.bucket_encryption = encryption;
        environment.public_access_block = blocks;
    }

    fn one<T>(
        &mut self,
        name: Option<&str>,
        setting: &'static str,
        read: fn(&Node) -> Read<T>,
    ) -> Known<T> {
        match name {
            None => Known::Unspecified,
            Some(NONE) => Known::AssertedNone,
            Some(name) => self.file(name, setting, read).map_or(Known::Unspecified, Known::Known),
        }
    }

    /// Bucket, account and organization each have the switches.
    fn blocks(&mut self, files: Option<&settings::Files>) -> Known<Vec<PublicAccessBlock>> {
        let Some(files) = files else { return Known::Unspecified };
        if files.names() == [NONE] {
            return Known::AssertedNone;
        }
        let blocks = files
            .names()
            .iter()
            .map(|name| self.file(name, "public-access-block", read_public_access_block));
        blocks
            .collect::<Vec<_>>()
            .into_iter()
            .collect::<Option<_>>()
            .map_or(Known::Unspecified, Known::Known)
    }

    fn file<T>(
        &mut self,
        name: &str,
        setting: &'static str,
        read: fn(&Node) -> Read<T>,
    ) -> Option<T> {
        match self.read(name, read) {
            Ok((value, findings)) => {
                let connection = &mut self.built.connection;
                connection.environment.files.push(SettingRead { name: name.to_owned(), setting });
                connection.findings.extend(findings);
                Some(value)
            }
            Err(unreadable) => {
                self.built.unreadable.push(unreadable);
                None
            }
        }
    }

    fn read<T>(
        &mut self,
        name: &str,
        read: fn(&Node) -> Read<T>,
    ) -> Result<(T, Vec<Finding>), Unreadable> {
        let (root, problems) = load_answer(self.loader, self.sources, name)?;
        let (value, findings) = read(&root).map_err(|finding| Unreadable::Text(vec![finding]))?;
        Ok((value, problems.into_iter().chain(findings).collect()))
    }
}
