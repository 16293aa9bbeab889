//! Documents by themselves: who gets access that nobody had, and who loses it.

use super::ground::Ground;
use crate::authz::Caller;
use crate::model::{Effect, Policy};
use crate::mutate::outcome::{Outcome, Reach, Shown};
use crate::rules::lint::with_everything;
use crate::symbolic::{Among, Answer, Requests, lost_among, lost_for};

/// What one question may cost, in steps of the prover.
const COST: usize = 600_000;

/// The documents of a layer, which count together, before and after.
pub(in crate::mutate) struct Documents<'a> {
    pub ground: &'a Ground,
    pub old: &'a [&'a Policy],
    pub new: &'a [&'a Policy],
}

impl Documents<'_> {
    /// What changes.
    pub(in crate::mutate) fn outcome(&self) -> Outcome {
        let mut outcome = Outcome::default();
        let plain = [self.old, self.new].map(owned);
        let beside = [self.old, self.new].map(beside_everything);
        let has_deny = [self.old, self.new].iter().any(|side| side.iter().any(|one| denies(one)));
        let mut of_anybody = Outcome::default();
        let gained = question(&plain[1], &plain[0], &mut of_anybody);
        let lifted =
            if has_deny { question(&beside[1], &beside[0], &mut of_anybody) } else { None };
        let unsettled = !of_anybody.undecided.is_empty();
        if gained.is_some() || lifted.is_some() || unsettled {
            outcome.opens = self.farthest(&plain, &beside, has_deny, &mut outcome);
            // Where a group is known to get access, the question about anybody is answered.
            if outcome.opens.is_none() {
                outcome.add_undecided(of_anybody.undecided);
            }
            outcome.is_defect |= of_anybody.is_defect;
            let near = gained.map(|shown| (Reach::SameCallers, shown));
            let of_deny =
                || lifted.map(|shown| (Reach::SameCallers, Shown { is_of_deny: true, ..shown }));
            outcome.opens = outcome.opens.take().or(near).or_else(of_deny);
        }
        let mut of_loss = Outcome::default();
        let lost = question(&plain[0], &plain[1], &mut of_loss);
        outcome.loses = match lost {
            None if has_deny => question(&beside[0], &beside[1], &mut of_loss)
                .map(|shown| Shown { is_of_deny: true, ..shown }),
            lost => lost,
        };
        outcome.is_defect |= of_loss.is_defect;
        outcome.undecided_losses = of_loss.undecided;
        outcome
    }

    /// The group that is farthest from the owner and gets access. Who is of another account needs an Allow of the resource's policy; of the own account
    /// its own policies may allow what no Deny forbids any more (IAM:reference_policies_evaluation-logic).
    fn farthest(
        &self,
        plain: &[Vec<Policy>; 2],
        beside: &[Vec<Policy>; 2],
        has_deny: bool,
        outcome: &mut Outcome,
    ) -> Option<(Reach, Shown)> {
        for reach in &self.ground.groups {
            if let Some(shown) = self.of_group(*reach, plain, outcome) {
                return Some((*reach, shown));
            }
            let is_near = matches!(reach, Reach::Account | Reach::Others);
            if has_deny
                && is_near
                && let Some(shown) = self.of_group(*reach, beside, outcome)
            {
                return Some((*reach, Shown { is_of_deny: true, ..shown }));
            }
        }
        None
    }

    /// A request of a group that the new side allows and the old one does not.
    fn of_group(
        &self,
        reach: Reach,
        [old, new]: &[Vec<Policy>; 2],
        outcome: &mut Outcome,
    ) -> Option<Shown> {
        let [old, new] = [old, new].map(|side| side.iter().collect::<Vec<_>>());
        let is_asked =
            &|caller: &Caller, account: Option<&str>| self.ground.has(reach, caller, account);
        let among = Among { names: &self.ground.names, is_asked };
        shown(lost_among(&new, &old, among, COST), outcome)
    }
}

/// A request that one side allows and the other does not. What is not decided is noted.
fn question(allows: &[Policy], other: &[Policy], outcome: &mut Outcome) -> Option<Shown> {
    let [one, other] = [allows, other].map(|side| side.iter().collect::<Vec<_>>());
    shown(lost_for(&one, &other, Requests::Possible, COST), outcome)
}

fn shown(answer: Answer, outcome: &mut Outcome) -> Option<Shown> {
    match answer {
        Answer::None => None,
        Answer::Some(gain) => Some(Shown::of(*gain, false)),
        Answer::Unknown(undecided) => {
            outcome.is_defect |= undecided.is_defect();
            outcome.add_undecided([undecided.reason]);
            None
        }
    }
}

fn owned(policies: &[&Policy]) -> Vec<Policy> {
    policies.iter().map(|policy| (*policy).clone()).collect()
}

/// The policies, the first with an Allow of everything: what is left differs in its Denies.
fn beside_everything(policies: &[&Policy]) -> Vec<Policy> {
    let first = policies.iter().take(1).map(|policy| with_everything(policy));
    first.chain(policies.iter().skip(1).map(|policy| (*policy).clone())).collect()
}

fn denies(policy: &Policy) -> bool {
    policy.statements.iter().any(|statement| statement.effect.node == Effect::Deny)
}
