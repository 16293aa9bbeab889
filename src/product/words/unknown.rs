//! Messages for verdicts that depend on something the input does not say.

use super::scene::{Scene, locate};
use crate::authz::display_name;
use crate::model::{Pattern, ResourceKind, Statement};
use crate::product::CallerId;
use crate::product::answer::Unknown;
use crate::product::budget::{SPENT, SPENT_HELP};
use crate::product::context::about;
use crate::product::verdict::{Advice, Reason, ReasonKind, empty, reason};
use crate::product::wording::Wording;
use crate::source::Span;
use crate::why::{Cause, CauseKind};

/// Keys with one value for all callers of an account.
const OF_ACCOUNT: [&str; 2] = ["aws:principalorgid", "aws:principalorgpaths"];

impl Scene<'_> {
    pub(super) fn unknown(&self, unknown: &Unknown, causes: &[Cause<'_>]) -> Reason {
        let action = &self.question.step.action;
        let Wording { product, vendor, role_flags, .. } = self.question.product.wording();
        let settle =
            format!("say --assume {}:aws:FederatedProvider=ARN", self.question.caller.id());
        let (layer, message, help): (_, _, &str) = match unknown {
            Unknown::Key(key) => return self.unknown_key(key),
            Unknown::SessionName => return self.unknown_session_name(causes),
            Unknown::IdentityPolicies => (
                "identity",
                format!(
                    "the {}'s policies were not given, so whether they allow or deny `{action}` is not known",
                    self.question.names.customer.word()
                ),
                "give them with --identity-policy FILE.., those of its groups too; `inputs` prints how to get them",
            ),
            Unknown::KeyPolicy => (
                "kms-key-policy",
                format!(
                    "the policy of the KMS key was not given, so whether it lets the caller `{action}` is not known"
                ),
                "give it with --kms-key-policy FILE; `aws kms get-key-policy --key-id ARN` prints it",
            ),
            Unknown::TrustPolicy => (
                "trust-policy",
                format!(
                    "the trust policy of the role was not given, so whether {product} may assume it is not known"
                ),
                "give it with --trust-policy FILE; `aws iam get-role --role-name NAME` prints it",
            ),
            Unknown::BucketKeys => (
                "",
                format!(
                    "whether `{action}` is allowed depends on S3 Bucket Keys: with them the encryption context is the bucket's ARN, without them the object's"
                ),
                "look at `BucketKeyEnabled` in `aws s3api get-bucket-encryption` and allow both ARNs in the condition",
            ),
            Unknown::KeyId => (
                "",
                format!(
                    "whether `{action}` is allowed depends on the id of AWS's own key, which is not known"
                ),
                "give its ARN with --kms-key; `aws kms describe-key --key-id alias/aws/s3` prints it",
            ),
            Unknown::Provider => (
                "trust-policy",
                format!(
                    "the trust policy treats the identity providers that it names differently, and which one is {product}'s is not known"
                ),
                &settle,
            ),
            Unknown::Versioning => (
                "",
                format!(
                    "`{action}` is needed on buckets with versioning enabled or suspended; the bucket's state was not given"
                ),
                "say --versioning unversioned, enabled or suspended",
            ),
            Unknown::Role => (
                "",
                format!(
                    "which role of {vendor}'s copies data is not known: neither the bucket's nor {product}'s region was given, or {product} has none there"
                ),
                role_flags,
            ),
            Unknown::TooHard(undecided) => {
                let message = format!(
                    "whether `{action}` is allowed could not be decided: {}",
                    undecided.reason
                );
                let help = Some(Advice::plain(
                    "say what is known with --assume KEY=VALUE, or write the words here in a simpler way",
                ));
                return Reason {
                    span: undecided.span,
                    help,
                    ..empty(ReasonKind::Limit, "", message)
                };
            }
            Unknown::Spent { span } => {
                let message = format!("whether `{action}` is allowed was not looked at: {SPENT}");
                let help = Some(Advice::plain(SPENT_HELP));
                return Reason { span: *span, help, ..empty(ReasonKind::Limit, "", message) };
            }
            Unknown::Limit { size, span } => {
                let message = format!("the conditions have too many combinations to try: {size}");
                let help = Some(Advice::plain(
                    "say what is known with --assume KEY=VALUE, or write fewer values into the conditions",
                ));
                return Reason { span: *span, help, ..empty(ReasonKind::Limit, "", message) };
            }
        };
        reason(ReasonKind::Hidden, layer, message, help)
    }

    /// The flags that say the value of a key: for a key that follows from the account, once for each of the customer's callers.
    fn assume_for(&self, key: &str, written: &str) -> String {
        let caller = self.question.caller;
        let flag = |caller: CallerId| format!("--assume {}:{written}=VALUE", caller.id());
        if !caller.is_customers() || !OF_ACCOUNT.contains(&key) {
            return flag(caller);
        }
        let callers = self.question.product.catalogue().callers();
        let own = callers.filter(|other| self.question.names.customer.has(*other));
        own.filter(|other| other.is_customers()).map(flag).collect::<Vec<_>>().join(" ")
    }

    /// The session's name is not known: shows the pattern that matches only some names.
    fn unknown_session_name(&self, causes: &[Cause<'_>]) -> Reason {
        let is_open = |cause: &&Cause<'_>| matches!(cause.kind, CauseKind::Open { .. });
        let shown = causes.iter().find(|cause| !is_open(cause)).map(|cause| self.reason(cause));
        let known = shown.unwrap_or_else(|| empty(ReasonKind::Hidden, "", String::new()));
        let message = format!(
            "whether `{}` is allowed depends on the name that {} gives to its sessions, which is not known",
            self.question.step.action,
            self.product()
        );
        let help = Some(Advice::plain("if you know the name, say it with --session-name"));
        Reason { kind: ReasonKind::Hidden, message, help, labels: Vec::new(), ..known }
    }

    /// A condition key that is not known: shows the first condition on it, or the first words that it fills.
    pub(super) fn unknown_key(&self, key: &str) -> Reason {
        let about =
            || self.statements().filter(|(_, statement)| about(statement, self.question.step));
        let compared = |statement: &Statement| {
            let mut conditions = statement.conditions.iter();
            let condition = conditions.find(|condition| &*condition.key.node == key)?;
            Some(condition.span)
        };
        let find = |place: &dyn Fn(&Statement) -> Option<Span>| {
            about().find_map(|(layer, statement)| Some((layer, statement, place(statement)?)))
        };
        let written = display_name(key);
        let message = format!(
            "whether `{}` is allowed depends on `{written}`, which is not known for {}",
            self.question.step.action,
            self.question.caller.id()
        );
        let help = match key {
            "sts:rolesessionname" => "if you know it, say --session-name NAME".to_owned(),
            _ => format!("if you know it, say {}", self.assume_for(key, &written)),
        };
        let found = find(&compared).or_else(|| find(&|statement| filled_by(key, statement)));
        let Some((layer, statement, span)) = found else {
            return reason(ReasonKind::Hidden, "", message, &help);
        };
        let mut reason = reason(ReasonKind::Hidden, self.layer_name(layer), message, &help);
        locate(&mut reason, statement);
        reason.span = Some(span);
        reason
    }
}

/// The first words of a statement that have the key as a variable.
fn filled_by(key: &str, statement: &Statement) -> Option<Span> {
    let has = |pattern: &Pattern| pattern.variables().any(|variable| &*variable.key == key);
    let resources = statement.resource.iter().flat_map(|element| &element.patterns);
    let mut resources = resources.filter(|pattern| match &pattern.kind {
        ResourceKind::Arn(pattern) => has(pattern),
        ResourceKind::Everything => false,
    });
    let mut conditions = statement.conditions.iter();
    let mut condition = || conditions.find(|condition| condition.test.patterns().any(has));
    resources
        .next()
        .map(|pattern| pattern.span)
        .or_else(|| condition().map(|condition| condition.span))
}
