//! What the Deny statements of two versions do to what other policies allow.
//!
//! A comparison is about what a version allows by itself. A Deny alone allows nothing, and all the same it matters beside other policies: so
//! both versions are compared once more, each with an Allow of everything.

use crate::finding::codes;
use crate::model::{Effect, Policy, Version};
use crate::report::Finding;
use crate::report::compare::{Comparison, DenyChange};
use crate::rules::lint::with_everything;
use crate::source::Sources;
use crate::symbolic::{Answer, Requests, lost_for};

/// What one direction may cost, in steps of the prover.
const COST: usize = 1_000_000;

/// Adds to a comparison what is denied no longer, and what is denied now, where the versions by themselves do not show it.
pub(crate) fn add_denies(
    comparison: &mut Comparison,
    sources: &Sources,
    (before, after): (&[&Policy], &[&Policy]),
    requests: Requests,
) {
    // Denies with the same words deny the same.
    if denies(sources, before) == denies(sources, after) {
        return;
    }
    let [old, new] = [before, after].map(beside_everything);
    let [old, new] = [&old, &new].map(|policies| policies.iter().collect::<Vec<_>>());
    let (from, to) = (comparison.old.file.to_string(), comparison.new.file.to_string());
    if !comparison.has(true) {
        comparison.denies.lifted = change(&lost_for(&new, &old, requests, COST));
        let words = "wherever another policy allows it, it is newly allowed";
        add(comparison, comparison.denies.lifted, (&from, &to), words);
    }
    if !comparison.has(false) {
        comparison.denies.added = change(&lost_for(&old, &new, requests, COST));
        let words = "wherever another policy allows it, it is newly denied";
        add(comparison, comparison.denies.added, (&to, &from), words);
    }
}

/// The words of all Deny statements, each with the version of its policy's language.
fn denies<'a>(sources: &'a Sources, policies: &[&Policy]) -> Vec<(&'a str, Version)> {
    let all = policies.iter().flat_map(|policy| {
        let denies = policy.statements.iter().filter(|one| one.effect.node == Effect::Deny);
        denies.map(|one| (sources.text(one.span), policy.version))
    });
    let mut all = all.collect::<Vec<_>>();
    all.sort_unstable();
    all
}

/// The policies of a version, the first with an Allow of everything.
fn beside_everything(policies: &[&Policy]) -> Vec<Policy> {
    let first = policies.iter().take(1).map(|policy| with_everything(policy));
    first.chain(policies.iter().skip(1).map(|policy| (*policy).clone())).collect()
}

fn change(answer: &Answer) -> DenyChange {
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
