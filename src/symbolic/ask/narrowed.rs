//! What the region of a difference is, in the words of the policies: patterns that hold all of it, without those that hold none.
//!
//! Both are claims about all requests of the region, so each is asked as a difference of its own.

use super::difference::{Comparison, Part};
use super::pair::Pair;
use crate::model::Statement;
use crate::source::Span;
use crate::symbolic::boxes::{Constraint, Constraints, DimensionSpec, Name, resource_atom};
use crate::symbolic::subject::{StatementBox, Subject};
use crate::symbolic::text::{Atom, Style, Variables};
use std::collections::BTreeSet;

/// Patterns that are asked about in one dimension of a region.
const MOST_ASKED: usize = 12;

/// The actions or resources of a region.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Named {
    /// Whether the patterns are those of a `Not..` element.
    pub all_but: bool,
    /// The places of patterns that hold the region.
    pub patterns: Vec<Span>,
    /// The places of patterns that meet these, and that hold nothing of the region.
    pub but_not: Vec<Span>,
}

impl Named {
    /// What is so under this reading and under another one.
    pub(super) fn meet(&mut self, other: &Named) {
        if (self.all_but, &self.patterns) == (other.all_but, &other.patterns) {
            self.but_not.retain(|span| other.but_not.contains(span));
            return;
        }
        // Each reading has patterns of its own, and the region is within both together.
        self.but_not.clear();
        match (self.all_but, other.all_but) {
            // What the allowing statement excepts lies outside of the region under each reading.
            (false, true) => *self = Named { but_not: Vec::new(), ..other.clone() },
            (true, false) => {}
            _ => {
                let more = other.patterns.iter().filter(|span| !self.patterns.contains(span));
                self.patterns.extend(more.copied().collect::<Vec<_>>());
            }
        }
    }
}

/// What is known of a region beyond the words of the statement that allows it.
#[derive(Clone, Debug, Default)]
pub(super) struct Narrowed {
    /// Patterns of other statements that hold all of it, if they say more.
    pub within: Option<Vec<Span>>,
    pub but_not: Vec<Span>,
}

impl Narrowed {
    /// The region, which is among these patterns of the allowing statement.
    pub(super) fn named(self, all_but: bool, patterns: Vec<Span>) -> Named {
        match self.within {
            Some(patterns) => Named { all_but: false, patterns, but_not: self.but_not },
            None => Named { all_but, patterns, but_not: self.but_not },
        }
    }
}

/// A side of the comparison and its statements.
type Side<'a> = (&'a dyn Subject, &'a [StatementBox]);

/// Asks about the patterns in one dimension of a part that has requests.
pub(super) struct Narrowing<'a> {
    pub question: Pair<'a>,
    pub sides: &'a Comparison,
    pub backwards: bool,
    pub variables: &'a Variables,
}

impl Narrowing<'_> {
    /// The actions and the resources of a part.
    pub(super) fn of(&self, part: &Part<'_>) -> [Narrowed; 2] {
        [Name::Action, Name::Resource].map(|name| self.along(part, &name).unwrap_or_default())
    }

    fn along(&self, part: &Part<'_>, name: &Name) -> Option<Narrowed> {
        let specs = self.sides.specs.as_slice();
        let place = specs.iter().position(|spec| spec.name == *name)?;
        let (from, to) = self.sides.directed(self.backwards);
        let (before, after) = self.question.directed(self.backwards);
        // What the allowing statement says, without the Deny that it meets.
        let allow = to.allows.iter().find(|own| own.place == part.provenance.allowed)?;
        let denied = part.provenance.denied;
        let deny = denied.and_then(|place| from.denies.iter().find(|own| own.place == place));
        let own = Own::new(allow, place, specs)?;
        let held = match deny {
            Some(deny) => self.held_by_deny(part, &own, (before, deny)),
            None => self.held_by_exceptions(part, &own, (before, &from.allows)),
        };
        let others: Vec<Side<'_>> = match deny {
            Some(_) => vec![(after, &to.denies)],
            None => vec![(before, &from.allows), (after, &to.denies)],
        };
        let holds = held.as_ref().map_or(own.clone(), |(atoms, _)| Own {
            all_but: false,
            atoms: atoms.clone(),
            ..own
        });
        let but_not = self.but_not(part, &holds, &others);
        Some(Narrowed { within: held.map(|(_, spans)| spans), but_not })
    }

    /// The patterns of the Deny that held the region back, if they say more than those of the allowing statement.
    fn held_by_deny(
        &self,
        part: &Part<'_>,
        own: &Own<'_>,
        (side, deny): (&dyn Subject, &StatementBox),
    ) -> Option<(Vec<u32>, Vec<Span>)> {
        let (atoms, not) = own.patterns_of(deny)?;
        let says_more = own.all_but
            || atoms.iter().all(|atom| own.atoms.iter().any(|wide| own.includes(*wide, *atom)))
                && atoms != own.atoms;
        if not || !says_more || atoms.len() > MOST_ASKED {
            return None;
        }
        let touched =
            atoms.iter().copied().filter(|atom| !self.is_empty(part, own.fits(vec![*atom], false)));
        let touched = touched.collect::<Vec<_>>();
        let spans = self.spans(own, &touched, side.find(deny.place)?);
        (spans.len() == touched.len() && !spans.is_empty()).then_some((touched, spans))
    }

    /// What another `Not..` element takes out and that of the allowing statement does not, if all of the region is among it.
    fn held_by_exceptions(
        &self,
        part: &Part<'_>,
        own: &Own<'_>,
        (side, allows): Side<'_>,
    ) -> Option<(Vec<u32>, Vec<Span>)> {
        if !own.all_but {
            return None;
        }
        allows.iter().find_map(|other| {
            let (atoms, not) = own.patterns_of(other)?;
            let more = atoms.iter().copied().filter(|atom| !own.atoms.contains(atom));
            let more = more.collect::<Vec<_>>();
            let is_all = not
                && !more.is_empty()
                && more.len() <= MOST_ASKED
                && self.is_empty(part, own.fits(more.clone(), true));
            let spans =
                if is_all { self.spans(own, &more, side.find(other.place)?) } else { Vec::new() };
            (spans.len() == more.len()).then_some((more, spans))
        })
    }

    /// Patterns of other statements that hold requests among those of the region's statements, and nothing of it.
    fn but_not(&self, part: &Part<'_>, own: &Own<'_>, others: &[Side<'_>]) -> Vec<Span> {
        let (mut asked, mut spans) = (BTreeSet::new(), Vec::new());
        for (side, statements) in others {
            for other in *statements {
                let Some((atoms, false)) = own.patterns_of(other) else { continue };
                for atom in atoms {
                    if asked.len() >= MOST_ASKED || !own.is_cut_by(atom) || !asked.insert(atom) {
                        continue;
                    }
                    let fits = || own.fits(vec![atom], false);
                    if self.is_empty(part, fits()) && !self.is_empty(&part.alone(), fits()) {
                        let statement = side.find(other.place);
                        spans.extend(
                            statement
                                .iter()
                                .flat_map(|own_words| self.spans(own, &[atom], own_words)),
                        );
                    }
                }
            }
        }
        spans
    }

    /// Whether the part has no request that fits this as well. What is not decided counts as one.
    fn is_empty(&self, part: &Part<'_>, fits: Constraints) -> bool {
        let mut is_there = false;
        let mut search = self.sides.search(self.backwards, self.variables);
        let asked = search.ask(&part.and(&fits), &mut |_, _, _| {
            is_there = true;
            false
        });
        asked.is_ok() && !is_there
    }

    /// Where a statement has these patterns.
    fn spans(&self, own: &Own<'_>, atoms: &[u32], statement: &Statement) -> Vec<Span> {
        let wanted = |atom: &Atom| atoms.iter().any(|number| own.all[*number as usize] == *atom);
        let (variables, readings) = (self.variables, self.question.readings);
        match own.spec.name {
            Name::Action => {
                let patterns = statement.action.iter().flat_map(|element| &element.patterns);
                let fitting = patterns
                    .filter(|own| wanted(&Atom::read(&own.pattern, Style::Text, variables)));
                fitting.map(|pattern| pattern.span).collect()
            }
            _ => {
                let patterns = statement.resource.iter().flat_map(|element| &element.patterns);
                let fitting =
                    patterns.filter(|own| wanted(&resource_atom(own, readings, variables)));
                fitting.map(|pattern| pattern.span).collect()
            }
        }
    }
}

