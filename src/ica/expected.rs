//! The settings of the bucket that ICA asks for: `expected.toml`.

use crate::product::ExpectedCors;
use serde::Deserialize;
use std::sync::LazyLock;

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
    /// SEED step 1.
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

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_can_be_read() {
        assert_eq!(super::expected().notifications.len(), 3);
        assert_eq!(super::expected().cors.methods.len(), 5);
    }
}
