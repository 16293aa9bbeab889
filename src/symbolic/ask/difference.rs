//! Two sets of policies in one space, and where one allows what the other does not.

use crate::authz::{ContextValue, Readings};
use crate::source::Span;
use crate::symbolic::boxes::{
    Constraints, DimensionSpec, Encoder, Name, Requests, Space, left_over, may_meet, one_clock,
    outside,
};
use crate::symbolic::domain::{Feasible, Shared};
use crate::symbolic::subject::{AccessSet, Place, StatementBox, Subject};
use crate::symbolic::text::{Atom, Budget, STATES_AT_LAST, Together, Variables};
use crate::symbolic::undecided::Undecided;
use std::collections::{BTreeMap, BTreeSet};

/// Patterns of one statement that are walked at once; more are looked at in halves. From experiment.
const MOST_WALKED: usize = 4;

/// Patterns of one dimension that are walked without a look at plain texts of theirs before: what differs is mostly found among these. From
/// experiment.
const MOST_WITHOUT_A_GLANCE: usize = 8;

/// Both sides, and the dimensions that their statements look at.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub specs: Vec<DimensionSpec>,
    pub old: AccessSet,
    pub new: AccessSet,
    /// The requests that AWS has; `None`: all are looked at.
    pub shapes: Option<Feasible>,
    /// Keys that have one value in all requests, or none.
    pinned: BTreeMap<String, Option<ContextValue>>,
    budget: Together,
}

/// Why a box is newly allowed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Provenance {
    /// The statement of the other side that denied it and is not in force any more; `None`: none there allowed it.
    pub denied: Option<Place>,
    /// The statement that allows it.
    pub allowed: Place,
}

/// A box of newly allowed requests, the space it lies in, and why they are allowed.
pub(crate) type Visit<'a> = dyn FnMut(&Space, &[u64], Provenance) -> bool + 'a;

impl Comparison {
    /// Both sides under one choice of readings, with these values of variables.
    pub(crate) fn new(
        (old, new): (&dyn Subject, &dyn Subject),
        readings: &Readings,
        variables: &Variables,
        requests: Requests,
        shared: &Shared,
    ) -> Result<Comparison, Undecided> {
        let mut encoder = Encoder::new(readings, variables);
        encoder.callers = Some(&shared.callers);
        encoder.is_shaped = requests == Requests::Possible;
        let both =
            old.policies().iter().chain(new.policies()).flat_map(|policy| &policy.statements);
        both.for_each(|statement| encoder.note_sets(statement));
        encoder.caller = old.caller_kind();
        let pinned = old.cell().map(|cell| cell.pinned.clone()).unwrap_or_default();
        let tried = variables.keys().filter(|key| !old.known().tells(key)).collect::<Vec<_>>();
        let (cell, is_anybody) = (old.cell(), old.names_principals());
        let old = old.side(&mut encoder)?;
        let new = new.side(&mut encoder)?;
        if cell.is_none() && encoder.is_shaped || is_anybody {
            // Callers of some kinds have no such key.
            tried.iter().for_each(|key| {
                encoder.place(Name::Key((*key).into()), Span::default());
            });
        }
        let shapes = match cell {
            Some(_) if is_anybody => Feasible::of_callers(&mut encoder, shared)?,
            Some(_) => None,
            None if encoder.is_shaped => {
                let allows = statements(&old.allows).chain(statements(&new.allows));
                Some(Feasible::new(&mut encoder, &allows.collect::<Vec<_>>(), shared)?)
            }
            None => None,
        };
        let budget = shared.budget.clone();
        budget.spend_on_asking(
            old.allows.len() + old.denies.len() + new.allows.len() + new.denies.len(),
        );
        Ok(Comparison { specs: encoder.finish()?, old, new, shapes, pinned, budget })
    }

