//! What decides the requests of one of a connection's callers, whatever they ask for: the callers that may be meant, and the layers.
//!
//! The steps of the catalogue are questions about known requests. Here only the user says what is known of a request.

use super::answer::Unknown;
use super::assumption::Assumption;
use super::caller::{CallerId, Credentials};
use super::catalogue::{Catalogue, KeyKind, Step, Target};
use super::context::{keys_used, statements};
use super::question::{
    KeyValue, assumed, callers, layers, not_given, sessions_for, sessions_in_full,
};
use super::setup::{Customer, KmsKey, Setup};
use crate::authz::{Caller, ContextValue, Layer, Layers};
use crate::model::PolicyKind;

/// A condition key in lower case with its value; of one that is absent without.
pub type KnownKey = (String, Option<ContextValue>);

/// What a request is about, from the view of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Aim {
    /// Something of the connection, whose own policy is one of its documents.
    Own(Target),
    /// Something else. A policy of its own counts as absent.
    Other {
        /// Whether S3 may be asked for it.
        of_s3: bool,
    },
}

impl Aim {
    /// The kind of the policy that what is asked about has.
    pub fn policy(self) -> Option<PolicyKind> {
        match self {
            Aim::Own(Target::Key) => Some(PolicyKind::KmsKey),
            Aim::Own(Target::Role) => Some(PolicyKind::Trust),
            Aim::Own(Target::FederatedUser) | Aim::Other { .. } => None,
            Aim::Own(Target::Bucket | Target::Object | Target::Folder) => {
                Some(PolicyKind::Resource)
            }
        }
    }

    /// What resources are, by their ARN, where `*` and `?` mean any.
    ///
    /// # Errors
    /// Some of them are the connection's and some are not: different policies decide about them. The message says what to write.
    pub fn of(setup: &Setup, resource: &str, actions: &[String]) -> Result<Aim, String> {
        let bucket = format!("arn:aws:s3:::{}", setup.bucket);
        let objects = format!("{bucket}/");
        if resource == bucket {
            return Ok(Aim::Own(Target::Bucket));
        }
        if resource.starts_with(&objects) {
            return Ok(Aim::Own(Target::Object));
        }
        let key = setup.kms_key.as_ref().map(KmsKey::words).unwrap_or_default();
        let is_key = match key.strip_suffix('*') {
            Some(stem) => resource.starts_with(stem),
            None => !key.is_empty() && resource == key,
        };
        if is_key {
            return Ok(Aim::Own(Target::Key));
        }
        if resource.contains(&format!(":sts::{}:federated-user/", setup.customer.account())) {
            return Ok(Aim::Own(Target::FederatedUser));
        }
        if resource == setup.customer.arn().as_str() && matches!(setup.customer, Customer::Role(_))
        {
            return Ok(Aim::Own(Target::Role));
        }
        let is_of = |service: &str| {
            actions.iter().any(|action| {
                let prefix = action.split(':').next().unwrap_or_default();
                prefix.contains(['*', '?']) || prefix.eq_ignore_ascii_case(service)
            })
        };
        let own = [("s3", bucket.as_str()), ("s3", objects.as_str()), ("kms", key.as_str())];
        let own = own.iter().filter(|(service, arn)| !arn.is_empty() && is_of(service));
        if let Some((_, arn)) = own.into_iter().find(|(_, arn)| may_meet(resource, arn)) {
            return Err(format!(
                "`{resource}` means resources of the connection and others, whose policies are not known: write `{arn}` in an entry of its own"
            ));
        }
        Ok(Aim::Other { of_s3: is_of("s3") })
    }

    fn step(self, catalogue: &'static Catalogue) -> Option<&'static Step> {
        let target = match self {
            Aim::Own(target) => target,
            Aim::Other { .. } => Target::Object,
        };
        let steps = catalogue.operations.iter().flat_map(|operation| &operation.steps);
        steps.into_iter().find(|step| step.resource == target)
    }
}

/// Whether a pattern can mean an ARN that begins like this: they agree up to the first wildcard.
fn may_meet(pattern: &str, start: &str) -> bool {
    match pattern.find(['*', '?']) {
        Some(at) => start.starts_with(&pattern[..at]) || pattern[..at].starts_with(start),
        None => pattern == start,
    }
}

/// What decides the requests of a caller.
#[derive(Clone, Debug)]
pub struct Way<'a> {
    /// All callers that may be meant, one for each class that the policies distinguish.
    pub callers: Vec<Caller>,
    /// The policies that decide. Those that must allow and were not given allow.
    pub layers: Layers<'a>,
    /// What is known of condition keys.
    pub context: Vec<KnownKey>,
    /// The account that owns the resources, if it is known.
    pub account: Option<String>,
    /// A policy that must allow and was not given, in words.
    pub not_given: Option<&'static str>,
    /// The assumptions under which something is allowed.
    pub assumes: Vec<Assumption>,
}

/// The keys of requests that are signed with temporary credentials.
const OF_TEMPORARY: [&str; 2] = ["aws:tokenissuetime", "aws:multifactorauthpresent"];

