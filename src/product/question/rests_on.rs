//! The assumptions that count for a question.

use super::keys::{Assumed, through_endpoint};
use super::layers::rcps_are_known;
use super::web_identity::assumed_provider;
use crate::authz::CallerKind;
use crate::model::PolicyKind;
use crate::product::assumption::Assumption;
use crate::product::caller::CallerId;
use crate::product::catalogue::{Step, Target};
use crate::product::setup::{KmsKey, Setup};

/// The assumptions that a verdict may depend on, besides those about condition keys.
#[derive(Clone, Debug)]
pub(in crate::product) struct RestsOn {
    /// Those that can be tried as false.
    pub tried: Vec<Assumption>,
    /// Those that could only forbid more: they count unless the step is blocked already.
    pub forbidding: Vec<Assumption>,
}

impl RestsOn {
    pub(super) fn new(setup: &Setup, caller: CallerId, step: &Step, assumed: &Assumed) -> RestsOn {
        let is_unspecified = |kind| setup.policies.is_unspecified(kind);
        let is_role = step.resource == Target::Role;
        let shows_token = caller.kind(step.resource) == CallerKind::WebIdentity;
        let tried = [
            (
                caller.is_session() && !is_role && is_unspecified(PolicyKind::Session),
                Assumption::SESSION_POLICY,
            ),
            (
                step.resource.is_at_bucket() && is_unspecified(PolicyKind::Resource),
                Assumption::NO_BUCKET_POLICY,
            ),
            (shows_token && assumed_provider(assumed).is_none(), Assumption::IDENTITY_PROVIDER),
        ];
        let vendor = caller.vendor_policies(step.resource);
        let vendor = vendor.filter(|_| setup.cross_account_role.is_some());
        let forbidding = forbidding(setup, caller, step, assumed)
            .into_iter()
            .chain(step.assumes.iter().copied());
        RestsOn { tried: counting(tried).chain(vendor).collect(), forbidding: forbidding.collect() }
    }
}

fn counting<const N: usize>(all: [(bool, Assumption); N]) -> impl Iterator<Item = Assumption> {
    all.into_iter().filter(|(counts, _)| *counts).map(|(_, assumption)| assumption)
}

/// The assumptions that layers which were not given are absent. A bucket policy could also allow, so this is tried as well.
fn forbidding(setup: &Setup, caller: CallerId, step: &Step, assumed: &Assumed) -> Vec<Assumption> {
    let is_unspecified = |kind| setup.policies.is_unspecified(kind);
    // A caller that shows a token has no policies of its own.
    let own = caller.is_customers() && step.resource != Target::Role;
    let at_bucket = step.resource.is_at_bucket();
    let is_key = step.resource == Target::Key;
    // RCPs apply to the resource's account. The set-up knows nothing about it if it is not the bucket's.
    let rcps_are_known = rcps_are_known(setup, step.resource);
    // RCPs do not apply to AWS managed keys.
    let rcps_may_bind = !is_key || !matches!(setup.key_in_use, Some(KmsKey::AwsManaged { .. }));
    let through_endpoint = through_endpoint(assumed).filter(|_| at_bucket);
    let may_be_bound = at_bucket && setup.policies.get(PolicyKind::Vpce).is_known();
    counting([
        (at_bucket && is_unspecified(PolicyKind::Resource), Assumption::NO_BUCKET_POLICY),
        (own && is_unspecified(PolicyKind::Boundary), Assumption::NO_BOUNDARY),
        (own && is_unspecified(PolicyKind::Scp), Assumption::NO_SCP),
        (own && setup.assumes_full_access, Assumption::SCP_FULL_ACCESS),
        (rcps_are_known && is_unspecified(PolicyKind::Rcp), Assumption::NO_RCP),
        (!rcps_are_known && !is_key, Assumption::NO_USER_RCP),
        (!rcps_are_known && is_key && rcps_may_bind, Assumption::NO_KEY_RCP),
        (
            through_endpoint == Some(true) && is_unspecified(PolicyKind::Vpce),
            Assumption::NO_VPCE_POLICY,
        ),
        (through_endpoint.is_none() && may_be_bound, Assumption::THROUGH_ENDPOINT),
    ])
    .collect()
}
