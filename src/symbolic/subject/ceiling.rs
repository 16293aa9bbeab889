//! What documents allow and a ceiling does not: each set of policies decides by itself, so that a Deny of one of them takes nothing
//! from the other.
//!
//! The ceiling does not allow a request for one of two reasons, and each is a subject of its own: no statement of it allows the
//! request, or one denies it.

use super::{AccessSet, Documents, StatementBox, Subject};
use crate::authz::{Readings, Request};
use crate::model::Policy;
use crate::symbolic::boxes::{Encoder, Requests, Sample, may_meet};
use crate::symbolic::text::Variables;
use crate::symbolic::undecided::Undecided;

/// Why the ceiling does not allow a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reason {
    /// No statement allows it.
    NoAllow,
    /// A statement denies it.
    Deny,
}

/// Documents without what a ceiling allows.
pub(crate) struct Beyond<'a> {
    both: Documents<'a>,
    documents: Documents<'a>,
    ceiling: Documents<'a>,
    /// The number of the ceiling's first policy among all.
    first: usize,
    reason: Reason,
}

impl<'a> Beyond<'a> {
    /// `policies` are the documents, and from the number `first` on those of the ceiling.
    pub(crate) fn new(
        policies: &'a [&'a Policy],
        first: usize,
        reason: Reason,
        requests: Requests,
    ) -> Beyond<'a> {
        let (documents, ceiling) = policies.split_at(first);
        let [both, documents, ceiling] =
            [policies, documents, ceiling].map(|policies| Documents::new(policies, requests));
        Beyond { both, documents, ceiling, first, reason }
    }
}

impl Subject for Beyond<'_> {
    fn policies(&self) -> &[&Policy] {
        self.both.policies()
    }

    fn encoded(&self) -> Vec<&Policy> {
        self.both.encoded()
    }

    fn known(&self) -> &Variables {
        self.both.known()
    }

    fn names_principals(&self) -> bool {
        true
    }

    fn requests(&self) -> Requests {
        self.both.requests()
    }

    fn request(&self, sample: &Sample) -> Option<Request> {
        self.both.request(sample)
    }

    fn side(&self, encoder: &mut Encoder<'_>) -> Result<AccessSet, Undecided> {
        let AccessSet { allows, denies } = self.both.side(encoder)?;
        let is_own = |block: &StatementBox| block.place.policy < self.first;
        let (mut allows, granted) = allows.into_iter().partition::<Vec<_>, _>(is_own);
        let (mut denies, forbidden) = denies.into_iter().partition::<Vec<_>, _>(is_own);
        match self.reason {
            Reason::NoAllow => denies.extend(granted),
            Reason::Deny => {
                let within = |allow: &StatementBox| {
                    let met = forbidden.iter().filter(|deny| {
                        may_meet(&allow.constraints, &deny.constraints, &encoder.dimensions)
                    });
                    let both = met.map(|deny| StatementBox {
                        place: allow.place,
                        constraints: allow.constraints.and(&deny.constraints),
                    });
                    both.collect::<Vec<_>>()
                };
                allows = allows.iter().flat_map(within).collect();
            }
        }
        Ok(AccessSet { allows, denies })
    }

    fn allows(&self, sample: &Sample, readings: &Readings) -> bool {
        self.documents.allows(sample, readings) && !self.ceiling.allows(sample, readings)
    }
}
