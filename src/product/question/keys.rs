//! What is known about the condition keys of a question: from the user, then from the set-up, then from the catalogue.

use crate::authz::{Request, may_have_key};
use crate::aws;
use crate::product::assumption::Assumption;
use crate::product::caller::CallerId;
use crate::product::catalogue::{ENCRYPTION_HEADER, KeyFact, Step, Target};
use crate::product::kms::{KEY_HEADER, SENT_WITH_A_KEY, caller_account};
use crate::product::setup::{KmsKey, Setup};
use crate::s3::Header;
use std::collections::{BTreeMap, BTreeSet};

/// Keys about the network path of a request.
const NETWORK: [&str; 5] =
    ["aws:sourceip", "aws:vpcsourceip", "aws:sourcevpc", SOURCE_VPCE, "aws:useragent"];

const SOURCE_IP: &str = "aws:sourceip";
const SOURCE_VPCE: &str = "aws:sourcevpce";

/// A key that is fully known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::product) enum KeyValue {
    /// No request has it.
    Absent,
    /// All requests have this value.
    Is(String),
}

/// What is known about a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::product) enum KeyState {
    /// Its value.
    Settled(KeyValue),
    /// The fact of the catalogue.
    Listed(KeyFact),
}

/// The keys that the user settled with `--assume`, as far as they apply to a step.
pub(in crate::product) type Assumed = BTreeMap<String, KeyValue>;

/// What the user said about the keys of a step. An entry without a caller is for all callers whose key is open; one about the caller itself
/// is for the customer's own callers only.
pub(in crate::product) fn assumed(setup: &Setup, caller: CallerId, step: &Step) -> Assumed {
    // S3 itself calls KMS: the network path from the product to S3 says nothing about that request.
    let is_of_step = |key: &str| step.resource != Target::Key || !NETWORK.contains(&key);
    let concerns_all = |key: &str| {
        let describes_caller = key.starts_with("aws:principal")
            || ["aws:userid", "aws:username", "aws:federatedprovider"].contains(&key);
        !(describes_caller && caller.vendor_policies(step.resource).is_some())
            && setup.product.catalogue().fact(step, key, caller).may_be_assumed()
    };
    let assumed = setup.assume.iter().filter(|assume| {
        is_of_step(&assume.key)
            && assume.caller.map_or_else(|| concerns_all(&assume.key), |only| only == caller)
    });
    let value = |value: &Option<String>| value.clone().map_or(KeyValue::Absent, KeyValue::Is);
    assumed.map(|assume| (assume.key.clone(), value(&assume.value))).collect()
}

/// Whether the user says that requests come through a VPC endpoint, or that they do not.
pub(in crate::product) fn through_endpoint(assumed: &Assumed) -> Option<bool> {
    assumed.get(SOURCE_VPCE).map(|value| *value != KeyValue::Absent)
}

/// What is known about these keys. `authz` fills in those that `probe`, a request with an empty context, has; those that no request of
/// the step can have are omitted.
pub(super) fn states(
    setup: &Setup,
    step: &Step,
    caller: CallerId,
    assumed: &Assumed,
    keys: &BTreeSet<String>,
    probe: Option<&Request>,
) -> BTreeMap<String, KeyState> {
    let is_derived = |key: &str| probe.is_some_and(|request| request.context.get(key).is_some());
    let is_possible = |key: &&String| {
        !is_derived(key) && step.actions().any(|action| is_supported(key, action, step.resource))
    };
    let state = |key: &String| {
        let settled =
            assumed.get(key).cloned().or_else(|| follows(key, setup, caller, step, assumed));
        settled.map_or_else(
            || KeyState::Listed(listed(key, setup, caller, step, assumed)),
            KeyState::Settled,
        )
    };
    keys.iter().filter(is_possible).map(|key| (key.clone(), state(key))).collect()
}

/// Whether requests for an action can have the key. One that the reference data lacks may be newer than the data; one that is not of the
/// form `service:name` is none (IAM:access-analyzer-reference-policy-checks, "Invalid condition key format"), such as the `${bucket}` of a template.
pub(super) fn is_supported(key: &str, action: &str, target: Target) -> bool {
    if !key.contains(':') {
        return false;
    }
    let Some(action) = aws::action(action) else { return true };
    may_have_key(action, Some(target.resource_type()), key)
}

