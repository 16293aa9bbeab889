//! The CORS rules that a product asks for, in the form that `aws s3api put-bucket-cors` takes. The
//! values come from its own table, by which `check` judges CORS rules as well.

use crate::product::ExpectedCors;
use serde::Serialize;

/// The CORS configuration of a bucket.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct CorsConfiguration {
    /// The rules. S3 uses the first that matches.
    #[serde(rename = "CORSRules")]
    pub rules: Vec<CorsRule>,
}

/// A CORS rule.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CorsRule {
    /// Headers that the browser may send.
    pub allowed_headers: Vec<String>,
    /// Methods that the browser may use.
    pub allowed_methods: Vec<String>,
    /// Pages that may send such requests.
    pub allowed_origins: Vec<String>,
    /// Headers of the response that these pages may read.
    pub expose_headers: Vec<String>,
}

/// The rules that a product asks for.
pub fn cors(asked: &ExpectedCors) -> CorsConfiguration {
    let rule = CorsRule {
        allowed_headers: asked.headers.clone(),
        allowed_methods: asked.methods.clone(),
        allowed_origins: vec![asked.origin.clone()],
        expose_headers: asked.exposed.clone(),
    };
    CorsConfiguration { rules: vec![rule] }
}
