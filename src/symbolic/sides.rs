//! Two sets of policies in one space, and where one allows what the other does not.

use super::cover::{left_over, may_meet};
use super::outside::{Budget, STATES_AT_LAST, outside};
use super::possible::Requests;
use super::shapes::Shapes;
use super::shared::Shared;
use super::sketch::{Sketch, Sketcher};
use super::space::{Gathered, Space, Undecided};
use super::subject::Subject;
use super::variables::Variables;
use crate::authz::{Ambiguity, Readings};
use crate::model::condition::Test;
use crate::model::{Condition, Effect, Statement};
use std::collections::BTreeSet;

/// Patterns of one statement that are walked at once; more are looked at in halves. From experiment.
const MOST_WALKED: usize = 4;

/// A statement of one of the two sides, by policy and number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Place {
    /// The policy.
    pub policy: usize,
    /// The statement in it.
    pub statement: usize,
}

/// A statement of a side, sketched.
#[derive(Debug)]
pub(super) struct Block {
    pub place: Place,
    pub sketch: Sketch,
}

/// The statements of one side.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub allows: Vec<Block>,
    pub denies: Vec<Block>,
}

/// Both sides, and the dimensions that their statements look at.
#[derive(Debug)]
pub(super) struct Sides {
    pub gathered: Vec<Gathered>,
    pub old: Side,
    pub new: Side,
    /// The requests that AWS has; `None`: all are looked at.
    pub shapes: Option<Shapes>,
}

/// Why a box is newly allowed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Because {
    /// The statement of the other side that denied it and is not in force any more; `None`: none there allowed it.
    pub denied: Option<Place>,
    /// The statement that allows it.
    pub allowed: Place,
}

/// A box of newly allowed requests, the space it lies in, and why they are allowed.
pub(super) type Found<'a> = dyn FnMut(&Space, &[u64], Because) -> bool + 'a;

impl Sides {
    /// Both sides under one choice of readings, with these values of variables.
    pub(super) fn new(
        (old, new): (&dyn Subject, &dyn Subject),
        readings: &Readings,
        variables: &Variables,
        requests: Requests,
        shared: &Shared,
    ) -> Result<Sides, Undecided> {
        let mut sketcher = Sketcher::new(readings, variables);
        sketcher.callers = Some(&shared.callers);
        sketcher.is_shaped = requests == Requests::Possible;
        let both =
            old.policies().iter().chain(new.policies()).flat_map(|policy| &policy.statements);
        both.for_each(|statement| sketcher.note_sets(statement));
        let old = old.side(&mut sketcher)?;
        let new = new.side(&mut sketcher)?;
        let shapes = if sketcher.is_shaped {
            Some(Shapes::new(&mut sketcher, old.allows.iter().chain(&new.allows), shared)?)
        } else {
            None
        };
        Ok(Sides { gathered: sketcher.finish()?, old, new, shapes })
    }

    /// The search from the one to the other; from new to old if `backwards`.
    pub(super) fn search<'a>(&'a self, backwards: bool, variables: &'a Variables) -> Search<'a> {
        let (from, to) = self.directed(backwards);
        let (gathered, shapes) = (self.gathered.as_slice(), self.shapes.as_ref());
        Search { gathered, variables, from, to, shapes, budget: Budget::default() }
    }

    /// The side that does not allow and the one that does; from new to old if `backwards`.
    pub(super) fn directed(&self, backwards: bool) -> (&Side, &Side) {
        if backwards { (&self.new, &self.old) } else { (&self.old, &self.new) }
    }
}

/// One thing to look for: requests of a statement that lie outside of others.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub because: Because,
    sketch: Sketch,
    others: Vec<&'a Sketch>,
}

