//! What a product asks of a bucket besides policies, as far as documents are made of it.

use serde::{Deserialize, Serialize};

/// The CORS rules that a product asks for.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedCors {
    /// The origin of the product's page.
    pub origin: String,
    /// The headers that a browser may send; `*` for all.
    pub headers: Vec<String>,
    /// The methods that it may use.
    pub methods: Vec<String>,
    /// The method of an upload.
    pub uploads: String,
    /// The header without which a multipart upload cannot be completed.
    pub etag: String,
    /// The headers of the answer that the page may read.
    pub exposed: Vec<String>,
}

/// A value that a product does not document, and how to learn it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Placeholder {
    /// What the value is for.
    #[serde(skip)]
    pub role: PlaceholderRole,
    /// The name that the documents hold in its place.
    pub name: &'static str,
    /// What the value is and how to find it.
    pub text: &'static str,
}

/// What a value that is not documented is for, in the trust policy of the customer's role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PlaceholderRole {
    /// The issuer of the tokens of the vendor's identity provider.
    Issuer,
    /// Their audience, `aud`.
    Audience,
    /// Their subject, `sub`.
    Subject,
    /// The external id that the vendor's role sends when it assumes the customer's role.
    ExternalId,
}
