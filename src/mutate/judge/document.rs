//! Documents by themselves: who gets access that nobody had, and who loses it.

use super::ground::Ground;
use crate::authz::Caller;
use crate::model::{Effect, Policy};
use crate::mutate::outcome::{Outcome, Reach, Shown};
use crate::product::budget::Budget;
use crate::rules::lint::all_with_everything;
use crate::symbolic::{Among, Answer, Requests, lost_among, lost_within};

/// What one question may cost, in steps of the prover.
const COST: usize = 6_000_000;

/// The documents of a layer, which count together, before and after.
pub(in crate::mutate) struct Documents<'a> {
    pub ground: &'a Ground,
    pub old: &'a [&'a Policy],
    pub new: &'a [&'a Policy],
    /// What all questions may cost.
    pub budget: &'a Budget,
}

/// Documents before and after.
type Sides<'a> = [&'a [&'a Policy]; 2];

impl Documents<'_> {
    /// What changes.
    pub(in crate::mutate) fn outcome(&self) -> Outcome {
        let mut outcome = Outcome::default();
        let plain = [self.old, self.new];
        // What Denies alone change shows beside an Allow of everything.
        let has_deny = plain.iter().any(|side| side.iter().any(|one| denies(one)));
        let with = |side: &[&Policy]| all_with_everything(side.iter().copied());
        let with = has_deny.then(|| plain.map(with));
        let with = with.as_ref().map(|sides| sides.each_ref().map(|side| side.iter().collect()));
        let beside =
            with.as_ref().map(|sides: &[Vec<&Policy>; 2]| sides.each_ref().map(Vec::as_slice));
        let mut of_anybody = Outcome::default();
        let gained = self.question(plain[1], plain[0], &mut of_anybody);
        let lifted = beside.and_then(|[old, new]| self.question(new, old, &mut of_anybody));
        let unsettled = !of_anybody.undecided.is_empty();
        if gained.is_some() || lifted.is_some() || unsettled {
            outcome.opens = self.farthest(plain, beside, &mut outcome);
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
        let lost = self.question(plain[0], plain[1], &mut of_loss);
        outcome.loses = lost.or_else(|| {
            let shown = beside.and_then(|[old, new]| self.question(old, new, &mut of_loss))?;
            Some(Shown { is_of_deny: true, ..shown })
        });
        outcome.is_defect |= of_loss.is_defect;
        outcome.undecided_losses = of_loss.undecided;
        outcome
    }

    /// The group that is farthest from the owner and gets access. Who is of another account needs an Allow of the resource's policy; of the own account
    /// its own policies may allow what no Deny forbids any more (IAM:reference_policies_evaluation-logic).
    fn farthest(
        &self,
        plain: Sides<'_>,
        beside: Option<Sides<'_>>,
        outcome: &mut Outcome,
    ) -> Option<(Reach, Shown)> {
        for reach in &self.ground.groups {
            if let Some(shown) = self.of_group(*reach, plain, outcome) {
                return Some((*reach, shown));
            }
            let is_near = matches!(reach, Reach::Account | Reach::Others);
            if let Some(beside) = beside.filter(|_| is_near)
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
        [old, new]: Sides<'_>,
        outcome: &mut Outcome,
    ) -> Option<Shown> {
        let is_asked =
            &|caller: &Caller, account: Option<&str>| self.ground.has(reach, caller, account);
        let among = Among { names: &self.ground.names, is_asked };
        shown(lost_among(new, old, among, &self.budget.question(COST)), outcome)
    }

    /// A request that one side allows and the other does not. What is not decided is noted.
    fn question(
        &self,
        allows: &[&Policy],
        other: &[&Policy],
        outcome: &mut Outcome,
    ) -> Option<Shown> {
        let budget = self.budget.question(COST);
        shown(lost_within(allows, other, Requests::Possible, &budget), outcome)
    }
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

fn denies(policy: &Policy) -> bool {
    policy.statements.iter().any(|statement| statement.effect.node == Effect::Deny)
}
