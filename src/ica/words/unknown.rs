//! Sentences about verdicts that depend on something that the input does not say.

use super::scene::{Scene, locate};
use crate::eval::concerns;
use crate::ica::cause::Unknown;
use crate::ica::key_name::written_key;
use crate::ica::verdict::{Advice, Reason, ReasonKind, empty};
use crate::model::Statement;
use crate::why::{Cause, CauseKind};

impl Scene<'_> {
    pub(super) fn unknown(&self, unknown: &Unknown, causes: &[Cause<'_>]) -> Reason {
        let action = &self.question.step.action;
        let (layer, message, help) = match unknown {
            Unknown::Key(key) => return self.unknown_key(key),
            Unknown::SessionName => return self.unknown_session_name(causes),
            Unknown::IdentityPolicies => {
                let owner = self.question.names.customer.word();
                let message = format!(
                    "the {owner}'s policies were not given, so whether they allow or deny `{action}` is not known"
                );
                (
                    "identity",
                    message,
                    "give them with --identity-policy FILE.., those of its groups too; `inputs` prints how to get them".to_owned(),
                )
            }
            Unknown::KeyPolicy => {
                let message = format!(
                    "the policy of the KMS key was not given, so whether it lets the caller `{action}` is not known"
                );
                (
                    "kms-key-policy",
                    message,
                    "give it with --kms-key-policy FILE; `aws kms get-key-policy --key-id ARN` prints it".to_owned(),
                )
            }
            Unknown::TrustPolicy => {
                let message = "the trust policy of the role was not given, so whether ICA may assume it is not known".to_owned();
                ("trust-policy", message, "give it with --trust-policy FILE; `aws iam get-role --role-name NAME` prints it".to_owned())
            }
            Unknown::BucketKeys => {
                let message = format!(
                    "whether `{action}` is allowed hangs on S3 Bucket Keys: with them the encryption context is the bucket's ARN, without them the object's"
                );
                let help =
                    "look at `BucketKeyEnabled` in `aws s3api get-bucket-encryption` and allow both ARNs in the condition".to_owned();
                ("", message, help)
            }
            Unknown::KeyId => {
                let message = format!(
                    "whether `{action}` is allowed hangs on the id of AWS's own key, which is not known"
                );
                ("", message, "give its ARN with --kms-key; `aws kms describe-key --key-id alias/aws/s3` prints it".to_owned())
            }
            Unknown::Provider => {
                let message =
                    "the trust policy treats the identity providers that it names differently, and which one is ICA's is not known"
                        .to_owned();
                (
                    "trust-policy",
                    message,
                    "say --assume oidc-role:aws:FederatedProvider=ARN".to_owned(),
                )
            }
            Unknown::Versioning => {
                let message = format!(
                    "`{action}` is needed on buckets with versioning enabled or suspended; the bucket's state was not given"
                );
                ("", message, "say --versioning unversioned, enabled or suspended".to_owned())
            }
            Unknown::Role => {
                let message = "which role of Illumina's copies data is not known: neither the bucket's nor ICA's region was given, or ICA has none there";
                (
                    "",
                    message.to_owned(),
                    "say --region, --ica-region or --cross-account-role".to_owned(),
                )
            }
            Unknown::TooHard(undecided) => {
                let message = format!(
                    "whether `{action}` is allowed could not be decided: {}",
                    undecided.reason
                );
                return Reason { span: undecided.span, ..empty(ReasonKind::Limit, "", message) };
            }
            Unknown::Limit { size, span } => {
                let message = format!("the conditions have too many combinations to try: {size}");
                return Reason { span: *span, ..empty(ReasonKind::Limit, "", message) };
            }
        };
        Reason { help: Some(Advice::plain(help)), ..empty(ReasonKind::Hidden, layer, message) }
    }

    /// The session's name is not known: shows the words that fit some names only.
    fn unknown_session_name(&self, causes: &[Cause<'_>]) -> Reason {
        let is_open = |cause: &&Cause<'_>| matches!(cause.kind, CauseKind::Open { .. });
        let shown = causes.iter().find(|cause| !is_open(cause)).map(|cause| self.reason(cause));
        let known = shown.unwrap_or_else(|| empty(ReasonKind::Hidden, "", String::new()));
        let message = format!(
            "whether `{}` is allowed hangs on the name that ICA gives to its sessions, which is not known",
            self.question.step.action
        );
        let help = Some(Advice::plain("if you know the name, say it with --session-name"));
        Reason { kind: ReasonKind::Hidden, message, help, labels: Vec::new(), ..known }
    }

    /// A condition key that is not known: shows the first condition on it.
    fn unknown_key(&self, key: &str) -> Reason {
        let actions = self
            .question
            .step
            .actions()
            .map(|action| action.to_ascii_lowercase())
            .collect::<Vec<_>>();
        let about =
            |statement: &Statement| actions.iter().any(|action| concerns(statement, action));
        let places = self.layers.ids().flat_map(|layer| {
            self.layers.policies(layer).iter().map(move |policy| (layer, policy))
        });
        let statements = places.flat_map(|(layer, policy)| {
            policy.statements.iter().map(move |statement| (layer, statement))
        });
        let found =
            statements.filter(|(_, statement)| about(statement)).find_map(|(layer, statement)| {
                let condition =
                    statement.conditions.iter().find(|condition| &*condition.key.node == key)?;
                Some((layer, statement, condition))
            });
        let Some((layer, statement, condition)) = found else {
            let message = format!("it hangs on `{key}`, which is not known");
            return Reason {
                help: Some(Advice::plain(format!("if you know it, say --assume {key}=VALUE"))),
                ..empty(ReasonKind::Hidden, "", message)
            };
        };
        let written = written_key(condition);
        let message = format!(
            "whether `{}` is allowed hangs on `{written}`, which is not known for {}",
            self.question.step.action,
            self.question.caller.id()
        );
        let mut reason = empty(ReasonKind::Hidden, self.layer_name(layer), message);
        locate(&mut reason, statement);
        reason.span = Some(condition.span);
        let how = match key {
            "sts:rolesessionname" => "--session-name NAME".to_owned(),
            _ => format!("--assume {}:{written}=VALUE", self.question.caller.id()),
        };
        reason.help = Some(Advice::plain(format!("if you know it, say {how}")));
        reason
    }
}
