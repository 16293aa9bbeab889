//! Differences that depend on the values of variables, which are not known.
//!
//! With unknown values the space has requests that cannot be: that there is nothing in it is certain, what is found must be shown with
//! values. Each difference depends on few keys, those that the statements near it look at. Only these get values.

use super::candidates::{FIRST, MOST_ASSIGNMENTS};
use super::difference::{Comparison, Provenance};
use super::pair::Pair;
use crate::symbolic::text::Variables;
use crate::symbolic::undecided::Undecided;
use std::collections::{BTreeMap, BTreeSet};

/// Looks for requests that show some of these differences (`None`: any) with values of variables; returns those that it has shown.
/// `None`: no more are wanted.
pub(super) type Look<'a> = dyn FnMut(&Comparison, &Variables, Option<&BTreeSet<Provenance>>) -> Option<BTreeSet<Provenance>>
    + 'a;

/// One direction of a question, where this is known of the variables.
pub(super) struct Search<'a> {
    pub question: Pair<'a>,
    pub backwards: bool,
    pub known: &'a Variables,
}

impl Search<'_> {
    /// The differences that nothing shows and that there may be for all that; none if there are no others than those that `look` shows.
    ///
    /// # Errors
    /// [`Undecided`] if it is not known which differences there may be: then any are looked for.
    pub(super) fn unseen(&self, look: &mut Look<'_>) -> Result<BTreeSet<Provenance>, Undecided> {
        let tried = |most| self.question.assignments(self.known, |_| true, most);
        let found = match self.question.widest_sides(self.known) {
            Ok(sides) => sides.search(self.backwards, self.known).may_differ_by(),
            Err(undecided) => {
                self.look_for_any(&tried(MOST_ASSIGNMENTS), look);
                return Err(undecided);
            }
        };
        let mut left = found.keys().copied().collect::<BTreeSet<_>>();
        let none_wanted = Ok(BTreeSet::new());
        if self.try_each(&tried(FIRST), &mut left, look).is_none() {
            return none_wanted;
        }
        // Values of what is found may show it.
        let Some(left) = self.left_in(std::slice::from_ref(self.known), &left, look) else {
            return none_wanted;
        };
        let mut by_keys = BTreeMap::<_, BTreeSet<_>>::new();
        for (difference, keys) in found.into_iter().filter(|(own, _)| left.contains(own)) {
            by_keys.entry(keys).or_default().insert(difference);
        }
        let mut unseen = BTreeSet::new();
        for (keys, differences) in by_keys {
            match self.unseen_of(differences, &keys, look) {
                Some(left) => unseen.extend(left),
                None => return none_wanted,
            }
        }
        Ok(unseen)
    }

    fn look_for_any(&self, tried: &[Variables], look: &mut Look<'_>) {
        for variables in tried.iter().take_while(|_| !self.is_spent()) {
            let sides = self.question.sides(variables);
            if sides.is_ok_and(|sides| look(&sides, variables, None).is_none()) {
                break;
            }
        }
    }

    /// Those of some differences, which depend on these keys. `None`: no more are wanted.
    fn unseen_of(
        &self,
        differences: BTreeSet<Provenance>,
        keys: &BTreeSet<Box<str>>,
        look: &mut Look<'_>,
    ) -> Option<BTreeSet<Provenance>> {
        let mut left = differences;
        // What is in none of all cases is not there.
        let cases = self.question.finer_cases(self.known, |key| keys.contains(key));
        left = self.left_in(&cases, &left, look)?;
        if !left.is_empty() {
            let own = |key: &str| keys.contains(key);
            let tried = self.question.assignments(self.known, own, MOST_ASSIGNMENTS);
            self.try_each(&tried, &mut left, look)?;
        }
        Some(left)
    }

    fn try_each(
        &self,
        all: &[Variables],
        left: &mut BTreeSet<Provenance>,
        look: &mut Look<'_>,
    ) -> Option<()> {
        for variables in all {
            if left.is_empty() || self.is_spent() {
                break;
            }
            if let Ok(sides) = self.question.sides(variables) {
                let shown = look(&sides, variables, Some(left))?;
                left.retain(|own| !shown.contains(own));
            }
        }
        Some(())
    }

    /// Those of the differences that there may be in one of the cases and that nothing shows.
    fn left_in(
        &self,
        cases: &[Variables],
        differences: &BTreeSet<Provenance>,
        look: &mut Look<'_>,
    ) -> Option<BTreeSet<Provenance>> {
        let (mut left, mut shown) = (BTreeSet::new(), BTreeSet::new());
        for case in cases.iter().filter(|_| !differences.is_empty()) {
            let open = differences.difference(&shown).copied().collect::<BTreeSet<_>>();
            let sides = if self.is_spent() { None } else { self.question.sides(case).ok() };
            let Some(sides) = sides else {
                left.extend(open);
                continue;
            };
            let here = sides.search(self.backwards, case).left_of(&open);
            if !here.is_empty() {
                shown.extend(look(&sides, case, Some(&here))?);
            }
            left.extend(here);
        }
        left.retain(|own| !shown.contains(own));
        Some(left)
    }

    /// Whether no search may go on.
    fn is_spent(&self) -> bool {
        self.question.shared.budget.left() == 0
    }
}
