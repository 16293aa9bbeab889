//! Claims of the tokens of identity providers, which are condition keys as well.

use crate::authz::{Caller, Context, claim};

/// Takes out the claims that a token of this caller's provider cannot have: those of other providers.
pub(super) fn keep_own_claims(context: &mut Context, caller: &Caller) {
    let Caller::WebIdentity { provider } = caller else { return };
    let host = provider.host().unwrap_or_default().to_ascii_lowercase();
    let foreign =
        context.iter().filter(|(key, _)| claim(key).is_some_and(|(other, _)| other != host));
    let foreign = foreign.map(|(key, _)| key.to_owned()).collect::<Vec<_>>();
    foreign.iter().for_each(|key| context.remove(key));
}
