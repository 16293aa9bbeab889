//! What the Deny statements of two versions do to what other policies allow.
//!
//! A comparison is about what a version allows by itself. A Deny alone allows nothing, and all the same it matters beside other policies: so
//! both versions are compared once more, each with an Allow of everything.

use crate::finding::codes;
use crate::model::{Effect, Policy, Statement, Version};
use crate::report::Finding;
use crate::report::compare::{Comparison, DenyChange};
use crate::rules::lint::all_with_everything;
use crate::source::Sources;
use crate::symbolic::{Answer, Requests, is_lost, lost_for};

/// What one direction may cost, in steps of the prover.
const COST: usize = 1_000_000;

/// Adds to a comparison what is denied no longer, and what is denied now, where the versions by themselves do not show it.
pub(crate) fn add_denies(
    comparison: &mut Comparison,
    sources: &Sources,
    (before, after): (&[&Policy], &[&Policy]),
    requests: Requests,
) {
    let words = [before, after].map(|policies| denies(sources, policies));
    // Denies with the same words deny the same.
    if words[0] == words[1] {
        return;
    }
    let [old, new] = [before, after].map(|policies| all_with_everything(policies.iter().copied()));
    let [few_old, few_new] = [(before, &words[1]), (after, &words[0])].map(|(policies, others)| {
        let own = policies.iter().map(|policy| {
            let is_own = |one: &&Statement| {
                others.binary_search(&(sources.text(one.span), policy.version)).is_err()
            };
            policy.with(denying(policy).filter(is_own).cloned().collect())
        });
        all_with_everything(&own.collect::<Vec<_>>())
    });
    let (from, to) = (comparison.old.file.to_string(), comparison.new.file.to_string());
    if !comparison.has(true) {
        comparison.denies.lifted = change((&new, &old), (&few_new, &few_old), requests);
        let words = "wherever another policy allows it, it is newly allowed";
        add(comparison, comparison.denies.lifted, (&from, &to), words);
    }
    if !comparison.has(false) {
        comparison.denies.added = change((&old, &new), (&few_old, &few_new), requests);
        let words = "wherever another policy allows it, it is newly denied";
        add(comparison, comparison.denies.added, (&to, &from), words);
    }
}

fn denying(policy: &Policy) -> impl Iterator<Item = &Statement> {
    policy.statements.iter().filter(|one| one.effect.node == Effect::Deny)
}

/// The words of all Deny statements, each with the version of its policy's language.
fn denies<'a>(sources: &'a Sources, policies: &[&Policy]) -> Vec<(&'a str, Version)> {
    let all = policies
        .iter()
        .flat_map(|policy| denying(policy).map(|one| (sources.text(one.span), policy.version)));
    let mut all = all.collect::<Vec<_>>();
    all.sort_unstable();
    all
}

/// Whether one version denies what the other does not: first between the statements that only one of them has. What both have denies the
/// same in both, so it can only cover a difference, and whether it does is soon said of one request.
fn change(
    (allowing, denying): (&[Policy], &[Policy]),
    (few_allowing, few_denying): (&[Policy], &[Policy]),
    requests: Requests,
) -> DenyChange {
    let [allowing, denying, few_allowing, few_denying] =
        [allowing, denying, few_allowing, few_denying].map(|own| own.iter().collect::<Vec<_>>());
    match lost_for(&few_allowing, &few_denying, requests, COST) {
        Answer::None => DenyChange::None,
        Answer::Some(gain) if is_lost(&allowing, &denying, requests, &gain.sample) => {
            DenyChange::Some
        }
        _ => of_answer(&lost_for(&allowing, &denying, requests, COST)),
    }
}

fn of_answer(answer: &Answer) -> DenyChange {
    match answer {
        Answer::None => DenyChange::None,
        Answer::Some(_) => DenyChange::Some,
        Answer::Unknown(_) => DenyChange::Unknown,
    }
}

fn add(comparison: &mut Comparison, change: DenyChange, (one, other): (&str, &str), words: &str) {
    let finding = match change {
        DenyChange::None => return,
        DenyChange::Some => Finding::new(
            codes::DENY_CHANGED,
            format!("a Deny of `{one}` denies what `{other}` does not deny: {words}"),
        ),
        DenyChange::Unknown => Finding::new(
            codes::UNDECIDED,
            format!(
                "not decided whether a Deny of `{one}` denies what `{other}` does not deny; if it does, {words}"
            ),
        ),
    };
    comparison.findings.push(finding);
}