/// All that must be looked at to find what `to` allows and `from` does not. A request is found once for every statement that allows it.
pub(super) fn parts<'a>(
    gathered: &'a [Gathered],
    from: &'a Side,
    to: &'a Side,
) -> impl Iterator<Item = Part<'a>> {
    let lifted = from
        .denies
        .iter()
        .filter(|deny| left_over(&deny.sketch, sketches(&to.denies), gathered).is_some());
    let lifted = lifted.collect::<Vec<_>>();
    to.allows.iter().flat_map(move |allow| {
        let granted =
            left_over(&allow.sketch, sketches(&from.allows), gathered).map(|sketch| Part {
                because: Because { denied: None, allowed: allow.place },
                sketch,
                others: sketches(&from.allows).chain(sketches(&to.denies)).collect(),
            });
        let met = lifted.iter().filter(|deny| may_meet(&allow.sketch, &deny.sketch, gathered));
        let lifted = met.map(|deny| Part {
            because: Because { denied: Some(deny.place), allowed: allow.place },
            sketch: allow.sketch.and(&deny.sketch),
            others: sketches(&to.denies).collect(),
        });
        granted.into_iter().chain(lifted.collect::<Vec<_>>())
    })
}

/// The search for what `to` allows and `from` does not.
pub(super) struct Search<'a> {
    pub gathered: &'a [Gathered],
    pub variables: &'a Variables,
    pub from: &'a Side,
    pub to: &'a Side,
    pub shapes: Option<&'a Shapes>,
    pub budget: Budget,
}

