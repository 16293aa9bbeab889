//! Whether a public statement of the bucket policy blocks all callers of other accounts. Source: F6.

use crate::authz::Known;
use crate::finding::Label;
use crate::model::PolicyKind;
use crate::model::{Policy, Statement};
use crate::product::assumption::Assumption;
use crate::product::judged::{Hits, Judged};
use crate::product::setup::Setup;
use crate::product::verdict::{Advice, Reason, ReasonKind, Verdict};
use crate::s3::{PublicAccessBlock, PublicStatement, public_statements};
use crate::source::Spanned;

const CHECK: &str = "public-access-block";

pub(super) fn judge(setup: &Setup) -> Vec<Judged> {
    let judged = new(setup);
    let policies = setup.policies.known(PolicyKind::Resource);
    let public = policies.into_iter().flat_map(|policy| {
        public_statements(policy).into_iter().map(move |public| (policy, public))
    });
    let public = public.collect::<Vec<_>>();
    if public.is_empty() {
        return vec![judged];
    }
    let given = &setup.environment.public_access_block;
    let blocks = given.as_option().map_or(&[][..], Vec::as_slice);
    let saved = switched_on(blocks, |block| block.block_public_policy)
        .map(|switch| unsaved(judged.clone(), &public, switch));
    let restricted = match switched_on(blocks, |block| block.restrict_public_buckets) {
        Some(switch) => restricted(judged, &public, switch),
        None if *given == Known::Unspecified => {
            judged.assuming(Assumption::new("public-access-block"))
        }
        // These are the bucket's; the account and its organization have the switches as well.
        None if blocks.len() < 2 => judged.assuming(Assumption::new("account-public-access-block")),
        None => judged,
    };
    std::iter::once(restricted).chain(saved).collect()
}

/// It blocks all callers of another account.
fn new(setup: &Setup) -> Judged {
    let customer = setup.customer.account() != setup.account;
    Judged::new(CHECK, "block public access", "RestrictPublicBuckets")
        .hitting(Hits::OtherAccounts { customer })
}

fn switched_on(
    blocks: &[PublicAccessBlock],
    switch: fn(&PublicAccessBlock) -> Option<Spanned<bool>>,
) -> Option<Spanned<bool>> {
    blocks.iter().filter_map(switch).find(|switch| switch.node)
}

fn restricted(
    judged: Judged,
    public: &[(&Policy, PublicStatement)],
    switch: Spanned<bool>,
) -> Judged {
    let is_certain = public.iter().any(|(_, public)| public.certain);
    public.iter().filter(|(_, public)| public.certain || !is_certain).fold(judged, |judged, (policy, public)| {
        let (verdict, kind) = if is_certain { (Verdict::Blocked, ReasonKind::Environment) } else { (Verdict::Unknown, ReasonKind::Ambiguous) };
        let makes = if is_certain { "makes" } else { "may make" };
        let message = format!(
            "this statement {makes} the bucket policy public, and where `RestrictPublicBuckets` is on such a policy allows no caller of another account, \
             whatever other statements allow"
        );
        let help = "bind the statement to fixed values (principals, `aws:PrincipalOrgID`, ..) or remove it; other statements need no change";
        judged.because(verdict, about(policy, public, kind, message, help, switch))
    })
}

/// A policy that is in force stays in force, but a new public one cannot be saved.
fn unsaved(judged: Judged, public: &[(&Policy, PublicStatement)], switch: Spanned<bool>) -> Judged {
    public.iter().take(1).fold(judged.advised(), |judged, (policy, public)| {
        let sure = if public.certain { "is" } else { "may be" };
        let message = format!("the bucket policy {sure} public by this statement, and where `BlockPublicPolicy` is on it cannot be saved");
        let help = "bind the statement to fixed values (principals, `aws:PrincipalOrgID`, ..) or remove it";
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
