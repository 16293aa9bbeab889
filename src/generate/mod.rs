//! Makes the exact policies that a connection needs: what the operations of the catalogue ask for,
//! and nothing else.
//!
//! This room holds no list of actions. [`Plan`] says what is wanted, `grants` reads the catalogue's
//! steps, `documents` puts them into policies, and each value that the product does not document is a
//! [`Placeholder`].

mod commands;
mod cors;
mod documents;
mod grants;
mod notes;
mod parameters;
mod plan;
mod policy;

pub use crate::product::Placeholder;
pub use commands::{Puts, commands};
pub use cors::{CorsConfiguration, CorsRule, cors};
pub use documents::generate;
pub use notes::Note;
pub use parameters::{Parameter, Part, parameters, parts, pascal};
pub use plan::{Options, Plan, PlanError};
pub use policy::{PolicyDocument, Principal, Statement};

use crate::model::PolicyKind;
use serde::Serialize;

/// The kind of a document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The policy of the IAM user.
    UserPolicy,
    /// The policy of the role that the product assumes.
    RolePolicy,
    /// The trust policy of that role.
    TrustPolicy,
    /// The policy of the bucket.
    BucketPolicy,
    /// The policy of the KMS key.
    KmsKeyPolicy,
    /// The bucket's CORS rules.
    Cors,
}

impl Kind {
    /// The kind of policy; `None` if it is none.
    pub fn policy(self) -> Option<PolicyKind> {
        match self {
            Kind::UserPolicy | Kind::RolePolicy => Some(PolicyKind::Identity),
            Kind::TrustPolicy => Some(PolicyKind::Trust),
            Kind::BucketPolicy => Some(PolicyKind::Resource),
            Kind::KmsKeyPolicy => Some(PolicyKind::KmsKey),
            Kind::Cors => None,
        }
    }

    /// The file it is written to.
    pub fn file_name(self) -> &'static str {
        match self {
            Kind::UserPolicy => "user-policy.json",
            Kind::RolePolicy => "role-policy.json",
            Kind::TrustPolicy => "trust-policy.json",
            Kind::BucketPolicy => "bucket-policy.json",
            Kind::KmsKeyPolicy => "kms-key-policy.json",
            Kind::Cors => "cors.json",
        }
    }

    /// The name in `ica.toml` under which the file is given.
    pub fn setting(self) -> &'static str {
        match self {
            Kind::UserPolicy | Kind::RolePolicy => "identity_policy",
            Kind::TrustPolicy => "trust_policy",
            Kind::BucketPolicy => "bucket_policy",
            Kind::KmsKeyPolicy => "kms_key_policy",
            Kind::Cors => "cors",
        }
    }
}

/// The content of a document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub enum Body {
    /// A policy.
    Policy(PolicyDocument),
    /// CORS rules.
    Cors(CorsConfiguration),
}

/// A document that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Document {
    /// Its kind.
    pub kind: Kind,
    /// Its content.
    pub body: Body,
}

/// Everything that was made for a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Generated {
    /// The documents.
    pub documents: Vec<Document>,
    /// What the user must also know or do.
    pub notes: Vec<Note>,
    /// The values that the product does not document. The documents hold these names in their place.
    pub placeholders: Vec<Placeholder>,
}

impl Generated {
    /// The policy of that kind.
    pub fn policy(&self, kind: Kind) -> Option<&PolicyDocument> {
        self.documents.iter().find_map(|document| match &document.body {
            Body::Policy(policy) if document.kind == kind => Some(policy),
            _ => None,
        })
    }

    /// The CORS rules.
    pub fn cors(&self) -> Option<&CorsConfiguration> {
        self.documents.iter().find_map(|document| match &document.body {
            Body::Cors(cors) => Some(cors),
            Body::Policy(_) => None,
        })
    }
}