impl Search<'_> {
    /// Calls `found` with boxes of newly allowed requests, until it returns `false`.
    /// The parts of `first` come before the others.
    pub(super) fn run(
        &mut self,
        first: Option<Because>,
        found: &mut Found<'_>,
    ) -> Result<(), Undecided> {
        let mut all: Box<dyn Iterator<Item = Part<'_>>> =
            Box::new(parts(self.gathered, self.from, self.to));
        if let Some(first) = first {
            let mut ordered = all.collect::<Vec<_>>();
            ordered.sort_by_key(|part| part.because != first);
            all = Box::new(ordered.into_iter());
        }
        for part in all {
            if !self.ask(&part, found)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Calls `found` with the boxes of one part, until it returns `false`; so does this then.
    pub(super) fn ask(
        &mut self,
        part: &Part<'_>,
        found: &mut Found<'_>,
    ) -> Result<bool, Undecided> {
        let Some(shapes) = self.shapes else {
            return self.outside(&part.sketch, &part.others, part.because, found);
        };
        // What no request does, no possible one does; that is soon said.
        if !self.may_find(&part.sketch, part)? {
            return Ok(true);
        }
        for shape in
            shapes.actions.iter().filter(|shape| may_meet(shape, &part.sketch, self.gathered))
        {
            let shaped = shape.and(&part.sketch);
            if shapes.callers.len() > 1 && !self.may_find(&shaped, part)? {
                continue;
            }
            let callers = shapes.callers.iter();
            for caller in callers.filter(|caller| may_meet(caller, &shaped, self.gathered)) {
                if !self.outside(&shaped.and(caller), &part.others, part.because, found)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Whether there may be something to find.
    pub(super) fn may_find_some(&mut self) -> bool {
        parts(self.gathered, self.from, self.to)
            .any(|part| self.may_find(&part.sketch, &part).unwrap_or(true))
    }

    /// The differences that there may be.
    pub(super) fn may_differ_by(&mut self) -> BTreeSet<Because> {
        let found = parts(self.gathered, self.from, self.to)
            .filter(|part| self.may_find(&part.sketch, part).unwrap_or(true));
        found.map(|part| part.because).collect()
    }

    /// Whether there may be something to find in a part, or in a narrower statement of it.
    fn may_find(&mut self, sketch: &Sketch, part: &Part<'_>) -> Result<bool, Undecided> {
        let mut is_there = false;
        let searched = self.outside(sketch, &part.others, part.because, &mut |_, _, _| {
            is_there = true;
            false
        });
        match searched {
            Err(undecided) if self.budget.is_exhausted() => Err(undecided),
            searched => Ok(is_there || searched.is_err()),
        }
    }

    /// Looks for requests of a statement outside of the others. Where its patterns tell too much apart, they are looked at in halves.
    fn outside(
        &mut self,
        sketch: &Sketch,
        others: &[&Sketch],
        because: Because,
        found: &mut Found<'_>,
    ) -> Result<bool, Undecided> {
        let near = others
            .iter()
            .copied()
            .filter(|other| may_meet(sketch, other, self.gathered))
            .collect::<Vec<_>>();
        // A walk over few patterns meets few others.
        let is_wide = sketch.walked(self.gathered) > MOST_WALKED;
        let searched = if is_wide {
            Err(None)
        } else {
            self.outside_at_once(sketch, &near, because, found).map_err(Some)
        };
        let undecided = match searched {
            Err(Some(undecided)) if self.budget.is_exhausted() => return Err(undecided),
            Err(undecided) => undecided,
            Ok(goes_on) => return Ok(goes_on),
        };
        if let Some((first, second)) = sketch.halves(self.gathered) {
            return Ok(self.outside(&first, &near, because, found)?
                && self.outside(&second, &near, because, found)?);
        }
        if let (Some(undecided), true) = (undecided, self.budget.states >= STATES_AT_LAST) {
            return Err(undecided);
        }
        let states = std::mem::replace(&mut self.budget.states, STATES_AT_LAST);
        let searched = self.outside_at_once(sketch, &near, because, found);
        self.budget.states = states;
        searched
    }

    fn outside_at_once(
        &mut self,
        sketch: &Sketch,
        near: &[&Sketch],
        because: Because,
        found: &mut Found<'_>,
    ) -> Result<bool, Undecided> {
        let all = near.iter().copied().chain([sketch]).collect::<Vec<_>>();
        let space = Space::new(self.gathered, &all, sketch, self.variables, &mut self.budget)?;
        let Some(cube) = space.cube(sketch) else {
            return space.incomplete.clone().map_or(Ok(true), Err);
        };
        let cubes = near.iter().filter_map(|other| space.cube(other)).collect::<Vec<_>>();
        let cubes = cubes.iter().map(|cube| &**cube).collect::<Vec<_>>();
        let searched = outside(&space, &cube, &cubes, &mut self.budget, &mut |cube| {
            found(&space, cube, because)
        });
        // What was found is there. That nothing more is there can only be said of all values.
        if let (Ok(true), Some(undecided)) = (&searched, &space.incomplete) {
            return Err(undecided.clone());
        }
        searched.map_err(|_| Undecided {
            reason: "the statements overlap in more ways than the budget allows to look at"
                .to_owned(),
            span: sketch.0.last().and_then(|(dimension, _)| self.gathered[*dimension].span),
        })
    }
}

fn sketches(blocks: &[Block]) -> impl Iterator<Item = &Sketch> {
    blocks.iter().map(|block| &block.sketch)
}

/// Whether a statement counts as an Allow; one whose effect cannot be read is either, by the reading.
pub(super) fn allows(statement: &Statement, readings: &Readings) -> bool {
    match statement.effect.node {
        Effect::Allow => true,
        Effect::Deny => false,
        Effect::Unclear => readings.second(Ambiguity::RefusedWords),
    }
}

/// Whether the doubtful words of a statement count as fitting: against the requests in the first reading, for them in the second.
pub(super) fn generous(statement: &Statement, allows: bool, readings: &Readings) -> bool {
    if statement.effect.node == Effect::Unclear {
        return true;
    }
    is_doubtful(statement) && readings.second(Ambiguity::RefusedWords) == allows
}

/// Whether some of its words are those that AWS would refuse.
pub(super) fn is_doubtful(statement: &Statement) -> bool {
    let unknown = |condition: &Condition| condition.test == Test::Unknown;
    statement.action.is_none()
        || statement.all_doubts().next().is_some()
        || statement.conditions.iter().any(unknown)
}
