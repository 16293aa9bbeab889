//! The request space of a question, and its statements as cubes in it.
//!
//! Every dimension is cut into the classes that the statements of the question tell apart, so a statement is a product of sets of
//! classes and a request is a choice of one class for each dimension. A dimension that no statement looks at is left out.

use super::bits::{Bits, words};
use super::cover::MOST_PAIRS;
use super::key::{Fits, KeySpace, Test};
use super::outside::Budget;
use super::sketch::{Constraint, Sketch};
use super::token::Atom;
use super::values::{Asked, Domain, Values};
use super::variables::Variables;
use crate::authz::{ContextValue, Request};
use crate::source::Span;

/// What a dimension is about.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Name {
    /// The principal, as a name that policies write.
    Principal,
    /// The action.
    Action,
    /// The resource.
    Resource,
    /// A condition key, in lower case.
    Key(Box<str>),
}

/// Why a question cannot be decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undecided {
    /// Why, for a person.
    pub reason: String,
    /// The words that are too hard.
    pub span: Option<Span>,
}

/// The reason where the other engine does not bear out what was found.
pub(super) const DEFECT: &str = "a request that seemed to show a difference does not: please report this as a defect of ica-policy";

impl Undecided {
    /// Whether nothing is too hard, but this program is wrong.
    pub fn is_defect(&self) -> bool {
        self.reason == DEFECT
    }
}

/// A dimension as all statements ask about it.
#[derive(Debug)]
pub(super) struct Gathered {
    pub name: Name,
    pub asked: Asked,
    /// Words that ask about it, for messages.
    pub span: Option<Span>,
    pub multi_valued: bool,
    pub domain: Domain,
    /// Atoms that every question needs: the empty text, the value that is settled.
    pub always: Vec<u32>,
}

/// A dimension cut into classes.
#[derive(Debug)]
pub(super) enum Classified {
    /// Of principal, action or resource: never absent.
    Plain(Values),
    /// Of a condition key.
    Key(KeySpace),
}

impl Classified {
    fn values(&self) -> &Values {
        match self {
            Classified::Plain(values) => values,
            Classified::Key(space) => &space.values,
        }
    }

    /// How many points there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Classified::Plain(values) => values.witnesses.len(),
            Classified::Key(space) => space.points.len(),
        }
    }
}

/// A dimension of the space: its name, its classes, and where its words lie in a cube.
#[derive(Debug)]
pub(super) struct Dimension {
    pub name: Name,
    pub classified: Classified,
    pub words: std::ops::Range<usize>,
    /// Its place among the dimensions of all statements.
    gathered: usize,
    /// The atoms that take part, sorted: an atom's column is where it stands here.
    atoms: Vec<u32>,
}

impl Dimension {
    /// The tests that statements make of the key.
    fn tests(&self, sketches: &[&Sketch]) -> Vec<Fits> {
        let constraints = sketches.iter().flat_map(|sketch| sketch.on(self.gathered));
        constraints
            .filter_map(|constraint| constraint.renumbered(&self.atoms).into_fits())
            .collect()
    }
}

/// A product of sets of classes, one for each dimension, one behind the other.
pub(super) type Cube = Box<[u64]>;

/// All dimensions of a question.
#[derive(Debug)]
pub(super) struct Space {
    pub dimensions: Vec<Dimension>,
    /// The product of all.
    pub everything: Cube,
    /// Words of a dimension of which not all values are in the space, as there are too many.
    pub incomplete: Option<Undecided>,
}

impl Space {
    /// Cuts the dimensions that these statements look at. Texts that do not fit `within` are left out: nobody asks for them.
    pub(super) fn new(
        gathered: &[Gathered],
        sketches: &[&Sketch],
        within: &Sketch,
        variables: &Variables,
        budget: &mut Budget,
    ) -> Result<Space, Undecided> {
        let mut dimensions = Vec::new();
        let mut incomplete = None;
        let mut at = 0;
        for (number, dimension) in gathered.iter().enumerate() {
            let constraints = || sketches.iter().flat_map(|sketch| sketch.on(number));
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
            asked_within
                .iter()
                .for_each(|wanted| keep_meeting(&mut atoms, wanted, dimension.asked.atoms()));
            let tests = constraints()
                .filter_map(|constraint| constraint.renumbered(&atoms).into_fits())
                .collect::<Vec<_>>();
            let place = |atom: &u32| atoms.binary_search(atom).ok().map(|place| place as u32);
            let wanted = asked_within
                .iter()
                .map(|list| list.iter().filter_map(place).collect())
                .collect::<Vec<_>>();
            let classified = classify(dimension, &atoms, &tests, &wanted, budget)?;
            if !classified.values().is_complete {
                incomplete = Some(too_many(dimension));
            }
            let words = at..at + words(classified.len());
            at = words.end;
            dimensions.push(Dimension {
                name: dimension.name.clone(),
                classified,
                words,
                gathered: number,
                atoms,
            });
        }
        let everything = dimensions
            .iter()
            .flat_map(|dimension| Bits::all(dimension.classified.len()).as_words().to_vec())
            .collect();
        let mut space = Space { dimensions, everything, incomplete };
        for (key, value) in variables.iter() {
            space.keep(
                gathered,
                sketches,
                key,
                value.map(|value| ContextValue::One(value.to_owned())).as_ref(),
            )?;
        }
        Ok(space)
    }

