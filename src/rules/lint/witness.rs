//! A whole request that shows what is proved: the action, the resource, who asks, and the keys that statements look at.

use crate::authz::display_name;
use crate::aws;
use crate::model::{Policy, Statement};
use crate::source::one_line;
use crate::symbolic::{Answered, Question, Shown, Together, Who, can_within};

/// What a search for an example may cost, in steps of the prover.
const COST: usize = 4_000_000;

/// Which request is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// One that goes through.
    Allowed,
    /// One that does not.
    Denied,
}

/// A request for one of these actions on one of these resources, in words.
pub(super) fn example(
    policy: &Policy,
    (actions, resources): (&[String], &[String]),
    wanted: Wanted,
) -> Option<String> {
    let question = Question {
        who: Who::Anybody(vec![policy]),
        actions: actions.to_vec(),
        resources: resources.to_vec(),
        account: None,
        context: Vec::new(),
    };
    let answers = can_within(&question, &Together::of(COST));
    let pick = |answer: Answered| match wanted {
        Wanted::Allowed => answer.allowed,
        Wanted::Denied => answer.denied,
    };
    let shown = answers.into_iter().find_map(pick)?;
    Some(words(policy, &shown, shown.principal.as_deref()))
}

/// A request in words, with the keys that some statement of the policy looks at: the others follow from the caller, or do not matter.
pub(super) fn words(policy: &Policy, shown: &Shown, who: Option<&str>) -> String {
    let request = &shown.request;
    let action = aws::action(&request.action);
    let action = action.map_or_else(|| request.action.clone(), ToString::to_string);
    let mut text = format!("`{action}` on `{}`", request.resource);
    if let Some(who) = who {
        text.push_str(&format!(" by `{who}`"));
    }
    let tested = request.context.iter().filter(|(key, _)| is_tested(policy, key));
    for (number, (key, value)) in tested.enumerate() {
        let name = display_name(key);
        let between = if number == 0 { " with" } else { "," };
        text.push_str(&format!("{between} `{name}` `{}`", value.as_slice().join("`, `")));
    }
    one_line(&text).into_owned()
}

fn is_tested(policy: &Policy, key: &str) -> bool {
    let tests = |statement: &Statement| {
        statement.conditions.iter().any(|condition| &*condition.key.node == key)
            || statement.variables().any(|variable| &*variable.key == key)
    };
    policy.statements.iter().any(tests)
}
