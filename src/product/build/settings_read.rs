//! Reads the settings of the bucket: words, and files of the user.

use super::built::Built;
use super::settings::{Files, Settings};
use crate::authz::Known;
use crate::finding::Finding;
use crate::input::{Loader, NONE, Unreadable, has_member, load_answer};
use crate::product::refusal::Refusal;
use crate::product::regions::Region;
use crate::product::setup::{Environment, SettingRead};
use crate::product::wording::Wording;
use crate::s3::{
    BucketEncryption, Cors, Header, Notifications, Ownership, PublicAccessBlock, Read,
    read_bucket_encryption, read_cors, read_notifications, read_public_access_block,
};
use crate::source::{Sources, Span};
use crate::tree::Node;

/// The settings that are words and not files.
pub(super) fn read_environment(
    wording: &Wording,
    settings: &Settings,
    vendor_region: Option<&'static Region>,
) -> Result<Environment, Refusal> {
    Ok(Environment {
        vendor_region,
        cors: Known::Unspecified,
        notifications: Known::Unspecified,
        public_access_block: Known::Unspecified,
        bucket_encryption: Known::Unspecified,
        ownership: ownership(settings)?,
        encryption: encryption(wording, settings)?,
        files: Vec::new(),
    })
}

fn ownership(settings: &Settings) -> Result<Known<Ownership>, Refusal> {
    let known = || Ownership::ALL.map(Ownership::word).join(", ");
    match settings.ownership.as_deref() {
        None => Ok(Known::Unspecified),
        Some(NONE) => Ok(Known::AssertedNone),
        Some(word) => Ownership::parse(word).map(Known::Known).ok_or_else(|| {
            Refusal::new(
                "ownership",
                format!(
                    "`{word}` is not an Object Ownership value; there are {}, or none where it was never set",
                    known()
                ),
            )
        }),
    }
}

fn encryption(wording: &Wording, settings: &Settings) -> Result<Option<Header>, Refusal> {
    let Some(word) = settings.encryption.as_deref() else { return Ok(None) };
    let header = Header::parse(word);
    header.map(Some).ok_or_else(|| {
        Refusal::new(
            "encryption",
            format!(
                "`{word}` is not an encryption that {} sends; there are AES256 and aws:kms",
                wording.product
            ),
        )
    })
}

/// An answer about a setting of the bucket.
struct Answer<T> {
    setting: &'static str,
    read: fn(&Node) -> Read<T>,
    /// Members that it has at the top.
    names: &'static [&'static str],
}

const CORS: Answer<Cors> = Answer {
    setting: "cors",
    read: read_cors,
    names: &["CORSConfiguration", "CORSRules", "AllowedOrigins", "AllowedMethods"],
};

const NOTIFICATIONS: Answer<Notifications> = Answer {
    setting: "notifications",
    read: read_notifications,
    names: &[
        "NotificationConfiguration",
        "TopicConfigurations",
        "QueueConfigurations",
        "LambdaFunctionConfigurations",
        "EventBridgeConfiguration",
    ],
};

const ENCRYPTION: Answer<BucketEncryption> = Answer {
    setting: "bucket-encryption",
    read: read_bucket_encryption,
    names: &[
        "ServerSideEncryptionConfiguration",
        "Rules",
        "ApplyServerSideEncryptionByDefault",
        "SSEAlgorithm",
    ],
};

const PUBLIC_ACCESS: Answer<PublicAccessBlock> = Answer {
    setting: "public-access-block",
    read: read_public_access_block,
    names: &[
        "PublicAccessBlockConfiguration",
        "BlockPublicAcls",
        "BlockPublicPolicy",
        "IgnorePublicAcls",
        "RestrictPublicBuckets",
    ],
};

/// Reads the files of settings into a connection.
pub(super) struct SettingsReader<'a> {
    pub built: &'a mut Built,
    pub sources: &'a mut Sources,
    pub loader: &'a mut dyn Loader,
}

impl SettingsReader<'_> {
    pub(super) fn read_all(&mut self, settings: &Settings) {
        let cors = self.one(settings.cors.as_deref(), &CORS);
        let notifications = self.one(settings.notifications.as_deref(), &NOTIFICATIONS);
        let encryption = self.one(settings.bucket_encryption.as_deref(), &ENCRYPTION);
        let blocks = self.blocks(settings.public_access_block.as_ref());
        let environment = &mut self.built.connection.environment;
        environment.cors = cors;
        environment.notifications = notifications;
        environment.bucket_encryption = encryption;
        environment.public_access_block = blocks;
    }

    fn one<T>(&mut self, name: Option<&str>, answer: &Answer<T>) -> Known<T> {
        match name {
            None => Known::Unspecified,
            Some(NONE) => Known::AssertedNone,
            Some(name) => self.file(name, answer).map_or(Known::Unspecified, Known::Known),
        }
    }

    /// The bucket, the account and the organization each have the switches.
    fn blocks(&mut self, files: Option<&Files>) -> Known<Vec<PublicAccessBlock>> {
        let Some(files) = files else { return Known::Unspecified };
        if files.names() == [NONE] {
            return Known::AssertedNone;
        }
        let blocks = files.names().iter().map(|name| self.file(name, &PUBLIC_ACCESS));
        blocks
            .collect::<Vec<_>>()
            .into_iter()
            .collect::<Option<_>>()
            .map_or(Known::Unspecified, Known::Known)
    }

    fn file<T>(&mut self, name: &str, answer: &Answer<T>) -> Option<T> {
        match self.read(name, answer) {
            Ok((value, findings)) => {
                let connection = &mut self.built.connection;
                connection
                    .environment
                    .files
                    .push(SettingRead { name: name.into(), setting: answer.setting });
                connection.findings.extend(findings);
                Some(value)
            }
            Err(unreadable) => {
                self.built.unreadable.push(unreadable);
                None
            }
        }
    }

    fn read<T>(&mut self, name: &str, answer: &Answer<T>) -> Result<(T, Vec<Finding>), Unreadable> {
        let (root, problems) = load_answer(self.loader, self.sources, name, answer.names)?;
        let (value, findings) = (answer.read)(&root).map_err(|finding| {
            let is_ours = has_member(&root, answer.names);
            Unreadable::Text(vec![if is_ours { finding } else { without_words(finding, name) }])
        })?;
        Ok((value, problems.into_iter().chain(findings).collect()))
    }
}

/// The finding about a document of another form: a report quotes what is at a place, a stranger may have named any file, and the
/// report may be public.
fn without_words(finding: Finding, name: &str) -> Finding {
    let message = format!("`{name}`: this is no such answer: it has none of its members");
    Finding { help: finding.help, ..Finding::new(finding.code, Span::NOWHERE, message) }
}