    /// Keeps only the requests in which a key has this value, or is absent, whatever operators ask about it.
    ///
    /// # Errors
    /// [`Undecided`] if the value is none of the key's type.
    pub(super) fn keep(
        &mut self,
        gathered: &[Gathered],
        sketches: &[&Sketch],
        key: &str,
        value: Option<&ContextValue>,
    ) -> Result<(), Undecided> {
        let is_key =
            |dimension: &&Dimension| matches!(&dimension.name, Name::Key(own) if **own == *key);
        let Some(dimension) = self.dimensions.iter().find(is_key) else { return Ok(()) };
        let Classified::Key(space) = &dimension.classified else { return Ok(()) };
        let asked = gathered[dimension.gathered].asked.only(&dimension.atoms);
        let point = space.locate(&asked, value, &dimension.tests(sketches));
        let point = point.ok_or_else(|| Undecided {
            reason: format!("the value of `{key}` is not of its type"),
            span: None,
        })?;
        let mut kept = Bits::none(space.points.len());
        kept.insert(point);
        self.everything[dimension.words.clone()].copy_from_slice(kept.as_words());
        Ok(())
    }

    /// The point of a request, as the number of its class in each dimension; `None` if a value in it is not of its key's type.
    pub(super) fn locate(
        &self,
        gathered: &[Gathered],
        sketches: &[&Sketch],
        request: &Request,
    ) -> Option<Vec<usize>> {
        let class = |dimension: &Dimension| {
            let asked = gathered[dimension.gathered].asked.only(&dimension.atoms);
            match (&dimension.name, &dimension.classified) {
                (Name::Action, Classified::Plain(values)) => {
                    values.class_of(&asked, &request.action)
                }
                (Name::Resource, Classified::Plain(values)) => {
                    values.class_of(&asked, &request.resource)
                }
                (Name::Key(key), Classified::Key(space)) => {
                    space.locate(&asked, request.context.get(key), &dimension.tests(sketches))
                }
                _ => None,
            }
        };
        self.dimensions.iter().map(class).collect()
    }

    /// Whether a point lies in a cube.
    pub(super) fn contains(&self, cube: &[u64], point: &[usize]) -> bool {
        let inside = |(dimension, class): (&Dimension, &usize)| {
            let words = &cube[dimension.words.clone()];
            words[class / 64] & (1 << (class % 64)) != 0
        };
        self.dimensions.iter().zip(point).all(inside)
    }

    /// A statement as a cube; `None` if it never applies.
    pub(super) fn cube(&self, sketch: &Sketch) -> Option<Cube> {
        let mut cube = self.everything.clone();
        for dimension in &self.dimensions {
            let words = &mut cube[dimension.words.clone()];
            for constraint in sketch.on(dimension.gathered) {
                let admitted =
                    admitted(&dimension.classified, &constraint.renumbered(&dimension.atoms));
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
    pub(super) fn part<'a>(&self, cube: &'a [u64], dimension: usize) -> &'a [u64] {
        &cube[self.dimensions[dimension].words.clone()]
    }
}

/// Drops the patterns that no text of the wanted ones fits: among these texts they tell nothing apart.
fn keep_meeting(atoms: &mut Vec<u32>, wanted: &[u32], all: &[Atom]) {
    if atoms.len() * wanted.len() <= MOST_PAIRS {
        atoms.retain(|atom| {
            wanted.iter().any(|wanted| {
                atom == wanted || all[*atom as usize].may_meet(&all[*wanted as usize])
            })
        });
    }
}

fn classify(
    dimension: &Gathered,
    atoms: &[u32],
    tests: &[Fits],
    within: &[Vec<u32>],
    budget: &mut Budget,
) -> Result<Classified, Undecided> {
    let asked = dimension.asked.only(atoms);
    let classified = match &dimension.name {
        Name::Principal | Name::Action | Name::Resource => {
            Values::new(&asked, Domain::default(), within, budget).map(Classified::Plain)
        }
        Name::Key(_) => {
            let place = |atom: &u32| atoms.binary_search(atom).ok().map(|place| place as u32);
            let always = dimension.always.iter().filter_map(place).collect::<Vec<_>>();
            let kind = (dimension.domain, dimension.multi_valued);
            KeySpace::new(&asked, kind, &always, tests, budget).map(Classified::Key)
        }
    };
    classified.map_err(|_| too_many(dimension))
}

fn too_many(dimension: &Gathered) -> Undecided {
    let reason =
        format!("the patterns of {} tell too many values apart", words_for(&dimension.name));
    Undecided { reason, span: dimension.span }
}

/// A dimension in words.
pub(super) fn words_for(name: &Name) -> String {
    match name {
        Name::Principal => "the principal".to_owned(),
        Name::Action => "the action".to_owned(),
        Name::Resource => "the resource".to_owned(),
        Name::Key(key) => format!("`{key}`"),
    }
}

fn admitted(classified: &Classified, constraint: &Constraint) -> Bits {
    match (classified, constraint) {
        (Classified::Plain(values), Constraint::Patterns { atoms, not }) => {
            let mut admitted = Bits::none(values.witnesses.len());
            atoms.iter().for_each(|atom| admitted.union(&values.columns[*atom as usize]));
            if !not {
                return admitted;
            }
            let mut rest = Bits::all(values.witnesses.len());
            rest.subtract(&admitted);
            rest
        }
        (Classified::Key(space), Constraint::Key(test)) => space.admitted(test),
        // A dimension has the constraints of its kind only.
        (Classified::Plain(values), Constraint::Key(_)) => Bits::all(values.witnesses.len()),
        (Classified::Key(space), Constraint::Patterns { .. }) => {
            space.admitted(&Test::Constant(true))
        }
    }
}
