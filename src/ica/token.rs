//! The request that assumes the customer's role: a token of ICA's identity provider, of which ICA documents neither issuer nor claims (A1).

use super::assume::told;
use super::catalogue::{IcaCaller, KeyFact, Step, Target};
use super::connection::Connection;
use super::space::Failing;
use super::values::UNLISTED;
use crate::authz::{Caller, Context};
use crate::model::{Named, PolicyKind};

/// The assumption that the provider which the trust policy names is ICA's.
pub(super) const PROVIDER: &str = "identity-provider";

const FEDERATED_PROVIDER: &str = "aws:federatedprovider";

/// Whoever shows ICA's token: the provider that the user told, else any of those that the trust policy names.
pub(super) fn callers(connection: &Connection, step: &Step, failing: Failing<'_>) -> Vec<Caller> {
    let told = told_provider(connection, step).map(|provider| vec![provider.to_owned()]);
    let named = || if failing == Some(PROVIDER) { Vec::new() } else { named_providers(connection) };
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
pub(super) fn assumes_provider(connection: &Connection, step: &Step) -> bool {
    told_provider(connection, step).is_none()
}

fn told_provider<'a>(connection: &'a Connection, step: &Step) -> Option<&'a str> {
    told(FEDERATED_PROVIDER, connection, IcaCaller::OidcRole, step).flatten()
}

/// The identity providers for OpenID Connect that the trust policy names; SAML shows no token.
fn named_providers(connection: &Connection) -> Vec<String> {
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

/// The provider whose claim a condition key is, `HOST:aud` and the like: no service of AWS has a dot in its name.
pub(super) fn claim(key: &str) -> Option<(&str, &str)> {
    key.rsplit_once(':').filter(|(host, _)| host.contains('.') && !host.contains(':'))
}

/// Every token has an audience and a subject, which ICA does not document; of other claims it is not known whether it has them.
pub(super) fn claim_fact(key: &str, step: &Step) -> Option<KeyFact> {
    let (_, name) = claim(key).filter(|_| step.resource == Target::Role)?;
    Some(KeyFact { absent: !matches!(name, "aud" | "sub"), ..KeyFact::unknown() })
}

/// Takes out the claims that a token of this caller's provider cannot have: those of other providers.
pub(super) fn keep_own_claims(context: &mut Context, caller: &Caller) {
    let Caller::WebIdentity { provider } = caller else { return };
    let host =
        provider.resource().strip_prefix("oidc-provider/").unwrap_or_default().to_ascii_lowercase();
    let foreign =
        context.iter().filter(|(key, _)| claim(key).is_some_and(|(other, _)| other != host));
    let foreign = foreign.map(|(key, _)| key.to_owned()).collect::<Vec<_>>();
    foreign.iter().for_each(|key| context.remove(key));
}
