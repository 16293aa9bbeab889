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
mod selection;
mod size;
mod unfit_action;
mod unfit_key;
mod unknown_action;
mod unknown_service;

pub(crate) use covered::{Covered, beginning};
pub use other_bucket::other_bucket;
pub use placeholder::with_placeholder;
pub use rule::{Attached, Rule, Scene, Sink, Subject};
pub use size::{CODE as POLICY_SIZE, Size, size};
pub use unknown_action::{closest_actions, is_unknown_action};
pub use unknown_service::unknown_service;

use selection::Selection;

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
    run_wanted(rules, subject, &Selection::ALL)
}

/// Those that are wanted, and perhaps others.
fn run_wanted<'r>(
    rules: impl IntoIterator<Item = &'r &'r dyn Rule>,
    subject: &Subject<'_>,
    selection: &Selection,
) -> Vec<Finding> {
    let scene = Scene::new(*subject, selection);
    let rules = rules.into_iter().collect::<Vec<_>>();
    let mut found = Found::default();
    let mut ask = |hook: &dyn Fn(&dyn Rule, &mut Sink)| {
        for (number, rule) in rules.iter().enumerate() {
            hook(**rule, &mut found.findings);
            if found.by.len() < found.findings.len() {
                found.by.resize(found.findings.len(), number);
            }
        }
    };
    ask(&|rule, sink| rule.document(&scene, sink));
    for statement in &subject.policy.statements {
        ask(&|rule, sink| rule.statement(&scene, statement, sink));
        for condition in &statement.conditions {
            ask(&|rule, sink| rule.condition(&scene, statement, condition, sink));
        }
    }
    found.in_order()
}

/// Findings, and the number of the rule of each.
#[derive(Default)]
struct Found {
    findings: Sink,
    by: Vec<usize>,
}

impl Found {
    /// In the order of the text; at one place in that of the rules.
    fn in_order(self) -> Vec<Finding> {
        let mut found = self.findings.into_iter().zip(self.by).collect::<Vec<_>>();
        found.sort_by_key(|(finding, by)| (finding.span.lo, *by));
        found.into_iter().map(|(finding, _)| finding).collect()
    }
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
