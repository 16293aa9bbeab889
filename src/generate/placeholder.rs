//! Values that ICA does not document, and the names that the documents have instead.

use serde::Serialize;

/// A value that ICA does not document, and how to learn it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Placeholder {
    /// The name that the documents hold in its place.
    pub name: &'static str,
    /// What the value is and how to find it.
    pub text: &'static str,
}

const PLACEHOLDERS: [Placeholder; 3] = [
    Placeholder {
        name: "ICA_OIDC_ISSUER",
        text: "the issuer of ICA's OIDC provider, host and path without `https://`; not in the pages that this project could read, ask ICA's page on the IAM role method or its support",
    },
    Placeholder {
        name: "ICA_OIDC_AUDIENCE",
        text: "the audience (`aud`) of ICA's tokens; not in the pages that this project could read, ask ICA's page on the IAM role method or its support",
    },
    Placeholder {
        name: "ICA_OIDC_SUBJECT",
        text: "the subject (`sub`) of ICA's tokens, which identifies your tenant; not in the pages that this project could read, ask ICA's page on the IAM role method or its support",
    },
];

/// All placeholders that documents can have. The pages of ICA that can be read do not give issuer,
/// audience and subject of its tokens.
pub fn placeholders() -> &'static [Placeholder] {
    &PLACEHOLDERS
}
