//! The dimension of a condition key: absent, one value, or a set of values; and what a condition admits of it.
//! Source: IAM:reference_policies_elements_condition_operators (docs/sources.md, D1 to D3).

use super::constraint::{Fits, Test};
use crate::authz::ContextValue;
use crate::model::condition::Quantifier;
use crate::symbolic::text::{Atom, Bits, Budget, Domain, Groups, Tests, TooMany, Values};
use std::collections::{BTreeSet, HashSet};

/// Sets of values that the conditions of a key with several values may tell apart.
const MOST_SETS: usize = 4_096;

/// One point of the dimension.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Point {
    Absent,
    /// A value of this class.
    One(usize),
    /// Values of these classes; none: present, with the empty text.
    Many(Vec<usize>),
}

/// All that can be told apart about a key.
#[derive(Clone, Debug)]
pub(crate) struct KeySpace {
    pub values: Values,
    pub points: Vec<Point>,
    /// The class of the empty text, which set operators take for an empty set.
    empty: Option<usize>,
}

impl KeySpace {
    /// Sorts the values of a key: those of its domain, and what the atoms of `always` fit. Values that differ in no answer of `conditions`
    /// are one, unless they differ in an atom of `alone`.
    pub(crate) fn new(
        tests: &Tests,
        (domain, multi_valued): (Domain, bool),
        (always, alone): (&[u32], &[u32]),
        conditions: &[Fits],
        budget: &mut Budget,
    ) -> Result<KeySpace, TooMany> {
        let texts = domain.texts(tests.atoms());
        // The empty text may count as no value, so it is a class by itself.
        let empty = tests.atoms().iter().position(|atom| *atom == Atom::Literal("".into()));
        let empty = empty.map(|atom| atom as u32);
        let alone = alone.iter().chain(&empty).map(std::slice::from_ref);
        let lists = conditions.iter().map(|fits| fits.atoms.as_slice());
        let lists = lists.chain([always]).chain(alone).collect::<Vec<_>>();
        let values = if texts.is_empty() || tests.atoms().is_empty() {
            let groups = Groups::of_lists(tests.len(), lists);
            Values::new(tests, domain, groups, &[], budget)?
        } else {
            of_forms(tests, (domain, texts), always, &lists, budget)?
        };
        // Without an atom for it the empty text is one of many in its class.
        let is_asked = |_: &usize| empty.is_some();
        let empty = values.witnesses.iter().position(String::is_empty).filter(is_asked);
        let mut space = KeySpace { values, points: Vec::new(), empty };
        let has_empty_text = domain.shape.is_none_or(|shape| shape.fits(""));
        space.points = if multi_valued {
            space.sets(conditions, has_empty_text)?
        } else {
            (0..space.values.witnesses.len()).map(Point::One).collect()
        };
        space.points.push(Point::Absent);
        Ok(space)
    }

    /// The point of a value, or of its absence; `None` if it is no value of the key's family. Points that no test tells apart are one.
    pub(crate) fn locate(
        &self,
        tests: &Tests,
        value: Option<&ContextValue>,
        conditions: &[Fits],
    ) -> Option<usize> {
        let point = match value.map(ContextValue::as_slice) {
            None | Some([]) => Point::Absent,
            Some([text]) if matches!(value, Some(ContextValue::One(_))) => {
                Point::One(self.values.class_of(tests, text)?)
            }
            Some([text]) if text.is_empty() => Point::Many(Vec::new()),
            // Sets have each value once; what the empty text twice is nobody says.
            Some(texts) if texts.iter().all(String::is_empty) => return None,
            Some(texts) => Point::Many(
                texts
                    .iter()
                    .map(|text| self.values.class_of(tests, text))
                    .collect::<Option<_>>()?,
            ),
        };
        if point == Point::Absent {
            return self.points.iter().position(|known| *known == Point::Absent);
        }
        let fitting = conditions.iter().map(|fits| self.fitting(fits)).collect::<Vec<_>>();
        let answers = |point: &Point| self.answers(conditions, &fitting, point);
        let wanted = answers(&point);
        self.points.iter().position(|known| *known != Point::Absent && answers(known) == wanted)
    }

    /// The points that a value may be of where patterns have variables of unknown value: such a pattern may match it or not.
    pub(crate) fn may_hold(&self, tests: &Tests, text: &str) -> Bits {
        let may_be = |class: usize| {
            tests.atoms().iter().zip(&self.values.columns).all(|(atom, column)| {
                let (is_in, fits) = (column.contains(class), atom.fits(text));
                is_in == fits || atom.may_differ() && fits
            })
        };
        let mut kept = Bits::none(self.points.len());
        for (number, point) in self.points.iter().enumerate() {
            let holds = match point {
                Point::Absent => false,
                Point::One(class) => may_be(*class),
                Point::Many(_) => true,
            };
            if holds {
                kept.insert(number);
            }
        }
        kept
    }

