//! What the requests of an operation are about.

use serde::Deserialize;

/// What an operation's request is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The bucket.
    Bucket,
    /// Every key below the prefix.
    Object,
    /// Every key below the prefix that ends in a slash.
    Folder,
    /// The federated session that is made.
    FederatedUser,
    /// The customer's role, whose session is made.
    Role,
    /// The KMS key of the objects, which S3 uses in the caller's name; only where there is one.
    Key,
}

impl Target {
    /// The name of the resource type in AWS's reference data.
    pub fn resource_type(self) -> &'static str {
        match self {
            Target::Bucket => "bucket",
            Target::Object | Target::Folder => "object",
            Target::FederatedUser => "federated-user",
            Target::Role => "role",
            Target::Key => "key",
        }
    }

    /// Whether the request goes to the bucket, under its policy.
    pub fn is_at_bucket(self) -> bool {
        matches!(self, Target::Bucket | Target::Object | Target::Folder)
    }
}
