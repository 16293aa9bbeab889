//! Actions of a bucket policy that work on none of the resources of their statement: S3 refuses the
//! document with `Action does not apply to any resource(s) in statement`. Source: practice, and
//! IDATA for the types of resources.

use super::fit::{covered, fitting, named_types};
use super::lint::manual::rule_code;
use super::rule::{Rule, Scene, Sink, Subject};
use crate::finding::{Code, Finding};
use crate::model::{ActionPattern, Statement};

rule_code! {
    /// An action of a bucket policy works on none of the resources of its statement.
    ///
    /// S3 refuses the whole policy: `Action does not apply to any resource(s) in statement`.
    ///
    /// ```json bad bucket
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// ```json good bucket
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]}
    /// ```
    /// What to do: add the ARN that the action works on.
    ///
    /// Source: practice; IDATA for the resources of actions.
    CODE: Error "unfit-action" [] "an action of a bucket policy works on no resource of its statement, so S3 refuses to store the policy"
}

/// A finding for each such action.
#[derive(Debug)]
pub(super) struct UnfitAction;

impl Rule for UnfitAction {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn statement(&self, subject: &Scene<'_>, statement: &Statement, sink: &mut Sink) {
        let Some(actions) = statement.action.as_ref().filter(|element| !element.not) else {
            return;
        };
        if !subject.is_of_bucket() {
            return;
        }
        let Some(types) = named_types(statement).filter(|types| !types.is_empty()) else { return };
        let found = actions.patterns.iter().map(|pattern| finding(subject, pattern, &types));
        sink.extend(found.flatten());
    }
}

fn finding(
    subject: &Subject<'_>,
    pattern: &ActionPattern,
    types: &[&'static str],
) -> Option<Finding> {
    let mut actions = Vec::new();
    for action in covered(pattern) {
        // Of most patterns the first action fits.
        if !fitting(action, types).is_empty() {
            return None;
        }
        actions.push(action);
    }
    if actions.is_empty() {
        return None;
    }
    let text = subject.sources.text(pattern.span);
    let text = text.trim_matches('"');
    let named = match types {
        ["bucket"] => "the bucket alone",
        ["object"] => "objects alone",
        _ => "the bucket and its objects",
    };
    let message = format!(
        "`{text}` works on none of the resources of its statement, which names {named}: S3 refuses to store the whole bucket policy, `Action does not apply to any resource(s) in statement`"
    );
    let works_on = |kind| actions.iter().any(|action| !fitting(action, &[kind]).is_empty());
    let help = match (works_on("bucket"), works_on("object")) {
        (true, _) => "add the ARN of the bucket, as in `arn:aws:s3:::bucket`",
        (_, true) => "add the ARN of the objects, as in `arn:aws:s3:::bucket/*`",
        _ => "take the action out: no bucket policy can grant or deny it",
    };
    Some(Finding::new(CODE, pattern.span, message).help(help))
}
