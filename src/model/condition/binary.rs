//! The `BinaryEquals` operator.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Decodes base64, of a policy or of a request.
///
/// # Errors
/// Words for a person when it is none.
pub fn value(text: &str) -> Result<Vec<u8>, String> {
    STANDARD.decode(text).map_err(|error| format!("`{text}` is not base64: {error}"))
}
