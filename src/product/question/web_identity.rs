//! The request that assumes the customer's role. It shows a token of the vendor's identity provider, whose issuer and claims are not documented.

use super::keys::{Assumed, KeyValue};
use crate::authz::Caller;
use crate::model::{Named, PolicyKind};
use crate::product::setup::Setup;
use crate::product::values::UNLISTED;

const FEDERATED_PROVIDER: &str = "aws:federatedprovider";

/// The callers that may show such a token: of the user's provider, else of any that the trust policy names, else of another one.
pub(super) fn callers(setup: &Setup, assumed: &Assumed) -> Vec<Caller> {
    let providers = match assumed_provider(assumed) {
        Some(provider) => vec![provider.to_owned()],
        None => named_providers(setup),
    };
    if providers.is_empty() {
        unlisted(setup)
    } else {
        providers.iter().filter_map(|provider| caller(provider)).collect()
    }
}

/// A caller of a provider that no policy names.
pub(super) fn unlisted(setup: &Setup) -> Vec<Caller> {
    let account = setup.customer.account();
    caller(&format!("arn:aws:iam::{account}:oidc-provider/{UNLISTED}")).into_iter().collect()
}

fn caller(provider: &str) -> Option<Caller> {
    Caller::parse(provider, None).ok()
}

/// The provider that the user gave.
pub(super) fn assumed_provider(assumed: &Assumed) -> Option<&str> {
    match assumed.get(FEDERATED_PROVIDER) {
        Some(KeyValue::Is(provider)) => Some(provider),
        Some(KeyValue::Absent) | None => None,
    }
}

/// The OIDC identity providers that the trust policy names; a SAML provider issues no such token.
fn named_providers(setup: &Setup) -> Vec<String> {
    let policies = setup.policies.known(PolicyKind::Trust);
    let elements = policies
        .iter()
        .flat_map(|policy| &policy.statements)
        .filter_map(|statement| statement.principal.as_ref());
    let named =
        elements.flat_map(|element| &element.patterns).filter_map(|pattern| match &pattern.named {
            Named::Federated(provider) if provider.contains(":oidc-provider/") => {
                Some(provider.clone())
            }
            _ => None,
        });
    let mut providers = named.collect::<Vec<_>>();
    providers.sort_unstable();
    providers.dedup();
    providers
}
