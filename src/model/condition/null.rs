//! The `Null` operator: `true` means that the key is absent.

/// Reads `true` or `false`.
///
/// # Errors
/// The reason, for a person, if it is neither.
pub fn value(text: &str) -> Result<bool, String> {
    super::boolean::value(text)
}
