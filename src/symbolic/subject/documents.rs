//! What is compared: documents by themselves, or what the layers of a known caller allow together.

use super::bindings::bound;
use super::side::{AccessSet, Place, StatementBox, Subject};
use super::within::{NOWHERE, Within};
use crate::authz::Readings;
use crate::eval;
use crate::model::Policy;
use crate::symbolic::boxes::dimension::Requests;
use crate::symbolic::boxes::encode::Encoder;
use crate::symbolic::boxes::sample::Sample;
use crate::symbolic::boxes::statement::{allows, treatment};
use crate::symbolic::text::variables::Variables;
use crate::symbolic::undecided::Undecided;

/// Documents: a statement applies or does not, whoever asks.
pub(crate) struct Documents<'a> {
    policies: &'a [&'a Policy],
    bound: Option<Vec<Policy>>,
    known: Variables,
    requests: Requests,
    /// Requests that are not asked about.
    except: Option<&'a Within>,
}

impl<'a> Documents<'a> {
    pub(crate) fn new(policies: &'a [&'a Policy], requests: Requests) -> Documents<'a> {
        let known = Variables::default();
        Documents { policies, bound: bound(policies), known, requests, except: None }
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

    fn side(&self, encoder: &mut Encoder<'_>) -> Result<AccessSet, Undecided> {
        let mut side = AccessSet::default();
        if let Some(within) = self.except {
            // What neither side allows is no difference.
            side.denies.push(StatementBox { place: NOWHERE, constraints: within.encode(encoder)? });
        }
        for (policy, known) in self.encoded().into_iter().enumerate() {
            for statement in &known.statements {
                let allows = allows(statement, encoder.readings);
                let treatment = treatment(statement, allows, encoder.readings);
                let Some(constraints) = encoder.encode(statement, treatment)? else { continue };
                let block = StatementBox {
                    place: Place { policy, statement: statement.index },
                    constraints,
                };
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
