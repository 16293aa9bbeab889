//! The request space of a question, and its statements as cubes in it.
//!
//! Every dimension is cut into the classes that the statements of the question tell apart, so a statement is a product of sets of
//! classes and a request is a choice of one class for each dimension. A dimension that no statement looks at is left out.

use super::constraint::MOST_PAIRS;
use super::dimension::words_for;
use super::{Constraint, Constraints, DimensionSpec, Fits, KeySpace, Name, Test};
use crate::authz::{ContextValue, Request};
use crate::symbolic::text::{Atom, Bits, Budget, Domain, Groups, Values, Variables, words};
use crate::symbolic::undecided::Undecided;
use std::collections::BTreeSet;

/// A dimension cut into classes.
#[derive(Debug)]
pub(crate) enum Partition {
    /// Of principal, action or resource: never absent.
    Plain(Values),
    /// Of a condition key.
    Key(KeySpace),
}

impl Partition {
    fn values(&self) -> &Values {
        match self {
            Partition::Plain(values) => values,
            Partition::Key(space) => &space.values,
        }
    }

    /// How many points there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Partition::Plain(values) => values.witnesses.len(),
            Partition::Key(space) => space.points.len(),
        }
    }
}

/// A dimension of the space: its name, its classes, and where its words lie in a cube.
#[derive(Debug)]
pub(crate) struct Dimension {
    pub name: Name,
    pub partition: Partition,
    pub words: std::ops::Range<usize>,
    /// Its place among the dimensions of all statements.
    specs: usize,
    /// The atoms that take part, sorted. The position of an atom is its column.
    atoms: Vec<u32>,
}

impl Dimension {
    /// The conditions that statements make of the key.
    fn tests(&self, statements: &[&Constraints]) -> Vec<Fits> {
        let constraints = statements.iter().flat_map(|constraints| constraints.on(self.specs));
        constraints
            .filter_map(|constraint| constraint.renumbered(&self.atoms).into_fits())
            .collect()
    }
}

/// Steps of a search that take as long as to look whether two patterns may meet. Measured.
const MEETING: usize = 10;

/// A product of sets of classes, one for each dimension, one behind the other.
pub(crate) type Cube = Box<[u64]>;

/// All dimensions of a question.
#[derive(Debug)]
pub(crate) struct Space {
    pub dimensions: Vec<Dimension>,
    /// The product of all.
    pub everything: Cube,
    /// A dimension that has too many values, so that not all of them are in the space.
    pub incomplete: Option<Undecided>,
}

impl Space {
    /// Cuts the dimensions that these statements look at. Texts that do not fit `within` are left out: nobody asks for them.
    pub(crate) fn new(
        specs: &[DimensionSpec],
        statements: &[&Constraints],
        within: &Constraints,
        variables: &Variables,
        budget: &mut Budget,
    ) -> Result<Space, Undecided> {
        let mut dimensions = Vec::new();
        let mut incomplete = None;
        let mut at = 0;
        for (number, dimension) in specs.iter().enumerate() {
            let constraints = || statements.iter().flat_map(|constraints| constraints.on(number));
            if constraints().next().is_none() {
                continue;
            }
            let mut atoms = dimension.always.clone();
            constraints().for_each(|constraint| atoms.extend_from_slice(constraint.atoms()));
            atoms.sort_unstable();
            atoms.dedup();
            let asked_within = within
                .on(number)
                .filter_map(|constraint| constraint.clone().into_positive())
                .collect::<Vec<_>>();
            for wanted in &asked_within {
                keep_meeting(&mut atoms, wanted, dimension.tests.atoms(), budget);
            }
            let asked =
                constraints().map(|constraint| constraint.renumbered(&atoms)).collect::<Vec<_>>();
            let place = |atom: &u32| atoms.binary_search(atom).ok().map(|place| place as u32);
            let wanted = asked_within
                .iter()
                .map(|list| list.iter().filter_map(place).collect())
                .collect::<Vec<_>>();
            let partition = partition(dimension, &atoms, asked, &wanted, budget)?;
            if !partition.values().is_complete {
                incomplete = Some(too_many(dimension));
            }
            let words = at..at + words(partition.len());
            at = words.end;
            dimensions.push(Dimension {
                name: dimension.name.clone(),
                partition,
                words,
                specs: number,
                atoms,
            });
        }
        let everything = dimensions
            .iter()
            .flat_map(|dimension| Bits::all(dimension.partition.len()).as_words().to_vec())
            .collect();
        let mut space = Space { dimensions, everything, incomplete };
        for (key, value) in variables.iter() {
            space.keep(
                specs,
                statements,
                key,
                value.map(|value| ContextValue::One(value.to_owned())).as_ref(),
            )?;
        }
        variables.others().for_each(|(key, values)| space.keep_others(specs, key, values));
        Ok(space)
    }

