//! One run: the slips of all documents, as many mutants as are wanted, each judged.

use super::alone::Alone;
use super::document::Original;
use super::judge::{Connected, each_within};
use super::kind::Kind;
use super::outcome::{Judged, Outcome};
use super::sample::{Dice, pair};
use super::slip::Slip;
use crate::product::budget::{Budget, MOST_IN_A_RUN};
use crate::source::Sources;

/// What is wanted of a run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seed of the random choice where not all mutants are judged.
    pub seed: u64,
    /// The most mutants that are judged.
    pub cases: usize,
    /// Whether two slips at once are tried, after each of them.
    pub pairs: bool,
    /// Only these kinds; empty for all.
    pub only: Vec<&'static Kind>,
    /// Without these kinds.
    pub skip: Vec<&'static Kind>,
    /// What judging may cost together, in millions of steps of the prover; mutants that it does not suffice for are left out.
    pub budget: u32,
}

/// The most mutants that are judged if nothing else is said.
pub const CASES: usize = 2_000;

/// What one mutant may cost, in millions of steps: some seconds. A mutant of an ordinary connection takes one or two.
const MOST_OF_ONE: u32 = 500;

impl Default for Options {
    fn default() -> Options {
        Options {
            seed: 0,
            cases: CASES,
            pairs: false,
            only: Vec::new(),
            skip: Vec::new(),
            budget: MOST_IN_A_RUN,
        }
    }
}

impl Options {
    fn wants(&self, kind: &'static Kind) -> bool {
        (self.only.is_empty() || self.only.contains(&kind)) && !self.skip.contains(&kind)
    }
}

/// The mutants that were judged.
#[derive(Clone, PartialEq, Debug)]
pub struct Fuzzed {
    /// In the order of the documents and their texts, pairs last.
    pub judged: Vec<Judged>,
    /// How many mutants there are that were not judged.
    pub left_out: usize,
    /// How many of these the budget did not suffice for.
    pub beyond_budget: usize,
}

/// What is changed and judged.
pub trait Subject: Sync {
    /// The texts.
    fn sources(&self) -> &Sources;

    /// The documents.
    fn originals(&self) -> &[Original];

    /// What other texts of some documents do, as far as the budget goes.
    fn judge(&self, changed: &[(usize, String)], budget: &Budget) -> Outcome;
}

impl Subject for Alone {
    fn sources(&self) -> &Sources {
        &self.sources
    }

    fn originals(&self) -> &[Original] {
        &self.originals
    }

    fn judge(&self, changed: &[(usize, String)], budget: &Budget) -> Outcome {
        Alone::judge(self, changed, budget)
    }
}

impl Subject for Connected<'_> {
    fn sources(&self) -> &Sources {
        &self.sources
    }

    fn originals(&self) -> &[Original] {
        &self.originals
    }

    fn judge(&self, changed: &[(usize, String)], budget: &Budget) -> Outcome {
        Connected::judge(self, changed, budget)
    }
}

/// A slip, with the number of its document.
type At = (usize, Slip);

/// Makes and judges the mutants. `done` learns how many were judged, and of how many.
pub fn fuzz(
    subject: &dyn Subject,
    options: &Options,
    done: &(dyn Fn(usize, usize) + Sync),
) -> Fuzzed {
    let slips = slips(subject, options);
    let mut dice = Dice::new(options.seed);
    let singles = dice.choose(options.cases, slips.len());
    let mut mutants = singles.iter().map(|at| vec![slips[*at].clone()]).collect::<Vec<_>>();
    let mut possible = slips.len();
    let alone = mutants.len();
    if options.pairs {
        let pairs = slips.len() * slips.len().saturating_sub(1) / 2;
        possible += pairs;
        let wanted = options.cases - mutants.len();
        let chosen = dice.choose(wanted, pairs).into_iter().map(pair);
        mutants.extend(chosen.map(|(one, other)| vec![slips[one].clone(), slips[other].clone()]));
    }
    let all = mutants.len();
    // If the budget does not suffice for all, those that it suffices for are of everywhere in the documents.
    let mut order = dice.shuffled(0..alone);
    order.extend(dice.shuffled(alone..all));
    let most = usize::try_from(options.budget).unwrap_or(usize::MAX).saturating_mul(1_000_000);
    let judge = |at: &usize| judged(subject, &mutants[*at]);
    let found = each_within(&order, most, &judge, &|number| done(number, all));
    let beyond_budget = all - found.len();
    let mut judged = order.into_iter().zip(found).collect::<Vec<_>>();
    judged.sort_by_key(|(at, _)| *at);
    // Two slips in the same words are no pair.
    let judged = judged.into_iter().filter_map(|(_, judged)| judged).collect::<Vec<_>>();
    Fuzzed { left_out: possible - judged.len(), beyond_budget, judged }
}

/// The slips of all documents that are wanted.
fn slips(subject: &dyn Subject, options: &Options) -> Vec<At> {
    let of = |(number, original): (usize, &Original)| {
        let slips = original.slips(subject.sources()).into_iter();
        slips.map(|slip| (number, slip)).collect::<Vec<_>>()
    };
    let mut all = subject.originals().iter().enumerate().flat_map(of).collect::<Vec<_>>();
    all.retain(|(_, slip)| options.wants(slip.kind));
    all
}

/// What slips do together, `None` if they cannot be made together; and what it cost.
fn judged(subject: &dyn Subject, slips: &[At]) -> (Option<Judged>, usize) {
    let mut changed = Vec::<(usize, String)>::new();
    for (number, _) in slips {
        if changed.iter().any(|(known, _)| known == number) {
            continue;
        }
        let own = slips.iter().filter(|(of, _)| of == number).map(|(_, slip)| slip);
        let own = own.collect::<Vec<_>>();
        let Some(text) = subject.originals()[*number].with(subject.sources(), &own) else {
            return (None, 0);
        };
        changed.push((*number, text));
    }
    let budget = Budget::of_millions(MOST_OF_ONE);
    let all = budget.left();
    let outcome = subject.judge(&changed, &budget);
    (Some(Judged { outcome, slips: slips.to_vec() }), all - budget.left())
}