    /// The search from the one to the other; from new to old if `backwards`.
    pub(crate) fn search<'a>(&'a self, backwards: bool, variables: &'a Variables) -> Search<'a> {
        let (from, to) = self.directed(backwards);
        let (specs, shapes) = (self.specs.as_slice(), self.shapes.as_ref());
        let (pinned, budget) = (&self.pinned, self.budget.search());
        Search { specs, variables, pinned, from, to, shapes, budget }
    }

    /// The side that does not allow and the one that does; from new to old if `backwards`.
    pub(crate) fn directed(&self, backwards: bool) -> (&AccessSet, &AccessSet) {
        if backwards { (&self.new, &self.old) } else { (&self.old, &self.new) }
    }
}

/// One thing to look for: requests of a statement that lie outside of others.
#[derive(Debug)]
pub(crate) struct Part<'a> {
    pub provenance: Provenance,
    constraints: Constraints,
    others: Vec<&'a Constraints>,
}

impl Part<'_> {
    /// As above, and also the requests that make no difference.
    pub(crate) fn alone(&self) -> Part<'_> {
        Part { constraints: self.constraints.clone(), others: Vec::new(), ..*self }
    }

    /// The condition keys that what it has to find depends on.
    pub(crate) fn keys(&self, specs: &[DimensionSpec]) -> BTreeSet<Box<str>> {
        let near = self.others.iter().copied();
        let near = near.filter(|other| may_meet(&self.constraints, other, specs));
        let mut keys = BTreeSet::new();
        for (dimension, constraint) in near.chain([&self.constraints]).flat_map(|own| &own.0) {
            let spec = &specs[*dimension];
            keys.extend(if let Name::Key(key) = &spec.name { Some(key.clone()) } else { None });
            let atoms =
                constraint.atoms().iter().filter_map(|at| spec.tests.atoms().get(*at as usize));
            keys.extend(atoms.flat_map(Atom::open_keys).cloned());
        }
        keys
    }

    /// Those of its requests that fit this as well.
    pub(crate) fn and(&self, constraints: &Constraints) -> Part<'_> {
        let constraints = self.constraints.and(constraints);
        Part { constraints, others: self.others.clone(), provenance: self.provenance }
    }
}

/// All that must be looked at to find what `to` allows and `from` does not. A request is found once for every statement that allows it.
pub(crate) fn parts<'a>(
    specs: &'a [DimensionSpec],
    from: &'a AccessSet,
    to: &'a AccessSet,
) -> impl Iterator<Item = Part<'a>> {
    let lifted = from
        .denies
        .iter()
        .filter(|deny| left_over(&deny.constraints, statements(&to.denies), specs).is_some());
    let lifted = lifted.collect::<Vec<_>>();
    let allows = to.allows.iter().filter_map(|allow| {
        // What both sides deny is most often said in the same words.
        let constraints = left_over(&allow.constraints, statements(&to.denies), specs)?;
        Some((allow.place, constraints))
    });
    allows.flat_map(move |(place, allowed)| {
        let granted =
            left_over(&allowed, statements(&from.allows), specs).map(|constraints| Part {
                provenance: Provenance { denied: None, allowed: place },
                constraints,
                others: statements(&from.allows).chain(statements(&to.denies)).collect(),
            });
        let met = lifted.iter().filter(|deny| may_meet(&allowed, &deny.constraints, specs));
        let lifted = met.filter_map(|deny| {
            let both = allowed.and(&deny.constraints);
            let constraints = left_over(&both, statements(&to.denies), specs)?;
            Some(Part {
                provenance: Provenance { denied: Some(deny.place), allowed: place },
                constraints,
                others: statements(&to.denies).collect(),
            })
        });
        granted.into_iter().chain(lifted.collect::<Vec<_>>())
    })
}

/// The search for what `to` allows and `from` does not.
pub(crate) struct Search<'a> {
    pub specs: &'a [DimensionSpec],
    pub variables: &'a Variables,
    pub pinned: &'a BTreeMap<String, Option<ContextValue>>,
    pub from: &'a AccessSet,
    pub to: &'a AccessSet,
    pub shapes: Option<&'a Feasible>,
    pub budget: Budget,
}

