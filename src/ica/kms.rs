//! The KMS key of the objects: which one it is, and what S3 asks of it in a caller's name. Source: F3, A4.

use super::catalogue::{IcaCaller, KeyFact, KeyKind, Operation, Step, Target};
use super::connection::{Connection, ConnectionError, wrong};
use super::environment::{reason, sends_header, step};
use super::settings::Settings;
use super::verdict::{Reason, ReasonKind, StepReport, Verdict};
use crate::authz::Known;
use crate::model::Arn;
use crate::s3::{BucketEncryption, Header};

/// The context that S3 encrypts under: the object, or with S3 Bucket Keys the bucket.
pub(super) const ENCRYPTION_CONTEXT: &str = "kms:encryptioncontext:aws:s3:arn";

const ENCRYPTION_HEADER: &str = "s3:x-amz-server-side-encryption";

/// What a storage configuration with a key says in its header (A2).
pub const SENT_WITH_A_KEY: &str = "aws:kms";

const KEY_HEADER: &str = "s3:x-amz-server-side-encryption-aws-kms-key-id";

/// The key that ICA's storage configuration names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KmsKey {
    /// A key of its own ARN.
    Arn(Arn),
    /// The key that AWS manages for S3 in the bucket's account; its id is not known.
    AwsManaged {
        /// The bucket's region, where it lives.
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

/// Reads `kms_key`: the ARN of a key, or `aws/s3`.
pub(super) fn kms_key(
    settings: &Settings,
    account: &str,
) -> Result<Option<KmsKey>, ConnectionError> {
    let Some(text) = settings.kms_key.as_deref() else {
        return match settings.kms_key_policy {
            Some(_) => Err(wrong(
                "kms_key_policy",
                "which key is it the policy of? Give its ARN with --kms-key",
            )),
            None => Ok(None),
        };
    };
    if ["aws/s3", "alias/aws/s3"].contains(&text) || text.ends_with(":alias/aws/s3") {
        let region = settings.region.clone().ok_or_else(|| {
            wrong("kms_key", "`aws/s3` is a key of the bucket's region: say --region")
        })?;
        return Ok(Some(KmsKey::AwsManaged { region, account: account.to_owned() }));
    }
    let refuse = |why: &str| {
        let example =
            format!("arn:aws:kms:eu-central-1:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab");
        Err(wrong(
            "kms_key",
            format!("`{text}` is no KMS key: {why}; give an ARN such as `{example}`, or `aws/s3`"),
        ))
    };
    let Ok(arn) = Arn::parse(text) else {
        return refuse("the storage configuration takes the key's ARN");
    };
    let is_account =
        arn.account().len() == 12 && arn.account().bytes().all(|byte| byte.is_ascii_digit());
    let id = arn.resource().strip_prefix("key/").filter(|id| !id.is_empty() && !id.contains('/'));
    match (arn.service(), id) {
        ("kms", Some(_))
            if is_account && !arn.region().is_empty() && !text.contains(['*', '?']) =>
        {
            Ok(Some(KmsKey::Arn(arn)))
        }
        // S3 looks an alias up in the account of whoever asks, so it is another key for each caller (F3).
        ("kms", None) if arn.resource().starts_with("alias/") => {
            refuse("an alias stands for another key in every account")
        }
        _ => refuse("region, account or key id is missing"),
    }
}

/// The key that takes part in requests for objects. The one place that knows whether objects are encrypted with a KMS key: that of ICA's
/// storage configuration, which with AES256 is not sent (A2) and then counts only where it is the bucket's default (F3).
pub(super) fn key_in_use(connection: &Connection) -> Option<&KmsKey> {
    connection
        .kms_key
        .as_ref()
        .filter(|key| !sends_aes256(connection) || default_of(connection, key).is_some())
}

fn sends_aes256(connection: &Connection) -> bool {
    connection.environment.encryption == Some(Header::Aes256)
}

/// The bucket's default encryption, if it is with this key.
pub(super) fn default_of<'a>(
    connection: &'a Connection,
    key: &KmsKey,
) -> Option<&'a BucketEncryption> {
    let Known::Known(default) = &connection.environment.bucket_encryption else { return None };
    let is_key = match (key, &default.key) {
        (KmsKey::AwsManaged { .. }, None) => true,
        (KmsKey::Arn(arn), Some(named)) => arn.as_str() == named.node,
        _ => false,
    };
    Some(default).filter(|default| default.is_kms() && is_key)
}

/// When S3 asks for the key in a step of an operation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum KeyUse {
    /// The key takes no part.
    Never,
    /// Only for objects that come or came without the header, and nobody knows whether there are such.
    Perhaps,
    /// Always.
    Always,
}

/// The assumption of steps that read objects, which others may have written.
const ONE_KEY: &str = "one-key";

/// When S3 asks for the key. With AES256 in its header ICA's own writes do without the bucket's default (F3).
pub(super) fn key_use(
    connection: &Connection,
    operation: &Operation,
    caller: IcaCaller,
    step: &Step,
) -> KeyUse {
    if key_in_use(connection).is_none() {
        return KeyUse::Never;
    }
    if !sends_aes256(connection) {
        return KeyUse::Always;
    }
    let reads = step.assumes.iter().any(|id| id == ONE_KEY);
    if !reads
        && operation
            .steps
            .iter()
            .filter(|step| step.action == "s3:PutObject")
            .all(|write| sends_header(caller, write))
    {
        KeyUse::Never
    } else {
        KeyUse::Perhaps
    }
}

