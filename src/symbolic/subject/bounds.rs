//! The two subjects that every other lies between: what allows nothing, and what allows all that is asked about.

use super::within::NOWHERE;
use super::{AccessSet, StatementBox, Subject};
use crate::authz::{Readings, Request};
use crate::model::Policy;
use crate::symbolic::boxes::{Encoder, Requests, Sample};
use crate::symbolic::domain::Cell;
use crate::symbolic::text::Variables;
use crate::symbolic::undecided::Undecided;

/// A bound of a subject.
pub(crate) struct Bound<'a> {
    pub of: &'a dyn Subject,
    /// Whether it allows all; else nothing.
    pub allows_all: bool,
}

impl Subject for Bound<'_> {
    fn policies(&self) -> &[&Policy] {
        &[]
    }

    fn known(&self) -> &Variables {
        self.of.known()
    }

    fn names_principals(&self) -> bool {
        self.of.names_principals()
    }

    fn requests(&self) -> Requests {
        self.of.requests()
    }

    fn cell(&self) -> Option<&Cell> {
        self.of.cell()
    }

    fn request(&self, sample: &Sample) -> Option<Request> {
        self.of.request(sample)
    }

    fn has(&self, sample: &Sample) -> bool {
        self.of.has(sample)
    }

    fn side(&self, encoder: &mut Encoder<'_>) -> Result<AccessSet, Undecided> {
        let mut side = AccessSet::default();
        if self.allows_all {
            let constraints = self.of.whole(encoder)?;
            side.allows.push(StatementBox { place: NOWHERE, constraints });
        }
        Ok(side)
    }

    fn allows(&self, sample: &Sample, _readings: &Readings) -> bool {
        self.allows_all && self.of.has(sample)
    }
}
