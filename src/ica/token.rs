//! The request that assumes the customer's role: a token of ICA's identity provider, of which ICA documents neither issuer nor claims (A1).

use super::assume::told;
use super::assumption::Assumption;
use super::catalogue::{IcaCaller, Step};
use super::setup::Setup;
use super::values::UNLISTED;
use crate::authz::Caller;
use crate::model::{Named, PolicyKind};

const FEDERATED_PROVIDER: &str = "aws:federatedprovider";

/// Whoever shows ICA's token: the provider that the user told, else any of those that the trust policy names.
pub(super) fn callers(connection: &Setup, step: &Step, failing: Option<Assumption>) -> Vec<Caller> {
    let told = told_provider(connection, step).map(|provider| vec![provider.to_owned()]);
    let named = || {
        if failing == Some(Assumption::IdentityProvider) {
            Vec::new()
        } else {
            named_providers(connection)
        }
    };
    let mut providers = told.unwrap_or_else(named);
    if providers.is_empty() {
        providers.push(format!(
            "arn:aws:iam::{}:oidc-provider/{UNLISTED}",
            connection.customer.account()
        ));
    }
    providers.iter().filter_map(|provider| Caller::parse(provider, None).ok()).collect()
}

/// Whether the verdict rests on which provider is ICA's.
pub(super) fn assumes_provider(connection: &Setup, step: &Step) -> bool {
    told_provider(connection, step).is_none()
}

fn told_provider<'a>(connection: &'a Setup, step: &Step) -> Option<&'a str> {
    told(FEDERATED_PROVIDER, connection, IcaCaller::OidcRole, step).flatten()
}

/// The identity providers for OpenID Connect that the trust policy names; SAML shows no token.
fn named_providers(connection: &Setup) -> Vec<String> {
    let policies = connection.policies.known(PolicyKind::Trust);
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
