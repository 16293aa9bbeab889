//! ARNs of resources that have lost a colon: `arn:aws:s3::bucket/*`. IAM completes an ARN with fewer than six parts with `*`
//! (IAM:reference-arns), so the bucket's name becomes the account, and the words match nothing.

use super::lint::manual::rule_code;
use super::rule::{Rule, Scene, Sink};
use crate::finding::{Code, Edit, Finding};
use crate::model::ResourceKind;

rule_code! {
    /// The ARN of a bucket has one colon too few.
    ///
    /// IAM completes it with `*`, so that the name of the bucket is taken for an account, and the words match nothing.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3::lab/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::lab/*"}
    /// ```
    /// What to do: write the three colons: `arn:aws:s3:::lab/*`.
    ///
    /// Source: IAM:reference-arns.
    pub CODE: Warning "lost-colon" [] "an ARN without one of its colons, so that a name is where the account should be and nothing matches"
}

/// A finding for each such ARN.
#[derive(Debug)]
pub(super) struct LostColon;

impl Rule for LostColon {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn document(&self, subject: &Scene<'_>, sink: &mut Sink) {
        let statements = subject.policy.statements.iter();
        let lists = statements.filter_map(|statement| statement.resource.as_ref());
        for pattern in lists.flat_map(|list| &list.patterns) {
            let ResourceKind::Arn(_) = &pattern.kind else { continue };
            let text = subject.words(pattern.span);
            let Some(whole) = with_colon(text) else { continue };
            let message = format!("`{text}` has lost a colon, so it matches nothing");
            let help = format!("write `{whole}` in place of `{text}`");
            let finding = Finding::new(CODE, pattern.span, message).help(help);
            sink.push(finding.edit(Edit::Replace(vec![(pattern.span, whole)])));
        }
    }
}

/// The ARN of S3 that is meant, where it has five parts and a name as its account: no account has letters, and those of S3 need none.
fn with_colon(text: &str) -> Option<String> {
    let mut parts = text.strip_prefix("arn:")?.split(':');
    let partition = parts.next()?;
    let (Some("s3"), Some(region), Some(name), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let starts_as_name = name.starts_with(|first: char| first.is_ascii_alphanumeric());
    let is_account = name.chars().all(|letter| letter.is_ascii_digit() || "*?".contains(letter));
    let names_bucket = region.is_empty() && starts_as_name && !is_account;
    names_bucket.then(|| format!("arn:{partition}:s3:::{name}"))
}

#[cfg(test)]
mod tests {
    use super::with_colon;

    #[test]
    fn arns_that_lost_a_colon() {
        assert_eq!(with_colon("arn:aws:s3::lab/ica/*").as_deref(), Some("arn:aws:s3:::lab/ica/*"));
        assert_eq!(with_colon("arn:aws-cn:s3::lab").as_deref(), Some("arn:aws-cn:s3:::lab"));
        for text in [
            "arn:aws:s3:::lab",
            "arn:aws:s3::*",
            "arn:aws:s3::111122223333",
            "arn:aws:s3",
            "arn:aws:sqs::x",
            "*",
            "arn:aws:s3:eu-west-1:x",
            "arn:aws:s3::${aws:username}",
        ] {
            assert_eq!(with_colon(text), None, "{text}");
        }
    }
}
