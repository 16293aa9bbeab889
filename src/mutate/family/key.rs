//! Slips in the name of a condition key.

use super::typo;
use crate::mutate::kind;
use crate::mutate::slip::Slips;
use crate::mutate::word::{Role, Word};

/// Keys that are taken for each other: their names are similar, and what they mean is not
/// (IAM:reference_policies_condition-keys; S3:list_amazons3).
pub(super) const NEAR: [(&str, &str); 22] = [
    ("aws:SourceArn", "aws:SourceAccount"),
    ("aws:PrincipalArn", "aws:SourceArn"),
    ("aws:PrincipalAccount", "aws:ResourceAccount"),
    ("aws:SourceAccount", "aws:ResourceAccount"),
    ("aws:PrincipalOrgID", "aws:ResourceOrgID"),
    ("aws:PrincipalOrgPaths", "aws:ResourceOrgPaths"),
    ("aws:SourceOrgID", "aws:PrincipalOrgID"),
    ("aws:username", "aws:userid"),
    ("aws:SourceVpc", "aws:SourceVpce"),
    ("aws:SourceIp", "aws:VpcSourceIp"),
    ("aws:SecureTransport", "aws:ViaAWSService"),
    ("aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"),
    ("aws:PrincipalServiceName", "aws:CalledVia"),
    ("aws:PrincipalIsAWSService", "aws:ViaAWSService"),
    ("aws:RequestedRegion", "aws:SourceIp"),
    ("s3:prefix", "s3:delimiter"),
    ("s3:ResourceAccount", "aws:PrincipalAccount"),
    ("s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"),
    ("s3:ExistingObjectTag", "s3:RequestObjectTag"),
    ("aws:ResourceTag", "aws:PrincipalTag"),
    ("kms:ViaService", "kms:CallerAccount"),
    ("sts:ExternalId", "sts:RoleSessionName"),
];

pub(super) fn slips(word: &Word<'_>, slips: &mut Slips) {
    if word.role != Role::Key {
        return;
    }
    if let Some(other) = near(word.text) {
        slips.write(kind::KEY_MOVED, word, other);
    }
    if let Some((service, name)) = word.text.split_once(':')
        && let Some(other) = typo::lost(name)
    {
        slips.write(kind::KEY_MISSPELT, word, format!("{service}:{other}"));
    }
}

/// The key that is taken for this one; a key with a tag keeps the tag.
pub(super) fn near(key: &str) -> Option<String> {
    let (name, tag) = key.split_once('/').map_or((key, ""), |(name, _)| (name, &key[name.len()..]));
    let both = NEAR.iter().flat_map(|(one, other)| [(one, other), (other, one)]);
    let mut of_name = both.filter(|(own, _)| own.eq_ignore_ascii_case(name));
    of_name.next().map(|(_, other)| format!("{other}{tag}"))
}
