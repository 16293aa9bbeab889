//! The `Bool` operator.

/// Reads `true` or `false`, in any case (D4).
///
/// # Errors
/// Words for a person when it is neither.
pub fn value(text: &str) -> Result<bool, String> {
    if text.eq_ignore_ascii_case("true") {
        return Ok(true);
    }
    if text.eq_ignore_ascii_case("false") {
        Ok(false)
    } else {
        Err(format!("`{text}` is neither `true` nor `false`"))
    }
}
