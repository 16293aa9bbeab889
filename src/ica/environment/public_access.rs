//! Whether one public statement cuts off all callers of other accounts. Source: F6.

use super::judged::Judged;
use crate::authz::Known;
use crate::finding::Label;
use crate::ica::assumption::Assumption;
use crate::ica::catalogue::{IcaCaller, Operation};
use crate::ica::setup::Setup;
use crate::ica::verdict::{Advice, Reason, ReasonKind, Verdict};
use crate::model::PolicyKind;
use crate::model::{Policy, Statement};
use crate::s3::{PublicAccessBlock, PublicStatement, public_statements};
use crate::source::Spanned;

pub(super) const CHECK: &str = "public-access-block";

/// Callers of another account, at the bucket: Illumina's role, and a user that is not of the bucket's account.
pub(super) fn hits(connection: &Setup, operation: &Operation, caller: IcaCaller) -> bool {
    let is_of_another_account = caller == IcaCaller::CrossAccountRole
        || connection.customer.account() != connection.account;
    is_of_another_account && operation.steps.iter().any(|step| step.resource.is_at_bucket())
}

pub(super) fn judge(connection: &Setup) -> Vec<Judged> {
    let policies = connection.policies.known(PolicyKind::Resource);
    let public = policies.into_iter().flat_map(|policy| {
        public_statements(policy).into_iter().map(move |public| (policy, public))
    });
    let public = public.collect::<Vec<_>>();
    if public.is_empty() {
        return vec![new()];
    }
    let blocks = match &connection.environment.public_access_block {
        Known::Known(blocks) => blocks.as_slice(),
        Known::AssertedNone | Known::Unspecified => &[],
    };
    let saved = switched_on(blocks, |block| block.block_public_policy)
        .map(|switch| unsaved(&public, switch));
    std::iter::once(restricted(connection, blocks, &public)).chain(saved).collect()
}

fn new() -> Judged {
    Judged::new(CHECK, "block public access", "RestrictPublicBuckets")
}

fn switched_on(
    blocks: &[PublicAccessBlock],
    switch: fn(&PublicAccessBlock) -> Option<Spanned<bool>>,
) -> Option<Spanned<bool>> {
    blocks.iter().filter_map(switch).find(|switch| switch.node)
}

fn restricted(
    connection: &Setup,
    blocks: &[PublicAccessBlock],
    public: &[(&Policy, PublicStatement)],
) -> Judged {
    let Some(switch) = switched_on(blocks, |block| block.restrict_public_buckets) else {
        return match connection.environment.public_access_block {
            Known::Unspecified => new().assuming(Assumption::PublicAccessBlock),
            // Of the bucket; the account and its organization have the switches as well.
            _ if blocks.len() < 2 => new().assuming(Assumption::AccountPublicAccessBlock),
            _ => new(),
        };
    };
    let is_certain = public.iter().any(|(_, public)| public.certain);
    public.iter().filter(|(_, public)| public.certain || !is_certain).fold(new(), |judged, (policy, public)| {
        let (verdict, kind) = if is_certain { (Verdict::Blocked, ReasonKind::Environment) } else { (Verdict::Unknown, ReasonKind::Ambiguous) };
        let makes = if is_certain { "makes" } else { "may make" };
        let message = format!(
            "this statement {makes} the bucket policy public, and where `RestrictPublicBuckets` is on such a policy lets in nobody of another account, \
             whatever other statements allow"
        );
        let help = "bind the statement to fixed values (principals, `aws:PrincipalOrgID`, ..) or take it out; other statements need no change";
        judged.because(verdict, about(policy, public, kind, message, help, switch))
    })
}

/// A policy that is in force stays so; a public one cannot be saved.
fn unsaved(public: &[(&Policy, PublicStatement)], switch: Spanned<bool>) -> Judged {
    public.iter().take(1).fold(new().advised(), |judged, (policy, public)| {
        let sure = if public.certain { "is" } else { "may be" };
        let message = format!("the bucket policy {sure} public by this statement, and where `BlockPublicPolicy` is on it cannot be saved");
        let help = "bind the statement to fixed values (principals, `aws:PrincipalOrgID`, ..) or take it out";
        judged.because(Verdict::Unknown, about(policy, public, ReasonKind::Environment, message, help, switch))
    })
}

fn about(
    policy: &Policy,
    public: &PublicStatement,
    kind: ReasonKind,
    message: String,
    help: &str,
    switch: Spanned<bool>,
) -> Reason {
    let statement: Option<&Statement> = policy.statements.get(public.index);
    let (first, rest) = public
        .causes
        .split_first()
        .map_or((public.span, &[][..]), |(first, rest)| (first.span, rest));
    let mut labels = rest.to_vec();
    labels.push(Label { span: switch.span, text: "switched on here".to_owned() });
    Reason {
        kind,
        layer: CHECK,
        statement: Some(public.index),
        sid: statement.and_then(|statement| statement.sid.as_ref()).map(|sid| sid.node.clone()),
        span: Some(first),
        message: match public.causes.first() {
            Some(cause) => format!("{message} ({})", cause.text),
            None => message,
        },
        note: None,
        help: Some(Advice::plain(help)),
        labels,
    }
}
