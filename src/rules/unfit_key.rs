//! Condition keys of S3 in a bucket policy that no action of their statement supports: S3 refuses
//! the document with `Conditions do not apply to combination of actions and resources in
//! statement`. Source: practice, and IDATA for the keys of actions.

use super::fit::{covered, fitting, named_types};
use super::lint::manual::rule_code;
use super::rule::{Rule, Scene, Sink};
use crate::aws::{Action, KeySupport, supports_key_on};
use crate::finding::{Code, Finding};
use crate::model::Statement;

rule_code! {
    /// No action of a statement of a bucket policy has a condition key of S3 that the statement asks for.
    ///
    /// S3 refuses the whole policy: `Conditions do not apply to combination of actions and resources in statement`.
    ///
    /// ```json bad bucket
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringLike": {"s3:prefix": "ica/*"}}}
    /// ```
    /// ```json good bucket
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b", "Condition": {"StringLike": {"s3:prefix": "ica/*"}}}
    /// ```
    /// What to do: put the condition on the statement of the actions that have the key.
    ///
    /// Source: practice; IDATA for the keys of actions.
    CODE: Error "unfit-key" [] "a condition key of S3 goes with no action of its statement in a bucket policy, so S3 refuses to store the policy"
}

/// A finding for each such key.
#[derive(Debug)]
pub(super) struct UnfitKey;

impl Rule for UnfitKey {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn statement(&self, subject: &Scene<'_>, statement: &Statement, sink: &mut Sink) {
        let Some(actions) = statement.action.as_ref().filter(|element| !element.not) else {
            return;
        };
        let keys = || statement.conditions.iter().filter(|one| one.key.node.starts_with("s3:"));
        if keys().next().is_none() || !subject.is_of_bucket() {
            return;
        }
        let Some(types) = named_types(statement) else { return };
        let covered = actions.patterns.iter().flat_map(covered);
        let used = covered.map(|action| (fitting(action, &types), action));
        let used = used.filter(|(types, _)| !types.is_empty()).collect::<Vec<_>>();
        let goes_with = |key: &str| {
            used.iter().any(|(types, action)| types.iter().any(|kind| supports(action, kind, key)))
        };
        for condition in keys().filter(|one| !used.is_empty() && !goes_with(&one.key.node)) {
            let text = subject.sources.text(condition.key.span);
            let message = format!(
                "no action of the statement has the key `{}`: S3 refuses to store the whole bucket policy, `Conditions do not apply to combination of actions and resources in statement`",
                text.trim_matches('"')
            );
            let help = "put the condition on the statement of the actions that have the key";
            sink.push(Finding::new(CODE, condition.key.span, message).help(help));
        }
    }
}

/// Whether requests for the action have the key. What the data does not contain may be new.
fn supports(action: &Action, kind: &str, key: &str) -> bool {
    supports_key_on(action, kind, key) != KeySupport::Unsupported
}
