//! Which condition keys a request has, and which values they can have: one table for both engines.
//!
//! The table is `keys.toml`; each of its rows names its source. [`Presence`] answers for a kind of caller whether
//! a key is there, [`value`] gives the value where it follows from the caller, and [`Shape`] the values that are
//! possible. Requests, the keys that a request leaves out, the requests that the symbolic engine looks at, and the
//! defaults of a product's catalogue read this table and no other.

mod function;
mod shape;
mod table;

pub use function::Function;
pub(super) use function::value;
pub use shape::{Class, Piece, Shape};
pub(super) use table::functions;
pub use table::{KeyRow, request_key, request_keys};

use super::{Caller, CallerKind, Provider};
use crate::aws::{self, Action, KeySupport, ValueType};
use std::sync::LazyLock;

/// Whether a key is in the context of requests.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Presence {
    /// In every request.
    Always,
    /// In none.
    Never,
    /// In some requests and not in others, or AWS's pages do not say.
    Perhaps,
}

/// Whether a key, given in lower case, is in the requests of a kind of caller for an action (`service:name` in lower
/// case). Without a kind: of whatever caller; without an action: of whatever action.
///
/// A key that the table lacks is there if the reference data lists it for the action or does not know it.
///
/// ```
/// use ica_policy::authz::{CallerKind, Presence, presence};
/// assert_eq!(presence("aws:useragent", None, None), Presence::Always);
/// assert_eq!(presence("aws:username", Some(CallerKind::Root), None), Presence::Never);
/// assert_eq!(presence("aws:sourcevpcarn", None, Some("sts:getcalleridentity")), Presence::Never);
/// ```
pub fn presence(key: &str, kind: Option<CallerKind>, action: Option<&str>) -> Presence {
    if let Some(claim) = claim(key) {
        return claim_presence(claim, kind);
    }
    let Some(row) = request_key(key) else { return Presence::Perhaps };
    let is_never = |kind| action.is_some_and(|action| row.is_never(kind, action));
    let by_caller = match kind {
        Some(kind) if is_never(kind) => Presence::Never,
        Some(kind) => row.presence(kind),
        None => of_all(CallerKind::ALL.map(|kind| row.presence(kind))),
    };
    match action {
        Some(action) => row.with_action(by_caller, action),
        None if row.depends_on_action() && by_caller == Presence::Always => Presence::Perhaps,
        None => by_caller,
    }
}

/// Whether the empty text as the value of a key, given in lower case, may count as null: not of a key
/// that some kind of caller or action always has.
pub fn may_be_null(key: &str) -> bool {
    !claim(key).is_some_and(is_usual_claim)
        && !request_key(key).is_some_and(|row| row.is_always_somewhere())
}

/// As [`presence`], for a caller that is known: whoever shows a token has the claims of its provider only.
pub fn presence_for(key: &str, caller: &Caller, action: Option<&str>) -> Presence {
    if let (Some((host, name)), Caller::WebIdentity { provider }) = (claim(key), caller) {
        let own = provider.host().unwrap_or_default();
        return match own.eq_ignore_ascii_case(host) {
            true if is_usual_claim((host, name)) => Presence::Always,
            true => Presence::Perhaps,
            false => Presence::Never,
        };
    }
    let is_saml = matches!(caller, Caller::WebIdentity { provider: Provider::Saml(_) });
    if is_saml && key == "aws:federatedprovider" {
        return Presence::Never;
    }
    presence(key, Some(caller.kind()), action)
}

/// Whether requests for an action can have a key, given in lower case, on a type of resource or on any: by the reference
/// data, and by the table where it knows more. Of a key that neither knows nothing can be said, so they may.
pub fn may_have_key(action: &Action, resource_type: Option<&str>, key: &str) -> bool {
    let Some(known) = aws::condition_key(key) else { return true };
    let support = aws::supports_known_key(action, resource_type, &known);
    let is_listed = !matches!(support, KeySupport::Unsupported | KeySupport::GlobalUnlisted);
    let action = || action.to_string().to_ascii_lowercase();
    is_listed
        || claim(key).is_some()
        || request_key(key).is_some_and(|row| row.is_also_with(&action()))
}

/// The claim of an identity provider's token that a condition key is, `HOST:aud` and the like, with its host: no service
/// of AWS has a dot in its name.
pub fn claim(key: &str) -> Option<(&str, &str)> {
    key.rsplit_once(':').filter(|(host, _)| host.contains('.') && !host.contains(':'))
}

/// Claims that the request with the token has and the session of the role does not. Source:
/// IAM:reference_policies_iam-condition-keys, "Available keys for AWS web identity federation".
const CLAIMS_OF_TOKEN_ONLY: [&str; 2] = ["email", "oaud"];

/// Claims that a token has in any case; those of Amazon and Facebook have others in their place.
const USUAL_CLAIMS: [&str; 2] = ["aud", "sub"];
const OTHER_TOKENS: [&str; 2] = ["www.amazon.com", "graph.facebook.com"];

/// Whether every token of its own provider has the claim, `(HOST, NAME)` in lower case.
pub fn is_usual_claim((host, name): (&str, &str)) -> bool {
    USUAL_CLAIMS.contains(&name) && !OTHER_TOKENS.contains(&host)
}

fn claim_presence((_, name): (&str, &str), kind: Option<CallerKind>) -> Presence {
    match kind {
        // Of which provider the token is, is not known.
        None | Some(CallerKind::WebIdentity) => Presence::Perhaps,
        Some(CallerKind::RoleSession) if !CLAIMS_OF_TOKEN_ONLY.contains(&name) => Presence::Perhaps,
        Some(_) => Presence::Never,
    }
}

/// The values that a key, given in lower case, can have in the requests of a kind of caller; without a kind, of any.
/// `None`: any value of the key's type. If only the type is known and it is ARN, the value is any ARN.
pub fn shape(key: &str, kind: Option<CallerKind>) -> Option<&'static Shape> {
    let is_arn = || aws::condition_key_type(key).is_some_and(|known| known.value == ValueType::Arn);
    request_key(key).and_then(|row| row.shape(kind)).or_else(|| is_arn().then(any_arn))
}

/// ARNs of whatever resource: with an account or without one, or of AWS itself.
pub fn any_arn() -> &'static Shape {
    static ANY: LazyLock<Shape> = LazyLock::new(|| {
        let forms = [
            "arn:{partition}:{word}:{word:0}::{any}",
            "arn:{partition}:{word}:{word:0}:{account}:{any}",
            "arn:{partition}:{word}:{word:0}:aws:{any}",
        ];
        Shape::read(&forms).unwrap_or_default()
    });
    &ANY
}

/// The name of a key as AWS writes it, for one that is given in lower case. What may be any text, such as the key of a
/// tag, stays as it is.
pub fn display_name(lower_key: &str) -> String {
    let Some(known) = aws::condition_key(lower_key) else { return lower_key.to_owned() };
    match known.name.split_once('*') {
        None => known.name.to_owned(),
        Some((before, after)) => {
            let end = lower_key.len() - after.len();
            format!("{before}{}{after}", lower_key.get(before.len()..end).unwrap_or_default())
        }
    }
}

fn of_all<const N: usize>(all: [Presence; N]) -> Presence {
    match all.first() {
        Some(first) if all.iter().all(|one| one == first) => *first,
        _ => Presence::Perhaps,
    }
}
