//! Encryption: the header that ICA sends, and the bucket's default where none is sent. Source: A2, A4, F3.

use crate::authz::Known;
use crate::product::judged::{Hits, Judged};
use crate::product::setup::Setup;
use crate::product::verdict::{ReasonKind, Verdict, reason, reason_at};
use crate::s3::{BucketEncryption, Header};

const CHECK: &str = "encryption";

/// The header of ICA's own writes decides their encryption: S3's own keys, or the key that was given.
fn new(setup: &Setup, resource: String) -> Judged {
    let header_decides =
        setup.environment.encryption != Some(Header::Kms) || setup.key_in_use.is_some();
    Judged::new(CHECK, CHECK, resource).hitting(Hits::KeySteps { header_decides })
}

/// Whether the bucket's key is the one that was given: separate steps check the policy of that one.
fn is_judged(setup: &Setup, default: &BucketEncryption) -> bool {
    let is_default = |key| setup.environment.default_with(key) == Some(default);
    setup.key_in_use.as_ref().is_some_and(is_default)
}

/// A key that was given and is not used.
pub(super) fn advice(setup: &Setup) -> Option<Judged> {
    let key = setup.kms_key.as_ref().filter(|_| setup.key_in_use.is_none())?;
    let message = "with AES256 in its storage configuration ICA does not send this key, and the bucket is not known to encrypt with it: its policy \
                   is not checked";
    let help = "say --encryption aws:kms if the storage configuration has the key, or give the bucket's default with --bucket-encryption FILE";
    let judged = new(setup, key.words()).advised();
    Some(judged.because(
        Verdict::Unknown,
        reason(ReasonKind::Environment, CHECK, message.to_owned(), help),
    ))
}

pub(super) fn judge(setup: &Setup) -> Judged {
    let judged = new(setup, format!("arn:aws:s3:::{}", setup.bucket));
    let help = "the caller needs kms:GenerateDataKey and kms:Decrypt on the key, by the key policy; a foreign account never reaches `aws/s3` \
                or an alias: name the key by its ARN";
    if let Known::Known(default) = &setup.environment.bucket_encryption
        && default.refused
    {
        let message =
            "AWS would not store this, so it is not known what the bucket encrypts with".to_owned();
        let reason = reason_at(
            default.algorithm.span,
            ReasonKind::Hidden,
            CHECK,
            message,
            "correct the setting, and fetch it again",
        );
        return judged.because(Verdict::Unknown, reason);
    }
    if let Known::Known(default) = &setup.environment.bucket_encryption
        && default.is_kms()
        && !is_judged(setup, default)
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
    if setup.environment.encryption == Some(Header::Kms) && setup.key_in_use.is_none() {
        let message = "ICA asks for encryption with a KMS key; whether the key's policy lets the caller use it is not known".to_owned();
        return judged.because(Verdict::Unknown, reason(ReasonKind::Hidden, CHECK, message, help));
    }
    judged
}
