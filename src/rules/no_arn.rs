//! Values of ARN conditions that are no ARN: `"ArnNotLike": {"aws:PrincipalArn": "illumina_ica_admin"}`. The operators compare the six parts of an
//! ARN (IAM:reference_policies_elements_condition_operators), so such a value matches nothing: an Allow never applies, a list of exceptions
//! excepts nobody.

use super::lint::manual::rule_code;
use super::rule::{Rule, Scene, Sink};
use crate::finding::{Code, Finding};
use crate::model::condition::Test;
use crate::model::{Condition, Statement};

rule_code! {
    /// A value of an ARN operator is no ARN.
    ///
    /// The operators compare the six parts of an ARN, so the value matches nothing: an Allow never applies, and a list of exceptions excepts nobody.
    ///
    /// ```json bad
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"ArnNotLike": {"aws:PrincipalArn": "illumina_ica_admin"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:user/illumina_ica_admin"}}}
    /// ```
    /// What to do: write the whole ARN.
    ///
    /// Source: IAM:reference_policies_elements_condition_operators.
    pub CODE: Warning "no-arn" [] "a value of an ARN condition that is no ARN and matches nothing, such as a bare name"
}

/// A finding for each such value.
#[derive(Debug)]
pub(super) struct NoArn;

impl Rule for NoArn {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn condition(&self, scene: &Scene<'_>, _: &Statement, condition: &Condition, sink: &mut Sink) {
        let Test::Arn { values, .. } = &condition.test else { return };
        let operator = &condition.operator.node;
        for value in &values.list {
            let text = scene.words(value.span);
            if !is_no_arn(text) {
                continue;
            }
            let message =
                format!("`{text}` is no ARN, and `{operator}` compares ARNs: it matches nothing");
            let help = match &*condition.key.node {
                "aws:principalarn" => format!(
                    "write the whole ARN in place of `{text}`, as in `arn:aws:iam::111122223333:user/NAME`"
                ),
                _ => format!(
                    "write the whole ARN in place of `{text}`, which begins with `arn:` and has five colons"
                ),
            };
            sink.push(Finding::new(CODE, value.span, message).help(help));
        }
    }
}

/// Whether a text cannot be an ARN whatever its wildcards and variables stand for.
fn is_no_arn(text: &str) -> bool {
    let start = text.split(['*', '?', '$']).next().unwrap_or_default();
    let is_whole = start.len() == text.len();
    let begins = start.starts_with("arn:") || "arn:".starts_with(start);
    !begins || is_whole && text.split(':').count() < 6
}

#[cfg(test)]
mod tests {
    use super::is_no_arn;

    #[test]
    fn what_is_no_arn() {
        for text in [
            "illumina_ica_admin",
            "111122223333",
            "user/*",
            "aws:iam::1:user/a",
            "arn:aws:s3:b",
            "",
        ] {
            assert!(is_no_arn(text), "{text}");
        }
        for text in [
            "*",
            "arn:*",
            "arn:aws:iam::111122223333:user/a",
            "${aws:PrincipalArn}",
            "ar*",
            "?rn:aws:s3:::b",
        ] {
            assert!(!is_no_arn(text), "{text}");
        }
    }
}