/// What follows from the set-up and from what the user said about other keys.
fn follows(
    key: &str,
    setup: &Setup,
    caller: CallerId,
    step: &Step,
    assumed: &Assumed,
) -> Option<KeyValue> {
    let kms_key = setup.key_in_use.as_ref();
    let value = match key {
        // Requests to STS go to an endpoint of the product's choice, which need not be in the bucket's region.
        "aws:requestedregion" if step.resource.is_at_bucket() => {
            setup.region.as_deref()?.to_owned()
        }
        "aws:requestedregion" if step.resource == Target::Key => kms_key?.region().to_owned(),
        // S3 of the bucket's region asks, which is the key's region as well. Outside of the partition `aws` its name is another one.
        "kms:viaservice" => {
            format!("s3.{}.amazonaws.com", setup.region.as_deref().unwrap_or(kms_key?.region()))
        }
        "kms:calleraccount" => caller_account(setup, caller)?.to_owned(),
        "sts:rolesessionname" => setup.session_name.clone()?,
        // A request through a VPC endpoint has no public address.
        SOURCE_IP if through_endpoint(assumed) == Some(true) => return Some(KeyValue::Absent),
        _ => return None,
    };
    Some(KeyValue::Is(value))
}

/// The fact of the catalogue, refined by the set-up.
fn listed(key: &str, setup: &Setup, caller: CallerId, step: &Step, assumed: &Assumed) -> KeyFact {
    if !is_supported(key, &step.action, step.resource) {
        return KeyFact::unknown();
    }
    let fact = setup.product.catalogue().fact(step, key, caller);
    match (key, encryption_header(key, setup, step)) {
        (_, Some(header)) => header,
        // A request over the internet has an address.
        (SOURCE_IP, _) if through_endpoint(assumed) == Some(false) => {
            KeyFact { absent: false, assume: None, ..fact }
        }
        _ => with_encryption(key, fact, setup),
    }
}

/// The encryption headers of the product's uploads with a key in its storage configuration. If a step has facts of its own
/// about the headers, it is not known who sets them, so the key may be named or not.
fn encryption_header(key: &str, setup: &Setup, step: &Step) -> Option<KeyFact> {
    // With AES256 in its storage configuration the product leaves the key out.
    let kms_key = setup.key_in_use.as_ref().filter(|_| !setup.environment.sends_aes256())?;
    let is_open = step.keys.contains_key(ENCRYPTION_HEADER);
    match (key, kms_key) {
        (ENCRYPTION_HEADER, _) if !is_open => Some(KeyFact::known(SENT_WITH_A_KEY)),
        (KEY_HEADER, KmsKey::Arn(arn)) if is_open => {
            Some(KeyFact { values: vec![arn.as_str().to_owned()], ..KeyFact::unknown() })
        }
        (KEY_HEADER, KmsKey::Arn(arn)) => Some(KeyFact::known(arn.as_str())),
        // What the product sends for AWS's own key is not documented.
        (KEY_HEADER, KmsKey::AwsManaged { .. }) => Some(KeyFact::unknown()),
        _ => None,
    }
}

/// What is known about the encryption headers if the product's setting is known. Requests for which it does not document the header
/// (presigned uploads, the role's copies) stay open.
fn with_encryption(key: &str, fact: KeyFact, setup: &Setup) -> KeyFact {
    let header = setup.environment.encryption;
    match (key, header.filter(|_| fact.assume == Some(Assumption::ENCRYPTION_HEADER))) {
        (_, None) => fact,
        (ENCRYPTION_HEADER, Some(header)) => {
            KeyFact { value: Some(header.word().to_owned()), assume: None, ..fact }
        }
        // With a key the product sends its ARN; `encryption_header` knows which one.
        (KEY_HEADER, Some(Header::Kms)) => KeyFact { absent: false, ..KeyFact::unknown() },
        _ => KeyFact { assume: None, ..fact },
    }
}