    /// Keeps only the requests in which a key has this value, or is absent, whatever operators ask about it.
    ///
    /// # Errors
    /// [`Undecided`] if the value is none of the key's type.
    pub(crate) fn keep(
        &mut self,
        specs: &[DimensionSpec],
        statements: &[&Constraints],
        key: &str,
        value: Option<&ContextValue>,
    ) -> Result<(), Undecided> {
        let Some((dimension, space)) = of_key(&self.dimensions, key) else { return Ok(()) };
        let tests = specs[dimension.specs].tests.only(&dimension.atoms);
        if let (Some(ContextValue::One(text)), true) =
            (value, tests.atoms().iter().any(Atom::may_differ))
        {
            let kept = space.may_hold(&tests, text);
            self.everything[dimension.words.clone()].copy_from_slice(kept.as_words());
            return Ok(());
        }
        let point = space.locate(&tests, value, &dimension.tests(statements));
        let point = point.ok_or_else(|| {
            Undecided::anywhere(format!("the value of `{key}` is not of its type"))
        })?;
        let mut kept = Bits::none(space.points.len());
        kept.insert(point);
        self.everything[dimension.words.clone()].copy_from_slice(kept.as_words());
        Ok(())
    }

    /// Keeps only the requests in which a key has some value, and none of those.
    fn keep_others(&mut self, specs: &[DimensionSpec], key: &str, values: &BTreeSet<String>) {
        let Some((dimension, space)) = of_key(&self.dimensions, key) else { return };
        let mut there = space.admitted(&Test::PRESENT);
        there
            .subtract(&space.only_of(&specs[dimension.specs].tests.only(&dimension.atoms), values));
        let words = dimension.words.clone();
        let words = self.everything[words].iter_mut();
        words.zip(there.as_words()).for_each(|(word, there)| *word &= there);
    }

    /// The point of a request, as the number of its class in each dimension; `None` if a value in it is not of its key's type.
    pub(crate) fn locate(
        &self,
        specs: &[DimensionSpec],
        statements: &[&Constraints],
        request: &Request,
    ) -> Option<Vec<usize>> {
        let class = |dimension: &Dimension| {
            let tests = specs[dimension.specs].tests.only(&dimension.atoms);
            match (&dimension.name, &dimension.partition) {
                (Name::Action, Partition::Plain(values)) => {
                    values.class_of(&tests, &request.action)
                }
                (Name::Resource, Partition::Plain(values)) => {
                    values.class_of(&tests, &request.resource)
                }
                (Name::Key(key), Partition::Key(space)) => {
                    space.locate(&tests, request.context.get(key), &dimension.tests(statements))
                }
                _ => None,
            }
        };
        self.dimensions.iter().map(class).collect()
    }

    /// Says of a text of this dimension whether it is of a class in a cube.
    pub(crate) fn holder<'s>(
        &'s self,
        specs: &[DimensionSpec],
        cube: &'s [u64],
        name: &Name,
    ) -> impl Fn(&str) -> bool + use<'s> {
        let own = self.dimensions.iter().find(|own| own.name == *name);
        let own = own.map(|own| (own, specs[own.specs].tests.only(&own.atoms)));
        move |text| {
            let Some((dimension, tests)) = &own else { return true };
            let class = dimension.partition.values().class_of(tests, text);
            let words = &cube[dimension.words.clone()];
            class.is_some_and(|class| words[class / 64] & (1 << (class % 64)) != 0)
        }
    }

    /// Whether a point lies in a cube.
    pub(crate) fn contains(&self, cube: &[u64], point: &[usize]) -> bool {
        let inside = |(dimension, class): (&Dimension, &usize)| {
            let words = &cube[dimension.words.clone()];
            words[class / 64] & (1 << (class % 64)) != 0
        };
        self.dimensions.iter().zip(point).all(inside)
    }

    /// A statement as a cube; `None` if it never applies.
    pub(crate) fn cube(&self, constraints: &Constraints) -> Option<Cube> {
        let mut cube = self.everything.clone();
        for dimension in &self.dimensions {
            let words = &mut cube[dimension.words.clone()];
            for constraint in constraints.on(dimension.specs) {
                let admitted =
                    admitted(&dimension.partition, &constraint.renumbered(&dimension.atoms));
                words
                    .iter_mut()
                    .zip(admitted.as_words())
                    .for_each(|(word, admitted)| *word &= admitted);
            }
            if words.iter().all(|word| *word == 0) {
                return None;
            }
        }
        Some(cube)
    }

    /// The words of a dimension in a cube.
    pub(crate) fn part<'a>(&self, cube: &'a [u64], dimension: usize) -> &'a [u64] {
        &cube[self.dimensions[dimension].words.clone()]
    }
}

