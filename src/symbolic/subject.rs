//! What is compared: documents by themselves, or what the layers of a known caller allow together.

use super::access::{NOWHERE, Within};
use super::bindings::bound;
use super::point::Sample;
use super::possible::Requests;
use super::sides::{Block, Place, Side, allows, generous};
use super::sketch::{Entry, Sketcher};
use super::space::Undecided;
use super::variables::Variables;
use crate::authz::{LayerId, Readings};
use crate::eval;
use crate::model::{Policy, Statement};

/// One side of a comparison.
pub(super) trait Subject {
    /// All its policies; places count in these.
    fn policies(&self) -> &[&Policy];

    /// Its policies as they are sketched: values replace the variables that a statement binds itself.
    fn sketched(&self) -> Vec<&Policy> {
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

    /// Its statements as cubes.
    ///
    /// # Errors
    /// [`Undecided`] if that cannot be said of all requests.
    fn side(&self, sketcher: &mut Sketcher<'_>) -> Result<Side, Undecided>;

    /// What the other engine says of a request under one choice of readings.
    fn allows(&self, sample: &Sample, readings: &Readings) -> bool;

    /// A request without what goes without saying.
    fn shown(&self, sample: Sample) -> Sample {
        sample
    }

    /// The statement of this side that a request hangs on which the other side does not allow, where it is another than the one that
    /// grants it: one of a layer that the other side lacks.
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

/// What a request hangs on beside the grant.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hinge {
    /// A statement of the side that allows.
    Allowed(Place),
    /// The side that does not allow has a layer of policies, the other none; the first statement of it.
    Limited(Option<Place>),
}

/// Documents: a statement applies or does not, whoever asks.
pub(super) struct Documents<'a> {
    policies: &'a [&'a Policy],
    bound: Option<Vec<Policy>>,
    known: Variables,
    requests: Requests,
    /// Requests that are not asked about.
    except: Option<&'a Within>,
}

impl<'a> Documents<'a> {
    pub(super) fn new(policies: &'a [&'a Policy], requests: Requests) -> Documents<'a> {
        let known = Variables::default();
        Documents { policies, bound: bound(policies), known, requests, except: None }
    }

    /// Only the requests that are not among these.
    pub(super) fn except(self, within: Option<&'a Within>) -> Documents<'a> {
        Documents { except: within, ..self }
    }
}

impl Subject for Documents<'_> {
    fn policies(&self) -> &[&Policy] {
        self.policies
    }

    fn sketched(&self) -> Vec<&Policy> {
        match &self.bound {
            Some(bound) => bound.iter().collect(),
            None => self.policies.to_vec(),
        }
    }

    fn known(&self) -> &Variables {
        &self.known
    }

    fn names_principals(&self) -> bool {
        true
    }

    fn requests(&self) -> Requests {
        self.requests
    }

    fn side(&self, sketcher: &mut Sketcher<'_>) -> Result<Side, Undecided> {
        let mut side = Side::default();
        if let Some(within) = self.except {
            // What neither side allows is no difference.
            side.denies.push(Block { place: NOWHERE, sketch: within.sketch(sketcher)? });
        }
        for (policy, known) in self.sketched().into_iter().enumerate() {
            for statement in &known.statements {
                let allows = allows(statement, sketcher.readings);
                let entry =
                    Entry { statement, generous: generous(statement, allows, sketcher.readings) };
                let Some(sketch) = sketcher.sketch(entry)? else { continue };
                let block = Block { place: Place { policy, statement: statement.index }, sketch };
                if allows { &mut side.allows } else { &mut side.denies }.push(block);
            }
        }
        Ok(side)
    }

    fn allows(&self, sample: &Sample, readings: &Readings) -> bool {
        let request = sample.request();
        if self.except.is_some_and(|within| within.holds(&request.action, &request.resource)) {
            return false;
        }
        eval::allows_as_documents(&request, &sample.caller(), self.policies, readings)
    }
}
