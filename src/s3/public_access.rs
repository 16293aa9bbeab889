//! The switches of Block Public Access that concern policies
//! (S3:access-control-block-public-access).

use super::shape::{Kind, Read};
use crate::source::{Span, Spanned};
use crate::tree::Node;

const KIND: Kind =
    Kind { words: "public access block", call: "aws s3api get-public-access-block --bucket NAME" };

const SWITCHES: [&str; 4] =
    ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];

/// The switches of one level (bucket, account) that concern policies. A missing switch is off.
#[derive(Clone, PartialEq, Debug)]
pub struct PublicAccessBlock {
    /// The object with the switches.
    pub span: Span,
    /// Whether S3 refuses to save a public policy.
    pub block_public_policy: Option<Spanned<bool>>,
    /// Whether a public policy lets in nobody of another account.
    pub restrict_public_buckets: Option<Spanned<bool>>,
}

/// Reads the answer of `get-public-access-block` (of `s3api` or `s3control`), the input of the put
/// call, or the switches alone.
///
/// # Errors
/// The text has another shape.
pub fn read_public_access_block(root: &Node) -> Read<PublicAccessBlock> {
    let inside = KIND.inside(root, &["PublicAccessBlockConfiguration"]);
    let members = KIND.object(inside)?;
    if let Some(other) =
        members.iter().find(|member| !SWITCHES.contains(&member.name.text.as_str()))
    {
        return Err(KIND.unknown_member(other, &SWITCHES));
    }
    if members.is_empty() {
        return Err(KIND.other(inside, "none of the four switches is in it"));
    }
    let mut switches = Vec::new();
    for member in members {
        switches.push((
            member.name.text.as_str(),
            Spanned::new(KIND.boolean(&member.value)?.node, member.span()),
        ));
    }
    let find =
        |name: &str| switches.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    let block = PublicAccessBlock {
        span: inside.span,
        block_public_policy: find("BlockPublicPolicy"),
        restrict_public_buckets: find("RestrictPublicBuckets"),
    };
    Ok((block, Vec::new()))
}
