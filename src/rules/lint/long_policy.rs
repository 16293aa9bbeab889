//! Identity policies that are longer than any identity takes.

use super::manual::rule_code;
use crate::finding::{Audience, Code, Finding};
use crate::model::PolicyKind;
use crate::rules::rule::{Rule, Scene, Sink};
use crate::rules::size::is_letter;
use crate::source::Span;

rule_code! {
    /// The policy has more characters than AWS stores in any identity policy: 10,240 in all inline policies of a role together.
    ///
    /// White space does not count. AWS's own policies may be longer.
    ///
    /// What to do: split the policy, or shorten it with fewer and wider patterns.
    ///
    /// Source: IAM:reference_iam-quotas; IAM:access-analyzer-reference-policy-checks, "Policy size exceeds identity policy quota".
    TOO_LONG: Warning "long-identity-policy" ["POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA"] "an identity policy with more than 10,240 characters, which no identity takes"
}

rule_code! {
    /// The policy has more characters than a managed policy (6,144), so that it can only be the inline policy of a role.
    ///
    /// What to do: shorten it if it is to be a managed policy, or the policy of a user or group.
    ///
    /// Source: IAM:reference_iam-quotas.
    ROLE_ONLY: Info "policy-for-role-only" [] "an identity policy with more than 6,144 characters, which only a role takes, inline", audience: Audience::Pedantic
}

/// The most characters of all inline policies of a role.
const ROLE: usize = 10_240;
/// The most characters of a managed policy.
const MANAGED: usize = 6_144;

/// A finding for a long policy. What AWS itself gave is not too long.
#[derive(Debug)]
pub(super) struct LongPolicy;

impl Rule for LongPolicy {
    fn codes(&self) -> &'static [Code] {
        &[TOO_LONG, ROLE_ONLY]
    }

    fn document(&self, scene: &Scene<'_>, sink: &mut Sink) {
        let policy = scene.policy;
        let text = scene.raw(policy.span);
        if policy.kind != PolicyKind::Identity || text.len() <= MANAGED {
            return;
        }
        if text.len() <= ROLE && !scene.wants(ROLE_ONLY) {
            return;
        }
        let number = text.bytes().filter(|byte| is_letter(*byte)).count();
        let span: Span = policy.span;
        if number > ROLE {
            let message = format!(
                "the policy has {number} characters without white space, and the inline policies of a role have at most {ROLE} together, a managed policy {MANAGED}"
            );
            sink.push(
                Finding::new(TOO_LONG, span, message)
                    .help("split the policy, or shorten it with fewer and wider patterns"),
            );
        } else if number > MANAGED {
            let message = format!(
                "the policy has {number} characters without white space, more than the {MANAGED} of a managed policy: only a role can have it, inline"
            );
            sink.push(Finding::new(ROLE_ONLY, span, message));
        }
    }
}
