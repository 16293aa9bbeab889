//! Kinds of policies, and which elements each has.

/// What a document is used as. This decides which elements it may have
/// (IAM:reference_policies_grammar, IAM:access-analyzer-reference-policy-checks).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum PolicyKind {
    /// Attached to a user, group or role, inline or managed.
    Identity,
    /// A permissions boundary.
    Boundary,
    /// Passed when a session is created.
    Session,
    /// The policy of a bucket, queue, topic or other resource.
    Resource,
    /// The policy of a KMS key.
    KmsKey,
    /// The trust policy of a role.
    Trust,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// The policy of a VPC endpoint.
    Vpce,
}

impl PolicyKind {
    /// All kinds.
    pub const ALL: [PolicyKind; 9] = [
        PolicyKind::Identity,
        PolicyKind::Boundary,
        PolicyKind::Session,
        PolicyKind::Resource,
        PolicyKind::KmsKey,
        PolicyKind::Trust,
        PolicyKind::Scp,
        PolicyKind::Rcp,
        PolicyKind::Vpce,
    ];

    /// The word of flags.
    pub fn word(self) -> &'static str {
        match self {
            PolicyKind::Identity => "identity",
            PolicyKind::Boundary => "boundary",
            PolicyKind::Session => "session",
            PolicyKind::Resource => "resource",
            PolicyKind::KmsKey => "kms-key",
            PolicyKind::Trust => "trust",
            PolicyKind::Scp => "scp",
            PolicyKind::Rcp => "rcp",
            PolicyKind::Vpce => "vpce",
        }
    }

    /// The name used in reports.
    pub fn name(self) -> &'static str {
        match self {
            PolicyKind::Identity => "identity policy",
            PolicyKind::Boundary => "permissions boundary",
            PolicyKind::Session => "session policy",
            PolicyKind::Resource => "bucket policy",
            PolicyKind::KmsKey => "key policy",
            PolicyKind::Trust => "trust policy",
            PolicyKind::Scp => "service control policy",
            PolicyKind::Rcp => "resource control policy",
            PolicyKind::Vpce => "VPC endpoint policy",
        }
    }

    /// Whether a statement must name a principal; if not, it must not.
    pub fn has_principal(self) -> bool {
        matches!(
            self,
            PolicyKind::Resource
                | PolicyKind::KmsKey
                | PolicyKind::Trust
                | PolicyKind::Rcp
                | PolicyKind::Vpce
        )
    }

    /// Whether it belongs to an identity: a boundary is a managed policy
    /// (IAM:access_policies_boundaries).
    pub fn is_identity_based(self) -> bool {
        matches!(self, PolicyKind::Identity | PolicyKind::Boundary)
    }

    /// Whether a statement must name a resource; trust policies must not.
    pub fn has_resource(self) -> bool {
        self != PolicyKind::Trust
    }

    /// Whether Sids are limited to letters and digits and must be unique.
    pub fn has_strict_sids(self) -> bool {
        !matches!(self, PolicyKind::Resource | PolicyKind::KmsKey | PolicyKind::Vpce)
    }

    /// Whether the document may have an `Id`.
    pub fn has_id(self) -> bool {
        matches!(
            self,
            PolicyKind::Resource | PolicyKind::KmsKey | PolicyKind::Trust | PolicyKind::Vpce
        )
    }
}
