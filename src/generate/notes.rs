//! What comes with the documents: notes for the user, and names for values that the product does not
//! document.

use super::plan::Plan;
use super::{Document, Kind};
use crate::product::{Customer, KmsKey, Placeholder};
use serde::Serialize;

/// Something that the user should also know or do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Note {
    /// A stable name in kebab case.
    pub id: &'static str,
    /// The text.
    pub text: String,
}

fn note(id: &'static str, text: impl Into<String>) -> Note {
    Note { id, text: text.into() }
}

/// The placeholders that are still in the documents.
pub(super) fn open_placeholders(documents: &[Document], plan: &Plan) -> Vec<Placeholder> {
    let has_trust = documents.iter().any(|document| document.kind == Kind::TrustPolicy);
    plan.product
        .placeholders()
        .iter()
        .filter(|placeholder| has_trust && plan.value(placeholder.name) == placeholder.name)
        .cloned()
        .collect()
}

/// The notes of a plan and its documents.
pub(super) fn notes(plan: &Plan, documents: &[Document], advised: &[String]) -> Vec<Note> {
    let has = |kind: Kind| documents.iter().any(|document| document.kind == kind);
    let product = plan.product.wording().product;
    let mut notes = Vec::new();
    if has(Kind::BucketPolicy) {
        notes.push(note(
            "bucket-policy-replaces",
            "a bucket has one policy and `put-bucket-policy` replaces it: where the bucket has one, add these statements to it",
        ));
    } else {
        notes.push(note(
            "no-bucket-policy",
            "no bucket policy is needed: nothing that is wanted is done from another account",
        ));
    }
    if has(Kind::Cors) {
        notes.push(note(
            "cors-replaces",
            "`put-bucket-cors` replaces all rules: where the bucket has some, put this one in front, the first that matches counts",
        ));
    }
    if has(Kind::KmsKeyPolicy) {
        notes.push(note(
            "key-policy-replaces",
            "a key has one policy and `put-key-policy` replaces it: where the key has one, add the statements to it; `EnableIamPolicies` is AWS's default and keeps the key manageable",
        ));
    }
    if matches!(plan.kms_key, Some(KmsKey::AwsManaged { .. })) {
        notes.push(note(
            "aws-managed-key",
            "AWS writes the policy of `aws/s3`: nothing needs to be granted on it in its account, and nothing can be in others",
        ));
    }
    if plan.deny_others {
        notes.push(note(
            "deny-others",
            format!("`DenyOthers` denies everybody else access to {product}'s objects, including administrators and the account's root user; add to its list everybody else who needs them before you put it in force"),
        ));
        if matches!(plan.customer, Customer::User(_)) && plan.session_name.is_none() {
            notes.push(note(
                "any-federated-session",
                format!("`federated-user/*` excepts every federated session of the account: {product} chooses the session's name, so no policy can distinguish its user"),
            ));
        }
    }
    if plan.versioning_is_open {
        notes.push(note(
            "versioning",
            "the versioning state was not given, so the policies hold what versioned buckets need as well; --versioning makes them exact",
        ));
    }
    if !advised.is_empty() {
        notes.push(note(
            "advised",
            format!(
                "newer pages and users advise {}, which are not included: --advised adds them",
                advised.join(", ")
            ),
        ));
    }
    if plan.customer_is_foreign() {
        notes.push(note(
            "other-account",
            format!(
                "the bucket is in account {}, {product}'s own caller in {}: both its policy and the bucket policy must allow",
                plan.account,
                plan.customer.account()
            ),
        ));
    }
    notes
}
