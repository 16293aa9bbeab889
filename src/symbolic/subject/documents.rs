//! What is compared: documents by themselves, or what the layers of a known caller allow together.

use super::bindings::bound;
use super::within::NOWHERE;
use super::{AccessSet, Place, StatementBox, Subject, Within};
use crate::authz::{Readings, Request};
use crate::eval;
use crate::model::Policy;
use crate::symbolic::boxes::{Encoder, Requests, Sample, allows, may_meet, treatment};
use crate::symbolic::domain::{Cell, of_forms};
use crate::symbolic::text::Variables;
use crate::symbolic::undecided::Undecided;

/// Documents: a statement applies or does not, whoever asks.
pub(crate) struct Documents<'a> {
    policies: &'a [&'a Policy],
    bound: Option<Vec<Policy>>,
    known: Variables,
    requests: Requests,
    /// Requests that are not asked about.
    except: Option<&'a Within>,
    /// The only requests that are asked about.
    cell: Option<&'a Cell>,
}

impl<'a> Documents<'a> {
    pub(crate) fn new(policies: &'a [&'a Policy], requests: Requests) -> Documents<'a> {
        let (mut known, bound) = (Variables::default(), bound(policies, |_| true));
        if requests == Requests::Possible {
            known = of_forms(known, policies);
        }
        Documents { policies, bound, known, requests, except: None, cell: None }
    }

    /// Only the requests of a cell.
    pub(crate) fn in_cell(policies: &'a [&'a Policy], cell: &'a Cell) -> Documents<'a> {
        // The variables of statements about other actions need no values.
        let bound = bound(policies, |statement| cell.may_concern(statement));
        let (known, requests) = (cell.variables(policies), Requests::Possible);
        Documents { policies, bound, known, requests, except: None, cell: Some(cell) }
    }

    /// Only the requests that are not among these.
    pub(crate) fn except(self, within: Option<&'a Within>) -> Documents<'a> {
        Documents { except: within, ..self }
    }
}

impl Subject for Documents<'_> {
    fn policies(&self) -> &[&Policy] {
        self.policies
    }

    fn encoded(&self) -> Vec<&Policy> {
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

    fn cell(&self) -> Option<&Cell> {
        self.cell
    }

    fn request(&self, sample: &Sample) -> Option<Request> {
        let document = || Request { caller: sample.caller(), ..sample.request() };
        self.cell.map_or_else(|| Some(document()), |cell| cell.request(sample))
    }

    fn side(&self, encoder: &mut Encoder<'_>) -> Result<AccessSet, Undecided> {
        let mut side = AccessSet::default();
        let whole = self.whole(encoder)?;
        if let Some(within) = self.except {
            // What neither side allows is no difference.
            let constraints = within.encode_all(encoder)?;
            side.denies.push(StatementBox { place: NOWHERE, constraints });
        }
        for (policy, known) in self.encoded().into_iter().enumerate() {
            for statement in &known.statements {
                let allows = allows(statement, encoder.readings);
                let treatment = treatment(statement, allows, encoder.readings);
                let Some(constraints) = encoder.encode(statement, treatment)? else { continue };
                let place = Place { policy, statement: statement.index };
                if !may_meet(&whole, &constraints, &encoder.dimensions) {
                    continue;
                }
                if allows {
                    let constraints = whole.and(&constraints);
                    side.allows.push(StatementBox { place, constraints });
                } else {
                    side.denies.push(StatementBox { place, constraints });
                }
            }
        }
        Ok(side)
    }

    fn allows(&self, sample: &Sample, readings: &Readings) -> bool {
        let Some(request) = self.request(sample) else { return false };
        if self.except.is_some_and(|within| within.holds(&request.action, &request.resource)) {
            return false;
        }
        eval::allows_as_documents(&request, &request.caller, self.policies, readings)
    }
}
