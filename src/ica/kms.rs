//! The KMS key of the objects: which one it is, and what S3 asks of it in a caller's name. Source: F3, A4.

use super::assumption::Assumption;
use super::catalogue::{IcaCaller, KeyFact, KeyKind, Operation, Step, Target};
use super::environment::sends_header;
use super::setup::{KmsKey, Setup, default_of, key_in_use, sends_aes256};
use super::verdict::{Reason, ReasonKind, StepReport, Verdict, reason, step};
use crate::model::Arn;

/// The context that S3 encrypts under: the object, or with S3 Bucket Keys the bucket.
pub(super) const ENCRYPTION_CONTEXT: &str = "kms:encryptioncontext:aws:s3:arn";

const ENCRYPTION_HEADER: &str = "s3:x-amz-server-side-encryption";

/// What a storage configuration with a key says in its header (A2).
pub const SENT_WITH_A_KEY: &str = "aws:kms";

const KEY_HEADER: &str = "s3:x-amz-server-side-encryption-aws-kms-key-id";

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

/// When S3 asks for the key. With AES256 in its header ICA's own writes do without the bucket's default (F3).
pub(super) fn key_use(
    connection: &Setup,
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
    // Steps that read objects: others may have written these.
    let reads = step.assumes.contains(&Assumption::OneKey);
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
pub(super) fn perhaps_unused(connection: &Setup) -> Reason {
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
pub(super) fn is_out_of_reach(connection: &Setup, caller: IcaCaller) -> bool {
    match key_in_use(connection) {
        Some(KmsKey::AwsManaged { account, .. }) => {
            caller_account(connection, caller) != Some(account)
        }
        Some(KmsKey::Arn(_)) | None => false,
    }
}

/// The account whose caller S3 uses the key for.
pub(super) fn caller_account(connection: &Setup, caller: IcaCaller) -> Option<&str> {
    match caller {
        IcaCaller::CrossAccountRole => connection.cross_account_role.as_ref().map(Arn::account),
        IcaCaller::IamUser | IcaCaller::FederatedSession | IcaCaller::OidcRole => {
            Some(connection.customer.account())
        }
    }
}

/// The service that asks: S3 of the bucket's region, which is the key's as well. Its name is another one outside of the partition `aws`.
pub(super) fn via_service(connection: &Setup, key: &KmsKey) -> String {
    format!("s3.{}.amazonaws.com", connection.region.as_deref().unwrap_or(key.region()))
}

/// What ICA says of the encryption in the headers of its uploads, with a key in its storage configuration (A2). Where a step has a word
/// of its own on the headers, it is not known who sets them, so the key may be named or not.
pub(super) fn header(key: &str, connection: &Setup, step: &Step) -> Option<KeyFact> {
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
pub(super) fn under_both_contexts(connection: &Setup, step: &Step) -> [Step; 2] {
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
    connection: &Setup,
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
