//! The `Bool` operator.

/// Reads `true` or `false`, in any case. No page of AWS's says that case does not matter; users
/// have tried it out.
///
/// # Errors
/// The reason, for a person, if it is neither.
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