/// Why a step that is stopped at the key may still go through.
pub(super) fn perhaps_unused(connection: &Connection) -> Reason {
    let default = key_in_use(connection).and_then(|key| default_of(connection, key));
    let message = "the bucket encrypts with this key what comes without the header `x-amz-server-side-encryption`, and ICA's storage configuration \
                   sends AES256; whether there are objects without it, or requests of Illumina's role and of browsers, is not known";
    let help = "allow the use of the key as told beside, or see with `aws s3api head-object` that no object has it";
    let reason = reason(ReasonKind::Hidden, "encryption", message.to_owned(), help);
    Reason {
        span: default
            .map(|default| default.key.as_ref().map_or(default.algorithm.span, |key| key.span)),
        ..reason
    }
}

/// Whether a caller can use the key at all: AWS's own key serves its account only (F3).
pub(super) fn is_out_of_reach(connection: &Connection, caller: IcaCaller) -> bool {
    match key_in_use(connection) {
        Some(KmsKey::AwsManaged { account, .. }) => {
            caller_account(connection, caller) != Some(account)
        }
        Some(KmsKey::Arn(_)) | None => false,
    }
}

/// The account whose caller S3 uses the key for.
pub(super) fn caller_account(connection: &Connection, caller: IcaCaller) -> Option<&str> {
    match caller {
        IcaCaller::CrossAccountRole => connection.cross_account_role.as_ref().map(Arn::account),
        IcaCaller::IamUser | IcaCaller::FederatedSession | IcaCaller::OidcRole => {
            Some(connection.customer.account())
        }
    }
}

/// The service that asks: S3 of the bucket's region, which is the key's as well. Its name is another one outside of the partition `aws`.
pub(super) fn via_service(connection: &Connection, key: &KmsKey) -> String {
    format!("s3.{}.amazonaws.com", connection.region.as_deref().unwrap_or(key.region()))
}

/// What ICA says of the encryption in the headers of its uploads, with a key in its storage configuration (A2). Where a step has a word
/// of its own on the headers, it is not known who sets them, so the key may be named or not.
pub(super) fn header(key: &str, connection: &Connection, step: &Step) -> Option<KeyFact> {
    // With AES256 in its storage configuration ICA leaves the key out (A2).
    let kms_key = key_in_use(connection).filter(|_| !sends_aes256(connection))?;
    let is_open = step.keys.contains_key(ENCRYPTION_HEADER);
    let known = |value: &str| KeyFact {
        kind: KeyKind::Known,
        value: Some(value.to_owned()),
        ..KeyFact::unknown()
    };
    match (key, kms_key) {
        (_, _) if key.eq_ignore_ascii_case(ENCRYPTION_HEADER) && !is_open => {
            Some(known(SENT_WITH_A_KEY))
        }
        (KEY_HEADER, KmsKey::Arn(arn)) if is_open => {
            Some(KeyFact { values: vec![arn.as_str().to_owned()], ..KeyFact::unknown() })
        }
        (KEY_HEADER, KmsKey::Arn(arn)) => Some(known(arn.as_str())),
        // What ICA sends for AWS's own key is not documented.
        (KEY_HEADER, KmsKey::AwsManaged { .. }) => Some(KeyFact::unknown()),
        _ => None,
    }
}

/// A step under both contexts that S3 may encrypt under: whether the bucket has S3 Bucket Keys is not known.
pub(super) fn under_both_contexts(connection: &Connection, step: &Step) -> [Step; 2] {
    let bucket = KeyFact {
        values: vec![format!("arn:aws:s3:::{}", connection.bucket)],
        absent: false,
        ..KeyFact::unknown()
    };
    let object = KeyFact { kind: KeyKind::Free, absent: false, below: true, ..KeyFact::unknown() };
    [object, bucket].map(|fact| {
        let mut step = step.clone();
        step.keys.insert(ENCRYPTION_CONTEXT.to_owned(), fact);
        step
    })
}

/// What no policy decides about the key: its region, and who is shut out of AWS's own.
pub(super) fn steps(
    connection: &Connection,
    operation: &Operation,
    caller: IcaCaller,
) -> Vec<StepReport> {
    let on_key = operation.steps.iter().filter(|step| step.resource == Target::Key);
    let used = on_key
        .map(|step| key_use(connection, operation, caller, step))
        .max()
        .unwrap_or(KeyUse::Never);
    let Some(key) = key_in_use(connection).filter(|_| used != KeyUse::Never) else {
        return Vec::new();
    };
    let blocked = |action: &str, reason: Reason| {
        let mut step = step(action, &key.words(), Verdict::Blocked, reason);
        if used == KeyUse::Perhaps {
            step.verdict = Verdict::Unknown;
            step.reasons.insert(0, perhaps_unused(connection));
        }
        step
    };
    let elsewhere = connection.region.as_deref().filter(|region| *region != key.region()).map(|region| {
        let message = format!("the key is in {}, the bucket in {region}: S3 encrypts with keys of the bucket's region only", key.region());
        let help = "name a key of the bucket's region in ICA's storage configuration";
        blocked("key region", reason(ReasonKind::Environment, "", message, help))
    });
    let shut_out = (is_out_of_reach(connection, caller)
        && caller_account(connection, caller).is_some())
    .then(|| {
        let message = format!(
            "`aws/s3` is AWS's own key for account {}: {} is of another account and cannot use it",
            key.account(),
            caller.id()
        );
        let help =
            "encrypt with a customer managed key, whose policy can name callers of other accounts";
        blocked("AWS managed key", reason(ReasonKind::Environment, "kms-key-policy", message, help))
    });
    elsewhere.into_iter().chain(shut_out).collect()
}
