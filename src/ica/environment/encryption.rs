//! Encryption: the header that ICA sends, and the bucket's default where none is sent. Source: A2, A4, F3.

use super::judged::Judged;
use crate::authz::Known;
use crate::ica::assume::fact;
use crate::ica::assumption::Assumption;
use crate::ica::catalogue::{IcaCaller, KeyFact, KeyKind, Operation, Step};
use crate::ica::setup::{Setup, default_of, key_in_use};
use crate::ica::verdict::{ReasonKind, Verdict, reason, reason_at};
use crate::s3::{BucketEncryption, Header};

pub(super) const CHECK: &str = "encryption";

const HEADER: &str = "s3:x-amz-server-side-encryption";
const KEY_ID: &str = "s3:x-amz-server-side-encryption-aws-kms-key-id";

/// What is known of the encryption headers once ICA's setting is: `fact` is what the catalogue says. Requests of which ICA does not tell
/// whether they have the header (presigned uploads, the role's copies) stay open.
pub(in crate::ica) fn settled_header(key: &str, fact: KeyFact, connection: &Setup) -> KeyFact {
    let Some(header) = connection
        .environment
        .encryption
        .filter(|_| fact.assume == Some(Assumption::EncryptionHeader))
    else {
        return fact;
    };
    match (key, header) {
        (HEADER, header) => KeyFact { value: Some(header.word().to_owned()), assume: None, ..fact },
        // With a key its ARN is sent; which one it is, is told elsewhere.
        (KEY_ID, Header::Kms) => KeyFact { absent: false, ..KeyFact::unknown() },
        _ => KeyFact { assume: None, ..fact },
    }
}

/// Whether a request has the header by ICA's own setting.
pub(in crate::ica) fn sends_header(caller: IcaCaller, step: &Step) -> bool {
    step.action == "s3:PutObject" && fact(HEADER, caller, step).kind == KeyKind::Known
}

/// Operations with a step that a KMS key could stop.
pub(super) fn hits(connection: &Setup, operation: &Operation, caller: IcaCaller) -> bool {
    // What ICA writes with its header is told by the header: S3's own keys, or the key that was given.
    let is_told =
        connection.environment.encryption != Some(Header::Kms) || key_in_use(connection).is_some();
    operation.steps.iter().any(|step| {
        step.assumes.contains(&Assumption::NoKms) && !(is_told && sends_header(caller, step))
    })
}

/// Whether the bucket's key is the one that was given, of which steps of their own judge the policy.
fn is_judged(connection: &Setup, default: &BucketEncryption) -> bool {
    key_in_use(connection).is_some_and(|key| default_of(connection, key) == Some(default))
}

/// A key that was given and takes no part.
pub(super) fn advice(connection: &Setup) -> Option<Judged> {
    let key = connection.kms_key.as_ref().filter(|_| key_in_use(connection).is_none())?;
    let message = "with AES256 in its storage configuration ICA does not send this key, and the bucket is not known to encrypt with it: its policy \
                   is not looked at";
    let help = "say --encryption aws:kms if the storage configuration has the key, or give the bucket's default with --bucket-encryption FILE";
    let judged = Judged::new(CHECK, "encryption", key.words()).advised();
    Some(judged.because(
        Verdict::Unknown,
        reason(ReasonKind::Environment, CHECK, message.to_owned(), help),
    ))
}

pub(super) fn judge(connection: &Setup) -> Judged {
    let judged = Judged::new(CHECK, "encryption", format!("arn:aws:s3:::{}", connection.bucket));
    let help = "the caller needs kms:GenerateDataKey and kms:Decrypt on the key, by the key policy; a foreign account never reaches `aws/s3` \
                or an alias: name the key by its ARN";
    if let Known::Known(default) = &connection.environment.bucket_encryption
        && default.refused
    {
        let message =
            "AWS would not store this, so nobody knows what the bucket encrypts with".to_owned();
        let reason = reason_at(
            default.algorithm.span,
            ReasonKind::Hidden,
            CHECK,
            message,
            "mend the setting, and fetch it again",
        );
        return judged.because(Verdict::Unknown, reason);
    }
    if let Known::Known(default) = &connection.environment.bucket_encryption
        && default.is_kms()
        && !is_judged(connection, default)
    {
        let span = default.key.as_ref().map_or(default.algorithm.span, |key| key.span);
        let message = if default.is_out_of_reach_for_others() {
            "objects without another header are encrypted with `aws/s3` or an alias, which callers of other accounts cannot use or find"
        } else {
            "objects without another header are encrypted with this key; whether its policy lets the caller use it is not known"
        };
        return judged.because(
            Verdict::Unknown,
            reason_at(span, ReasonKind::Hidden, CHECK, message.to_owned(), help),
        );
    }
    if connection.environment.encryption == Some(Header::Kms) && key_in_use(connection).is_none() {
        let message = "ICA asks for encryption with a KMS key; whether the key's policy lets the caller use it is not known".to_owned();
        return judged.because(Verdict::Unknown, reason(ReasonKind::Hidden, CHECK, message, help));
    }
    judged
}
