//! Characters that IAM, STS and KMS do not accept in a policy: those beyond U+00FF, and control
//! characters. Source: IAM:reference_iam-quotas, BC (the pattern of a policy document).

use super::lint::manual::rule_code;
use super::rule::{Rule, Scene, Sink, Subject};
use crate::finding::{Code, Finding};
use crate::model::PolicyKind;
use crate::source::Span;

rule_code! {
    /// A character beyond U+00FF, or a control character, in a policy that IAM, STS or KMS stores.
    ///
    /// They refuse the whole document.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/данные/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/données/*"}
    /// ```
    /// What to do: write another character, or `?` or `*` for it in an ARN.
    ///
    /// Source: IAM:reference_iam-quotas, BC (the pattern of a policy document).
    CODE: Error "wrong-character" [] "a character that IAM, STS or KMS does not accept in a policy"
}

/// A finding for the first such character.
#[derive(Debug)]
pub(super) struct WrongCharacter;

impl Rule for WrongCharacter {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn document(&self, subject: &Scene<'_>, sink: &mut Sink) {
        let is_limited = matches!(
            subject.policy.kind,
            PolicyKind::Identity
                | PolicyKind::Boundary
                | PolicyKind::Session
                | PolicyKind::Trust
                | PolicyKind::KmsKey
        );
        if is_limited && !subject.is_stored {
            sink.extend(first_wrong(subject));
        }
    }
}

fn first_wrong(subject: &Subject<'_>) -> Option<Finding> {
    let whole = subject.policy.span;
    let text = subject.sources.text(whole);
    // Many letters at a time: without a way out the loop takes several in one step.
    let is_plain = |byte: &u8| (0x20..0x80).contains(byte) | matches!(byte, b'\t' | b'\n' | b'\r');
    let mut blocks = text.as_bytes().chunks(64);
    if blocks.all(|block| block.iter().fold(true, |plain, byte| plain & is_plain(byte))) {
        return None;
    }
    let is_wrong = |letter: char| !matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{ff}');
    let (at, letter) = text.char_indices().find(|(_, letter)| is_wrong(*letter))?;
    let start = whole.lo + u32::try_from(at).ok()?;
    let span = Span::new(start, start + u32::try_from(letter.len_utf8()).ok()?);
    let message = format!(
        "`{letter}` (U+{:04X}) cannot be in this kind of policy: AWS accepts characters up to U+00FF",
        u32::from(letter)
    );
    Some(
        Finding::new(CODE, span, message)
            .help("write another character, or `?` or `*` for it in an ARN"),
    )
}