impl Search<'_> {
    /// Calls `found` with boxes of newly allowed requests, until it returns `false`; only with those of `wanted`, if there are any.
    pub(crate) fn run(
        &mut self,
        wanted: Option<&BTreeSet<Provenance>>,
        found: &mut Visit<'_>,
    ) -> Result<(), Undecided> {
        let is_wanted = |part: &Part<'_>| wanted.is_none_or(|own| own.contains(&part.provenance));
        for part in parts(self.specs, self.from, self.to).filter(is_wanted) {
            if !self.ask(&part, found)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Calls `found` with the boxes of one part, until it returns `false`; so does this then.
    pub(crate) fn ask(
        &mut self,
        part: &Part<'_>,
        found: &mut Visit<'_>,
    ) -> Result<bool, Undecided> {
        let Some(shapes) = self.shapes else {
            return self.outside(&part.constraints, &part.others, part.provenance, found);
        };
        // What no request does, no possible one does; that is soon said.
        if !self.may_find(&part.constraints, part)? {
            return Ok(true);
        }
        for shape in
            shapes.actions.iter().filter(|shape| may_meet(shape, &part.constraints, self.specs))
        {
            let shaped = shape.and(&part.constraints);
            let is_cut = shapes.actions.len() > 1 && shapes.callers.len() > 1;
            if is_cut && !self.may_find(&shaped, part)? {
                continue;
            }
            let callers = shapes.callers.iter();
            for caller in callers.filter(|caller| may_meet(caller, &shaped, self.specs)) {
                if !self.outside(&shaped.and(caller), &part.others, part.provenance, found)? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// The differences that there may be, with the keys that each depends on.
    pub(crate) fn may_differ_by(&mut self) -> BTreeMap<Provenance, BTreeSet<Box<str>>> {
        let mut found = BTreeMap::<_, BTreeSet<_>>::new();
        for part in parts(self.specs, self.from, self.to) {
            if self.may_find(&part.constraints, &part).unwrap_or(true) {
                found.entry(part.provenance).or_default().extend(part.keys(self.specs));
            }
        }
        found
    }

    /// Those of the differences that there may be among the requests that are looked at.
    pub(crate) fn left_of(&mut self, differences: &BTreeSet<Provenance>) -> BTreeSet<Provenance> {
        let asked = parts(self.specs, self.from, self.to)
            .filter(|part| differences.contains(&part.provenance))
            .filter(|part| !matches!(self.ask(part, &mut |_, _, _| false), Ok(true)));
        asked.map(|part| part.provenance).collect()
    }

    /// Whether there may be something to find in a part, or in a narrower statement of it.
    fn may_find(&mut self, constraints: &Constraints, part: &Part<'_>) -> Result<bool, Undecided> {
        let mut is_there = false;
        let searched = self.outside(constraints, &part.others, part.provenance, &mut |_, _, _| {
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
        constraints: &Constraints,
        others: &[&Constraints],
        provenance: Provenance,
        found: &mut Visit<'_>,
    ) -> Result<bool, Undecided> {
        // What asks for a key that no request has need not be walked.
        if self.lacks_keys(constraints) {
            return Ok(true);
        }
        let near = others
            .iter()
            .copied()
            .filter(|other| may_meet(constraints, other, self.specs) && !self.lacks_keys(other))
            .collect::<Vec<_>>();
        // A walk over few patterns meets few others.
        let is_wide = constraints.walked(self.specs) > MOST_WALKED;
        let is_hard = self.tells_much_apart(constraints, &near);
        // Without a budget no walk finds anything.
        if is_hard && self.budget.left() == 0 {
            return Err(self.overlapping(constraints));
        }
        if !is_wide && is_hard {
            // What is found without a walk exists.
            let glanced = self
                .with_states(0, |own| own.outside_at_once(constraints, &near, provenance, found));
            match glanced {
                Err(_) if !self.budget.is_exhausted() => {}
                glanced => return glanced,
            }
        }
        let searched = if is_wide {
            Err(None)
        } else {
            self.outside_at_once(constraints, &near, provenance, found).map_err(Some)
        };
        let undecided = match searched {
            Err(Some(undecided)) if self.budget.is_exhausted() => return Err(undecided),
            Err(undecided) => undecided,
            Ok(goes_on) => return Ok(goes_on),
        };
        if let Some((first, second)) = constraints.halves(self.specs) {
            return Ok(self.outside(&first, &near, provenance, found)?
                && self.outside(&second, &near, provenance, found)?);
        }
        if let (Some(undecided), true) = (undecided, self.budget.states >= STATES_AT_LAST) {
            return Err(undecided);
        }
        self.with_states(STATES_AT_LAST, |own| {
            own.outside_at_once(constraints, &near, provenance, found)
        })
    }

    /// Whether a statement asks for a key that all requests lack.
    fn lacks_keys(&self, constraints: &Constraints) -> bool {
        constraints.lacks(self.specs, |key| {
            self.variables.is_absent(key) || self.pinned.get(key).is_some_and(Option::is_none)
        })
    }

    /// Whether a walk over the patterns of a dimension may be long.
    fn tells_much_apart(&self, constraints: &Constraints, near: &[&Constraints]) -> bool {
        let mut walked = vec![0; self.specs.len()];
        for (dimension, own) in near.iter().copied().chain([constraints]).flat_map(|own| &own.0) {
            let all = self.specs[*dimension].tests.atoms();
            let atoms = own.atoms().iter().filter_map(|atom| all.get(*atom as usize));
            walked[*dimension] += atoms.filter(|atom| atom.is_walked()).count();
        }
        walked.into_iter().any(|walked| walked > MOST_WITHOUT_A_GLANCE)
    }

    /// Asks where walks may have so many states.
    fn with_states<T>(&mut self, states: usize, ask: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.budget.states, states);
        let answer = ask(self);
        self.budget.states = before;
        answer
    }

    fn outside_at_once(
        &mut self,
        constraints: &Constraints,
        near: &[&Constraints],
        provenance: Provenance,
        found: &mut Visit<'_>,
    ) -> Result<bool, Undecided> {
        let all = near.iter().copied().chain([constraints]).collect::<Vec<_>>();
        let (specs, variables) = (self.specs, self.variables);
        let mut space = Space::new(specs, &all, constraints, variables, &mut self.budget)?;
        for (key, value) in self.pinned {
            space.keep(specs, &all, one_clock(key), value.as_ref())?;
        }
        let Some(cube) = space.cube(constraints) else {
            return space.incomplete.clone().map_or(Ok(true), Err);
        };
        let cubes = near.iter().filter_map(|other| space.cube(other)).collect::<Vec<_>>();
        let cubes = cubes.iter().map(|cube| &**cube).collect::<Vec<_>>();
        let searched = outside(&space, &cube, &cubes, &mut self.budget, &mut |cube| {
            found(&space, cube, provenance)
        });
        // What was found exists. That there is nothing more is certain only if all values were tried.
        if let (Ok(true), Some(undecided)) = (&searched, &space.incomplete) {
            return Err(undecided.clone());
        }
        searched.map_err(|_| self.overlapping(constraints))
    }

    fn overlapping(&self, constraints: &Constraints) -> Undecided {
        let reason = "the statements overlap in more ways than the budget allows to look at";
        let span = constraints.0.last().and_then(|(dimension, _)| self.specs[*dimension].span);
        Undecided { reason: reason.to_owned(), span }
    }
}

fn statements(blocks: &[StatementBox]) -> impl Iterator<Item = &Constraints> {
    blocks.iter().map(|block| &block.constraints)
}
