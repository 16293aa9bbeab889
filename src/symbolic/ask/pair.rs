//! Two sides of a comparison under one choice of readings, and what is asked about both.

use super::candidates::{assignments, by_presence, by_value, is_open, solved};
use super::difference::{Comparison, Provenance};
use crate::authz::Readings;
use crate::model::Policy;
use crate::symbolic::boxes::{Requests, Sample, Space};
use crate::symbolic::domain::{Shared, aligned};
use crate::symbolic::subject::Subject;
use crate::symbolic::text::Variables;
use crate::symbolic::undecided::Undecided;

/// Two sides under one choice of readings. What is known of the requests is the same on both.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub old: &'a dyn Subject,
    pub new: &'a dyn Subject,
    pub readings: &'a Readings,
    pub shared: &'a Shared,
}

impl<'a> Pair<'a> {
    /// The statements of both sides, with these values of variables.
    pub(crate) fn sides(&self, variables: &Variables) -> Result<Comparison, Undecided> {
        self.sides_for(self.old.requests(), variables)
    }

    /// The same for any requests, with variables of unknown value: what is not there is not among the possible ones.
    pub(crate) fn widest_sides(&self, known: &Variables) -> Result<Comparison, Undecided> {
        self.sides_for(Requests::Any, known)
    }

    fn sides_for(
        &self,
        requests: Requests,
        variables: &Variables,
    ) -> Result<Comparison, Undecided> {
        Comparison::new((self.old, self.new), self.readings, variables, requests, self.shared)
    }

    /// A request of a box.
    pub(crate) fn pick(&self, space: &Space, cube: &[u64], variables: &Variables) -> Sample {
        self.fitted(Sample::pick(space, cube, variables))
    }

    /// A request with keys that go together.
    pub(crate) fn fitted(&self, mut sample: Sample) -> Sample {
        sample.settle(&self.shared.callers);
        if self.old.requests() == Requests::Possible {
            aligned(sample, &self.shared.askers)
        } else {
            sample
        }
    }

    /// The side that does not allow and the one that does; from new to old if `backwards`.
    pub(crate) fn directed(&self, backwards: bool) -> (&'a dyn Subject, &'a dyn Subject) {
        if backwards { (self.new, self.old) } else { (self.old, self.new) }
    }

    /// The policies of both sides as they are encoded.
    fn encoded(&self) -> Vec<&'a Policy> {
        [self.old.encoded(), self.new.encoded()].concat()
    }

    /// Whether variables are of unknown value.
    pub(super) fn is_open(&self, known: &Variables) -> bool {
        is_open(&self.encoded(), known)
    }

    /// Values to try for the variables of these keys that are not known, so many at most; empty if there are none.
    pub(super) fn assignments(
        &self,
        known: &Variables,
        is_wanted: impl Fn(&str) -> bool,
        most: usize,
    ) -> Vec<Variables> {
        assignments(&self.encoded(), known, is_wanted, (most, &self.shared.budget))
    }

    /// What is known of variables, in each case of [`by_presence`].
    pub(crate) fn cases(&self) -> Vec<Variables> {
        by_presence(&self.encoded(), self.old.known())
    }

    /// The cases of [`by_value`].
    pub(super) fn finer_cases(
        &self,
        known: &Variables,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Vec<Variables> {
        by_value(&self.encoded(), known, self.old.requests(), is_wanted)
    }

    /// Whether the other engine agrees that one side allows the request and the other does not, and AWS has it, if that is asked.
    pub(crate) fn replays(&self, sample: &Sample, backwards: bool) -> bool {
        let (from, to) = self.directed(backwards);
        to.allows(sample, self.readings) && !from.allows(sample, self.readings) && self.has(sample)
    }

    /// Whether AWS has such a request, if that is asked.
    pub(super) fn has(&self, sample: &Sample) -> bool {
        self.old.has(sample)
    }

    /// A request near this one that replays, with the values of its variables.
    pub(crate) fn solved(
        &self,
        sample: &Sample,
        backwards: bool,
        Provenance { denied, allowed }: Provenance,
        known: &Variables,
    ) -> Option<Sample> {
        let (from, to) = self.directed(backwards);
        let statements =
            denied.and_then(|place| from.find(place)).into_iter().chain(to.find(allowed));
        let near = solved(sample, &statements.collect::<Vec<_>>(), known);
        near.into_iter().map(|near| self.fitted(near)).find(|near| self.replays(near, backwards))
    }
}
