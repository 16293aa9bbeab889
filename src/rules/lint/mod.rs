//! The rules that `lint` runs beside those of every command: what AWS's own policy checks find, and more.
//!
//! A rule's page is the doc comment of its code (`rule_code`): what is wrong, why it matters, an example that is wrong and one that is right, what to do,
//! and the source. The examples are run as tests.

mod arn_form;
mod arn_types;
mod called_via;
mod covers;
mod key_name;
mod key_type;
mod long_policy;
pub mod manual;
mod pass_role;
mod redundant_action;
mod redundant_resource;
mod wildcard_value;

use super::{RULES, Rule, Subject, run};
use crate::finding::codes::CODES;
use crate::finding::{Audience, Code, Finding};

/// The rules of `lint` alone.
pub static LINT_RULES: &[&dyn Rule] = &[
    &arn_form::ArnForm,
    &called_via::CalledVia,
    &key_name::KeyName,
    &key_type::KeyTypes,
    &long_policy::LongPolicy,
    &pass_role::PassRole,
    &redundant_action::RedundantAction,
    &redundant_resource::RedundantResource,
    &wildcard_value::WildcardValue,
];

/// All rules.
pub fn all_rules() -> impl Iterator<Item = &'static &'static dyn Rule> {
    RULES.iter().chain(LINT_RULES)
}

/// All kinds of findings, those of reading included.
pub fn all_codes() -> impl Iterator<Item = Code> {
    CODES.iter().copied().chain(all_rules().flat_map(|rule| rule.codes().iter().copied()))
}

/// Which rules are asked.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// These alone; empty for all.
    pub only: Vec<Code>,
    /// Opinions as well.
    pub pedantic: bool,
}

impl Selection {
    /// Whether findings of this kind are wanted.
    pub fn has(&self, code: Code) -> bool {
        if self.only.is_empty() {
            self.pedantic || code.row().audience != Audience::Pedantic
        } else {
            self.only.contains(&code)
        }
    }
}

/// The findings of all rules that are wanted, in the order of the text. What reading and lowering found is among them if it is given.
pub fn lint(subject: &Subject<'_>, read: Vec<Finding>, selection: &Selection) -> Vec<Finding> {
    let wanted = all_rules().filter(|rule| rule.codes().iter().any(|code| selection.has(*code)));
    let found = run(wanted, subject).into_iter().chain(read);
    let mut found = found.filter(|finding| selection.has(finding.code)).collect::<Vec<_>>();
    found.sort_by_key(|finding| finding.span.lo);
    found.dedup();
    found
}
