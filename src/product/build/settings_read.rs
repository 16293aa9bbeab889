//! Reads the settings of the bucket: words, and files of the user.

use super::built::Built;
use super::settings::{Files, Settings};
use crate::authz::Known;
use crate::finding::{Finding, LETTERS_PER_MISTAKE, distance};
use crate::input::{Loader, NONE, Unreadable, load_answer};
use crate::product::refusal::Refusal;
use crate::product::regions::Region;
use crate::product::setup::{Environment, SettingRead};
use crate::product::wording::Wording;
use crate::s3::{
    Header, Ownership, PublicAccessBlock, Read, read_bucket_encryption, read_cors,
    read_notifications, read_public_access_block,
};
use crate::source::{Sources, Span};
use crate::tree::{Node, Value};

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

/// Reads the files of settings into a connection.
pub(super) struct SettingsReader<'a> {
    pub built: &'a mut Built,
    pub sources: &'a mut Sources,
    pub loader: &'a mut dyn Loader,
}

impl SettingsReader<'_> {
    pub(super) fn read_all(&mut self, settings: &Settings) {
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

    /// The bucket, the account and the organization each have the switches.
    fn blocks(&mut self, files: Option<&Files>) -> Known<Vec<PublicAccessBlock>> {
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
                connection.environment.files.push(SettingRead { name: name.into(), setting });
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
        let (value, findings) = read(&root)
            .map_err(|finding| Unreadable::Text(vec![without_words(finding, name, &root)]))?;
        Ok((value, problems.into_iter().chain(findings).collect()))
    }
}

/// Members of the answers about a bucket's settings. Each answer has one of them at least.
const MEMBERS: [&str; 14] = [
    "AllowedMethods",
    "AllowedOrigins",
    "BlockPublicAcls",
    "BlockPublicPolicy",
    "CORSRules",
    "EventBridgeConfiguration",
    "IgnorePublicAcls",
    "LambdaFunctionConfigurations",
    "PublicAccessBlockConfiguration",
    "QueueConfigurations",
    "RestrictPublicBuckets",
    "Rules",
    "ServerSideEncryptionConfiguration",
    "TopicConfigurations",
];

/// The finding without its place, if the document is no answer about a bucket's settings: a report quotes what is at a place, a stranger may have
/// named any file, and the report may be public.
fn without_words(finding: Finding, name: &str, root: &Node) -> Finding {
    // CORS rules may be given as the list alone.
    let first = if let Value::Array(items) = &root.value { items.first() } else { Some(root) };
    let names = first.and_then(Node::as_object).unwrap_or_default();
    let is_near =
        |known: &&str, name: &str| distance(known, name) * LETTERS_PER_MISTAKE <= known.len();
    if names.iter().any(|own| MEMBERS.iter().any(|known| is_near(known, &own.name.text))) {
        return finding;
    }
    let message = format!("`{name}`: {}", finding.message);
    Finding { help: finding.help, ..Finding::new(finding.code, Span::NOWHERE, message) }
}
