//! Empty things that do nothing.

use super::manual::rule_code;
use crate::finding::{Audience, Code, Edit, Finding};
use crate::model::{PolicyKind, Statement, Version};
use crate::rules::rule::{Rule, Scene, Sink};

rule_code! {
    /// A `Condition` without operators.
    ///
    /// It restricts nothing; AWS's pages differ on whether the statement has an effect at all.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    /// ```
    /// What to do: take it out, or write the condition.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Empty object condition".
    CONDITION: Info "empty-condition" ["EMPTY_OBJECT_CONDITION"] "a `Condition` without operators"
}

rule_code! {
    /// A `Sid` without text.
    ///
    /// It names nothing.
    ///
    /// ```json bad
    /// {"Sid": "", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    /// ```
    /// ```json good
    /// {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    /// ```
    /// What to do: write a name, or take the element out.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Empty Sid value".
    SID: Info "empty-sid" ["EMPTY_SID_VALUE"] "a `Sid` without text"
}

rule_code! {
    /// A policy without `Version`.
    ///
    /// It is then of the version 2008-10-17, in which policy variables such as `${aws:username}` are plain text.
    ///
    /// ```json bad
    /// {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}
    /// ```
    /// ```json good
    /// {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}
    /// ```
    /// What to do: write `"Version": "2012-10-17"`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Missing version"; IAM:troubleshoot_policies.
    NO_VERSION: Warning "missing-version" ["MISSING_VERSION"] "a policy without `Version`"
}

rule_code! {
    /// A policy of the version 2008-10-17.
    ///
    /// Policy variables such as `${aws:username}` are plain text in it, also those that somebody adds later.
    ///
    /// ```json bad
    /// {"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}
    /// ```
    /// ```json good
    /// {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}
    /// ```
    /// What to do: write `"Version": "2012-10-17"`, after a look for `${` in the text.
    ///
    /// Source: IAM:reference_policies_elements_version.
    OLD_VERSION: Info "old-version" [] "a policy of the version 2008-10-17", audience: Audience::Pedantic
}

/// A finding for each empty thing.
#[derive(Debug)]
pub(super) struct Empty;

impl Rule for Empty {
    fn codes(&self) -> &'static [Code] {
        &[CONDITION, SID, NO_VERSION, OLD_VERSION]
    }

    fn document(&self, scene: &Scene<'_>, sink: &mut Sink) {
        let policy = scene.policy;
        let help = "write `\"Version\": \"2012-10-17\"`";
        match policy.version_span {
            // What AWS makes of an API Gateway or KMS policy by itself is not the author's.
            None if !scene.is_stored || policy.kind == PolicyKind::Identity => {
                let message = "the policy has no `Version`, so variables are plain text in it";
                sink.push(
                    Finding::new(NO_VERSION, policy.span, message).help(help).edit(Edit::AddFirst(
                        policy.span,
                        "Version",
                        "2012-10-17",
                    )),
                );
            }
            Some(span) if policy.version == Version::V2008 && scene.words(span) == "2008-10-17" => {
                let message = "variables are plain text in this version";
                sink.push(Finding::new(OLD_VERSION, span, message).help(help));
            }
            _ => {}
        }
    }

    fn statement(&self, _: &Scene<'_>, statement: &Statement, sink: &mut Sink) {
        if statement.has_empty_condition {
            let message = "a `Condition` without operators restricts nothing";
            sink.push(
                Finding::new(CONDITION, statement.span, message)
                    .help("take it out, or write the condition")
                    .edit(Edit::RemoveMember(statement.span, "Condition")),
            );
        }
        if let Some(sid) = statement.sid.as_ref().filter(|sid| sid.node.is_empty()) {
            sink.push(
                Finding::new(SID, sid.span, "the `Sid` names nothing")
                    .help("write a name, or take the element out")
                    .edit(Edit::RemoveMember(statement.span, "Sid")),
            );
        }
    }
}