/// What decides a caller's requests about an aim. `keys` are known; of those in `open` nothing is known, whatever the connection assumes.
///
/// # Errors
/// Why it is not known who asks.
pub fn way<'a>(
    setup: &'a Setup,
    caller: CallerId,
    (aim, resource): (Aim, &str),
    keys: &[KnownKey],
    open: &[String],
) -> Result<Way<'a>, String> {
    let wording = setup.product.wording();
    let step = aim
        .step(setup.product.catalogue())
        .ok_or_else(|| format!("{} asks for nothing of this kind", wording.product))?;
    if caller.vendor_policies(step.resource).is_some() && setup.cross_account_role.is_none() {
        return Err(format!(
            "the region is not given, so the role of {} is not known",
            wording.vendor
        ));
    }
    let mut known = assumed(setup, caller, step);
    known.retain(|key, _| !open.contains(key) && !keys.iter().any(|(own, _)| own == key));
    let value = |value: &KeyValue| match value {
        KeyValue::Is(value) => Some(ContextValue::One(value.clone())),
        KeyValue::Absent => None,
    };
    let mut context = known.iter().map(|(key, own)| (key.clone(), value(own))).collect::<Vec<_>>();
    context.extend_from_slice(keys);
    // A long-term key is no temporary credential: such requests have neither key (E, "aws:TokenIssueTime").
    if caller.credentials() == Credentials::UserKey {
        let open = |key: &str| open.iter().any(|own| own == key);
        let is_new = |key: &&str| !open(key) && context.iter().all(|(own, _)| own != key);
        let absent = OF_TEMPORARY.iter().copied().filter(is_new).collect::<Vec<_>>();
        context.extend(absent.into_iter().map(|key| (key.to_owned(), None)));
    }
    // The prover itself distinguishes requests that come through the endpoint from others.
    let layers = layers_of(setup, caller, aim, step);
    let all = statements(layers.all());
    let mut sessions = sessions_in_full(setup, &all);
    sessions.extend(sessions_for(setup, &all, &[resource.replace(['*', '?'], "x")]));
    let callers = callers(setup, caller, step, &all, &sessions, &known)
        .map_err(|undecided| undecided.reason)?;
    let mut assumes = Vec::new();
    assumes.extend(caller.vendor_policies(step.resource));
    let is_at_bucket = matches!(aim, Aim::Own(target) if target.is_at_bucket());
    let of_layers = [
        (PolicyKind::Session, caller.is_session(), Assumption::SESSION_POLICY),
        (PolicyKind::Resource, is_at_bucket, Assumption::NO_BUCKET_POLICY),
        (PolicyKind::Boundary, caller.is_customers(), Assumption::NO_BOUNDARY),
        (PolicyKind::Scp, caller.is_customers(), Assumption::NO_SCP),
        (PolicyKind::Rcp, is_at_bucket, Assumption::NO_RCP),
    ];
    let made = of_layers
        .into_iter()
        .filter(|(kind, counts, _)| *counts && setup.policies.is_unspecified(*kind));
    assumes.extend(made.map(|(_, _, assumption)| assumption));
    Ok(Way {
        callers,
        layers,
        context,
        account: account_of(setup, aim),
        not_given: not_given(setup, caller, step).first().map(words),
        assumes,
    })
}

fn layers_of<'a>(setup: &'a Setup, caller: CallerId, aim: Aim, step: &Step) -> Layers<'a> {
    let mut layers = layers(setup, caller, step, Some(true));
    if let Aim::Other { of_s3 } = aim {
        layers.resource = Layer::Absent;
        layers.rcps.clear();
        if !of_s3 {
            layers.vpce = Layer::Absent;
        }
    }
    layers
}

/// The account that owns what is asked about, if it is known.
pub fn account_of(setup: &Setup, aim: Aim) -> Option<String> {
    match aim {
        Aim::Own(target) if target.is_at_bucket() => Some(setup.account.clone()),
        Aim::Own(Target::Key) => setup.kms_key.as_ref().map(|key| key.account().to_owned()),
        Aim::Own(_) => Some(setup.customer.account().to_owned()),
        Aim::Other { .. } => None,
    }
}

fn words(unknown: &Unknown) -> &'static str {
    match unknown {
        Unknown::IdentityPolicies => "the identity policies are not given",
        Unknown::KeyPolicy => "the policy of the KMS key is not given",
        Unknown::TrustPolicy => "the trust policy of the role is not given",
        _ => "a policy is not given",
    }
}

/// The condition keys that the policies use and whose value follows from what the product does: what to pin where a question means the
/// product's own requests of a step.
pub fn usual_keys(setup: &Setup, caller: CallerId, step: &Step) -> Vec<KnownKey> {
    let used = keys_used(&statements(setup.policies.all()));
    let usual = used.into_iter().filter_map(|key| {
        let fact = setup.product.catalogue().fact(step, &key, caller);
        let value = match fact.kind {
            KeyKind::Known => Some(fact.value?),
            KeyKind::Absent => None,
            KeyKind::Free if fact.below => Some(setup.prefix.clone()),
            _ => return None,
        };
        Some((key, value.map(ContextValue::One)))
    });
    usual.collect()
}
