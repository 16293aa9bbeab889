//! What the searches of one comparison have in common, whatever the readings and the values of variables.

use super::callers::CallerClasses;
use super::kinds::LastKinds;
use super::subject::Subject;

#[derive(Default)]
pub(super) struct Shared {
    pub kinds: LastKinds,
    /// None where the caller is known.
    pub callers: CallerClasses,
}

impl Shared {
    pub(super) fn new(old: &dyn Subject, new: &dyn Subject) -> Shared {
        let policies = old.policies().iter().chain(new.policies());
        let callers = match old.names_principals() {
            true => CallerClasses::new(policies.flat_map(|policy| &policy.statements)),
            false => CallerClasses::default(),
        };
        Shared { kinds: LastKinds::default(), callers }
    }
}