/// The dimension of a condition key, if statements look at it.
fn of_key<'d>(dimensions: &'d [Dimension], key: &str) -> Option<(&'d Dimension, &'d KeySpace)> {
    dimensions.iter().find_map(|dimension| match (&dimension.name, &dimension.partition) {
        (Name::Key(own), Partition::Key(space)) if **own == *key => Some((dimension, space)),
        _ => None,
    })
}

/// Drops the patterns that no text of the wanted ones fits: among these texts they tell nothing apart.
fn keep_meeting(atoms: &mut Vec<u32>, wanted: &[u32], all: &[Atom], budget: &Budget) {
    let pairs = atoms.len() * wanted.len();
    if pairs <= MOST_PAIRS {
        budget.spend_on_preparing(pairs * MEETING);
        atoms.retain(|atom| {
            wanted.iter().any(|wanted| {
                atom == wanted || all[*atom as usize].may_meet(&all[*wanted as usize])
            })
        });
    }
}

fn partition(
    dimension: &DimensionSpec,
    atoms: &[u32],
    asked: Vec<Constraint>,
    within: &[Vec<u32>],
    budget: &mut Budget,
) -> Result<Partition, Undecided> {
    let tests = dimension.tests.only(atoms);
    let partition = match &dimension.name {
        Name::Principal => {
            let groups = Groups::alone(tests.len());
            Values::new(&tests, Domain::default(), groups, within, budget).map(Partition::Plain)
        }
        Name::Action | Name::Resource => {
            // For values that the question asks about, the classes say which pattern fits.
            let alone = within.iter().flatten().map(std::slice::from_ref);
            let lists = asked.iter().map(Constraint::atoms).chain(alone);
            let groups = Groups::of_lists(tests.len(), lists);
            Values::new(&tests, Domain::default(), groups, within, budget).map(Partition::Plain)
        }
        Name::Key(_) => {
            let place = |atom: &u32| atoms.binary_search(atom).ok().map(|place| place as u32);
            let always = dimension.always.iter().filter_map(place).collect::<Vec<_>>();
            let kind = (dimension.domain, dimension.multi_valued);
            let conditions = asked.into_iter().filter_map(Constraint::into_fits);
            let conditions = conditions.collect::<Vec<_>>();
            KeySpace::new(&tests, kind, (&always, &[]), &conditions, budget).map(Partition::Key)
        }
    };
    partition.map_err(|_| too_many(dimension))
}

fn too_many(dimension: &DimensionSpec) -> Undecided {
    let reason =
        format!("the patterns of {} tell too many values apart", words_for(&dimension.name));
    Undecided { reason, span: dimension.span }
}

fn admitted(partition: &Partition, constraint: &Constraint) -> Bits {
    match (partition, constraint) {
        (Partition::Plain(values), Constraint::Patterns { atoms, not }) => {
            let mut admitted = Bits::none(values.witnesses.len());
            atoms.iter().for_each(|atom| admitted.union(&values.columns[*atom as usize]));
            if !not {
                return admitted;
            }
            let mut rest = Bits::all(values.witnesses.len());
            rest.subtract(&admitted);
            rest
        }
        (Partition::Key(space), Constraint::Key(test)) => space.admitted(test),
        // A dimension has the constraints of its kind only.
        (Partition::Plain(values), Constraint::Key(_)) => Bits::all(values.witnesses.len()),
        (Partition::Key(space), Constraint::Patterns { .. }) => {
            space.admitted(&Test::Constant(true))
        }
    }
}
