//! Claims of the tokens of identity providers, which are condition keys as well.

use super::catalogue::{KeyFact, Step, Target};
use crate::authz::{Caller, Context};

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
