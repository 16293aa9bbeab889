//! Rules about policies: each finds one kind of mistake, in a file of its own, and knows no product.
//!
//! A new rule is a file with a type that implements [`Rule`], its code and its tests, and a
//! line in [`RULES`].

mod characters;
mod covered;
mod fit;
pub mod lint;
mod lost_colon;
mod no_arn;
mod other_bucket;
mod placeholder;
mod rule;
mod size;
mod unfit_action;
mod unfit_key;
mod unknown_action;
mod unknown_service;

pub use other_bucket::other_bucket;
pub use placeholder::with_placeholder;
pub use rule::{Attached, Rule, Scene, Sink, Subject};
pub use unknown_action::{closest_actions, is_unknown_action};
pub use unknown_service::unknown_service;

use crate::finding::{Finding, Severity};
use crate::model::{Doubt, Policy};
use crate::source::Sources;

/// The rules that every command runs. Those of [`lint`] say more than what keeps a connection from working.
pub static RULES: [&dyn Rule; 10] = [
    &size::PolicySize,
    &characters::WrongCharacter,
    &other_bucket::OtherBucket,
    &placeholder::Placeholder,
    &lost_colon::LostColon,
    &no_arn::NoArn,
    &unfit_action::UnfitAction,
    &unfit_key::UnfitKey,
    &unknown_action::UnknownAction,
    &unknown_service::UnknownService,
];

/// The findings of these rules, in the order of the text.
pub fn run<'r>(
    rules: impl IntoIterator<Item = &'r &'r dyn Rule>,
    subject: &Subject<'_>,
) -> Vec<Finding> {
    let scene = Scene::new(*subject);
    let mut found = Vec::new();
    for rule in rules {
        rule.document(&scene, &mut found);
        for statement in &subject.policy.statements {
            rule.statement(&scene, statement, &mut found);
            for condition in &statement.conditions {
                rule.condition(&scene, statement, condition, &mut found);
            }
        }
    }
    found.sort_by_key(|finding| finding.span.lo);
    found
}

/// The codes of rules about words that are probably mistyped: to correct them is the first thing to do.
pub use lost_colon::CODE as LOST_COLON;
pub use no_arn::CODE as NO_ARN;
pub use placeholder::CODE as PLACEHOLDER;
pub use unknown_action::CODE as UNKNOWN_ACTION;

/// What AWS would refuse to store, beyond what lowering finds, and what it may refuse.
pub fn refusals(subject: &Subject<'_>) -> Vec<Finding> {
    let refuses =
        |rule: &&&dyn Rule| rule.codes().iter().any(|code| code.row().severity == Severity::Error);
    run(RULES.iter().filter(refuses), subject)
}

/// The doubt about all statements of a policy that AWS would not store, or may not, for its size.
pub fn doubt_about_size(subject: &Subject<'_>) -> Option<Doubt> {
    size::doubt(subject)
}

/// The findings about services alone, for answers that take the policy as it is.
pub fn unknown_services(policy: &Policy, sources: &Sources) -> Vec<Finding> {
    let services: &dyn Rule = &unknown_service::UnknownService;
    run([&services], &Subject { policy, sources, attached: None, is_stored: true })
}

/// The findings for answers that do not judge the policy itself: what AWS would refuse to store, and
/// services that are not in the data.
pub fn stored(policy: &Policy, sources: &Sources, is_stored: bool) -> Vec<Finding> {
    let subject = Subject { policy, sources, attached: Attached::guessed(policy), is_stored };
    refusals(&subject).into_iter().chain(unknown_services(policy, sources)).collect()
}
