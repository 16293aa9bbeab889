//! The CORS rules that ICA asks for, in the form that `aws s3api put-bucket-cors` takes; what they are stands in ICA's own table, by which
//! `check` judges them.

use crate::ica::expected_cors;
use serde::Serialize;

/// The CORS configuration of a bucket.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct CorsConfiguration {
    /// The rules; the first that matches counts.
    #[serde(rename = "CORSRules")]
    pub rules: Vec<CorsRule>,
}

/// A CORS rule.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CorsRule {
    /// Headers that the browser may send.
    pub allowed_headers: Vec<String>,
    /// Methods that it may use.
    pub allowed_methods: Vec<String>,
    /// Pages that may do so.
    pub allowed_origins: Vec<String>,
    /// Headers of the answer that these pages may read.
    pub expose_headers: Vec<String>,
}

/// The rules of ICA's page.
pub fn cors() -> CorsConfiguration {
    let asked = expected_cors();
    let rule = CorsRule {
        allowed_headers: asked.headers.clone(),
        allowed_methods: asked.methods.clone(),
        allowed_origins: vec![asked.origin.clone()],
        expose_headers: asked.exposed.clone(),
    };
    CorsConfiguration { rules: vec![rule] }
}
