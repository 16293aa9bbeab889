//! What some callers may do by one set of policies and not by another.

use super::compare::{Answer, settled};
use crate::authz::Caller;
use crate::model::{Named, Policy};
use crate::symbolic::boxes::{CallerClasses, Requests};
use crate::symbolic::domain::Shared;
use crate::symbolic::subject::Documents;
use crate::symbolic::text::Together;
use crate::symbolic::undecided::Undecided;

/// Some callers.
#[derive(Clone, Copy)]
pub(crate) struct Among<'a> {
    /// Names that tell them from others, beside those of the policies.
    pub names: &'a [Named],
    /// Whether a caller is one of them; with its account, `None` for any that the names and policies do not name.
    pub is_asked: &'a dyn Fn(&Caller, Option<&str>) -> bool,
}

/// Whether the old side allows some callers what the new does not, among the requests that AWS has, within a budget.
pub(crate) fn lost_among(
    old: &[&Policy],
    new: &[&Policy],
    among: Among<'_>,
    budget: &Together,
) -> Answer {
    let statements = old.iter().chain(new).flat_map(|policy| &policy.statements);
    let all = CallerClasses::naming(statements, among.names);
    let callers = all.only(|class| (among.is_asked)(&class.caller, class.account.as_deref()));
    budget.spend_on_preparing(all.cost());
    if callers.is_empty() {
        // Classes that are none are no restriction to the search.
        return Answer::None;
    }
    let both = [old, new].concat();
    let shared = Shared { callers, budget: budget.clone(), ..Shared::new(&both) };
    let [old, new] = [old, new].map(|policies| Documents::new(policies, Requests::Possible));
    match settled((&old, &new), true, &shared) {
        // A name that was made for the example may have led to another class.
        Answer::Some(gain) if !shared.callers.hold(&gain.sample.caller()) => {
            Answer::Unknown(Undecided::anywhere("no caller who is asked about was found"))
        }
        answer => answer,
    }
}
