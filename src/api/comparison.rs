//! Two versions of policies: what the new ones allow that the old ones do not, and the reverse.

use super::finding::Finding;
use super::policy::Policy;
use super::workspace::Workspace;
use crate::finding::codes;
use crate::model;
use crate::report::{Example, Position, Side, position};
use crate::symbolic::{Direction, Region, Relation, Requests, differences};
use std::borrow::Borrow;

/// How two versions differ.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Their relation, for all requests.
    pub relation: Relation,
    /// What the new version allows and the old one does not.
    pub newly_allowed: Vec<Difference>,
    /// What the old version allows and the new one does not.
    pub newly_denied: Vec<Difference>,
    /// Why there may be more differences.
    pub undecided: Vec<Finding>,
}

/// Requests that one version allows and the other does not.
#[derive(Clone, Debug)]
pub struct Difference {
    /// One of the requests.
    pub example: Example,
    /// The statement that allows them.
    pub allowed_by: Option<Position>,
    /// The statement of the other version that denies them; `None` if none allows them.
    pub denied_by: Option<Position>,
    /// The words in which the versions differ.
    pub because: Vec<Position>,
    /// The readings of AWS's pages under which there is this difference; empty: it always is.
    pub only_if: Vec<&'static str>,
}

impl Workspace {
    /// Compares two versions, each as documents by themselves: what the policies say, whoever
    /// asks. All requests count, not samples. An empty list is a version without a policy.
    pub fn compare(&self, old: &[&Policy], new: &[&Policy], requests: Requests) -> Comparison {
        let [old, new] = [old, new].map(|version| Side {
            name: "",
            policies: version.iter().map(Borrow::<model::Policy>::borrow).collect(),
        });
        let found = differences(&old.policies, &new.policies, requests);
        let undecided = [&found.newly_allowed, &found.newly_denied].into_iter();
        let undecided = undecided.filter_map(|direction| direction.undecided.as_ref());
        let undecided = undecided.map(|undecided| {
            let span = undecided.span.unwrap_or(crate::source::Span::NOWHERE);
            crate::finding::Finding::new(codes::UNDECIDED, span, undecided.reason.clone())
        });
        Comparison {
            relation: found.relation,
            newly_allowed: self.differences(&found.newly_allowed, &old, &new),
            newly_denied: self.differences(&found.newly_denied, &new, &old),
            undecided: Finding::all(&self.sources, undecided),
        }
    }

    fn differences(
        &self,
        direction: &Direction,
        from: &Side<'_>,
        to: &Side<'_>,
    ) -> Vec<Difference> {
        let place = |span| position(&self.sources, span);
        let of = |side: &Side<'_>, at: Option<_>| place(side.statement(at?)?.span);
        let difference = |region: &Region| Difference {
            example: Example::of_region(&self.sources, to, region),
            allowed_by: of(to, region.allowed_by),
            denied_by: of(from, region.denied_by),
            because: region.because.iter().filter_map(|cause| place(cause.span)).collect(),
            only_if: region.under.iter().map(|(point, choice)| point.text(*choice)).collect(),
        };
        direction.regions.iter().map(difference).collect()
    }
}
