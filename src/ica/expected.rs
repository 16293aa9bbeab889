//! The settings of the bucket that ICA asks for: `expected.toml`.

use serde::Deserialize;
use std::sync::LazyLock;

/// The CORS rules that ICA's page asks for.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedCors {
    /// The origin of ICA's page.
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

/// A notification that ICA adds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedNotification {
    pub id: String,
    /// The events that it asks for in any reading.
    pub certain: String,
    /// Those that it may ask for.
    pub possible: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    pub cors: ExpectedCors,
    #[serde(rename = "notification")]
    pub notifications: Vec<ExpectedNotification>,
}

/// The table, read once.
pub(super) fn expected() -> &'static Expected {
    static EXPECTED: LazyLock<Expected> =
        LazyLock::new(|| toml::from_str(include_str!("expected.toml")).unwrap_or_default());
    &EXPECTED
}

/// The CORS rules that ICA's page asks for (SEED step 1).
pub fn expected_cors() -> &'static ExpectedCors {
    &expected().cors
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_can_be_read() {
        assert_eq!(super::expected().notifications.len(), 3);
        assert_eq!(super::expected().cors.methods.len(), 5);
    }
}
