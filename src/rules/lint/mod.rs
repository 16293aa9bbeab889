//! The rules that `lint` runs beside those of every command: what AWS's own policy checks find, and more.
//!
//! A rule's page is the doc comment of its code (`rule_code`): what is wrong, why it matters, an example that is wrong and one that is right, what to do,
//! and the source. The examples are run as tests.

mod absent_key;
mod arn_form;
mod arn_types;
mod bucket;
mod called_via;
mod companion;
mod covers;
mod edits;
mod empty;
mod escalation;
mod foreign;
mod key_name;
mod key_type;
mod key_use;
mod lockout;
mod long_policy;
pub mod manual;
mod pass_role;
mod principals;
mod proved;
mod redundant_action;
mod redundant_resource;
mod redundant_statement;
mod regions;
mod sensitive;
mod strangers;
mod tag_keys;
mod trust;
mod unfit_resource;
mod value_id;
mod value_list;
mod variables;
mod wide;
mod wildcard_value;
mod witness;

pub use super::selection::Selection;
use super::size::CODE as POLICY_SIZE;
pub use proved::{all_with_everything, with_everything};

use super::{RULES, Rule, Subject, run_wanted};
use crate::finding::codes::CODES;
use crate::finding::{Audience, Code, Finding, Severity};
use crate::model::PolicyKind;
use lockout::CODE as LOCKOUT;
use redundant_statement::CODE as REDUNDANT_STATEMENT;

/// The rules of `lint` alone.
pub static LINT_RULES: &[&dyn Rule] = &[
    &absent_key::AbsentKey,
    &arn_form::ArnForm,
    &bucket::Bucket,
    &called_via::CalledVia,
    &companion::Companion,
    &empty::Empty,
    &escalation::Escalation,
    &foreign::Foreign,
    &key_name::KeyName,
    &key_type::KeyTypes,
    &key_use::KeyUse,
    &lockout::Lockout,
    &long_policy::LongPolicy,
    &pass_role::PassRole,
    &principals::Principals,
    &proved::Proved,
    &redundant_action::RedundantAction,
    &redundant_resource::RedundantResource,
    &redundant_statement::RedundantStatement,
    &sensitive::Sensitive,
    &strangers::Strangers,
    &tag_keys::TagKeys,
    &trust::Trust,
    &unfit_resource::UnfitResource,
    &value_id::ValueId,
    &value_list::ValueList,
    &variables::Variables,
    &wide::Wide,
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

/// The findings of all rules that are wanted, in the order of the text. What reading and lowering found is among them if it is given.
pub fn lint(subject: &Subject<'_>, read: Vec<Finding>, selection: &Selection) -> Vec<Finding> {
    let mut found = lint_without_proof(subject, selection);
    found.extend(read.into_iter().filter(|finding| selection.has(finding.code)));
    let proving = all_rules().filter(|rule| rule.is_proved() && wants(selection, rule));
    let proved = run_wanted(proving, subject, selection)
        .into_iter()
        .filter(|finding| selection.has(finding.code));
    // What a look at the words explains needs no proof: one cause, one finding.
    let explained = |proved: &Finding| {
        let mut statements = subject.policy.statements.iter().map(|statement| statement.span);
        let statement = statements.find(|span| span.contains(proved.span));
        found.iter().any(|finding| {
            // What a policy gives away is no question of needless words.
            let is_apart =
                proved.code.row().audience == Audience::Security || proved.code == LOCKOUT;
            let is_cause =
                finding.severity >= Severity::Warning || finding.code == REDUNDANT_STATEMENT;
            let mut places = finding.related.iter().map(|label| label.span).chain([finding.span]);
            !is_apart
                && is_cause
                && statement.is_some_and(|span| places.any(|place| span.contains(place)))
        })
    };
    let proved = proved.filter(|finding| !explained(finding)).collect::<Vec<_>>();
    found.extend(proved);
    found.sort_by_key(|finding| finding.span.lo);
    found.dedup();
    found
}

/// Those of the rules that look at the words alone.
pub fn lint_without_proof(subject: &Subject<'_>, selection: &Selection) -> Vec<Finding> {
    // How long an identity policy may be depends on whose it is: here nobody says it, and `long-identity-policy` has what holds of all.
    let is_open = |rule: &&'static dyn Rule| {
        subject.policy.kind == PolicyKind::Identity && rule.codes() == [POLICY_SIZE]
    };
    let wanted =
        all_rules().filter(|rule| !rule.is_proved() && wants(selection, rule) && !is_open(rule));
    let mut found = run_wanted(wanted, subject, selection);
    found.retain(|finding| selection.has(finding.code));
    found
}

fn wants(selection: &Selection, rule: &&'static dyn Rule) -> bool {
    rule.codes().iter().any(|code| selection.has(*code))
}
