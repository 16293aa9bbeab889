//! The file `INCOMPLETE`, in which the script of `inputs` lists the calls that failed.

use crate::product::not_assumed::FailedCall;

/// The name of the file.
pub const FILE: &str = "INCOMPLETE";

/// The setting of a script that has not come to its end.
const ALL: &str = "all";

/// Reads the lines `SETTING: CALL: ERROR`.
///
/// # Errors
/// A message, if the script has not come to its end, or a line is another.
pub fn parse(text: &str) -> Result<Vec<FailedCall>, String> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let calls = lines.map(|line| match line.split_once(':') {
        Some((ALL, _)) => Err(
            "the script of `ica-policy inputs` has stopped, so inputs are missing: run it again, or remove this file if you have \
             completed the folder by hand"
                .to_owned(),
        ),
        Some((setting, words)) => {
            Ok(FailedCall { setting: setting.to_owned(), words: words.trim().to_owned() })
        }
        None => Err(format!("`{line}` is no line `SETTING: CALL: ERROR`")),
    });
    calls.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_calls() {
        let cors = FailedCall {
            setting: "cors".to_owned(),
            words: "aws s3api get-bucket-cors: AccessDenied".to_owned(),
        };
        assert_eq!(parse("cors: aws s3api get-bucket-cors: AccessDenied\n\n"), Ok(vec![cors]));
        assert_eq!(parse(""), Ok(Vec::new()));
        for text in ["all: the script has not come to its end\n", "something"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
