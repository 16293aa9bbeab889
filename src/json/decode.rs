//! Decodes bytes to text: which encodings are read, and which are refused by name.

/// Why bytes cannot be read as text.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DecodeError {
    /// It holds nothing, or white space only.
    #[error("the file is empty")]
    Empty,
    /// It is UTF-16.
    #[error("the file is UTF-16, not UTF-8")]
    Utf16,
    /// It is neither UTF-8 nor UTF-16.
    #[error("the file is not UTF-8 text: byte {offset} is not part of a character")]
    NotUtf8 {
        /// The offset of the first wrong byte, from 0.
        offset: usize,
    },
}

impl DecodeError {
    /// What the user can do about it.
    pub fn help(&self) -> &'static str {
        match self {
            DecodeError::Empty => {
                "the AWS CLI leaves an empty file where nothing is configured and also where the call failed; look at its exit status, and say `none` instead of the file if there is nothing"
            }
            DecodeError::Utf16 => {
                "PowerShell's `>` writes UTF-16; use `| Out-File -Encoding utf8 FILE`, or a newer PowerShell"
            }
            DecodeError::NotUtf8 { .. } => "save it as UTF-8",
        }
    }
}

/// Reads UTF-8. A byte order mark is left in the text: the reader reports it with its place.
///
/// # Errors
/// [`DecodeError`] for an empty file, UTF-16 and everything else.
pub fn decode_bytes(bytes: Vec<u8>) -> Result<String, DecodeError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(DecodeError::Empty);
    }
    // A JSON text begins with an ASCII character, so a zero byte beside it can only be UTF-16 (RFC
    // 4627, section 3).
    let one_zero = bytes.iter().take(2).filter(|byte| **byte == 0).count() == 1;
    if one_zero || matches!(bytes[..], [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        return Err(DecodeError::Utf16);
    }
    String::from_utf8(bytes)
        .map_err(|error| DecodeError::NotUtf8 { offset: error.utf8_error().valid_up_to() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        assert_eq!(decode_bytes(b" \n".to_vec()), Err(DecodeError::Empty));
        assert_eq!(decode_bytes(b"\xff\xfe{\0}\0".to_vec()), Err(DecodeError::Utf16));
        assert_eq!(decode_bytes(b"\0{\0}".to_vec()), Err(DecodeError::Utf16));
        assert_eq!(
            decode_bytes(b"{\"a\": \"\xe4\"}".to_vec()),
            Err(DecodeError::NotUtf8 { offset: 7 })
        );
        assert_eq!(decode_bytes("\u{feff}{}".into()), Ok("\u{feff}{}".to_owned()));
    }
}
