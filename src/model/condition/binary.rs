//! The `BinaryEquals` operator.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Decodes base64 text of a policy or of a request.
///
/// # Errors
/// The reason, for a person, if it is not base64.
pub fn value(text: &str) -> Result<Vec<u8>, String> {
    STANDARD.decode(text).map_err(|error| format!("`{text}` is not base64: {error}"))
}