    /// Points of one value that is one of these for sure.
    pub(crate) fn only_of(&self, tests: &Tests, values: &BTreeSet<String>) -> Bits {
        let (groups, atoms) = (&self.values.groups, tests.atoms());
        let is_one = |atom: &Atom| matches!(atom, Atom::Literal(text) if values.contains(&**text));
        // The texts of a class fit one test of a group, whichever.
        let others = (0..atoms.len()).filter(|atom| !is_one(&atoms[*atom]));
        let others = others.map(|atom| groups.of(atom)).collect::<BTreeSet<_>>();
        let only = (0..atoms.len()).filter(|atom| !others.contains(&groups.of(*atom)));
        let only = only.collect::<Vec<_>>();
        let is_only = |class| only.iter().any(|atom| self.values.columns[*atom].contains(class));
        let mut points = Bits::none(self.points.len());
        for (number, point) in self.points.iter().enumerate() {
            if matches!(point, Point::One(class) if is_only(*class)) {
                points.insert(number);
            }
        }
        points
    }

    /// The value that a point stands for, its classes spelt; `None`: the key is absent.
    pub(crate) fn value(
        &self,
        point: &Point,
        spell: impl Fn(&str) -> String,
    ) -> Option<ContextValue> {
        let text = |class: &usize| spell(&self.values.witnesses[*class]);
        match point {
            Point::Absent => None,
            Point::One(class) => Some(ContextValue::One(text(class))),
            Point::Many(classes) if classes.is_empty() => {
                Some(ContextValue::Many(vec![String::new()]))
            }
            Point::Many(classes) => Some(ContextValue::Many(classes.iter().map(text).collect())),
        }
    }

    /// The points that a test admits.
    pub(crate) fn admitted(&self, test: &Test) -> Bits {
        let mut admitted = Bits::none(self.points.len());
        let holds: Box<dyn Fn(&Point) -> bool> = match test {
            Test::Constant(holds) => {
                return if *holds { Bits::all(self.points.len()) } else { admitted };
            }
            Test::Null { absent, empty, present } => Box::new(|point| match point {
                Point::Absent => *absent,
                point if self.is_empty(point) => *empty,
                Point::One(_) | Point::Many(_) => *present,
            }),
            Test::Fits(fits) => {
                let fitting = self.fitting(fits);
                Box::new(move |point| self.holds(fits, &fitting, point))
            }
        };
        (0..self.points.len())
            .filter(|number| holds(&self.points[*number]))
            .for_each(|number| admitted.insert(number));
        admitted
    }

    /// The classes of single values that satisfy the operator, negation included.
    fn fitting(&self, fits: &Fits) -> Bits {
        let size = self.values.witnesses.len();
        if fits.all || fits.none {
            return if fits.all { Bits::all(size) } else { Bits::none(size) };
        }
        let mut fitting = Bits::none(size);
        fits.atoms.iter().for_each(|atom| fitting.union(&self.values.columns[*atom as usize]));
        if !fits.negated {
            return fitting;
        }
        let mut rest = Bits::all(size);
        rest.subtract(&fitting);
        rest
    }

    fn holds(&self, fits: &Fits, fitting: &Bits, point: &Point) -> bool {
        let all = fits.quantifier == Some(Quantifier::ForAllValues);
        match point {
            Point::Absent => fits.absent,
            Point::One(value) if fits.quantifier.is_some() && Some(*value) == self.empty => all,
            Point::One(value) => fitting.contains(*value),
            Point::Many(values) => match (values.as_slice(), fits.quantifier) {
                ([], Some(_)) => all,
                ([], None) => self.empty.is_some_and(|empty| fitting.contains(empty)),
                (_, Some(Quantifier::ForAllValues)) => {
                    values.iter().all(|value| fitting.contains(*value))
                }
                (_, Some(Quantifier::ForAnyValue)) => {
                    values.iter().any(|value| fitting.contains(*value))
                }
                ([value], None) => fitting.contains(*value),
                // Negation comes behind the question whether one of several fits.
                (_, None) if fits.negated => {
                    !fits.any_of_several || values.iter().all(|value| fitting.contains(*value))
                }
                (_, None) => {
                    fits.any_of_several && values.iter().any(|value| fitting.contains(*value))
                }
            },
        }
    }

