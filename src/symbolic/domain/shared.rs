//! What the searches of one comparison have in common, whatever the readings and the values of variables.

use super::kinds::LastKinds;
use crate::model::Policy;
use crate::symbolic::boxes::callers::CallerClasses;

#[derive(Default)]
pub(crate) struct Shared {
    pub kinds: LastKinds,
    /// None where the caller is known.
    pub callers: CallerClasses,
}

impl Shared {
    /// For searches over callers that these policies distinguish.
    pub(crate) fn naming_principals(policies: &[&Policy]) -> Shared {
        let statements = policies.iter().flat_map(|policy| &policy.statements);
        Shared { callers: CallerClasses::new(statements), ..Shared::default() }
    }
}
