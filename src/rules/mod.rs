//! Rules about policies: each finds one kind of mistake, in a file of its own, and knows no product.
//!
//! A new rule is a file with a type that implements [`Rule`], its code and its tests, and a
//! line in [`RULES`].

mod other_bucket;
mod rule;
mod unknown_action;
mod unknown_service;

pub use other_bucket::other_bucket;
pub use rule::{Attached, Rule, Sink, Subject};
pub use unknown_action::closest_actions;
pub use unknown_service::unknown_service;

use crate::finding::Finding;
use crate::model::Policy;
use crate::source::Sources;

/// All rules.
pub static RULES: [&dyn Rule; 3] =
    [&other_bucket::OtherBucket, &unknown_action::UnknownAction, &unknown_service::UnknownService];

/// The findings of these rules, in the order of the text.
pub fn run(rules: &[&dyn Rule], subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in rules {
        rule.document(subject, &mut found);
        for statement in &subject.policy.statements {
            rule.statement(subject, statement, &mut found);
            statement.conditions.iter().for_each(|one| rule.condition(subject, one, &mut found));
        }
    }
    found.sort_by_key(|finding| finding.span.lo);
    found
}

/// The findings about services alone, for answers that do not judge the policy itself.
pub fn unknown_services(policy: &Policy, sources: &Sources) -> Vec<Finding> {
    run(&[&unknown_service::UnknownService], &Subject { policy, sources, attached: None })
}
