//! The KMS key of the objects: which one it is, and when S3 uses it in a caller's name. Source: F3, A4.

use super::assumption::Assumption;
use super::caller::CallerId;
use super::catalogue::{Operation, Step, Target};
use super::setup::{KmsKey, Setup};
use super::verdict::{Reason, ReasonKind, StepReport, Verdict, reason, step};
use super::wording::Wording;
use crate::model::Arn;
use crate::s3::BucketEncryption;

/// What a storage configuration with a key says in its header (A2).
pub const SENT_WITH_A_KEY: &str = "aws:kms";

/// The header that names the key.
pub(super) const KEY_HEADER: &str = "s3:x-amz-server-side-encryption-aws-kms-key-id";

/// When S3 uses the key in a step of an operation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum KeyUse {
    /// The key is not used.
    Never,
    /// Only for objects written without the header; whether there are such objects is not known.
    Perhaps,
    /// Always.
    Always,
}

/// The account of the caller for whom S3 uses the key.
pub(super) fn caller_account(setup: &Setup, caller: CallerId) -> Option<&str> {
    if caller.is_customers() {
        return Some(setup.customer.account());
    }
    setup.cross_account_role.as_ref().map(Arn::account)
}

/// How S3 uses the key in an operation, in a caller's name.
pub(super) struct KeyAccess<'a> {
    key: Option<&'a KmsKey>,
    account: Option<&'a str>,
    region: Option<&'a str>,
    default: Option<&'a BucketEncryption>,
    sends_aes256: bool,
    wording: &'static Wording,
    /// Whether the product's own header decides how all objects of the operation are encrypted.
    header_decides: bool,
}

impl<'a> KeyAccess<'a> {
    pub(super) fn new(setup: &'a Setup, operation: &Operation, caller: CallerId) -> KeyAccess<'a> {
        let key = setup.key_in_use.as_ref();
        let mut writes = operation.steps.iter().filter(|step| step.action == "s3:PutObject");
        KeyAccess {
            key,
            account: caller_account(setup, caller),
            region: setup.region.as_deref(),
            default: key.and_then(|key| setup.environment.default_with(key)),
            sends_aes256: setup.environment.sends_aes256(),
            wording: setup.product.wording(),
            header_decides: writes
                .all(|write| setup.product.catalogue().sends_header(caller, write)),
        }
    }

    /// When S3 uses the key in a step. With AES256 in its header the product's own writes do not use the bucket's default.
    fn used_by(&self, step: &Step) -> KeyUse {
        // Others may have written the objects that a step reads.
        let reads = step.assumes.contains(&Assumption::ONE_KEY);
        match self.key {
            None => KeyUse::Never,
            Some(_) if !self.sends_aes256 => KeyUse::Always,
            Some(_) if self.header_decides && !reads => KeyUse::Never,
            Some(_) => KeyUse::Perhaps,
        }
    }

    /// Whether the caller cannot use the key at all: only its own account can use the AWS managed key.
    fn is_out_of_reach(&self) -> bool {
        matches!(self.key, Some(KmsKey::AwsManaged { account, .. }) if self.account != Some(account))
    }

    /// Whether the policies decide a step. A caller that cannot use the key at all gets one step for that, not one for each action.
    pub(super) fn is_judged(&self, step: &Step) -> bool {
        step.resource != Target::Key
            || !self.is_out_of_reach() && self.used_by(step) != KeyUse::Never
    }

    /// The verdict on a step at the key if it is not known whether S3 uses the key.
    pub(super) fn weaken(&self, step: &Step, verdict: &mut Verdict, reasons: &mut Vec<Reason>) {
        let is_stopped = matches!(verdict, Verdict::Blocked | Verdict::Partial);
        if is_stopped && step.resource == Target::Key && self.used_by(step) == KeyUse::Perhaps {
            *verdict = Verdict::Unknown;
            reasons.insert(0, self.perhaps_unused());
        }
    }

    /// Why a step that the key's policy stops may still be allowed.
    fn perhaps_unused(&self) -> Reason {
        let Wording { product, vendor, .. } = self.wording;
        let message = format!(
            "the bucket uses this key to encrypt objects written without the header `x-amz-server-side-encryption`, and {product}'s storage configuration \
             sends AES256; whether there are objects without it, or requests of {vendor}'s role and of browsers, is not known"
        );
        let help = "allow the use of the key as the other reason says, or check with `aws s3api head-object` that no object has it";
        let place = |default: &BucketEncryption| {
            default.key.as_ref().map_or(default.algorithm.span, |key| key.span)
        };
        let reason = reason(ReasonKind::Hidden, "encryption", message, help);
        Reason { span: self.default.map(place), ..reason }
    }

    /// What no policy decides about the key: its region, and who cannot use the AWS managed key.
    pub(super) fn steps(&self, operation: &Operation, caller: CallerId) -> Vec<StepReport> {
        let on_key = operation.steps.iter().filter(|step| step.resource == Target::Key);
        let most = on_key.max_by_key(|step| self.used_by(step));
        let most = most.filter(|step| self.used_by(step) != KeyUse::Never);
        let Some((key, most)) = self.key.zip(most) else { return Vec::new() };
        let blocked = |action: &str, reason: Reason| {
            let mut step = step(action, &key.words(), Verdict::Blocked, reason);
            self.weaken(most, &mut step.verdict, &mut step.reasons);
            step
        };
        let elsewhere = self.region.filter(|region| *region != key.region()).map(|region| {
            let message = format!("the key is in {}, the bucket in {region}: S3 encrypts with keys of the bucket's region only", key.region());
            let help = format!(
                "name a key of the bucket's region in {}'s storage configuration",
                self.wording.product
            );
            blocked("key region", reason(ReasonKind::Environment, "", message, &help))
        });
        let shut_out = (self.is_out_of_reach() && self.account.is_some()).then(|| {
            let message = format!(
                "`aws/s3` is AWS's own key for account {}: {} is of another account and cannot use it",
                key.account(),
                caller.id()
            );
            let help =
                "encrypt with a customer managed key, whose policy can name callers of other accounts";
            blocked("AWS managed key", reason(ReasonKind::Environment, "kms-key-policy", message, help))
        });
        elsewhere.into_iter().chain(shut_out).collect()
    }
}