/// The patterns of a statement in one dimension.
#[derive(Clone)]
struct Own<'a> {
    place: usize,
    spec: &'a DimensionSpec,
    /// All atoms of the dimension.
    all: &'a [Atom],
    all_but: bool,
    atoms: Vec<u32>,
}

impl<'a> Own<'a> {
    /// `None` if it has none, or more than one list of them.
    fn new(statement: &StatementBox, place: usize, specs: &'a [DimensionSpec]) -> Option<Own<'a>> {
        let spec = &specs[place];
        let empty = Own { place, spec, all: spec.tests.atoms(), all_but: false, atoms: Vec::new() };
        let (atoms, all_but) = empty.patterns_of(statement)?;
        Some(Own { all_but, atoms, ..empty })
    }

    fn patterns_of(&self, statement: &StatementBox) -> Option<(Vec<u32>, bool)> {
        let mut lists = statement.constraints.on(self.place);
        match (lists.next(), lists.next()) {
            (Some(Constraint::Patterns { atoms, not }), None) => Some((atoms.clone(), *not)),
            _ => None,
        }
    }

    fn includes(&self, wide: u32, narrow: u32) -> bool {
        self.all[wide as usize].includes(&self.all[narrow as usize])
    }

    /// Whether a pattern holds a part of what these hold, and not all of one of them.
    fn is_cut_by(&self, atom: u32) -> bool {
        let other = &self.all[atom as usize];
        match self.all_but {
            true => !self.atoms.iter().any(|own| self.includes(*own, atom)),
            false => {
                let mut met =
                    self.atoms.iter().filter(|own| self.all[**own as usize].may_meet(other));
                met.any(|own| !self.includes(atom, *own))
            }
        }
    }

    fn fits(&self, atoms: Vec<u32>, not: bool) -> Constraints {
        Constraints(vec![(self.place, Constraint::Patterns { atoms, not })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_under_each_reading_is_what_the_allowing_statement_says() {
        let span = |at| Span::new(at, at + 1);
        let named = |all_but, patterns: &[u32], but_not: &[u32]| Named {
            all_but,
            patterns: patterns.iter().map(|at| span(*at)).collect(),
            but_not: but_not.iter().map(|at| span(*at)).collect(),
        };
        let met = |one: &Named, other: &Named| {
            let mut both = one.clone();
            both.meet(other);
            both
        };
        let (of_deny, not_action) = (named(false, &[1], &[2]), named(true, &[3], &[4]));
        assert_eq!(met(&of_deny, &not_action), named(true, &[3], &[]));
        assert_eq!(met(&not_action, &of_deny), named(true, &[3], &[]));
        assert_eq!(met(&of_deny, &named(false, &[5], &[2])), named(false, &[1, 5], &[]));
        assert_eq!(met(&of_deny, &named(false, &[1], &[2, 6])), of_deny);
    }
}
