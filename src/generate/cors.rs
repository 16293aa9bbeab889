//! The CORS rules that ICA asks for: `cors.toml`, in the form that `aws s3api put-bucket-cors` takes.

use serde::{Deserialize, Serialize};

/// The CORS configuration of a bucket.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorsConfiguration {
    /// The rules; the first that matches counts.
    #[serde(rename = "CORSRules")]
    pub rules: Vec<CorsRule>,
}

/// A CORS rule.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
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
    toml::from_str(include_str!("cors.toml")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::cors;

    #[test]
    fn the_rules_can_be_read() {
        assert_eq!(cors().rules.len(), 1);
    }
}
