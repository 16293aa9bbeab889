//! Encryption at rest: the bucket's default, and the header of a request (S3:bucket-encryption,
//! S3:UsingKMSEncryption, S3:specifying-kms-encryption).

use super::shape::{Kind, Read};
use crate::finding::{Finding, codes};
use crate::source::{Span, Spanned};
use crate::tree::Node;

const KIND: Kind =
    Kind { words: "bucket encryption", call: "aws s3api get-bucket-encryption --bucket NAME" };

/// The encryption that a request asks for in `x-amz-server-side-encryption`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Header {
    /// Keys that S3 manages.
    Aes256,
    /// A KMS key.
    Kms,
}

impl Header {
    /// The value of the header.
    pub fn word(self) -> &'static str {
        match self {
            Header::Aes256 => "AES256",
            Header::Kms => "aws:kms",
        }
    }

    /// The header with this value. Case counts.
    pub fn parse(word: &str) -> Option<Header> {
        [Header::Aes256, Header::Kms].into_iter().find(|known| known.word() == word)
    }
}

/// How a bucket encrypts objects that come without the header.
#[derive(Clone, PartialEq, Debug)]
pub struct BucketEncryption {
    /// The rule.
    pub span: Span,
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub algorithm: Spanned<String>,
    /// The key, if one is named.
    pub key: Option<Spanned<String>>,
    /// Whether AWS would refuse to store it.
    pub refused: bool,
}

impl BucketEncryption {
    /// Whether it uses a KMS key.
    pub fn is_kms(&self) -> bool {
        self.algorithm.node.starts_with("aws:kms")
    }

    /// Whether other accounts cannot use the key, or would find another key under its name. This is
    /// so if no key is named, which means AWS's own `aws/s3`, or if an alias is named, which KMS
    /// looks up in the account of the caller (S3:bucket-encryption).
    pub fn is_out_of_reach_for_others(&self) -> bool {
        self.is_kms()
            && self
                .key
                .as_ref()
                .is_none_or(|key| key.node.contains("alias/") || !key.node.starts_with("arn:"))
    }
}

/// Reads the answer of `get-bucket-encryption`, the input of `put-bucket-encryption`, or the rule
/// alone.
///
/// # Errors
/// The text has another shape.
pub fn read_bucket_encryption(root: &Node) -> Read<BucketEncryption> {
    let inside = KIND.inside(KIND.inside(root, &["ServerSideEncryptionConfiguration"]), &["Rules"]);
    let rule = match KIND.list(inside) {
        Ok([rule]) => rule,
        Ok(rules) => {
            return Err(KIND.other(inside, format!("one rule is wanted, here are {}", rules.len())));
        }
        Err(_) => inside,
    };
    let default = rule.get("ApplyServerSideEncryptionByDefault").unwrap_or(rule);
    let Some(algorithm) = default.get("SSEAlgorithm") else {
        return Err(KIND.other(default, "there is no `SSEAlgorithm` in it"));
    };
    let algorithm = KIND.text(algorithm)?;
    let mut refused = Vec::new();
    if !["AES256", "aws:kms", "aws:kms:dsse"].contains(&algorithm.node.as_str()) {
        let message = format!("`{}` is no algorithm of bucket encryption", algorithm.node);
        refused.push(
            Finding::new(codes::REFUSED_ENCRYPTION, algorithm.span, message)
                .help("there are `AES256`, `aws:kms` and `aws:kms:dsse`"),
        );
    }
    let key = default.get("KMSMasterKeyID").map(|key| KIND.text(key)).transpose()?;
    Ok((
        BucketEncryption { span: rule.span, algorithm, key, refused: !refused.is_empty() },
        refused,
    ))
}