    /// One set of values for each combination of answers that the conditions can give together.
    fn sets(&self, conditions: &[Fits], has_empty_text: bool) -> Result<Vec<Point>, TooMany> {
        let fitting = conditions.iter().map(|fits| self.fitting(fits)).collect::<Vec<_>>();
        let mut parts = fitting.clone();
        parts.sort_unstable_by(|left, right| left.as_words().cmp(right.as_words()));
        parts.dedup();
        // Present with the empty text, if that is a value of the key.
        let first = has_empty_text.then(|| Point::Many(Vec::new()));
        let mut search = Sets { found: first.into_iter().collect(), parts: &parts };
        let all = Bits::all(self.values.witnesses.len());
        // The empty text alone is an empty set; beside others it is a value (D3).
        search.found.extend(
            all.iter()
                .filter(|value| Some(*value) != self.empty)
                .map(|value| Point::Many(vec![value])),
        );
        search.split(0, &all, &mut Vec::new())?;
        let is_empty = |point: &Point| matches!(point, Point::Many(values) if !values.is_empty() && values.iter().all(|value| Some(*value) == self.empty));
        search.found.retain(|point| !is_empty(point));
        let mut seen = HashSet::new();
        search.found.retain(|point| seen.insert(self.answers(conditions, &fitting, point)));
        Ok(search.found)
    }

    /// What tells a point from others: whether it is the empty text, and which conditions hold.
    fn answers(&self, conditions: &[Fits], fitting: &[Bits], point: &Point) -> Vec<bool> {
        let held =
            conditions.iter().zip(fitting).map(|(fits, fitting)| self.holds(fits, fitting, point));
        std::iter::once(self.is_empty(point)).chain(held).collect()
    }

    /// Whether a point is the empty text alone.
    fn is_empty(&self, point: &Point) -> bool {
        match point {
            Point::Absent => false,
            Point::One(value) => Some(*value) == self.empty,
            Point::Many(values) => values.is_empty(),
        }
    }
}

/// The values that have one of the forms, or that an atom of `always` fits.
fn of_forms(
    tests: &Tests,
    (domain, forms): (Domain, Vec<Atom>),
    always: &[u32],
    lists: &[&[u32]],
    budget: &mut Budget,
) -> Result<Values, TooMany> {
    let own = tests.atoms().len();
    let mut more = tests.clone();
    let mut wanted = always.to_vec();
    for form in forms {
        // Texts are asked about, so a pattern of texts mixes nothing.
        wanted.extend(more.append(form));
    }
    wanted.sort_unstable();
    wanted.dedup();
    let lists = lists.iter().copied().chain([wanted.as_slice()]);
    let groups = Groups::of_lists(more.len(), lists);
    let mut values = Values::new(&more, domain, groups, &[wanted], budget)?;
    values.columns.truncate(own);
    Ok(values)
}

/// Looks for sets of values: for each test, some value lies in it or none does, and some value lies outside of it or none does.
struct Sets<'a> {
    parts: &'a [Bits],
    found: Vec<Point>,
}

impl Sets<'_> {
    /// `allowed`: the values that may be in the set; `hit`: of each of these sets one must be.
    fn split(&mut self, part: usize, allowed: &Bits, hit: &mut Vec<Bits>) -> Result<(), TooMany> {
        if allowed.is_empty() || hit.iter().any(|hit| !hit.meets(allowed)) {
            return Ok(());
        }
        if self.found.len() > MOST_SETS {
            return Err(TooMany);
        }
        let Some(inside) = self.parts.get(part) else {
            self.found.push(Point::Many(smallest(allowed, hit)));
            return Ok(());
        };
        let mut outside = allowed.clone();
        outside.subtract(inside);
        let mut within = allowed.clone();
        within.intersect(inside);
        self.split(part + 1, &outside, hit)?;
        self.split(part + 1, &within, hit)?;
        hit.push(inside.clone());
        hit.push(outside);
        let both = self.split(part + 1, allowed, hit);
        hit.truncate(hit.len() - 2);
        both
    }
}

/// Few values of `allowed` that hit every set; two at least, as one alone is tried by itself.
fn smallest(allowed: &Bits, hit: &[Bits]) -> Vec<usize> {
    let mut values: Vec<usize> = Vec::new();
    for set in hit {
        if !values.iter().any(|value| set.contains(*value)) {
            values.extend(allowed.iter().find(|value| set.contains(*value)));
        }
    }
    if let ([], Some(first)) = (values.as_slice(), allowed.iter().next()) {
        values.push(first);
    }
    if let [only] = values.as_slice() {
        // Two of one class, where there is no other: a class of texts has many.
        let other = allowed.iter().find(|value| {
            value != only && hit.iter().all(|set| set.contains(*value) || set.contains(*only))
        });
        values.push(other.unwrap_or(*only));
    }
    values
}
