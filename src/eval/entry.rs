//! The way in: one request whose caller may be known in part only.

use super::decide::{Decision, decide_known};
use super::issuer::decide_issuers;
use crate::authz::{Layers, Request};

/// Decides one request.
pub fn decide(request: &Request, layers: &Layers<'_>) -> Decision {
    if request.caller.lacks_issuer() {
        decide_issuers(request, layers)
    } else {
        decide_known(request, layers)
    }
}
