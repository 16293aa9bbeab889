//! Numeric operators.

/// Reads an integer or decimal number from a policy or a request.
///
/// # Errors
/// The reason, for a person, if it is not a number.
pub fn value(text: &str) -> Result<f64, String> {
    let plain = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let number =
        if plain { text.parse::<f64>().ok().filter(|number| number.is_finite()) } else { None };
    number.ok_or_else(|| format!("`{text}` is not a number"))
}
