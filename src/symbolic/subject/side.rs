//! One side of a comparison: its statements as boxes.

use crate::authz::{CallerKind, LayerId, Readings, Request};
use crate::model::{Policy, Statement};
use crate::symbolic::boxes::{Constraints, Encoder, Requests, Sample};
use crate::symbolic::domain::{Cell, askers, is_possible};
use crate::symbolic::text::Variables;
use crate::symbolic::undecided::Undecided;

/// A statement of one of the two sides, by policy and number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Place {
    /// The policy.
    pub policy: usize,
    /// The statement in it.
    pub statement: usize,
}

/// A statement of a side, encoded.
#[derive(Debug)]
pub(crate) struct StatementBox {
    pub place: Place,
    pub constraints: Constraints,
}

/// The statements of one side.
#[derive(Debug, Default)]
pub(crate) struct AccessSet {
    pub allows: Vec<StatementBox>,
    pub denies: Vec<StatementBox>,
}

/// One side of a comparison.
pub(crate) trait Subject {
    /// All its policies; places count in these.
    fn policies(&self) -> &[&Policy];

    /// Its policies as they are encoded: values replace the variables that a statement binds itself.
    fn encoded(&self) -> Vec<&Policy> {
        self.policies().to_vec()
    }

    /// What is known of every request.
    fn known(&self) -> &Variables;

    /// Whether principals are a dimension; not where the caller is known.
    fn names_principals(&self) -> bool;

    /// Which requests are looked at.
    fn requests(&self) -> Requests {
        Requests::Any
    }

    /// The only requests that are asked about, if they are some of those of one kind.
    fn cell(&self) -> Option<&Cell> {
        None
    }

    /// The kind of caller, if values of keys depend on it.
    fn caller_kind(&self) -> Option<CallerKind> {
        None
    }

    /// All requests that are asked about, as a box;
    /// [`Undecided`] if their values and those of the statements cannot be compared.
    fn whole(&self, encoder: &mut Encoder<'_>) -> Result<Constraints, Undecided> {
        let cell = self.cell().map(|cell| cell.constraints(encoder, self.policies()));
        cell.unwrap_or_else(|| Ok(Constraints::default()))
    }

    /// Its statements as cubes.
    ///
    /// # Errors
    /// [`Undecided`] if that cannot be said of all requests.
    fn side(&self, encoder: &mut Encoder<'_>) -> Result<AccessSet, Undecided>;

    /// The request of a sample; `None` if there is no such request.
    fn request(&self, sample: &Sample) -> Option<Request>;

    /// Whether a request is one of those that are asked about.
    fn has(&self, sample: &Sample) -> bool {
        match self.cell() {
            Some(_) => self.request(sample).is_some(),
            None => {
                self.requests() == Requests::Any || is_possible(sample, &askers(self.policies()))
            }
        }
    }

    /// What the other engine says of a request under one choice of readings.
    fn allows(&self, sample: &Sample, readings: &Readings) -> bool;

    /// A request without what goes without saying.
    fn shown(&self, sample: Sample) -> Sample {
        sample
    }

    /// The other statement that decides a request which this side allows and the other does not: not the one that grants it,
    /// but a statement of a layer that the other side lacks.
    fn hangs_on(&self, _other: &dyn Subject, _sample: &Sample) -> Option<Hinge> {
        None
    }

    /// The layers that do not allow a request.
    fn lacking(&self, _sample: &Sample) -> Vec<LayerId> {
        Vec::new()
    }

    /// The first statement of a layer.
    fn first_of(&self, _layer: LayerId) -> Option<Place> {
        None
    }

    /// A statement by its place.
    fn find(&self, place: Place) -> Option<&Statement> {
        self.policies()
            .get(place.policy)?
            .statements
            .iter()
            .find(|statement| statement.index == place.statement)
    }
}

/// What decides a request besides the grant.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hinge {
    /// A statement of the side that allows.
    Allowed(Place),
    /// The side that does not allow has a layer of policies, the other none; the first statement of it.
    Limited(Option<Place>),
}
